"""For whom a filter holds: asked of the graph about some individuals, as events and segments do."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from graph_model.filters.cypher import condition
from graph_model.filters.model import Filter
from graph_model.graph import Graph
from graph_model.reading.cypher import Rendering, Scope
from graph_model.reading.statement import Statement


def statement(filter_: Filter, now: datetime) -> Statement:
    """The statement that answers with those of the individuals `ids` for whom the filter holds."""
    rendering = Rendering()
    holds = condition(filter_, Scope({"n": "p"}), rendering, now)
    text = f"""UNWIND $ids AS id
MATCH (p:Individual {{id: id}}) WHERE p.status = 'ACTIVE' AND {holds}
RETURN collect(p.id)"""
    return Statement(text, rendering.parameters)


async def matching(graph: Graph, filter_: Filter, ids: Collection[str], now: datetime) -> set[str]:
    """Those of the individuals for whom the filter holds at this moment."""
    return set(await statement(filter_, now).read(graph, ids=sorted(ids)))
