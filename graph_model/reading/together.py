"""The statements of each shape, and the reads that travel in them together."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from graph_model.graph import Graph
from graph_model.reading import roots
from graph_model.reading.gathering import Gathering
from graph_model.reading.roots import Found, Row
from graph_model.reading.shape import Shape

LANES = 1_000
"""Shapes that are remembered at the most."""


class Lane:
    """Reads of one shape."""

    def __init__(self, graph: Graph, shape: Shape) -> None:
        self._graph = graph
        self.by_ids = roots.by_ids(shape)
        self.by_identifiers = roots.by_identifiers(shape)
        self.page = roots.page(shape)
        self._ids = Gathering[Row | None](partial(roots.read_by_ids, graph, self.by_ids))
        self._identifiers = Gathering[Found](partial(roots.read_by_identifiers, graph, self.by_identifiers))

    async def by_id(self, id_: str) -> Row | None:
        """The row of the individual with this id, or with an id that was merged into it."""
        return await self._ids.answer(id_)

    async def by_identifier(self, key: str) -> Found:
        """What the identifier with this key leads to."""
        return await self._identifiers.answer(key)

    async def read_page(self, *, after: str, limit: int) -> list[tuple[str, Row]]:
        """Up to `limit` (id, row) from behind the id `after` (empty: from the start)."""
        return await roots.read_page(self._graph, self.page, after=after, limit=limit)


class Together:
    """The lanes of a graph, one for each shape that was asked for lately."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._lanes: OrderedDict[Shape, Lane] = OrderedDict()

    def lane(self, shape: Shape) -> Lane:
        """The lane of this shape."""
        lane = self._lanes.get(shape)
        if lane is None:
            lane = self._lanes[shape] = Lane(self._graph, shape)
            if len(self._lanes) > LANES:
                self._lanes.popitem(last=False)
        else:
            self._lanes.move_to_end(shape)
        return lane
