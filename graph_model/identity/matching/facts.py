"""How sure each part of a component is: what an individual says of its own resolution."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from graph_model.identity.matching.component import Pair
from graph_model.identity.matching.partition import Partition, Step, StepKind
from graph_model.identity.rulesets.model import BIT, Ruleset

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of how a part came about.

    `score` is the probability of the least certain of its joins, 1 where nothing was joined by evidence;
    `weakest_link` the least weight (thousandths of a bit) that a join rests on, None without any;
    `contradictions` how many pairs of its records, taken alone, would be no match at all (at or below the
    floor); `possible_matches` how many other parts have a link with it that weighs enough for a review.
    """

    score: float = 1.0
    weakest_link: int | None = None
    contradictions: int = 0
    possible_matches: int = 0

    @property
    def properties(self) -> dict[str, float | int | None]:
        """The facts as an individual stores them."""
        return {
            "resolutionScore": self.score,
            "weakestLink": self.weakest_link,
            "contradictions": self.contradictions,
            "possibleMatches": self.possible_matches,
        }


SINGLE = Facts()
"""The facts of a record by itself."""


def probability(weight: int) -> float:
    """What a weight in thousandths of a bit says as a probability: log2 odds turned round."""
    # Beyond this every float says 0, and before a power of two would overflow.
    bits = max(-1_000.0, weight / BIT)
    return float(1 / (1 + 2**-bits))


def resolution_facts(
    partition: Partition, edges: Mapping[Pair, int], ruleset: Ruleset, never: Collection[Pair] = ()
) -> list[Facts]:
    """The facts of each part, in their order. `edges` are the stored weights by which it was decided, `never`
    the pairs that a steward keeps apart: what these part is no possible match."""
    if len(partition.parts) == 1 and not partition.steps:
        return [SINGLE]
    home = {key: number for number, part in enumerate(partition.parts) for key in part}
    steps: list[list[Step]] = [[] for _ in partition.parts]
    for step in partition.steps:
        if step.by is StepKind.WEIGHT:
            steps[home[step.pair[0]]].append(step)
    possible: list[set[int]] = [set() for _ in partition.parts]
    for (a, b), _, _ in possible_matches(partition, edges, ruleset, never):
        possible[home[a]].add(home[b])
        possible[home[b]].add(home[a])
    return [
        Facts(
            score=min((_certainty(step) for step in taken), default=1.0),
            weakest_link=min((step.weight for step in taken if step.weight is not None), default=None),
            contradictions=sum(_contradictions(step, partition.weights, ruleset.floor) for step in taken),
            possible_matches=len(others),
        )
        for taken, others in zip(steps, possible, strict=True)
    ]


def possible_matches(
    partition: Partition, edges: Mapping[Pair, int], ruleset: Ruleset, never: Collection[Pair] = ()
) -> list[tuple[Pair, int, tuple[int, int]]]:
    """Of any two parts that no steward keeps apart the strongest pair of records that weighs enough for a
    review, its weight, and which parts these are, by least place."""
    if len(partition.parts) == 1:
        return []
    home = {key: number for number, part in enumerate(partition.parts) for key in part}
    apart = {_places(home, pair) for pair in never if pair[0] in home and pair[1] in home}
    found: dict[tuple[int, int], tuple[int, Pair]] = {}
    for pair, weight in edges.items():
        if weight >= ruleset.review and pair[0] in home and pair[1] in home:
            places = _places(home, pair)
            if places[0] != places[1] and places not in apart:
                found[places] = min(found.get(places, (-weight, pair)), (-weight, pair))
    return [(pair, -loss, places) for places, (loss, pair) in sorted(found.items())]


def _places(home: Mapping[str, int], pair: Pair) -> tuple[int, int]:
    one, other = home[pair[0]], home[pair[1]]
    return (one, other) if one <= other else (other, one)


def _certainty(step: Step) -> float:
    return round(probability(step.linkage or 0), _DIGITS)


def _contradictions(step: Step, weights: Mapping[Pair, int], floor: int) -> int:
    return sum(weights.get(pair, 0) <= floor for pair in _across(step.one, step.other)) if floor < 0 else 0


def _across(one: Iterable[str], other: Collection[str]) -> Iterable[Pair]:
    for a in one:
        for b in other:
            yield (a, b) if a < b else (b, a)
