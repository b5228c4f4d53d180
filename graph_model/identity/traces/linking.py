"""Tying business objects to their traces, and keeping up what the orders of each trace come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, LiteralString

import orjson

from graph_model.graph import Transaction
from graph_model.identity.traces import relations, store
from graph_model.identity.traces.model import Trace
from graph_model.insights.model import ORDERS
from graph_model.insights.orders import UNCOUNTED, Counted, Orders, counted
from graph_model.records.model import Identifier, Record

_BEFORE: LiteralString = """
UNWIND $keys AS key
MATCH (o:BusinessObject {key: key})-[:CAUSED_BY]->(t:Trace)
OPTIONAL MATCH (t)-[:LEADS_TO]->(:Identifier)-[:BELONGS_TO]->(i:Individual)
RETURN collect([key, t.key, t.identifiers, i.id, CASE t.objectType WHEN $orders THEN o.fields END])
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

_MAKE: LiteralString = """
UNWIND $rows AS row
CREATE (o:BusinessObject {key: row.key, id: row.id})
SET o += row
"""

_MAKE_TIED: LiteralString = """
UNWIND $rows AS row
MATCH (t:Trace {key: row[0]})
CREATE (o:BusinessObject {key: row[1].key, id: row[1].id})-[:CAUSED_BY]->(t)
SET o += row[1]
"""

_SAVE_ORDERS: LiteralString = """
UNWIND $rows AS row
MATCH (t:Trace {key: row[0]})
SET t.orders = row[1]
"""

_LAST: LiteralString = """
UNWIND $keys AS key
MATCH (:Trace {key: key})<-[:CAUSED_BY]-(o:BusinessObject)
WHERE NOT coalesce(o.status, '') IN $uncounted
WITH key, max(o.orderedAt) AS last
RETURN collect([key, last])
"""


@dataclass(frozen=True, slots=True)
class Tied:
    """How a business object was tied: to which trace, by which identifiers, whose it was, and what it added
    to the orders."""

    trace: str
    identifiers: tuple[str, ...]
    owner: str | None
    counted: Counted | None


@dataclass(frozen=True, slots=True)
class Untied:
    """A business object to be tied by these identifiers, and what it adds to the orders then."""

    key: str
    object_type: str
    identifiers: tuple[str, ...]
    counted: Counted | None


@dataclass(slots=True)
class Linked:
    """Whose the objects are now, by key; from whom and to whom stored ones went (`moved`), and whose orders
    changed (`ordered`)."""

    whose: dict[str, str] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    ordered: set[str] = field(default_factory=set)


async def tied(transaction: Transaction, keys: Iterable[str]) -> dict[str, Tied]:
    """How these objects, by key, are tied, where they are. Look before they are saved."""
    wanted = list(keys)
    found = await transaction.run(_BEFORE, keys=wanted, orders=ORDERS) if wanted else []
    return {key: _tied(*row) for key, *row in found}


def _tied(trace: str, identifiers: Sequence[str], owner: str | None, fields: str | None) -> Tied:
    return Tied(trace, tuple(identifiers), owner, _counted(ORDERS, fields) if fields is not None else None)


def _counted(object_type: str, fields: str) -> Counted | None:
    return counted(object_type, orjson.loads(fields)) if object_type == ORDERS else None


async def link(
    transaction: Transaction,
    objects: Sequence[Record],
    before: Mapping[str, Tied],
    *,
    fresh: Mapping[str, Mapping[str, Any]],
    hidden: Collection[str] = (),
    time: str,
) -> Linked:
    """Tie these business objects by what they carry, or else by what they are part of, and after them what is
    part of them. `before` says how those were tied that are there; those that are not are made of their
    properties (`fresh`). What is deleted or `hidden` is tied to nothing."""
    linked = Linked()
    if not objects:
        return linked
    shown = {str(item.key): item for item in objects if not item.deleted and str(item.key) not in hidden}
    own = {
        key: (*relations.parties(item), *(identifier.key for identifier in item.identifiers))
        for key, item in shown.items()
    }
    following = {
        key: parents[0]
        for key, item in shown.items()
        if not own[key] and (parents := relations.references(item))
    }
    named = {identifier.key: identifier for item in objects for identifier in item.identifiers}
    tying = _Tying(transaction, named, linked, time)

    def untied(key: str, identifiers: tuple[str, ...]) -> Untied:
        item = shown[key]
        return Untied(key, item.object_type.name, identifiers, counted(item.object_type.name, item.fields))

    first = [untied(key, found) for key, found in own.items() if key not in following]
    first += [Untied(key, "", (), None) for key in before if key not in shown]
    changed = await tying.tie(first, before, fresh)
    if rest := [row for key, row in fresh.items() if not own.get(key)]:
        await transaction.run(_MAKE, rows=rest)
    stored = {key for item in objects if (key := str(item.key)) not in fresh}
    above = await relations.save(transaction, objects, stored, shown, following)
    if following:
        found = await relations.inherited(transaction, following)
        second = [untied(key, found.get(key, ())) for key in following]
        changed |= await tying.tie(second, before)
    linked.moved |= {
        tie.owner for key, tie in before.items() if tie.owner and tie.owner != linked.whose.get(key)
    }
    await tying.tie_below({key: identifiers for key, identifiers in changed.items() if key in above})
    return linked


@dataclass(slots=True)
class _Tying:
    transaction: Transaction
    named: Mapping[str, Identifier]
    linked: Linked
    time: str

    async def tie(
        self,
        items: Sequence[Untied],
        before: Mapping[str, Tied],
        fresh: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    ) -> dict[str, tuple[str, ...]]:
        """Tie the items, and keep up the orders; return the identifiers of those of which they changed. Those
        that are `fresh` are made."""
        transaction = self.transaction
        traces: dict[str, Trace] = {}
        trace_of: dict[str, str] = {}
        for item in items:
            if item.identifiers:
                trace = Trace(item.object_type, item.identifiers)
                trace_of[item.key] = key = trace.key
                traces[key] = trace
        were = {item.key: before[item.key] for item in items if item.key in before}
        found = await store.find(transaction, {*traces, *(tie.trace for tie in were.values())})
        missing = {key: trace for key, trace in traces.items() if key not in found}
        owners = {key: owner for key, (owner, _) in found.items()}
        owners |= await store.create(transaction, missing, self.named, time=self.time)
        if untied := [key for key, tie in were.items() if trace_of.get(key) != tie.trace]:
            await transaction.run(_UNTIE, keys=untied)
        if making := [[to, fresh[key]] for key, to in trace_of.items() if key in fresh]:
            await transaction.run(_MAKE_TIED, rows=making)
        moving = [
            [key, to]
            for key, to in trace_of.items()
            if key not in fresh and (key not in were or were[key].trace != to)
        ]
        if moving:
            await transaction.run(_TIE, rows=moving)
        self.linked.whose.update((key, owner) for key, to in trace_of.items() if (owner := owners[to]))
        packed = {key: orders for key, (_, orders) in found.items()}
        counted_anew = await _count(transaction, items, trace_of, were, packed)
        self.linked.ordered |= {owner for key in counted_anew if (owner := owners[key])}
        return {
            item.key: item.identifiers
            for item in items
            if item.identifiers != (were[item.key].identifiers if item.key in were else ())
        }

    async def tie_below(self, changed: Mapping[str, tuple[str, ...]]) -> None:
        """Tie what is part of the objects that changed, and what is part of that."""
        seen = set(changed)
        while changed:
            below = await relations.below(self.transaction, list(changed))
            items = [
                Untied(child.key, child.object_type, changed[key], _counted(child.object_type, child.said))
                for key, children in below.items()
                for child in children
                if child.key not in seen
            ]
            before = await tied(self.transaction, [item.key for item in items])
            changed = await self.tie(items, before) if items else {}
            seen |= changed.keys()
            for key in changed:
                was = before[key].owner if key in before else None
                now = self.linked.whose.pop(key, None)
                if was != now:
                    self.linked.moved |= {individual for individual in (was, now) if individual}


async def _count(
    transaction: Transaction,
    items: Sequence[Untied],
    trace_of: Mapping[str, str],
    before: Mapping[str, Tied],
    packed: Mapping[str, str | None],
) -> list[str]:
    """Keep up what the orders of each trace come to; return the traces of which that changed."""
    orders: dict[str, Orders] = {}
    doubtful: set[str] = set()

    def orders_of(trace: str) -> Orders:
        if trace not in orders:
            orders[trace] = Orders.unpack(packed.get(trace))
        return orders[trace]

    for item in items:
        was = before.get(item.key)
        to = trace_of.get(item.key)
        now = item.counted if to is not None else None
        if was is not None and was.counted is not None:
            if was.trace == to and was.counted == now:
                continue
            if orders_of(was.trace).take(was.counted):
                doubtful.add(was.trace)
        if to is not None and now is not None:
            orders_of(to).add(now)
    if looked_for := sorted(key for key in doubtful if orders[key].sums):
        last = dict(await transaction.run(_LAST, keys=looked_for, uncounted=list(UNCOUNTED)))
        for key in looked_for:
            orders[key].last = last.get(key)
    if orders:
        await transaction.run(_SAVE_ORDERS, rows=[[key, found.pack()] for key, found in orders.items()])
    return sorted(orders)
