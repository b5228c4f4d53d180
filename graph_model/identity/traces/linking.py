"""Tying business objects to their traces, and keeping up what the orders of each trace come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import LiteralString

import orjson

from graph_model.graph import Transaction
from graph_model.identity.traces import store
from graph_model.identity.traces.model import Trace
from graph_model.insights.model import ORDERS
from graph_model.insights.orders import UNCOUNTED, Counted, Orders, counted
from graph_model.records.model import Record

_BEFORE: LiteralString = """
RETURN [key IN $keys | COLLECT {
  MATCH (o:BusinessObject {key: key})-[:CAUSED_BY]->(t:Trace)
  OPTIONAL MATCH (t)-[:LEADS_TO]->(:Identifier)-[:BELONGS_TO]->(i:Individual)
  RETURN [t.key, i.id, CASE t.objectType WHEN $orders THEN o.fields END]
}]
"""

_UNTIE: LiteralString = """
UNWIND $keys AS key
MATCH (:BusinessObject {key: key})-[c:CAUSED_BY]->(:Trace)
DELETE c
"""

_TIE: LiteralString = """
UNWIND $rows AS row
MATCH (o:BusinessObject {key: row[0]})
MATCH (t:Trace {key: row[1]})
CREATE (o)-[:CAUSED_BY]->(t)
"""

_SAVE_ORDERS: LiteralString = """
UNWIND $rows AS row
MATCH (t:Trace {key: row[0]})
SET t.orders = row[1]
"""

_LAST: LiteralString = """
RETURN [key IN $keys | COLLECT {
  MATCH (:Trace {key: key})<-[:CAUSED_BY]-(o:BusinessObject)
  WHERE NOT coalesce(o.status, '') IN $uncounted
  RETURN max(o.orderedAt)
}]
"""


@dataclass(frozen=True, slots=True)
class Tied:
    """How a business object was tied: to which trace, whose it was, and what it added to the orders."""

    trace: str
    owner: str | None
    counted: Counted | None


@dataclass(slots=True)
class Linked:
    """Whose the objects are now, by key; from whom some of them were taken (`left`), and whose orders
    changed (`ordered`)."""

    whose: dict[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    ordered: set[str] = field(default_factory=set)


async def tied(transaction: Transaction, keys: Iterable[str]) -> dict[str, Tied]:
    """How these objects, by key, are tied, where they are. Look before they are saved."""
    wanted = list(keys)
    found = await transaction.run(_BEFORE, keys=wanted, orders=ORDERS) if wanted else []
    return {key: _tied(*rows[0]) for key, rows in zip(wanted, found, strict=True) if rows}


def _tied(trace: str, owner: str | None, fields: str | None) -> Tied:
    return Tied(trace, owner, None if fields is None else counted(ORDERS, orjson.loads(fields)))


async def link(transaction: Transaction, objects: Sequence[Record], before: Mapping[str, Tied]) -> Linked:
    """Tie these business objects, which are saved, to the traces of what they carry. One that carries nothing
    is tied to none."""
    wanted = {str(item.key): Trace(item.object_type.name, _carried(item)) for item in objects}
    trace_of = {key: trace.key for key, trace in wanted.items() if trace.identifiers}
    traces = {trace_of[key]: trace for key, trace in wanted.items() if key in trace_of}
    found = await store.find(transaction, {*traces, *(tie.trace for tie in before.values())})
    missing = {key: trace for key, trace in traces.items() if key not in found}
    named = {identifier.key: identifier for item in objects for identifier in item.identifiers}
    owners = {key: owner for key, (owner, _) in found.items()}
    owners |= await store.create(transaction, missing, named)
    if untied := [key for key, tie in before.items() if trace_of.get(key) != tie.trace]:
        await transaction.run(_UNTIE, keys=untied)
    rows = [[key, to] for key, to in trace_of.items() if key not in before or before[key].trace != to]
    if rows:
        await transaction.run(_TIE, rows=rows)
    linked = Linked({key: owner for key, trace in trace_of.items() if (owner := owners[trace])})
    linked.left = {
        tie.owner for key, tie in before.items() if tie.owner and tie.owner != linked.whose.get(key)
    }
    packed = {key: orders for key, (_, orders) in found.items()}
    changed = await _count(transaction, objects, trace_of, before, packed)
    linked.ordered = {owner for key in changed if (owner := owners[key])}
    return linked


def _carried(item: Record) -> tuple[str, ...]:
    return tuple(identifier.key for identifier in item.identifiers)


async def _count(
    transaction: Transaction,
    objects: Sequence[Record],
    trace_of: Mapping[str, str],
    before: Mapping[str, Tied],
    packed: Mapping[str, str | None],
) -> list[str]:
    """Keep up what the orders of each trace come to; return the traces of which that changed."""
    orders: defaultdict[str, Orders] = defaultdict(Orders)
    orders.update((key, Orders.unpack(packed[key])) for key in packed)
    doubtful: set[str] = set()
    changed: set[str] = set()
    for item in objects:
        key = str(item.key)
        was = before.get(key)
        now = counted(item.object_type.name, item.fields) if key in trace_of else None
        if was is not None and was.counted is not None:
            if was.trace == trace_of.get(key) and was.counted == now:
                continue
            changed.add(was.trace)
            if orders[was.trace].take(was.counted):
                doubtful.add(was.trace)
        if now is not None:
            changed.add(trace_of[key])
            orders[trace_of[key]].add(now)
    if looked_for := sorted(key for key in doubtful if orders[key].sums):
        last = await transaction.run(_LAST, keys=looked_for, uncounted=list(UNCOUNTED))
        for key, (moment,) in zip(looked_for, last, strict=True):
            orders[key].last = moment
    if changed:
        await transaction.run(_SAVE_ORDERS, rows=[[key, orders[key].pack()] for key in sorted(changed)])
    return sorted(changed)
