"""What a ruleset would change: the individuals of now beside those that it makes of the same records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, count
from typing import Any

from graph_model.identity.assignment import assign
from graph_model.identity.candidates import Pair
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets.trial import Trial, sides

SAMPLES = 20
"""Merges and splits that a report shows, each."""


def report(trial: Trial, membership: Mapping[str, str], ids: Mapping[str, str]) -> dict[str, Any]:
    """The report as plain JSON. `membership` says whose each record is now, `ids` the record's id: a report
    names ids and rules, nothing of what records say.

    An individual is *split* if its records would be parted, *merged* with another if a record of each would
    be in one individual. Records *move* that would belong to another id than now, as ids are assigned.
    """
    parts = [kept for part in trial.parts if (kept := part.intersection(membership))]
    before = Counter(membership.values())
    minted = count()
    assigned = assign(parts, membership, (), age=ids, mint=lambda: f"new {next(minted)}").members
    moved = sum(membership.get(key) != id_ for id_, part in assigned.items() for key in part)
    divided = sides(parts, membership)
    merged = sorted((groups for groups in divided if len(groups) > 1), key=_size, reverse=True)
    parted: dict[str, list[frozenset[str]]] = {}
    for groups in divided:
        for individual, keys in groups.items():
            parted.setdefault(individual, []).append(keys)
    split = {individual: pieces for individual, pieces in parted.items() if len(pieces) > 1}
    largest_split = sorted(split.items(), key=lambda item: (-before[item[0]], item[0]))
    return {
        "records": len(membership),
        "individualsBefore": len(before),
        "individualsAfter": len(parts),
        "pairsCompared": trial.compared,
        "merges": len(merged),
        "mergedIndividuals": len({name for groups in merged for name in groups}),
        "splits": len(split),
        "movedRecords": moved,
        "mergeSamples": [_merge(groups, trial.evidence, ids) for groups in merged[:SAMPLES]],
        "splitSamples": [_split(name, pieces, ids) for name, pieces in largest_split[:SAMPLES]],
    }


def _size(groups: Mapping[str, frozenset[str]]) -> tuple[int, str]:
    return sum(map(len, groups.values())), min(groups)


def _merge(
    groups: Mapping[str, frozenset[str]], evidence: Mapping[Pair, Evidence], ids: Mapping[str, str]
) -> dict[str, Any]:
    """A merge, with the strongest evidence between the individuals of now."""
    pairs = [pair for pair in _across(list(groups.values())) if pair in evidence]
    best = max(pairs, key=lambda pair: (evidence[pair].weight, pair), default=None)
    return {
        "individuals": list(groups),
        "records": sum(map(len, groups.values())),
        "one": ids[best[0]] if best else None,
        "other": ids[best[1]] if best else None,
        "rule": evidence[best].rule if best else None,
        "weight": evidence[best].weight if best else None,
    }


def _across(groups: Sequence[frozenset[str]]) -> Iterator[Pair]:
    for some, others in combinations(groups, 2):
        for one in some:
            for other in others:
                yield (one, other) if one < other else (other, one)


def _split(individual: str, pieces: Sequence[frozenset[str]], ids: Mapping[str, str]) -> dict[str, Any]:
    """A split, with the records of each part by id, the largest part first."""
    parts = sorted(
        (sorted(ids[key] for key in piece) for piece in pieces), key=lambda part: (-len(part), part)
    )
    return {"individual": individual, "parts": [part[:SAMPLES] for part in parts[:SAMPLES]]}
