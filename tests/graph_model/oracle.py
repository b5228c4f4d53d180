"""What the records in the graph come to, computed from scratch and in memory.

Nothing here looks at what is stored beside the records, or knows what changed last: all that a history leaves
in the graph is to be equal to this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from graph_model.graph import Graph
from graph_model.identity.components import connected
from graph_model.identity.golden import GoldenSource, golden_values
from graph_model.identity.matching.features import Features, unpack
from graph_model.identity.matching.guards import without_blocked
from graph_model.identity.matching.keys import exact_keys, key_sets
from graph_model.identity.matching.partition import partition
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.subjects import takes_part, without
from tests.graph_model.rulesets import loaded

Pair = tuple[str, str]

_RECORDS: LiteralString = """
MATCH (r:SourceRecord) WHERE r.deletedAt IS NULL
RETURN collect([r.key, r.source, r.objectType, r.modifiedAt, r.features, r.fields, r.fieldTimes,
                r.identifiers])
"""


@dataclass(frozen=True)
class Expected:
    """What is to be in the graph: the evidence, (lesser key, other key, rule, weight), and of each individual
    the golden values, by the keys of its records."""

    matches: frozenset[tuple[str, str, str, int]]
    individuals: dict[frozenset[str], dict[str, Any]]


async def expected(graph: Graph) -> Expected:
    """What the ruleset that counts makes of the records that are there."""
    ruleset = await loaded(graph)
    rows = await graph.read(_RECORDS)
    features = {key: unpack(packed) for key, _, _, _, packed, *_ in rows}
    carried = {key: frozenset(identifiers or ()) for key, *_, identifiers in rows}
    counted = {
        key: without_blocked(features[key], ruleset.ruleset.guards)
        for key, source, *_ in rows
        if takes_part(source, features[key], ruleset)
    }
    generic = _generic(carried, ruleset.ruleset.generic_cap)
    weighed = {key: without(each, generic & carried[key]) for key, each in counted.items()}
    matches: dict[Pair, tuple[str, int]] = {}
    for a, b in _candidates(counted, carried, generic, ruleset):
        weight = ruleset.scorer.weigh(weighed[a], weighed[b])
        if weight > ruleset.ruleset.floor:
            matches[a, b] = (ruleset.scorer.rule(weighed[a], weighed[b]), weight)
    parts: list[frozenset[str]] = []
    for component in connected(features, matches):
        found = partition(
            {key: weighed.get(key, features[key]) for key in component},
            {pair: weight for pair, (_, weight) in matches.items() if pair[0] in component},
            ruleset.scorer,
            modified={key: modified for key, _, _, modified, *_ in rows if key in component},
        )
        parts += found.parts
    sources = {
        key: GoldenSource.stored(key, object_, modified, fields, times)
        for key, _, object_, modified, _, fields, times, _ in rows
    }
    return Expected(
        frozenset((a, b, rule, weight) for (a, b), (rule, weight) in matches.items()),
        {
            part: {name: value for name, value in golden.properties.items() if value not in (None, [])}
            for part in parts
            for golden in [golden_values((sources[key] for key in part), ruleset.ruleset.reconciliation)]
        },
    )


def _generic(carried: Mapping[str, frozenset[str]], cap: int) -> frozenset[str]:
    count: defaultdict[str, int] = defaultdict(int)
    for identifiers in carried.values():
        for identifier in identifiers:
            count[identifier] += 1
    return frozenset(identifier for identifier, holders in count.items() if holders > cap)


def _candidates(
    counted: Mapping[str, Features],
    carried: Mapping[str, frozenset[str]],
    generic: frozenset[str],
    ruleset: Loaded,
) -> set[Pair]:
    """The pairs that share a blocking key within its cap, or an identifier that is not generic."""
    holders: defaultdict[object, set[str]] = defaultdict(set)
    for key, features in counted.items():
        for keys in key_sets(features, ruleset.ruleset.key_kinds):
            for slot, value in enumerate(keys):
                if value is not None:
                    holders[slot, value].add(key)
    found = {
        pair for held in holders.values() if len(held) <= ruleset.ruleset.key_cap for pair in _pairs(held)
    }
    said: defaultdict[str, set[str]] = defaultdict(set)
    for key, features in counted.items():
        for identifier in carried[key].intersection(exact_keys(features)) - generic:
            said[identifier].add(key)
    return found.union(*(_pairs(held) for held in said.values()))


def _pairs(keys: Iterable[str]) -> set[Pair]:
    ordered = sorted(keys)
    return {(a, b) for place, a in enumerate(ordered) for b in ordered[place + 1 :]}
