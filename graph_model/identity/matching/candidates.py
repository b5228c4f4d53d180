"""Candidate pairs among records in memory, by the same rule as in the graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from graph_model.identity.matching.features import Features
from graph_model.identity.matching.keys import exact_keys, key_sets
from graph_model.identity.rulesets.model import Ruleset

Pair = tuple[str, str]


def candidate_pairs(records: Iterable[Features], ruleset: Ruleset) -> set[Pair]:
    """Pairs of records (by key, the lesser first) that share a key which at most `key_cap` of the records
    carry, or an exact identifier that at most `generic_cap` of them carry."""
    by_key: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    by_identifier: defaultdict[str, list[str]] = defaultdict(list)
    for record in records:
        sets = key_sets(record, ruleset.key_kinds)
        for slot in {(slot, key) for keys in sets for slot, key in enumerate(keys) if key is not None}:
            by_key[slot].append(record.key)
        for identifier in set(exact_keys(record)):
            by_identifier[identifier].append(record.key)
    found: set[Pair] = set()
    for keys in by_key.values():
        found.update(_pairs(keys, ruleset.key_cap))
    for keys in by_identifier.values():
        found.update(_pairs(keys, ruleset.generic_cap))
    return found


def _pairs(keys: list[str], cap: int) -> Iterator[Pair]:
    if 1 < len(keys) <= cap:
        ordered = sorted(keys)
        for place, one in enumerate(ordered):
            for other in ordered[place + 1 :]:
                yield one, other
