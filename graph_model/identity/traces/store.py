"""Loading traces, making new ones, and turning them where ownership has turned.

What a trace leads to belongs to somebody, what it awaits belongs to nobody: a trace of which that is not so
is found by these edges alone, and turning it takes the edge away. So traces can be turned page by page, in
any order, and whoever begins anew finds just those that are left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.identity.ownership import RECORD, named_record
from graph_model.identity.traces.model import Decision, Trace, decide
from graph_model.insights.model import ORDERS
from graph_model.records.model import Identifier

PAGE = 2_000
"""Traces that one transaction turns at most. The rest follows in transactions of their own."""

_FIND: LiteralString = """
UNWIND $keys AS key
MATCH (t:Trace {key: key})
OPTIONAL MATCH (t)-[:LEADS_TO]->(:Identifier)-[:BELONGS_TO]->(i:Individual)
RETURN collect([key, i.id, t.orders])
"""

_NAME: LiteralString = """
UNWIND $rows AS row
MERGE (x:Identifier {key: row[0]})
ON CREATE SET x.type = row[1], x.issuer = row[2], x.value = row[3]
SET x.mentioned = true
WITH x
OPTIONAL MATCH (x)-[:BELONGS_TO]->(i:Individual)
RETURN collect([x.key, i.id])
"""

# An identifier that names a party's record belongs to whoever that is about.
_CLAIM: LiteralString = """
UNWIND $rows AS row
MATCH (x:Identifier {key: row[0]})
WHERE NOT EXISTS { MATCH (x)-[:BELONGS_TO]->(:Individual) }
MATCH (:SourceRecord {key: row[1]})-[:UNIFIED]->(i:Individual)
CREATE (x)-[:BELONGS_TO {since: $time}]->(i)
RETURN collect([x.key, i.id])
"""

_CREATE: LiteralString = """
UNWIND $rows AS row
CREATE (t:Trace {key: row[0], objectType: row[1], identifiers: row[2]})
RETURN count(t)
"""

_LEAD: LiteralString = """
UNWIND $rows AS row
MATCH (t:Trace {key: row[0]})
MATCH (x:Identifier {key: row[1]})
CREATE (t)-[:LEADS_TO]->(x)
"""

_AWAIT: LiteralString = """
UNWIND $rows AS row
MATCH (t:Trace {key: row[0]})
MATCH (x:Identifier {key: row[1]})
CREATE (t)-[:AWAITS]->(x)
"""

_TURNING: LiteralString = """
RETURN [[key IN $owned | COLLECT {
  MATCH (:Identifier {key: key})<-[:AWAITS]-(t:Trace) RETURN t.key LIMIT $most
}], [key IN $disowned | COLLECT {
  MATCH (:Identifier {key: key})<-[:LEADS_TO]-(t:Trace) RETURN t.key LIMIT $most
}]]
"""

_STATES: LiteralString = """
UNWIND $keys AS key
MATCH (t:Trace {key: key})
RETURN collect([t.key, t.objectType, t.identifiers,
                COLLECT { MATCH (t)-[:LEADS_TO]->(x:Identifier) RETURN x.key },
                [name IN t.identifiers | COLLECT {
                  MATCH (:Identifier {key: name})-[:BELONGS_TO]->(i:Individual) RETURN i.id }]])
"""

_LEAVE: LiteralString = """
UNWIND $keys AS key
MATCH (t:Trace {key: key})-[e:LEADS_TO|AWAITS]->(:Identifier)
DELETE e
"""

_LATER: LiteralString = """
UNWIND $keys AS key
MERGE (:Unsettled {identifier: key})
"""

_UNSETTLED: LiteralString = """
MATCH (u:Unsettled)
WITH u LIMIT $most
RETURN collect([u.identifier, EXISTS {
  MATCH (:Identifier {key: u.identifier})-[:BELONGS_TO]->(:Individual) }])
"""

_LEFT: LiteralString = "MATCH (u:Unsettled) WITH u LIMIT 1 RETURN count(u)"

_SETTLED: LiteralString = """
UNWIND $keys AS key
MATCH (u:Unsettled {identifier: key})
DELETE u
"""


@dataclass(slots=True)
class Turned:
    """What turning traces did: the individuals whom objects went to or came from (`affected`), and those of
    them whose orders did (`ordered`)."""

    affected: set[str] = field(default_factory=set)
    ordered: set[str] = field(default_factory=set)


async def find(transaction: Transaction, keys: Collection[str]) -> dict[str, tuple[str | None, str | None]]:
    """Of the traces that are there, by key: whose they are, and the orders of theirs (packed)."""
    found = await transaction.run(_FIND, keys=list(keys)) if keys else []
    return {key: (owner, orders) for key, owner, orders in found}


async def create(
    transaction: Transaction, traces: Mapping[str, Trace], known: Mapping[str, Identifier], *, time: str
) -> dict[str, str | None]:
    """Make traces that are not there; return whose each is. `known` are identifiers by key; the others are
    records of parties that are named, or are there."""
    if not traces:
        return {}
    keys = sorted({key for trace in traces.values() for key in trace.identifiers})
    named = {key: record for key in keys if (record := named_record(key)) is not None}
    names = [_name(key, known.get(key), named.get(key)) for key in keys]
    owners = {key: owner for key, owner in await transaction.run(_NAME, rows=names) if owner is not None}
    if unclaimed := [[key, record] for key, record in named.items() if key not in owners]:
        owners.update(await transaction.run(_CLAIM, rows=unclaimed, time=time))
    rows = [[key, trace.object_type, list(trace.identifiers)] for key, trace in traces.items()]
    await transaction.run(_CREATE, rows=rows)
    decisions = {key: decide(trace.identifiers, owners) for key, trace in traces.items()}
    await _direct(transaction, decisions)
    return {key: owners.get(decision.leads_to or "") for key, decision in decisions.items()}


def _name(key: str, known: Identifier | None, record: str | None) -> list[str | None]:
    if known is not None:
        return [key, known.type, known.issuer, known.value]
    return [key, RECORD if record is not None else None, "", record]


async def turn(
    transaction: Transaction,
    owned: Iterable[str],
    disowned: Iterable[str],
    before: Mapping[str, str | None],
    *,
    page: int = PAGE,
) -> Turned:
    """Decide anew the traces of identifiers (by key) that came to belong to somebody, or to nobody; `before`
    says whose these were. Of more traces than a page the rest is left for `turn_rest`."""
    owned, disowned = sorted(owned), sorted(disowned)
    if not owned and not disowned:
        return Turned()
    turned, rest = await _turn(transaction, owned, disowned, before, page)
    if rest:
        await transaction.run(_LATER, keys=sorted(rest))
    return turned


async def is_settled(graph: Graph) -> bool:
    """Whether nothing was left for `turn_rest`."""
    return not await graph.read(_LEFT)


async def turn_rest(transaction: Transaction, *, page: int = PAGE) -> Turned:
    """Turn a page of what was left."""
    found: dict[str, bool] = dict(await transaction.run(_UNSETTLED, most=page))
    if not found:
        return Turned()
    owned = sorted(key for key, is_owned in found.items() if is_owned)
    disowned = sorted(found.keys() - set(owned))
    turned, rest = await _turn(transaction, owned, disowned, {}, page)
    if settled := sorted(found.keys() - rest):
        await transaction.run(_SETTLED, keys=settled)
    return turned


async def _turn(
    transaction: Transaction,
    owned: Sequence[str],
    disowned: Sequence[str],
    before: Mapping[str, str | None],
    page: int,
) -> tuple[Turned, set[str]]:
    """What turning a page did, and the identifiers of which more traces than that have to be turned."""
    groups = await transaction.run(_TURNING, owned=owned, disowned=disowned, most=page + 1)
    wanted: dict[str, None] = {}
    rest: set[str] = set()
    for name, traces in zip((*owned, *disowned), (*groups[0], *groups[1]), strict=True):
        for key in traces:
            if key not in wanted and len(wanted) == page:
                rest.add(name)
                break
            wanted[key] = None
    turned = Turned()
    if wanted:
        states = await transaction.run(_STATES, keys=list(wanted))
        await transaction.run(_LEAVE, keys=list(wanted))
        await _direct(transaction, {row[0]: _decided(row, before, turned) for row in states})
    return turned, rest


def _decided(row: Sequence[Any], before: Mapping[str, str | None], turned: Turned) -> Decision:
    _, object_type, identifiers, leads_to, owned_by = row
    owners = {key: owner[0] for key, owner in zip(identifiers, owned_by, strict=True) if owner}
    decision = decide(tuple(identifiers), owners)
    was = next((before[key] if key in before else owners.get(key) for key in leads_to), None)
    now = owners.get(decision.leads_to or "")
    if was != now:
        moved = {individual for individual in (was, now) if individual is not None}
        turned.affected |= moved
        if object_type == ORDERS:
            turned.ordered |= moved
    return decision


async def _direct(transaction: Transaction, decisions: Mapping[str, Decision]) -> None:
    leading = [[key, found.leads_to] for key, found in decisions.items() if found.leads_to is not None]
    awaiting = [[key, name] for key, found in decisions.items() for name in found.awaits]
    if leading:
        await transaction.run(_LEAD, rows=leading)
    if awaiting:
        await transaction.run(_AWAIT, rows=awaiting)
