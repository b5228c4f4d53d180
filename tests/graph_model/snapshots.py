"""What the graph says, without ids and times of its own: equal states compare as equal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, LiteralString

from graph_model.graph import Graph
from graph_model.identity.components import connected
from graph_model.identity.golden import golden_values

Part = frozenset[str]
_GOLDEN = golden_values([]).properties.keys()

_MEMBERS: LiteralString = """
MATCH (i:Individual)<-[:UNIFIED]-(r:SourceRecord)
WITH i, collect(r.key) AS records
RETURN collect([i.id, records, properties(i)])
"""
_OWNERS: LiteralString = """
MATCH (x:Identifier) OPTIONAL MATCH (x)-[:BELONGS_TO]->(i:Individual)
WITH x, i WHERE EXISTS { (x)<-[:CARRIES]-() }
RETURN collect([x.key, coalesce(x.generic, false), i.id])
"""
_OBJECTS: LiteralString = """
MATCH (o:BusinessObject)
OPTIONAL MATCH (o)-[:CAUSED_BY]->(:Trace)-[:LEADS_TO]->(:Identifier)-[:BELONGS_TO]->(i:Individual)
RETURN collect([o.key, i.id])
"""
_INSIGHTS: LiteralString = """
MATCH (v:InsightValue)-[:OF]->(i:Individual) RETURN collect([i.id, v.name, v.unit, v.amount, v.since])
"""
_MATCHES: LiteralString = """
MATCH (a:SourceRecord)-[m:MATCH]->(b:SourceRecord) RETURN collect([a.key, b.key, m.rule, m.weight])
"""
_UNIFIED: LiteralString = """
MATCH (r:SourceRecord) WHERE r.deletedAt IS NULL
OPTIONAL MATCH (r)-[:UNIFIED]->(i:Individual)
RETURN collect([r.key, i.id, i.status])
"""
_TOMBSTONES: LiteralString = """
MATCH (r:SourceRecord) WHERE r.deletedAt IS NOT NULL
RETURN collect([r.key, r.component, COUNT { (r)-[:UNIFIED|CARRIES]->() }, COUNT { (r)-[:MATCH]-() },
                COUNT { MATCH (k:KeySet {record: r.key}) }])
"""
_INDIVIDUALS: LiteralString = """
MATCH (i:Individual)
OPTIONAL MATCH (i)-[:MERGED_INTO]->(w:Individual)
WITH i, collect(w.status) AS into
RETURN collect([i.id, i.status, COUNT { (i)<-[:UNIFIED]-() }, into, i.dueAt])
"""
_COMPONENTS: LiteralString = "MATCH (r:SourceRecord) RETURN collect([r.key, r.component])"
_ALWAYS: LiteralString = """
MATCH (a:SourceRecord)-[:ALWAYS_LINK]->(b:SourceRecord)
WHERE a.deletedAt IS NULL AND b.deletedAt IS NULL
RETURN collect([a.key, b.key])
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


# What depends on when things happened, and on what was before.
_OF_ITS_OWN = ("id", "createdAt", "updatedAt", "derivedBy", "heldRecords", "retiredAs")


@dataclass(frozen=True)
class Snapshot:
    """The graph's state with each individual named by its records."""

    individuals: dict[Part, dict[str, Any]]
    owners: dict[str, tuple[bool, Part | None]]
    objects: dict[str, Part | None]
    insights: frozenset[tuple[Any, ...]]
    matches: frozenset[tuple[Any, ...]]

    @property
    def golden(self) -> dict[Part, dict[str, Any]]:
        """The golden values of each individual, and where they are from."""
        return {
            part: {name: value for name, value in properties.items() if name in _GOLDEN}
            for part, properties in self.individuals.items()
        }

    @property
    def partition(self) -> set[Part]:
        """The individuals as sets of record keys."""
        return set(self.individuals)


async def snapshot(graph: Graph) -> Snapshot:
    """The state of the graph, after checking that it is sound."""
    await check_invariants(graph)
    rows = await graph.read(_MEMBERS)
    part_of: dict[str | None, Part | None] = {None: None}
    part_of |= {id_: frozenset(records) for id_, records, _ in rows}
    return Snapshot(
        individuals={
            frozenset(records): {
                name: value
                for name, value in properties.items()
                if name not in _OF_ITS_OWN and value not in (None, [])
            }
            for _, records, properties in rows
        },
        owners={key: (generic, part_of[id_]) for key, generic, id_ in await graph.read(_OWNERS)},
        objects={key: part_of[id_] for key, id_ in await graph.read(_OBJECTS)},
        insights=frozenset((part_of[id_], *rest) for id_, *rest in await graph.read(_INSIGHTS)),
        matches=frozenset(tuple(row) for row in await graph.read(_MATCHES)),
    )


async def check_invariants(graph: Graph) -> None:
    """Assert what holds after every commit: each record is in exactly one active individual, each active
    individual has records, each merged one resolves to one that is active or gone, components are what
    evidence joins, and nothing points at what is gone."""
    unified = await graph.read(_UNIFIED)
    assert [row for row in unified if row[2] != "ACTIVE"] == []
    assert _repeated(row[0] for row in unified) == []
    assert [row for row in await graph.read(_TOMBSTONES) if row[1:] != [None, 0, 0, 0]] == []
    for id_, status, records, into, due_at in await graph.read(_INDIVIDUALS):
        assert (records > 0) == (status == "ACTIVE"), (id_, status, records)
        if status == "MERGED":
            assert into in (["ACTIVE"], ["GONE"]), (id_, into)
        else:
            assert into == [], (id_, status, into)
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
    await _check_components(graph, pairs)


async def _check_components(graph: Graph, pairs: list[tuple[str, str]]) -> None:
    component = dict(await graph.read(_COMPONENTS))
    always = [(a, b) for a, b in await graph.read(_ALWAYS)]
    ids: list[str] = []
    for part in connected(component, [*pairs, *always]):
        (id_,) = {component[key] for key in part}
        assert (id_ is None) == (len(part) == 1), (part, id_)
        ids += [id_] if id_ is not None else []
    assert _repeated(ids) == []


def _repeated(items: Any) -> list[Any]:
    return [item for item, count in Counter(items).items() if count > 1]
