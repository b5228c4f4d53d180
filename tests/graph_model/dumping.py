"""Everything that a graph holds."""

from __future__ import annotations

import json
from typing import Any, LiteralString

from graph_model.graph import Graph

_NODES: LiteralString = "MATCH (n) RETURN collect([labels(n), properties(n)])"
_RELATIONS: LiteralString = """
MATCH (a)-[r]->(b) RETURN collect([type(r), properties(r), properties(a), properties(b)])
"""


async def dump(graph: Graph) -> list[str]:
    """Every node and every relation with all of its properties, as texts in an order that depends on nothing
    else."""
    nodes = [[sorted(labels), properties] for labels, properties in await graph.read(_NODES)]
    return sorted(map(_text, [*nodes, *(await graph.read(_RELATIONS) or ())]))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
