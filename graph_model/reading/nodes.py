"""Reading things of several kinds by their ids, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graph_model.graph import Graph
from graph_model.reading.cypher import Rendering, row
from graph_model.reading.roots import Row
from graph_model.reading.shape import Shape
from graph_model.reading.statement import Statement

Node: TypeAlias = tuple[str, Row]
"""The name of what it is, and its row."""

INDIVIDUAL, SOURCE_RECORD, CONSTRAINT = "Individual", "SourceRecord", "Constraint"
_PREFIXES = {"individuals": "ind_", "records": "rec_", "constraints": "con_", "objects": "obj_"}


@dataclass(frozen=True, slots=True)
class NodeShapes:
    """What is asked of each kind of thing, by its name: Individual, SourceRecord, Constraint, or a business
    object's."""

    shapes: tuple[tuple[str, Shape], ...]

    @classmethod
    def of(cls, shapes: Mapping[str, Shape]) -> NodeShapes:
        """From shapes by name."""
        return cls(tuple(sorted(shapes.items())))


def by_node_ids(asked: NodeShapes) -> Statement:
    """Rows of things by their ids, [id, name, row] for each kind; a merged individual's id answers with the
    one that it was merged into."""
    rendering = Rendering()
    shapes = dict(asked.shapes)
    # Of most business objects the same is asked: what all of them have.
    alike: dict[str, list[str]] = {}
    for name, shape in shapes.items():
        if name not in (INDIVIDUAL, SOURCE_RECORD, CONSTRAINT):
            alike.setdefault(row(shape, "n", rendering), []).append(name)
    objects = " ".join(
        f"WHEN n.objectType IN {rendering.parameter(names)} THEN {text}" for text, names in alike.items()
    )
    text = f"""RETURN [COLLECT {{
  UNWIND $individuals AS key
  MATCH (i:Individual {{id: key}})
  OPTIONAL MATCH (i)-[:MERGED_INTO]->(w:Individual)
  WITH key, coalesce(w, i) AS n WHERE n.status <> 'GONE'
  RETURN [key, {rendering.parameter(INDIVIDUAL)}, {row(shapes[INDIVIDUAL], "n", rendering)}]
}}, COLLECT {{
  UNWIND $records AS key
  MATCH (n:SourceRecord {{id: key}}) WHERE n.deletedAt IS NULL
  RETURN [key, {rendering.parameter(SOURCE_RECORD)}, {row(shapes[SOURCE_RECORD], "n", rendering)}]
}}, COLLECT {{
  UNWIND $constraints AS key
  MATCH (n:Constraint {{id: key}})
  RETURN [key, {rendering.parameter(CONSTRAINT)}, {row(shapes[CONSTRAINT], "n", rendering)}]
}}, COLLECT {{
  UNWIND $objects AS key
  MATCH (n:BusinessObject {{id: key}}) WHERE n.deletedAt IS NULL AND n.incomplete IS NULL
  RETURN [key, n.objectType, CASE {objects} END]
}}]"""
    return Statement(text, rendering.parameters)


def is_node_id(id_: str) -> bool:
    """Whether it is an id of one of these kinds of things."""
    return id_.startswith(tuple(_PREFIXES.values()))


async def read_by_node_ids(graph: Graph, statement: Statement, ids: Sequence[str]) -> list[Node | None]:
    """What each id leads to, in order; None for an id that nothing has."""
    asked: dict[str, Any] = {
        name: [id_ for id_ in dict.fromkeys(ids) if id_.startswith(prefix)]
        for name, prefix in _PREFIXES.items()
    }
    # An object that an integrator registered is of no type of its own, and is no node.
    found = {
        key: (name, row_)
        for kind in await statement.read(graph, **asked)
        for key, name, row_ in kind
        if row_ is not None
    }
    return [found.get(id_) for id_ in ids]
