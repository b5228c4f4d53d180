"""Devices after persons: whom a device follows.

A device is used by whoever has a record that names it. What it becomes is its source's strategy:

- LINK: it is the one person's who uses it, past and future; used by several it stays anonymous to each.
- ISOLATE: it stays anonymous, whoever signs in on it.
- CONVERT: it becomes the person's who was the first to use it, and stays theirs.
- BEST_MATCH: it is the person's for whom the most speaks: the highest weight, then the latest record.

Of devices that are one device (they share a cookie, say) under several strategies the most careful counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from graph_model.identity.matching.component import Pair, Part
from graph_model.identity.matching.features import Features, Party
from graph_model.identity.matching.guards import Guarded, GuardReason
from graph_model.identity.rulesets.model import DeviceStrategy, Ruleset

_CAREFUL = (DeviceStrategy.ISOLATE, DeviceStrategy.LINK, DeviceStrategy.BEST_MATCH, DeviceStrategy.CONVERT)


@dataclass(frozen=True, slots=True)
class Attached:
    """A device (or several that are one) that follows a part of persons, by this pair of records."""

    device: Part
    to: Part
    pair: Pair
    weight: int


@dataclass(frozen=True, slots=True)
class _Use:
    """A record of a person that names a device."""

    device: str
    record: str
    weight: int
    since: str

    @property
    def pair(self) -> Pair:
        return (self.device, self.record) if self.device < self.record else (self.record, self.device)


def attach(
    parts: Collection[Part],
    features: Mapping[str, Features],
    uses: Mapping[Pair, int],
    ruleset: Ruleset,
    modified: Mapping[str, str],
    forbids: Callable[[Collection[str], Collection[str]], bool],
) -> tuple[list[Attached], list[Guarded]]:
    """What follows whom among the parts, in the order of the devices' keys, and what stays apart for want of
    one person whom it could follow. `uses` are the weights of devices with records of persons; `forbids`
    says whether a never-link holds between two sets of records."""
    home = {key: part for part in parts for key in part}
    by_device: dict[str, list[_Use]] = {}
    for (a, b), weight in uses.items():
        device, record = (a, b) if features[a].party is Party.DEVICE else (b, a)
        by_device.setdefault(device, []).append(_Use(device, record, weight, modified.get(record, "")))
    attached: list[Attached] = []
    guarded: list[Guarded] = []
    grown: dict[Part, set[str]] = {}
    for part in sorted({home[device] for device in by_device}, key=min):
        if any(features[key].party is not Party.DEVICE for key in part):
            continue
        found = [
            use
            for device in part
            for use in by_device.get(device, ())
            if not forbids(part, grown.get(home[use.record], home[use.record]))
        ]
        strategy = _strategy(part, ruleset)
        users = {home[use.record] for use in found}
        if not users or strategy is DeviceStrategy.ISOLATE:
            continue
        if strategy is DeviceStrategy.LINK and len(users) > 1:
            guarded.append(_shared(part, found, home))
            continue
        best = _best(found, strategy)
        to = home[best.record]
        together = grown.setdefault(to, set(to))
        if len(together) + len(part) > ruleset.guards.size:
            detail = f"With this device they would be more than {ruleset.guards.size} records."
            guarded.append(Guarded(GuardReason.SIZE, best.pair, best.weight, (), detail))
            continue
        together |= part
        attached.append(Attached(part, to, best.pair, best.weight))
    return attached, guarded


def _strategy(device: Iterable[str], ruleset: Ruleset) -> DeviceStrategy:
    sources = {key.split("/", 1)[0] for key in device}
    found = {ruleset.device_strategies.get(source, ruleset.device_strategy) for source in sources}
    return min(found, key=_CAREFUL.index)


def _best(uses: Collection[_Use], strategy: DeviceStrategy) -> _Use:
    if strategy is DeviceStrategy.CONVERT:
        return min(uses, key=lambda use: (use.since, use.record, use.device))
    highest = max(use.weight for use in uses)
    latest = max(use.since for use in uses if use.weight == highest)
    return min(
        (use for use in uses if (use.weight, use.since) == (highest, latest)),
        key=lambda use: (use.record, use.device),
    )


def _shared(device: Part, uses: Iterable[_Use], home: Mapping[str, Part]) -> Guarded:
    """One record of each user stands for them: the least that names the device."""
    by_user: dict[Part, str] = {}
    for use in sorted(uses, key=lambda item: item.record):
        by_user.setdefault(home[use.record], use.record)
    records = tuple(sorted(by_user.values()))
    detail = f"The device is used by {len(records)} individuals, so it stays anonymous to each."
    return Guarded(GuardReason.SHARED_DEVICE, tuple(sorted((min(device), *records))), None, (), detail)
