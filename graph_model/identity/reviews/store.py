"""Keeping the review queue: what resolution finds goes in, what has gone away is closed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, LiteralString

from graph_model.graph import Transaction
from graph_model.identity.reviews.model import ReviewCase, ReviewState
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


def _row(case: ReviewCase) -> dict[str, Any]:
    return {
        "id": new_id("rvw"),
        "key": case.key,
        "kind": case.kind,
        "records": list(case.records),
        "weight": case.weight,
        "detail": case.detail,
    }
