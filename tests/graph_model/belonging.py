"""Whose each business object is and what orders come to, worked out from the records in the graph.

Nothing here looks at traces, at what is tied to them, or at what was decided before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString

import orjson

from graph_model.graph import Graph
from graph_model.identity import identifiers
from graph_model.identity.ownership import owner
from graph_model.identity.traces import store as traces
from graph_model.identity.traces.model import decide
from graph_model.insights.model import DAY, DAYS_SINCE_LAST_ORDER, LIFETIME_VALUE, MILLION
from graph_model.metadata.objects import DEVICE_OBJECT
from graph_model.metadata.registry import SHIPPED

Key = str
Individual = str

_RECORDS: LiteralString = """
MATCH (r:SourceRecord)-[:UNIFIED]->(i:Individual)
RETURN collect([r.key, r.object, r.identifiers, i.id])
"""
_GENERIC: LiteralString = "MATCH (x:Identifier) WHERE x.generic RETURN collect(x.key)"
_OBJECTS: LiteralString = """
MATCH (o:BusinessObject) WHERE o.deletedAt IS NULL AND o.fields IS NOT NULL
RETURN collect([o.key, o.source, o.objectType, o.recordId, o.fields])
"""
_TIED: LiteralString = """
MATCH (o:BusinessObject)-[:CAUSED_BY]->(:Trace)-[:LEADS_TO]->(:Identifier)-[:BELONGS_TO]->(i:Individual)
RETURN collect([o.key, i.id])
"""
_TIES: LiteralString = "MATCH (o:BusinessObject)-[:CAUSED_BY]->(:Trace) RETURN collect(o.key)"
_TRACES: LiteralString = """
MATCH (t:Trace)
RETURN collect([t.identifiers, COLLECT { MATCH (t)-[:LEADS_TO]->(x:Identifier) RETURN x.key },
                COLLECT { MATCH (t)-[:AWAITS]->(x:Identifier) RETURN x.key }])
"""
_OWNED: LiteralString = "MATCH (x:Identifier)-[:BELONGS_TO]->(:Individual) RETURN collect(x.key)"
_VALUES: LiteralString = """
MATCH (v:InsightValue)-[:OF]->(i:Individual)
RETURN collect([i.id, v.name, v.unit, v.amount, v.since])
"""


@dataclass(frozen=True)
class Belonging:
    """Whose each object is that is somebody's, and the insight values."""

    owners: dict[Key, Individual]
    values: frozenset[tuple[Any, ...]]


async def stored(graph: Graph) -> Belonging:
    """What the graph says, after checking that no object is tied twice, and that traces lead where they
    should, as far as none is left for later."""
    ties = await graph.read(_TIES)
    assert len(ties) == len(set(ties))
    if await traces.is_settled(graph):
        owned = set(await graph.read(_OWNED))
        for carried, leading, awaited in await graph.read(_TRACES):
            decision = decide(tuple(carried), owned)
            assert leading == ([decision.leads_to] if decision.leads_to is not None else []), carried
            assert sorted(awaited) == sorted(decision.awaits), carried
    values = frozenset(tuple(row) for row in await graph.read(_VALUES))
    return Belonging(dict(await graph.read(_TIED)), values)


async def expected(graph: Graph) -> Belonging:
    """What the records come to."""
    carrying: defaultdict[str, set[tuple[Individual, bool]]] = defaultdict(set)
    records: dict[Key, Individual] = {}
    for key, object_name, carried, individual in await graph.read(_RECORDS):
        records[key] = individual
        for identifier in carried or ():
            carrying[identifier].add((individual, object_name == DEVICE_OBJECT))
    for generic in await graph.read(_GENERIC):
        carrying.pop(generic, None)
    objects = {
        key: _Object(key, source, object_type, record_id, orjson.loads(fields))
        for key, source, object_type, record_id, fields in await graph.read(_OBJECTS)
    }
    owners: dict[Key, Individual] = {}
    for key, item in objects.items():
        says = _who_says(item, objects)
        if says is None:
            continue
        named = [records.get(party) for party in says.parties]
        carried = [owner(carrying.get(identifier, ())) for identifier in says.identifiers]
        if found := next((each for each in (*named, *carried) if each is not None), None):
            owners[key] = found
    return Belonging(owners, _values(objects, owners))


@dataclass(frozen=True)
class _Object:
    key: Key
    source: str
    object_type: str
    record_id: str
    fields: dict[str, Any]

    @property
    def identifiers(self) -> list[str]:
        found = identifiers.of_record(SHIPPED.objects[self.object_type], self.fields, self.source, None)
        return [identifier.key for identifier in found]

    @property
    def parties(self) -> list[Key]:
        return [f"{self.source}/{object_type}/{id_}" for object_type, id_ in self._named(True)]

    @property
    def above(self) -> tuple[str, str, str] | None:
        return next(((self.source, *named) for named in self._named(False)), None)

    def _named(self, parties: bool) -> list[tuple[str, str]]:
        return [
            (relation.object, str(self.fields[relation.field]))
            for relation in SHIPPED.objects[self.object_type].relations
            if relation.owning and SHIPPED.objects[relation.object].is_party is parties
            if relation.field in self.fields
        ]


def _who_says(item: _Object, objects: Mapping[Key, _Object]) -> _Object | None:
    """The object that carries something and says whose this one is."""
    called = {(each.source, each.object_type, each.record_id): each for each in objects.values()}
    seen: set[Key] = set()
    at: _Object | None = item
    while at is not None and at.key not in seen:
        if at.identifiers or at.parties:
            return at
        seen.add(at.key)
        at = called.get(at.above) if at.above is not None else None
    return None


def _values(objects: Mapping[Key, _Object], owners: Mapping[Key, Individual]) -> frozenset[tuple[Any, ...]]:
    sums: defaultdict[tuple[Individual, str], int] = defaultdict(int)
    last: dict[Individual, str] = {}
    for key, individual in owners.items():
        fields = objects[key].fields
        if objects[key].object_type != "SalesOrder" or fields.get("status") in ("CANCELLED", "RETURNED"):
            continue
        if "currency" in fields:
            sums[individual, fields["currency"]] += int(Decimal(fields.get("total", 0)) * MILLION)
        last[individual] = max(last.get(individual, ""), fields["orderedAt"])
    return frozenset(
        (
            *((id_, LIFETIME_VALUE, currency, amount, None) for (id_, currency), amount in sums.items()),
            *((id_, DAYS_SINCE_LAST_ORDER, DAY, None, moment) for id_, moment in last.items()),
        )
    )
