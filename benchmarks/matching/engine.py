"""The matching engine without a graph: what resolution decides, of all records at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from time import perf_counter

from graph_model.identity.matching.features import Features
from graph_model.identity.matching.keys import key_sets
from graph_model.identity.matching.partition import partition
from graph_model.identity.matching.scoring import Scorer
from graph_model.identity.rulesets.model import Ruleset

Pair = tuple[int, int]


@dataclass(slots=True)
class Resolved:
    """A partition of records by key, how many pairs were weighed for it, and the seconds of each stage."""

    parts: list[frozenset[str]]
    compared: int
    largest: int
    seconds: dict[str, float] = field(default_factory=dict)

    def per_record(self, records: int) -> str:
        """The stages in microseconds a record."""
        return ", ".join(f"{stage} {took / records * 1e6:.0f}" for stage, took in self.seconds.items())


def resolve(features: Sequence[Features], ruleset: Ruleset) -> Resolved:
    """Who is one party, by the ruleset."""
    began = perf_counter()
    seconds: dict[str, float] = {}

    def done(stage: str) -> None:
        nonlocal began
        seconds[stage], began = perf_counter() - began, perf_counter()

    seen = without_generic(features, ruleset.generic_cap)
    pairs = candidates(seen, ruleset)
    done("keys")
    scorer = Scorer(ruleset)
    weights = {
        (one.key, other.key): weight
        for one, other in (_in_order(seen[first], seen[second]) for first, second in pairs)
        if (weight := scorer.weigh(one, other)) > ruleset.floor
    }
    done("score")
    by_key = {each.key: each for each in seen}
    parts: list[frozenset[str]] = []
    largest = 1
    for component in _components(by_key, weights):
        if len(component) == 1:
            parts.append(frozenset(component))
            continue
        largest = max(largest, len(component))
        members = {key: by_key[key] for key in component}
        edges = {pair: weights[pair] for pair in combinations(sorted(component), 2) if pair in weights}
        parts += partition(members, edges, scorer).parts
    done("partition")
    return Resolved(parts, len(pairs), largest, seconds)


def without_generic(features: Sequence[Features], cap: int) -> list[Features]:
    """The features without the identifiers that more than `cap` records carry."""
    carried = Counter(value for each in features for value in _identifiers(each))
    generic = {value for value, count in carried.items() if count > cap}
    return [each if generic.isdisjoint(_identifiers(each)) else _stripped(each, generic) for each in features]


def candidates(features: Sequence[Features], ruleset: Ruleset) -> list[Pair]:
    """The pairs that share the value of a key which at most `key_cap` records carry."""
    carriers: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, each in enumerate(features):
        sets = key_sets(each, ruleset.key_kinds)
        keys = {(slot, key) for keys in sets for slot, key in enumerate(keys) if key is not None}
        for found in keys:
            carriers[found].append(place)
    return sorted(
        {
            pair
            for places in carriers.values()
            if 1 < len(places) <= ruleset.key_cap
            for pair in combinations(places, 2)
        }
    )


def _identifiers(features: Features) -> Iterable[str]:
    yield from features.emails
    yield from features.phones
    yield from features.identifiers


def _stripped(features: Features, generic: set[str]) -> Features:
    return replace(
        features,
        emails=tuple(value for value in features.emails if value not in generic),
        phones=tuple(value for value in features.phones if value not in generic),
        identifiers=tuple(value for value in features.identifiers if value not in generic),
    )


def _in_order(one: Features, other: Features) -> tuple[Features, Features]:
    return (one, other) if one.key < other.key else (other, one)


def _components(keys: Iterable[str], edges: Mapping[tuple[str, str], int]) -> Iterable[list[str]]:
    """Records that edges join, directly or not."""
    leader = {key: key for key in keys}

    def find(key: str) -> str:
        while leader[key] != key:
            leader[key] = key = leader[leader[key]]
        return key

    for one, other in edges:
        leader[find(one)] = find(other)
    found: dict[str, list[str]] = defaultdict(list)
    for key in leader:
        found[find(key)].append(key)
    return found.values()
