"""What speaks for joins within a component: the weights of its records, under one view of their features."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol, TypeAlias

from graph_model.identity.matching.features import Features, Party
from graph_model.identity.matching.groups import Groups
from graph_model.identity.matching.guards import without_type
from graph_model.identity.rulesets.model import Ruleset

Pair: TypeAlias = tuple[str, str]
Part: TypeAlias = frozenset[str]

JUDGED = 200_000
"""How many weights of one component are looked at, at most: all of them up to 632 records. A larger component
is judged in blocks, the larger it is in the smaller ones."""
_SMALLEST_BLOCK = 16


class Weigher(Protocol):
    """What weighs two records: a `Scorer`."""

    @property
    def ruleset(self) -> Ruleset:
        """The ruleset by which it weighs."""
        ...

    def weigh(self, a: Features, b: Features) -> int:
        """The weight of a pair in thousandths of a bit."""
        ...


class View:
    """The weights among some records: `edges` are those by which clusters can join, `weights` these and all
    others that were looked at."""

    def __init__(self, features: Mapping[str, Features], edges: Mapping[Pair, int], scorer: Weigher) -> None:
        self.features = features
        self.edges = edges
        self.weights = dict(edges)
        self._scorer = scorer

    def weigh(self, a: str, b: str) -> int:
        """The weight of a pair without an edge. Of a device only its edges say something."""
        one, other = self.features[a], self.features[b]
        device = one.party is Party.DEVICE or other.party is Party.DEVICE
        weight = 0 if device else self._scorer.weigh(one, other)
        self.weights[(a, b)] = weight
        return weight

    def strongest(self, one: Collection[str], other: Collection[str]) -> tuple[Pair, int | None]:
        """The pair across two clusters that weighs the most, as far as weights are known, and its weight."""
        pairs = [(a, b) if a < b else (b, a) for a in one for b in other]
        known = [(-self.weights[pair], pair) for pair in pairs if pair in self.weights]
        if not known:
            return min(pairs), None
        loss, pair = min(known)
        return pair, -loss

    def without(self, type_: str, keys: Part) -> View:
        """The weights among these records if none carried an identifier of this type."""
        features = {key: without_type(self.features[key], type_) for key in keys}
        floor = self._scorer.ruleset.floor
        edges: dict[Pair, int] = {}
        for (a, b), weight in self.edges.items():
            if a in keys and b in keys:
                one, other = features[a], features[b]
                device = one.party is Party.DEVICE
                if not device and (one is not self.features[a] or other is not self.features[b]):
                    weight = self._scorer.weigh(one, other)
                if weight > floor:
                    edges[(a, b)] = weight
        return View(features, edges, self._scorer)

    def blocks(
        self, keys: Collection[str]
    ) -> tuple[list[tuple[Collection[str], Mapping[Pair, int]]], list[Pair]]:
        """The records in blocks of which all weights can be looked at, each with its edges: one, unless the
        records are very many. Then the strongest edges hold a block together (Kruskal 1956); those that
        would make a block too large come second, for each block the strongest."""
        if len(keys) * (len(keys) - 1) <= 2 * JUDGED:
            return [(keys, self.edges)], []
        most = max(_SMALLEST_BLOCK, 2 * JUDGED // len(keys))
        link = self._scorer.ruleset.link
        groups = Groups(keys)
        refused: list[Pair] = []
        for (a, b), weight in sorted(self.edges.items(), key=lambda item: (-item[1], item[0])):
            if weight >= link and a in keys and b in keys:
                one, other = groups.of(a), groups.of(b)
                if one is not other:
                    if len(one) + len(other) <= most:
                        groups.join(one, other)
                    else:
                        refused.append((a, b))
        blocks = groups.all()
        place = {key: number for number, block in enumerate(blocks) for key in block}
        edges: list[dict[Pair, int]] = [{} for _ in blocks]
        for (a, b), weight in self.edges.items():
            if a in place and place[a] == place.get(b):
                edges[place[a]][(a, b)] = weight
        told: set[int] = set()
        stopped: list[Pair] = []
        for a, b in refused:
            if place[a] != place[b] and not told.issuperset((place[a], place[b])):
                told |= {place[a], place[b]}
                stopped.append((a, b))
        return list(zip(blocks, edges, strict=True)), stopped
