"""Where reads of single individuals begin: at ids, or at identifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graph_model.graph import Graph
from graph_model.reading.cypher import Rendering, row
from graph_model.reading.shape import Shape
from graph_model.reading.statement import Statement

Row: TypeAlias = list[Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What an id or an identifier leads to: the row of its one individual, or nobody, in which case `shared`
    says whether several individuals carry it, and `gone` whether there was one of whom nothing is left."""

    row: Row | None
    shared: bool = False
    gone: bool = False


NOBODY = Found(None)
GONE = Found(None, gone=True)


def by_ids(shape: Shape) -> Statement:
    """Rows of individuals by ids; a merged id answers with the individual that it was merged into."""
    rendering = Rendering()
    text = f"""UNWIND $keys AS key
MATCH (i:Individual {{id: key}})
OPTIONAL MATCH (i)-[:MERGED_INTO]->(w:Individual)
WITH key, coalesce(w, i) AS p
RETURN collect([key, CASE WHEN p.status = 'GONE' THEN null ELSE {row(shape, "p", rendering)} END])"""
    return Statement(text, rendering.parameters)


def by_identifiers(shape: Shape) -> Statement:
    """Rows of individuals by the keys of identifiers."""
    rendering = Rendering()
    text = f"""UNWIND $keys AS key
MATCH (i:Identifier {{key: key}})
OPTIONAL MATCH (i)-[:BELONGS_TO]->(p:Individual)
WITH key, i, p
RETURN collect([key, EXISTS {{ (i)<-[:CARRIES]-(:SourceRecord) }},
  CASE WHEN p IS NULL THEN null ELSE {row(shape, "p", rendering)} END])"""
    return Statement(text, rendering.parameters)


async def read_by_ids(graph: Graph, statement: Statement, ids: Sequence[str]) -> list[Found]:
    """What each id leads to, in order."""
    rows = await statement.read(graph, keys=list(dict.fromkeys(ids)))
    found = {key: GONE if row is None else Found(row) for key, row in rows}
    return [found.get(id_, NOBODY) for id_ in ids]


async def read_by_identifiers(graph: Graph, statement: Statement, keys: Sequence[str]) -> list[Found]:
    """What each identifier leads to, in order, by their keys."""
    rows = await statement.read(graph, keys=list(dict.fromkeys(keys)))
    found = {key: Found(row, carried and row is None) for key, carried, row in rows}
    return [found.get(key, NOBODY) for key in keys]
