"""Reading stewards' constraints by their ids."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.graph import Graph
from graph_model.reading.cypher import Rendering, row
from graph_model.reading.roots import Row
from graph_model.reading.shape import Shape
from graph_model.reading.statement import Statement


async def constraints_by_ids(graph: Graph, shape: Shape, ids: Sequence[str]) -> list[Row]:
    """The rows of the constraints with these ids, in order; those that are not there are left out."""
    if not ids:
        return []
    rendering = Rendering()
    text = f"""UNWIND $keys AS key
MATCH (n:Constraint {{id: key}})
RETURN collect([key, {row(shape, "n", rendering)}])"""
    found = dict(await Statement(text, rendering.parameters).read(graph, keys=list(ids)))
    return [found[id_] for id_ in ids if id_ in found]
