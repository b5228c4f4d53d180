"""Keeping the review queue: what resolution finds goes in, what has gone away is closed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, LiteralString

from graph_model import times
from graph_model.graph import Graph, Transaction
from graph_model.identity.reviews.model import (
    Concerned,
    ReviewCase,
    ReviewDecision,
    ReviewItem,
    ReviewState,
)
from graph_model.identity.reviews.rules import Known, refreshed
from graph_model.ids import new_id

_OF_RECORDS: LiteralString = """
UNWIND $records AS key
MATCH (:SourceRecord {key: key})<-[:CONCERNS]-(i:ReviewItem)
RETURN collect(DISTINCT [i.key, i.state, i.weight, i.detail])
"""

_OPEN: LiteralString = """
UNWIND $rows AS row
CREATE (i:ReviewItem {id: row.id, key: row.key, kind: row.kind, records: row.records, weight: row.weight,
                      detail: row.detail, state: 'OPEN', openedAt: $time, updatedAt: $time})
WITH i, row
UNWIND row.records AS key
MATCH (r:SourceRecord {key: key})
CREATE (i)-[:CONCERNS]->(r)
"""

_UPDATE: LiteralString = """
UNWIND $rows AS row
MATCH (i:ReviewItem {key: row.key})
SET i.state = row.state, i.weight = row.weight, i.detail = row.detail, i.updatedAt = $time
"""

_WITHDRAW: LiteralString = """
UNWIND $constraints AS id
MATCH (:Constraint {id: id})-[:BINDS]->(:SourceRecord)<-[:CONCERNS]-(i:ReviewItem {constraint: id})
SET i.state = 'CLOSED', i.constraint = null, i.decision = null, i.updatedAt = $time
"""

ITEM: LiteralString = """
[i.id, i.key, i.kind, i.records, i.weight, i.detail, i.state, i.openedAt, i.updatedAt, i.assignee, i.decision,
 i.decidedBy, i.decidedAt, i.reason, i.constraint,
 COLLECT { MATCH (i)-[:CONCERNS]->(r:SourceRecord) OPTIONAL MATCH (r)-[:UNIFIED]->(p:Individual)
           RETURN [r.key, r.id, r.source, r.object, r.recordId, r.fields, p.id] }]
"""

_BY_IDS: LiteralString = (
    """
UNWIND $ids AS id
MATCH (i:ReviewItem {id: id})
RETURN collect("""
    + ITEM
    + ")"
)

_ASSIGN: LiteralString = """
UNWIND $ids AS id
MATCH (i:ReviewItem {id: id})
SET i.assignee = $assignee, i.updatedAt = $time
RETURN collect(i.id)
"""

_DECIDE: LiteralString = """
MATCH (i:ReviewItem {id: $id})
SET i.state = 'DECIDED', i.decision = $decision, i.decidedBy = $actor, i.decidedAt = $time,
    i.updatedAt = $time, i.reason = $reason, i.constraint = $constraint
"""


async def refresh(
    transaction: Transaction, records: Collection[str], cases: Sequence[ReviewCase], *, time: str
) -> None:
    """Bring the queue up to date with what was found for these records, by key: cases that are new are
    opened, those that are gone closed, those that came back opened again. What is decided stays so."""
    if not records:
        return
    rows = await transaction.run(_OF_RECORDS, records=sorted(records))
    known = [Known(key, ReviewState(state), weight, detail) for key, state, weight, detail in rows]
    opened, changed = refreshed(known, cases)
    if opened:
        await transaction.run(_OPEN, rows=[_row(case) for case in opened], time=time)
    if changed:
        updates = [
            {"key": item.key, "state": item.state, "weight": item.weight, "detail": item.detail}
            for item in changed
        ]
        await transaction.run(_UPDATE, rows=updates, time=time)


async def withdraw(transaction: Transaction, constraints: Collection[str], *, time: str) -> None:
    """Take back the decisions that set these constraints: their items are closed, and open again where the
    case is still there."""
    if constraints:
        await transaction.run(_WITHDRAW, constraints=sorted(constraints), time=time)


async def by_ids(transaction: Transaction, ids: Collection[str]) -> dict[str, ReviewItem]:
    """The items with these ids."""
    return {
        item.id: item for item in map(item_of, await transaction.run(_BY_IDS, ids=list(dict.fromkeys(ids))))
    }


async def read(graph: Graph, ids: Collection[str]) -> dict[str, ReviewItem]:
    """The items with these ids, as they are now."""
    rows = await graph.read(_BY_IDS, ids=list(dict.fromkeys(ids)))
    return {item.id: item for item in map(item_of, rows)}


async def assign(
    graph: Graph, ids: Collection[str], assignee: str | None, *, now: datetime
) -> dict[str, ReviewItem]:
    """Give these items to somebody, or to nobody; the items that there are, by id."""

    async def work(transaction: Transaction) -> dict[str, ReviewItem]:
        asked = list(dict.fromkeys(ids))
        await transaction.run(_ASSIGN, ids=asked, assignee=assignee, time=times.to_text(now))
        return await by_ids(transaction, asked)

    return await graph.write(work)


async def decide(
    transaction: Transaction,
    id_: str,
    decision: ReviewDecision,
    *,
    reason: str,
    actor: str,
    constraint: str | None,
    time: str,
) -> None:
    """Note what was decided of an item, and by which constraint that holds."""
    await transaction.run(
        _DECIDE, id=id_, decision=decision, reason=reason, actor=actor, constraint=constraint, time=time
    )


def item_of(row: Sequence[Any]) -> ReviewItem:
    """The item of a row that `ITEM` describes."""
    id_, key, kind, records, weight, detail, state, opened_at, updated_at, assignee, decision, *rest = row
    decided_by, decided_at, reason, constraint, concerned = rest
    return ReviewItem(
        id=id_,
        key=key,
        kind=kind,
        records=tuple(records),
        weight=weight,
        detail=detail,
        state=ReviewState(state),
        opened_at=opened_at,
        updated_at=updated_at,
        assignee=assignee,
        decision=ReviewDecision(decision) if decision else None,
        decided_by=decided_by,
        decided_at=decided_at,
        reason=reason,
        constraint=constraint,
        concerned=tuple(Concerned(*record) for record in sorted(concerned)),
    )


def _row(case: ReviewCase) -> dict[str, Any]:
    return {
        "id": new_id("rvw"),
        "key": case.key,
        "kind": case.kind,
        "records": list(case.records),
        "weight": case.weight,
        "detail": case.detail,
    }
