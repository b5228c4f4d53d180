"""Setting constraints, ending them, and finding those of records.

A constraint is a node that keeps who decided what and why, for good; each pair that it binds is an edge
ALWAYS_LINK or NEVER_LINK with the constraint's id. An ended one's edges stay as WAS_ALWAYS_LINK and
WAS_NEVER_LINK. While a record is deleted, its constraints rest: they hold again when it is sent anew.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, LiteralString

from graph_model.graph import Transaction
from graph_model.identity.constraints.model import (
    Among,
    Bond,
    Constraint,
    ConstraintCause,
    ConstraintKind,
    among,
    pair_of,
)

_BONDS: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})-[c:ALWAYS_LINK|NEVER_LINK]-(o:SourceRecord)
WHERE r.deletedAt IS NULL AND o.deletedAt IS NULL
RETURN collect(DISTINCT [r.key, o.key, type(c), c.id])
"""

_RESTING: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})-[c:ALWAYS_LINK|NEVER_LINK]-(o:SourceRecord)
RETURN collect(DISTINCT [r.key, o.key, type(c), c.id])
"""

_SAVE: LiteralString = """
CREATE (c:Constraint {id: $id, kind: $kind, cause: $cause, reason: $reason, actor: $actor, since: $since,
                      retired: $retired})
WITH c
UNWIND $records AS key
MATCH (r:SourceRecord {key: key})
CREATE (c)-[:BINDS]->(r)
"""

_ALWAYS: LiteralString = """
UNWIND $pairs AS pair
MATCH (a:SourceRecord {key: pair[0]})
MATCH (b:SourceRecord {key: pair[1]})
CREATE (a)-[:ALWAYS_LINK {id: $id, reason: $reason, actor: $actor, since: $since}]->(b)
"""

_NEVER: LiteralString = """
UNWIND $pairs AS pair
MATCH (a:SourceRecord {key: pair[0]})
MATCH (b:SourceRecord {key: pair[1]})
CREATE (a)-[:NEVER_LINK {id: $id, reason: $reason, actor: $actor, since: $since}]->(b)
"""

_END: LiteralString = """
MATCH (c:Constraint {id: $id})
SET c.until = $time, c.endedBy = $actor, c.endReason = $reason
"""

_END_ALWAYS: LiteralString = """
MATCH (:Constraint {id: $id})-[:BINDS]->(a:SourceRecord)-[e:ALWAYS_LINK]->(b:SourceRecord)
WHERE e.id = $id
CREATE (a)-[:WAS_ALWAYS_LINK {id: e.id, reason: e.reason, actor: e.actor, since: e.since, until: $time,
                              endedBy: $actor}]->(b)
DELETE e
"""

_END_NEVER: LiteralString = """
MATCH (:Constraint {id: $id})-[:BINDS]->(a:SourceRecord)-[e:NEVER_LINK]->(b:SourceRecord)
WHERE e.id = $id
CREATE (a)-[:WAS_NEVER_LINK {id: e.id, reason: e.reason, actor: e.actor, since: e.since, until: $time,
                             endedBy: $actor}]->(b)
DELETE e
"""

_FIND: LiteralString = """
MATCH (c:Constraint {id: $id})
RETURN [c.id, c.kind, c.cause, c.reason, c.actor, c.since, c.retired, c.until, c.endedBy, c.endReason,
        COLLECT { MATCH (c)-[:BINDS]->(a:SourceRecord)-[e]->(b:SourceRecord)
                  WHERE e.id = c.id RETURN [a.key, b.key] }]
"""

_MERGES: LiteralString = """
UNWIND $ids AS id
MATCH (:Individual {id: id})<-[:UNIFIED]-(:SourceRecord)<-[:BINDS]-(c:Constraint)
WHERE c.cause = 'MERGE' AND c.until IS NULL
RETURN collect(DISTINCT [c.id, c.retired])
"""


async def constraints_among(transaction: Transaction, records: Collection[str]) -> Among:
    """The pairs that constraints bind and of which one record at least is among these, by key."""
    return among(await _bonds(transaction, _BONDS, records))


async def bonds_around(transaction: Transaction, records: Collection[str]) -> list[Bond]:
    """Every pair with its constraint, on these records and on all that always-links lead to from them; those
    that rest among them, because they may hold again."""
    found: dict[Bond, None] = {}
    seen: set[str] = set()
    pending = set(records)
    while pending:
        seen |= pending
        bonds = await _bonds(transaction, _RESTING, pending)
        found |= dict.fromkeys(bonds)
        pending = {
            key for bond in bonds if bond.kind is ConstraintKind.ALWAYS_LINK for key in bond.pair
        } - seen
    return list(found)


async def save(transaction: Transaction, constraint: Constraint) -> None:
    """Store a constraint, and bind its pairs."""
    said = {"id": constraint.id, "reason": constraint.reason, "actor": constraint.actor}
    await transaction.run(
        _SAVE,
        **said,
        since=constraint.since,
        kind=constraint.kind,
        cause=constraint.cause,
        retired=list(constraint.retired),
        records=list(constraint.records),
    )
    statement = _ALWAYS if constraint.kind is ConstraintKind.ALWAYS_LINK else _NEVER
    await transaction.run(
        statement, **said, since=constraint.since, pairs=[list(pair) for pair in constraint.pairs]
    )


async def end(
    transaction: Transaction, constraint: Constraint, *, actor: str, reason: str, time: str
) -> None:
    """Take a constraint away; it stays as history."""
    await transaction.run(_END, id=constraint.id, actor=actor, reason=reason, time=time)
    statement = _END_ALWAYS if constraint.kind is ConstraintKind.ALWAYS_LINK else _END_NEVER
    await transaction.run(statement, id=constraint.id, actor=actor, time=time)


async def find(transaction: Transaction, id_: str) -> Constraint | None:
    """The constraint with this id, whether it holds or has ended."""
    row = await transaction.run(_FIND, id=id_)
    return None if row is None else _constraint(row)


async def merges_of(transaction: Transaction, individuals: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The constraints by which stewards merged these individuals, while they hold: the ids that each
    retired, by the constraint's id."""
    rows = await transaction.run(_MERGES, ids=sorted(individuals))
    return {id_: tuple(retired or ()) for id_, retired in sorted(rows)}


async def _bonds(transaction: Transaction, statement: LiteralString, records: Collection[str]) -> list[Bond]:
    if not records:
        return []
    rows = await transaction.run(statement, keys=sorted(records))
    return list(
        dict.fromkeys(Bond(pair_of(one, other), ConstraintKind(kind), id_) for one, other, kind, id_ in rows)
    )


def _constraint(row: list[Any]) -> Constraint:
    id_, kind, cause, reason, actor, since, retired, until, ended_by, end_reason, pairs = row
    return Constraint(
        id_,
        ConstraintKind(kind),
        ConstraintCause(cause),
        reason,
        actor,
        since,
        tuple(sorted(pair_of(a, b) for a, b in pairs)),
        tuple(retired or ()),
        until,
        ended_by,
        end_reason,
    )
