"""What the graph says, without ids and times of its own: equal states compare as equal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, LiteralString

from graph_model.graph import Graph

Part = frozenset[str]

_MEMBERS: LiteralString = """
MATCH (i:Individual)<-[:UNIFIED]-(r:SourceRecord)
WITH i, collect(r.key) AS records
RETURN collect([i.id, records, i.kind, i.displayName, i.firstName, i.lastName, i.birthDate, i.postalCode,
                i.emails, i.phones, coalesce(i.thresholds, []), i.dueAt])
"""
_OWNERS: LiteralString = """
MATCH (x:Identifier) OPTIONAL MATCH (x)-[:BELONGS_TO]->(i:Individual)
WITH x, i WHERE EXISTS { (x)<-[:CARRIES]-() }
RETURN collect([x.key, coalesce(x.generic, false), i.id])
"""
_OBJECTS: LiteralString = """
MATCH (o:BusinessObject)
OPTIONAL MATCH (o)-[:CAUSED_BY]->(:Identifier)-[:BELONGS_TO]->(i:Individual)
RETURN collect([o.key, i.id])
"""
_INSIGHTS: LiteralString = """
MATCH (v:InsightValue)-[:OF]->(i:Individual) RETURN collect([i.id, v.name, v.unit, v.amount, v.since])
"""
_MATCHES: LiteralString = """
MATCH (a:SourceRecord)-[m:MATCH]->(b:SourceRecord) RETURN collect([a.key, b.key, m.rule, m.score])
"""
_UNIFIED: LiteralString = """
MATCH (r:SourceRecord) WHERE r.deletedAt IS NULL
OPTIONAL MATCH (r)-[:UNIFIED]->(i:Individual) RETURN collect([r.key, i.id, i.status])
"""
_INDIVIDUALS: LiteralString = """
MATCH (i:Individual) WHERE i.status <> 'GONE'
RETURN collect([i.id, i.status, COUNT { (i)<-[:UNIFIED]-() }, COUNT { (i)-[:MERGED_INTO]->() },
                COUNT { (i)-[:MERGED_INTO]->({status: 'ACTIVE'}) }, i.dueAt])
"""
_CARRIED: LiteralString = """
MATCH (r:SourceRecord) OPTIONAL MATCH (r)-[:CARRIES]->(x:Identifier)
WITH r, collect(x.key) AS carried
RETURN collect([r.key, r.identifiers, carried])
"""
_BELONGING: LiteralString = """
MATCH (x:Identifier)-[:BELONGS_TO]->(i:Individual) RETURN collect([x.key, i.status])
"""
_VALUES: LiteralString = """
MATCH (v:InsightValue) OPTIONAL MATCH (v)-[:OF]->(i:Individual) RETURN collect([v.key, i.id, i.status])
"""


@dataclass(frozen=True)
class Snapshot:
    """The graph's state with each individual named by its records."""

    individuals: dict[Part, Any]
    owners: dict[str, tuple[bool, Part | None]]
    objects: dict[str, Part | None]
    insights: frozenset[tuple[Any, ...]]
    matches: frozenset[tuple[Any, ...]]

    @property
    def partition(self) -> set[Part]:
        """The individuals as sets of record keys."""
        return set(self.individuals)


async def snapshot(graph: Graph) -> Snapshot:
    """The state of the graph, after checking that it is sound."""
    await check_invariants(graph)
    rows = await graph.read(_MEMBERS)
    part_of: dict[str | None, Part | None] = {None: None}
    part_of |= {row[0]: frozenset(row[1]) for row in rows}
    return Snapshot(
        individuals={frozenset(row[1]): row[2:] for row in rows},
        owners={key: (generic, part_of[id_]) for key, generic, id_ in await graph.read(_OWNERS)},
        objects={key: part_of[id_] for key, id_ in await graph.read(_OBJECTS)},
        insights=frozenset((part_of[id_], *rest) for id_, *rest in await graph.read(_INSIGHTS)),
        matches=frozenset(tuple(row) for row in await graph.read(_MATCHES)),
    )


async def check_invariants(graph: Graph) -> None:
    """Assert what holds after every commit: each record is in exactly one active individual, each active
    individual has records, each merged one resolves to an active one, and nothing points at what is gone."""
    unified = await graph.read(_UNIFIED)
    assert [row for row in unified if row[2] != "ACTIVE"] == []
    assert _repeated(row[0] for row in unified) == []
    for id_, status, records, merged, into_active, due_at in await graph.read(_INDIVIDUALS):
        expected = (records > 0, 0, 0) if status == "ACTIVE" else (records == 0, 1, 1)
        assert (True, merged, into_active)[: len(expected)] == (True, *expected[1:]), (id_, status)
        assert expected[0], (id_, status, records)
        assert status == "ACTIVE" or due_at is None, id_
    for key, identifiers, carried in await graph.read(_CARRIED):
        assert sorted(identifiers or []) == sorted(carried), key
    belonging = await graph.read(_BELONGING)
    assert [row for row in belonging if row[1] != "ACTIVE"] == []
    assert _repeated(row[0] for row in belonging) == []
    values = await graph.read(_VALUES)
    assert [row for row in values if row[2] != "ACTIVE"] == []
    assert _repeated(row[0] for row in values) == []
    pairs = [(a, b) for a, b, *_ in await graph.read(_MATCHES)]
    assert _repeated(pairs) == []
    assert [pair for pair in pairs if pair[0] >= pair[1]] == []


def _repeated(items: Any) -> list[Any]:
    return [item for item, count in Counter(items).items() if count > 1]
