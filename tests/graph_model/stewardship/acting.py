"""A steward at work, and what the graph says of it."""

from __future__ import annotations

from typing import Any, LiteralString

from graph_model.graph import Graph
from graph_model.identity.stewardship.carrying import Steward
from graph_model.identity.stewardship.model import Outcome

STEWARD = Steward("steward", "They told us so")
TRYING = Steward("steward", "They told us so", dry_run=True)

_RECORD_IDS: LiteralString = "MATCH (r:SourceRecord) RETURN collect([r.recordId, r.id])"
_OWNERS: LiteralString = "MATCH (r:SourceRecord)-[:UNIFIED]->(i:Individual) RETURN collect([r.key, i.id])"
_ALL_NODES: LiteralString = "MATCH (n) WHERE NOT n:Lock RETURN collect([labels(n), properties(n)])"
_ALL_EDGES: LiteralString = "MATCH (a)-[e]->(b) RETURN collect([type(e), properties(e)])"


async def record_ids(graph: Graph) -> dict[str, str]:
    """The gateway's id of each record, by its id in the source."""
    return dict(await graph.read(_RECORD_IDS))


async def owners(graph: Graph) -> dict[str, str]:
    """The individual of each record, by the record's key."""
    return dict(await graph.read(_OWNERS))


async def people(graph: Graph) -> list[set[str]]:
    """The individuals as sets of record ids, those with the least first."""
    found: dict[str, set[str]] = {}
    for key, id_ in (await owners(graph)).items():
        found.setdefault(id_, set()).add(key.rpartition("/")[2])
    return sorted(found.values(), key=min)


async def everything(graph: Graph) -> list[Any]:
    """All that is in the graph."""
    return [sorted(map(repr, await graph.read(query))) for query in (_ALL_NODES, _ALL_EDGES)]


def parts(outcome: Outcome) -> list[set[str]]:
    """The individuals of an outcome as sets of record ids, those with the least first."""
    return sorted(({record.record_id for record in item.records} for item in outcome.individuals), key=min)
