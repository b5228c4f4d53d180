"""From components to parties: which records of each component form one individual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph_model.identity.candidates import Pair
from graph_model.identity.components import Neighbourhood
from graph_model.identity.constraints.model import Among
from graph_model.identity.matching.features import unpack
from graph_model.identity.matching.partition import partition
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.subjects import matching_features
from graph_model.records.model import STEWARD


def judge(
    loaded: Loaded,
    here: Neighbourhood,
    components: Iterable[frozenset[str]],
    evidence: Mapping[Pair, Evidence],
    bound: Among,
) -> list[frozenset[str]]:
    """The parts into which the components fall, ordered by least key."""
    weights: dict[str, dict[Pair, int]] = {}
    for pair, found in evidence.items():
        weights.setdefault(pair[0], {})[pair] = found.weight
    parts: list[frozenset[str]] = []
    for component in components:
        if len(component) == 1:
            parts.append(component)
            continue
        corrections = {key for key in component if here.members[key].source == STEWARD}
        matched = sorted(component - corrections)
        result = partition(
            {
                key: matching_features(unpack(here.members[key].features), loaded, here.members[key].generics)
                for key in matched
            },
            {pair: weight for key in matched for pair, weight in weights.get(key, {}).items()},
            loaded.scorer,
            always=[
                pair for pair in bound.always if component.issuperset(pair) and corrections.isdisjoint(pair)
            ],
            never=[
                pair for pair in bound.never if component.issuperset(pair) and corrections.isdisjoint(pair)
            ],
            modified={key: here.members[key].modified_at for key in matched},
        )
        parts += _with_corrections(result.parts, corrections, bound.always)
    return sorted(parts, key=min)


def _with_corrections(
    parts: Iterable[frozenset[str]], corrections: set[str], always: Iterable[Pair]
) -> list[frozenset[str]]:
    """The parts, each with the steward's corrections that are tied to one of its records."""
    tied = {
        correction: other
        for a, b in sorted(always)
        for correction, other in ((a, b), (b, a))
        if correction in corrections
    }
    completed = [part | {key for key, other in tied.items() if other in part} for part in parts]
    placed = {key for part in completed for key in part}
    return [*completed, *(frozenset({key}) for key in sorted(corrections - placed))]
