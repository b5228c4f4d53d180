"""From components to parties: which records of each component form one individual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph_model.identity.candidates import Pair
from graph_model.identity.components import Neighbourhood
from graph_model.identity.constraints.model import Among
from graph_model.identity.matching.component import Part
from graph_model.identity.matching.facts import SINGLE, Facts, resolution_facts
from graph_model.identity.matching.features import Features, unpack
from graph_model.identity.matching.partition import Partition, partition
from graph_model.identity.model import Evidence
from graph_model.identity.reviews.cases import review_cases
from graph_model.identity.reviews.model import ReviewCase
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.subjects import matching_features
from graph_model.records.model import STEWARD


@dataclass(frozen=True, slots=True)
class Judgement:
    """The parts into which components fall, ordered by least key, how sure each is of itself (a part that is
    not named is one record that nothing is near), and what is left to stewards."""

    parts: list[Part] = field(default_factory=list)
    facts: dict[Part, Facts] = field(default_factory=dict)
    cases: list[ReviewCase] = field(default_factory=list)

    def facts_of(self, part: Part) -> Facts:
        """How sure the part is of itself."""
        return self.facts.get(part, SINGLE)


@dataclass(frozen=True, slots=True)
class Judged:
    """A component as it was judged: what its records say, steward's corrections left out, what they weigh,
    the constraints among them, and the partition."""

    features: dict[str, Features]
    weights: dict[Pair, int]
    always: list[Pair]
    never: list[Pair]
    partition: Partition


def judge(
    loaded: Loaded,
    here: Neighbourhood,
    components: Iterable[Part],
    evidence: Mapping[Pair, Evidence],
    bound: Among,
) -> Judgement:
    """Judge each component."""
    by_record: dict[str, dict[Pair, int]] = {}
    for pair, item in evidence.items():
        by_record.setdefault(pair[0], {})[pair] = item.weight
    judgement = Judgement()
    for component in components:
        if len(component) == 1:
            judgement.parts.append(component)
            continue
        weights = {pair: weight for key in component for pair, weight in by_record.get(key, {}).items()}
        judged = judge_one(loaded, here, component, weights, bound)
        found, never = judged.partition, judged.never
        parts = _with_corrections(found.parts, component - judged.features.keys(), bound.always)
        judgement.parts.extend(parts)
        facts = resolution_facts(found, weights, loaded.ruleset, never)
        judgement.facts.update(zip(parts, facts, strict=False))
        judgement.cases.extend(review_cases(found, weights, loaded.ruleset, never))
    judgement.parts.sort(key=min)
    return judgement


def judge_one(
    loaded: Loaded, here: Neighbourhood, component: Part, weights: dict[Pair, int], bound: Among
) -> Judged:
    """Judge one component of several records. `weights` are those of the evidence among its records."""
    matched = sorted(key for key in component if here.members[key].source != STEWARD)
    among = frozenset(matched)
    members = here.members
    features = {
        key: matching_features(unpack(members[key].features), loaded, members[key].generics)
        for key in matched
    }
    always, never = (
        sorted(pair for pair in pairs if among.issuperset(pair)) for pairs in (bound.always, bound.never)
    )
    found = partition(
        features,
        weights,
        loaded.scorer,
        always=always,
        never=never,
        modified={key: members[key].modified_at for key in matched},
    )
    return Judged(features, weights, always, never, found)


def _with_corrections(parts: Iterable[Part], corrections: Part, always: Iterable[Pair]) -> list[Part]:
    """The parts in their order, each with the steward's corrections that are tied to one of its records, and
    behind them those that are tied to none."""
    if not corrections:
        return list(parts)
    tied = {
        correction: other
        for a, b in sorted(always)
        for correction, other in ((a, b), (b, a))
        if correction in corrections
    }
    completed = [part | {key for key, other in tied.items() if other in part} for part in parts]
    placed = {key for part in completed for key in part}
    return [*completed, *(frozenset({key}) for key in sorted(corrections - placed))]
