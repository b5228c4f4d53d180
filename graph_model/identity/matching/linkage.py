"""From weights to parts: the agglomeration that decides which records of a component are one.

The two clusters with the highest linkage join first, until none reaches the threshold. The linkage of
two clusters is their best pair, less how far their members contradict each other on the whole:

    L(A, B) = max of the cross weights + min(mean of the cross weights, 0)

with weights clipped on both sides. Single linkage alone chains strangers together, and average linkage
alone splits persons whose records say little; see Sneath and Sokal (1973), Numerical Taxonomy, for both.
The result is a function of the weights: ties go by the least keys, and nothing by an order of arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

Cluster = frozenset[str]


@dataclass(frozen=True, slots=True)
class Join:
    """One step: these two clusters became one, by their linkage; `pair` is the best of their pairs."""

    one: Cluster
    other: Cluster
    linkage: int
    pair: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Linkage:
    """The parts of a component, ordered by least key, and the steps that made them, in their order."""

    parts: list[Cluster]
    joins: list[Join]


@dataclass(slots=True)
class _Cross:
    """All weights between two clusters: their sum, and the best of them with its pair."""

    total: int
    best: int
    pair: tuple[str, str]

    def add(self, other: _Cross) -> None:
        self.total += other.total
        if (-other.best, other.pair) < (-self.best, self.pair):
            self.best, self.pair = other.best, other.pair


def agglomerate(
    keys: Collection[str],
    edges: Mapping[tuple[str, str], int],
    weigh: Callable[[str, str], int],
    *,
    link: int,
    clip: int,
    joined: Iterable[Collection[str]] = (),
    may_join: Callable[[Cluster, Cluster], bool] | None = None,
) -> Linkage:
    """Divides the records of one component.

    `edges` are the known weights (the lesser key first); clusters without an edge between them are never
    joined. `weigh` gives the weight of a pair that has none, and is asked at most once for each. `joined`
    are records that are together from the start, whatever they weigh. `may_join` can forbid a join of two
    clusters; it is asked again for what either of them becomes.
    """
    return _Agglomeration(keys, edges, weigh, link, clip, joined, may_join).run()


class _Agglomeration:
    """Clusters by number; `crosses[a][b] is crosses[b][a]` for clusters with an edge between them."""

    def __init__(
        self,
        keys: Collection[str],
        edges: Mapping[tuple[str, str], int],
        weigh: Callable[[str, str], int],
        link: int,
        clip: int,
        joined: Iterable[Collection[str]],
        may_join: Callable[[Cluster, Cluster], bool] | None,
    ) -> None:
        self._edges, self._weigh = edges, weigh
        self._link, self._clip, self._may_join = link, clip, may_join
        self._members = _initial(keys, joined)
        self._crosses: list[dict[int, _Cross]] = [{} for _ in self._members]
        self._joins: list[Join] = []

    def run(self) -> Linkage:
        """Joins until nothing reaches the threshold."""
        queue = self._queue()
        while queue:
            loss, _, a, b, pair = heappop(queue)
            one, other = self._members[a], self._members[b]
            if not one or not other:
                continue
            if self._may_join is None or self._may_join(frozenset(one), frozenset(other)):
                self._joins.append(Join(frozenset(one), frozenset(other), -loss, pair))
                for entry in self._join(a, b):
                    heappush(queue, entry)
        parts = sorted((frozenset(members) for members in self._members if members), key=min)
        return Linkage(parts, self._joins)

    def _queue(self) -> list[tuple[int, tuple[str, str], int, int, tuple[str, str]]]:
        """Every pair of clusters with an edge, as far as it reaches the threshold."""
        home = {key: number for number, members in enumerate(self._members) for key in members}
        pairs = {(home[a], home[b]) for a, b in self._edges if a in home and b in home}
        for a, b in {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}:
            cross = self._compute(a, b)
            self._crosses[a][b] = self._crosses[b][a] = cross
        queue = [
            entry
            for a, crosses in enumerate(self._crosses)
            for b in crosses
            if a < b
            for entry in self._entry(a, b)
        ]
        heapify(queue)
        return queue

    def _entry(self, a: int, b: int) -> Iterator[tuple[int, tuple[str, str], int, int, tuple[str, str]]]:
        cross = self._crosses[a][b]
        one, other = self._members[a], self._members[b]
        linkage = cross.best + min(cross.total // (len(one) * len(other)), 0)
        if linkage >= self._link:
            first, second = one[0], other[0]
            yield -linkage, (min(first, second), max(first, second)), a, b, cross.pair

    def _join(self, a: int, b: int) -> Iterator[tuple[int, tuple[str, str], int, int, tuple[str, str]]]:
        """Makes a new cluster of two, and says how it links with its neighbours."""
        new = len(self._members)
        crosses: dict[int, _Cross] = {}
        for c in sorted({*self._crosses[a], *self._crosses[b]} - {a, b}):
            cross = self._take(c, a)
            cross.add(self._take(c, b))
            crosses[c] = self._crosses[c][new] = cross
        self._members.append(sorted(self._members[a] + self._members[b]))
        self._crosses.append(crosses)
        self._members[a], self._members[b] = [], []
        self._crosses[a], self._crosses[b] = {}, {}
        for c in crosses:
            yield from self._entry(c, new)

    def _take(self, c: int, a: int) -> _Cross:
        return self._crosses[c].pop(a, None) or self._compute(c, a)

    def _compute(self, a: int, b: int) -> _Cross:
        """The cross weights of two clusters from those of their records."""
        total, best, best_pair = 0, -self._clip - 1, ("", "")
        for one in self._members[a]:
            for other in self._members[b]:
                pair = (one, other) if one < other else (other, one)
                known = self._edges.get(pair)
                weight = self._weigh(*pair) if known is None else known
                weight = max(-self._clip, min(self._clip, weight))
                total += weight
                if weight > best or (weight == best and pair < best_pair):
                    best, best_pair = weight, pair
        return _Cross(total, best, best_pair)


def _initial(keys: Collection[str], joined: Iterable[Collection[str]]) -> list[list[str]]:
    """The clusters to begin with, each sorted, in the order of their least keys."""
    cluster = {key: {key} for key in keys}
    for group in joined:
        together = set().union(*(cluster[key] for key in group if key in cluster))
        for key in together:
            cluster[key] = together
    found = {min(members): sorted(members) for members in cluster.values()}
    return [found[least] for least in sorted(found)]
