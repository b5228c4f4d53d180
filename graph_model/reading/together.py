"""The statements of each shape, and the reads that travel in them together."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from graph_model.errors import Gone
from graph_model.graph import Graph
from graph_model.reading import roots
from graph_model.reading.gathering import Gathering
from graph_model.reading.nodes import Node, NodeShapes, by_node_ids, read_by_node_ids
from graph_model.reading.pages import PageOf, Pages
from graph_model.reading.roots import Found, Row
from graph_model.reading.shape import Shape

LANES = 1_000
"""Shapes that are remembered at the most."""

K = TypeVar("K")
V = TypeVar("V")


class Lane:
    """Reads of one shape."""

    def __init__(self, graph: Graph, shape: Shape) -> None:
        self._graph = graph
        self.by_ids = roots.by_ids(shape)
        self.by_identifiers = roots.by_identifiers(shape)
        self._pages = Pages(shape)
        self._ids = Gathering[Found](partial(roots.read_by_ids, graph, self.by_ids))
        self._identifiers = Gathering[Found](partial(roots.read_by_identifiers, graph, self.by_identifiers))

    async def by_id(self, id_: str) -> Row | None:
        """The row of the individual with this id, or with an id that was merged into it. Raises Gone if
        nothing is left of it."""
        (found,) = await self._ids.answers([id_])
        if found.gone:
            raise Gone("Every record of this individual was deleted.")
        return found.row

    async def by_identifier(self, key: str) -> Found:
        """What the identifier with this key leads to."""
        (found,) = await self._identifiers.answers([key])
        return found

    async def page(self, page: PageOf) -> tuple[list[Row], int | None]:
        """The rows of the page's individuals, each with its place at the end if it is `placed`, and how many
        there are in all, if that was asked for."""
        statement = self._pages.statement(page, scans_in_order=self._graph.scans_in_order)
        rows, total = await statement.read(self._graph)
        return rows, total


class NodeLane:
    """Reads of things by their ids, of the same shapes."""

    def __init__(self, graph: Graph, shapes: NodeShapes) -> None:
        self._ids = Gathering[Node | None](partial(read_by_node_ids, graph, by_node_ids(shapes)))

    async def by_ids(self, ids: Sequence[str]) -> list[Node | None]:
        """What each id leads to, in order; None for an id that nothing has."""
        return await self._ids.answers(ids) if ids else []


class Together:
    """The lanes of a graph, one for each shape that was asked for lately."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._lanes: OrderedDict[Shape, Lane] = OrderedDict()
        self._node_lanes: OrderedDict[NodeShapes, NodeLane] = OrderedDict()

    def lane(self, shape: Shape) -> Lane:
        """The lane of this shape."""
        return _latest(self._lanes, shape, lambda: Lane(self._graph, shape))

    def node_lane(self, shapes: NodeShapes) -> NodeLane:
        """The lane of things by their ids with these shapes."""
        return _latest(self._node_lanes, shapes, lambda: NodeLane(self._graph, shapes))


def _latest(known: OrderedDict[K, V], key: K, make: Callable[[], V]) -> V:
    """The value of a key, made if it is not known, in a bounded number of those asked for last."""
    value = known.get(key)
    if value is None:
        value = known[key] = make()
        if len(known) > LANES:
            known.popitem(last=False)
    else:
        known.move_to_end(key)
    return value
