"""Components to judge: records by one-letter keys, and what they weigh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph_model.identity.matching.component import Pair
from graph_model.identity.matching.features import Features, Party
from graph_model.identity.matching.partition import Partition, partition
from graph_model.identity.rulesets.model import BIT, DeviceStrategy, Guards, Ruleset


def ruleset(guards: Guards | None = None, **settings: Any) -> Ruleset:
    """A ruleset of which only thresholds, guards and device strategies are asked for."""
    return Ruleset(
        key_kinds=(), prior=0, household_prior=0, comparisons=(), guards=guards or Guards(), **settings
    )


@dataclass
class Counting:
    """Weighs by what records have in common: so many bits for each identifier, less a prior. Notes what it
    was asked."""

    ruleset: Ruleset
    bits: int = 6
    prior: int = 10
    asked: list[Pair] = field(default_factory=list)

    def weigh(self, a: Features, b: Features) -> int:
        self.asked.append((a.key, b.key))
        shared = {*a.identifiers, *a.emails, *a.phones} & {*b.identifiers, *b.emails, *b.phones}
        return (self.bits * len(shared) - self.prior) * BIT


def records(
    persons: str = "",
    *,
    devices: str = "",
    organizations: str = "",
    alone: str = "",
    identifiers: Mapping[str, Iterable[str]] | None = None,
) -> dict[str, Features]:
    """Records by their keys; `identifiers` are `type|issuer|value` by record, e-mails and phones too."""
    found: dict[str, Features] = {}
    for keys, party in ((persons, "PERSON"), (devices, "DEVICE"), (organizations, "ORGANIZATION")):
        for key in keys:
            carried = list((identifiers or {}).get(key, ()))
            found[key] = Features(
                key,
                Party(party),
                emails=tuple(item[7:] for item in carried if item.startswith("EMAIL||")),
                phones=tuple(item[7:] for item in carried if item.startswith("PHONE||")),
                identifiers=tuple(item for item in carried if not item.startswith(("EMAIL|", "PHONE|"))),
                alone=key in alone,
            )
    return found


def bits(weights: Mapping[str, float]) -> dict[Pair, int]:
    """Weights by pairs such as `ab`, given in bits."""
    return {(min(pair), max(pair)): round(weight * BIT) for pair, weight in weights.items()}


def pairs(text: str) -> list[Pair]:
    """Pairs of keys from a text such as `ab bc`."""
    return [(min(pair), max(pair)) for pair in text.split()]


def decide(
    features: Mapping[str, Features],
    weights: Mapping[str, float],
    rules: Ruleset | None = None,
    *,
    always: str = "",
    never: str = "",
    modified: Mapping[str, str] | None = None,
    scorer: Counting | None = None,
) -> Partition:
    """The partition of what is given as texts."""
    weigher = scorer or Counting(rules or ruleset())
    return partition(
        features, bits(weights), weigher, always=pairs(always), never=pairs(never), modified=modified
    )


def parts(found: Partition) -> list[str]:
    """The parts as texts."""
    return ["".join(sorted(part)) for part in found.parts]


def stopped(found: Partition) -> list[tuple[str, str]]:
    """What guards stopped: the reason, and the records as a text."""
    return [(item.reason.value, "".join(item.records)) for item in found.guarded]


LINK, ISOLATE, CONVERT, BEST_MATCH = DeviceStrategy
