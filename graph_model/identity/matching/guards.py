"""Guards against over-merging: what keeps records apart that their weights alone would join.

Each guard judges records as a set: whether two records may be one, whether an individual carries too many
identifiers. So its verdict does not depend on what came first. What a guard stops is told as a `Guarded`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from graph_model.identity.matching.features import Features
from graph_model.identity.rulesets.model import Guards, IdentifierLimit

_EMAIL, _PHONE = "EMAIL", "PHONE"


class GuardReason(StrEnum):
    """Why a guard stopped something."""

    UNIQUE_IDENTIFIER = "UNIQUE_IDENTIFIER"
    """The two sides carry different values of a type that is unique to a person."""
    IDENTIFIER_LIMIT = "IDENTIFIER_LIMIT"
    """Together the records carry more identifiers of a type than one individual may."""
    CONTRADICTION = "CONTRADICTION"
    """A record of one side contradicts one of the other."""
    SIZE = "SIZE"
    """Together they would be more records than one individual may hold."""
    SHARED_DEVICE = "SHARED_DEVICE"
    """Several people use the device, so it stays anonymous to each."""
    PARTY = "PARTY"
    """A steward's link would make a person and an organisation one."""
    CONSTRAINTS = "CONSTRAINTS"
    """Stewards' constraints contradict each other; those that link hold."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """Something that a guard stopped. `records` are, in order, the strongest pair across the two sides
    (of a limit: all that it split; of a device: it, and a record of each of its users), `weight` is that
    pair's, and `because` are the records on which the guard rests."""

    reason: GuardReason
    records: tuple[str, ...]
    weight: int | None
    because: tuple[str, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Why two clusters may not join, and the two records on which that rests."""

    reason: GuardReason
    because: tuple[str, ...]
    detail: str


def identifiers_of(features: Features, type_: str) -> tuple[str, ...]:
    """The different identifiers of a type that a record carries, as keys (`type|issuer|value`)."""
    if type_ == _EMAIL:
        return tuple(f"{_EMAIL}||{value}" for value in features.emails)
    if type_ == _PHONE:
        return tuple(f"{_PHONE}||{value}" for value in features.phones)
    prefix = f"{type_}|"
    return tuple(key for key in features.identifiers if key.startswith(prefix))


def without_type(features: Features, type_: str) -> Features:
    """The record as if it carried no identifier of this type; the same object if it carries none."""
    if type_ == _EMAIL:
        return replace(features, emails=()) if features.emails else features
    if type_ == _PHONE:
        return replace(features, phones=()) if features.phones else features
    prefix = f"{type_}|"
    kept = tuple(key for key in features.identifiers if not key.startswith(prefix))
    return features if len(kept) == len(features.identifiers) else replace(features, identifiers=kept)


def without_blocked(features: Features, guards: Guards) -> Features:
    """The record without values that are blocked or malformed; the same object if it has none. To be applied
    before anything else looks at it: keys, weights and partition."""
    emails = tuple(value for value in features.emails if _counts(value, guards))
    phones = tuple(value for value in features.phones if _counts(value, guards))
    identifiers = tuple(key for key in features.identifiers if _counts(key.split("|", 2)[-1], guards))
    if (
        len(emails) == len(features.emails)
        and len(phones) == len(features.phones)
        and len(identifiers) == len(features.identifiers)
    ):
        return features
    return replace(features, emails=emails, phones=phones, identifiers=identifiers)


def _counts(value: str, guards: Guards) -> bool:
    if len(value) < guards.shortest or (guards.distinct > 1 and len(set(value)) < guards.distinct):
        return False
    return not (guards.blocked and _is_blocked(value, guards.blocked))


# The same few values are looked at again and again, each time a record is a candidate.
@lru_cache(maxsize=1 << 14)
def _is_blocked(value: str, blocked: tuple[str, ...]) -> bool:
    return any(pattern.fullmatch(value) for pattern in _patterns(blocked))


@lru_cache(maxsize=64)
def _patterns(blocked: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text, re.IGNORECASE) for text in blocked)


class Brake:
    """What two clusters of a component may not join for, by never-links and guards: properties of pairs of
    records, or of how many they are, so that clusters which may not join may not as parts of others either.

    `weights` are the known weights of the component, which whoever judges it completes.
    """

    def __init__(
        self,
        features: Mapping[str, Features],
        weights: Mapping[tuple[str, str], int],
        guards: Guards,
        never: Collection[tuple[str, str]],
    ) -> None:
        self._weights = weights
        self._guards = guards
        self._never: dict[str, set[str]] = {}
        for a, b in never:
            self._never.setdefault(a, set()).add(b)
            self._never.setdefault(b, set()).add(a)
        self._unique: dict[str, dict[str, set[str]]] = {}
        if guards.unique:
            for key, record in features.items():
                if found := _unique(record, guards.unique):
                    self._unique[key] = found

    def forbids(self, one: Collection[str], other: Collection[str]) -> bool:
        """Whether a steward said that the two are never one."""
        never = self._never
        return bool(never) and any(not never[key].isdisjoint(other) for key in one if key in never)

    def stop(self, one: Collection[str], other: Collection[str]) -> Stop | None:
        """The guard that keeps the two apart, if any: the first of those that apply."""
        if self._unique and (found := self._conflict(one, other)) is not None:
            return found
        most = self._guards.contradiction
        if most is not None:
            worst = min((self._between(a, b), a, b) for a in one for b in other)
            if worst[0] <= most:
                weight = f"{worst[0] / 1_000:.1f} bits"
                return Stop(
                    GuardReason.CONTRADICTION,
                    tuple(sorted(worst[1:])),
                    f"Two of their records contradict each other ({weight}).",
                )
        if (together := len(one) + len(other)) > self._guards.size:
            return Stop(
                GuardReason.SIZE,
                (),
                f"Together they would be {together} records, and an individual may hold {self._guards.size}.",
            )
        return None

    def _between(self, a: str, b: str) -> int:
        return self._weights.get((a, b) if a < b else (b, a), 0)

    def _conflict(self, one: Iterable[str], other: Iterable[str]) -> Stop | None:
        theirs = [(key, self._unique[key]) for key in other if key in self._unique]
        for a in sorted(key for key in one if key in self._unique) if theirs else ():
            for b, values in sorted(theirs, key=lambda item: item[0]):
                for kind, held in self._unique[a].items():
                    if kind in values and not (held <= values[kind] or values[kind] <= held):
                        return Stop(
                            GuardReason.UNIQUE_IDENTIFIER,
                            tuple(sorted((a, b))),
                            f"They carry different identifiers of the type {kind.split('|')[0]}, "
                            "which is unique to an individual.",
                        )
        return None


def _unique(features: Features, types: Collection[str]) -> dict[str, set[str]]:
    """The values of unique types that a record carries, by type and issuer."""
    found: dict[str, set[str]] = {}
    for type_ in types:
        for key in identifiers_of(features, type_):
            kind, issuer, _ = key.split("|", 2)
            found.setdefault(f"{kind}|{issuer}", set()).add(key)
    return found


def exceeded(
    records: Iterable[Features],
    limits: Collection[IdentifierLimit],
    modified: Mapping[str, str],
    left_out: Collection[str],
) -> IdentifierLimit | None:
    """The limit that these records exceed together, of several the one whose type matters least; types that
    are `left_out` already are not asked about. `modified`: record-modified times, for time windows."""
    records = list(records)
    for limit in sorted(limits, key=lambda item: (item.priority, item.type, item.days or 0)):
        if limit.type not in left_out and _most(records, limit, modified) > limit.most:
            return limit
    return None


def _most(records: list[Features], limit: IdentifierLimit, modified: Mapping[str, str]) -> int:
    """How many different identifiers there are at most within a window; all of them without one."""
    if limit.days is None:
        return len({key for record in records for key in identifiers_of(record, limit.type)})
    seen = sorted(
        (_moment(modified.get(record.key)), key)
        for record in records
        for key in identifiers_of(record, limit.type)
    )
    width = timedelta(days=limit.days)
    inside: dict[str, int] = {}
    most = first = 0
    for moment, key in seen:
        inside[key] = inside.get(key, 0) + 1
        while moment - seen[first][0] > width:
            leaving = seen[first][1]
            inside[leaving] -= 1
            if not inside[leaving]:
                del inside[leaving]
            first += 1
        most = max(most, len(inside))
    return most


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else datetime.min
