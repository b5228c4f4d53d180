"""The path between two records whose weakest link is as strong as can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush

from graph_model.identity.explanations.model import Hop
from graph_model.identity.matching.component import Pair
from graph_model.identity.model import Evidence

_CERTAIN = 2**62
"""What a steward's link counts, against any weight."""


def strongest_path(
    start: str, end: str, evidence: Mapping[Pair, Evidence], always: Iterable[Pair]
) -> tuple[Hop, ...]:
    """The links from one record to the other, such that the least weight among them is the greatest there
    can be; of equally strong paths one of the fewest links. Empty where none leads there. The maximum
    capacity path (Pollack 1960), by Dijkstra's algorithm."""
    links: dict[str, dict[str, Hop]] = {}
    stewards = [Hop(pair, None, None) for pair in always]
    found = [Hop(pair, item.weight, item.rule) for pair, item in evidence.items()]
    for hop in (*found, *stewards):
        a, b = hop.pair
        links.setdefault(a, {})[b] = links.setdefault(b, {})[a] = hop
    reached: dict[str, tuple[str, Hop] | None] = {}
    queue: list[tuple[int, int, str, tuple[str, Hop] | None]] = [(-_CERTAIN, 0, start, None)]
    while queue and end not in reached:
        loss, length, key, by = heappop(queue)
        if key in reached:
            continue
        reached[key] = by
        for other, hop in links.get(key, {}).items():
            if other not in reached:
                weight = _CERTAIN if hop.weight is None else hop.weight
                heappush(queue, (max(loss, -weight), length + 1, other, (key, hop)))
    path: list[Hop] = []
    step = reached.get(end)
    while step is not None:
        path.append(step[1])
        step = reached[step[0]]
    return tuple(reversed(path))
