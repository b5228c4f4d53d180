"""The events that webhooks have not taken: held for another attempt, or given up until somebody decides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, LiteralString, Protocol

from graph_model.events.model import EventKind
from graph_model.graph import Graph, Transaction
from graph_model.webhooks.model import Delivery, DeliveryState, Progress

BATCH = 1_000
"""Deliveries that are changed in one transaction."""


class Change(Protocol):
    """What is done to the deliveries of a webhook: to those with these ids, else to all dead ones about an
    individual, else to all dead ones. It answers how many they were."""

    async def __call__(
        self,
        graph: Graph,
        webhook_id: str,
        *,
        ids: Sequence[str] | None = None,
        individual_id: str | None = None,
    ) -> int: ...


# `open` and `dead` name the webhook, one of them: what is looked for goes by their indexes.
_ROW: LiteralString = """
[d.webhook, d.eventId, d.sequence, d.kind, d.individualId, d.lanes, d.state, d.attempts, d.nextAttemptAt,
 d.lastError, d.lastAttemptAt]
"""

_CREATE: LiteralString = """
UNWIND $rows AS row
MERGE (d:Delivery {id: row.id})
SET d.webhook = row.webhook, d.eventId = row.eventId, d.sequence = row.sequence, d.kind = row.kind,
    d.individualId = row.individualId, d.lanes = row.lanes, d.state = row.state, d.attempts = row.attempts,
    d.nextAttemptAt = row.nextAttemptAt, d.lastError = row.lastError, d.lastAttemptAt = row.lastAttemptAt,
    d.open = row.open, d.dead = row.dead
"""

_CHANGE: LiteralString = """
UNWIND $rows AS row
MATCH (d:Delivery {id: row.id})
SET d.state = row.state, d.attempts = row.attempts, d.nextAttemptAt = row.nextAttemptAt,
    d.lastError = row.lastError, d.lastAttemptAt = row.lastAttemptAt, d.open = row.open, d.dead = row.dead
"""

_DELETE: LiteralString = """
UNWIND $ids AS id
MATCH (d:Delivery {id: id})
DELETE d
"""

_OPEN: LiteralString = (
    """
MATCH (d:Delivery {open: $webhook})
WHERE d.sequence > $after AND d.state IN $states AND ($individual IS NULL OR d.individualId = $individual)
WITH d ORDER BY d.sequence LIMIT $limit
RETURN collect("""
    + _ROW
    + ")"
)

_DEAD: LiteralString = (
    """
MATCH (d:Delivery {dead: $webhook})
WHERE d.sequence > $after AND ($individual IS NULL OR d.individualId = $individual)
WITH d ORDER BY d.sequence LIMIT $limit
RETURN collect("""
    + _ROW
    + ")"
)

_COUNT: LiteralString = """
RETURN [COUNT { MATCH (d:Delivery {open: $webhook}) }, COUNT { MATCH (d:Delivery {dead: $webhook}) }]
"""

# What is dead goes back into the line, what is to be retried is due now; what waits, waits.
_REDRIVE: LiteralString = """
UNWIND $ids AS id
MATCH (d:Delivery {id: id, webhook: $webhook})
WHERE d.state <> 'WAITING'
SET d.state = 'RETRYING', d.attempts = 0, d.nextAttemptAt = null, d.open = $webhook, d.dead = null
RETURN count(d)
"""

_DISCARD: LiteralString = """
UNWIND $ids AS id
MATCH (d:Delivery {id: id, webhook: $webhook})
DELETE d
RETURN count(id)
"""

_NEWS: LiteralString = "MATCH (w:Webhook {id: $webhook}) SET w.revision = w.revision + 1"

_WITH_A_TIME: LiteralString = """
MATCH (d:Delivery {open: $webhook}) WHERE d.nextAttemptAt IS NOT NULL
WITH d LIMIT $limit
RETURN collect(d.id)
"""

_IDS_OF_OPEN: LiteralString = """
MATCH (d:Delivery {open: $webhook})
WITH d LIMIT $limit
RETURN collect(d.id)
"""

_IDS_OF_DEAD: LiteralString = """
MATCH (d:Delivery {dead: $webhook}) WHERE $individual IS NULL OR d.individualId = $individual
WITH d LIMIT $limit
RETURN collect(d.id)
"""


async def save(transaction: Transaction, progress: Progress) -> None:
    """Save what became of a webhook's deliveries."""
    if progress.created:
        await transaction.run(_CREATE, rows=[_parameters(item) for item in progress.created])
    if progress.changed:
        await transaction.run(_CHANGE, rows=[_parameters(item) for item in progress.changed])
    if progress.taken:
        await transaction.run(_DELETE, ids=list(progress.taken))


async def held(graph: Graph, webhook_id: str, *, limit: int) -> list[Delivery]:
    """Up to so many deliveries that a webhook is still to get, the first in order first."""
    states = [DeliveryState.WAITING, DeliveryState.RETRYING]
    return await find(graph, webhook_id, states=states, limit=limit)


async def find(
    graph: Graph,
    webhook_id: str,
    *,
    states: Collection[DeliveryState],
    individual_id: str | None = None,
    after: int = 0,
    limit: int,
) -> list[Delivery]:
    """Up to so many deliveries in any of these states, in the order of their events, behind the event with
    that number."""
    parameters = {"webhook": webhook_id, "individual": individual_id, "after": after, "limit": limit}
    rows: list[Sequence[Any]] = []
    if DeliveryState.DEAD in states:
        rows += await graph.read(_DEAD, **parameters)
    if still_open := [str(state) for state in states if state is not DeliveryState.DEAD]:
        rows += await graph.read(_OPEN, states=still_open, **parameters)
    return sorted(map(_delivery, rows), key=lambda delivery: delivery.sequence)[:limit]


async def count(graph: Graph, webhook_id: str) -> tuple[int, int]:
    """How many deliveries a webhook is still to get, and how many are dead."""
    held, dead = await graph.read(_COUNT, webhook=webhook_id)
    return held, dead


async def redrive(
    graph: Graph, webhook_id: str, *, ids: Sequence[str] | None = None, individual_id: str | None = None
) -> int:
    """Deliver again, from the first attempt on: those with these ids (dead, or to be retried), else all dead
    ones about an individual, else all dead ones. How many they are."""
    return await _each(graph, _REDRIVE, webhook_id, ids, individual_id)


async def discard(
    graph: Graph, webhook_id: str, *, ids: Sequence[str] | None = None, individual_id: str | None = None
) -> int:
    """Forget deliveries: those with these ids, else all dead ones about an individual, else all dead
    ones. How many they are."""
    return await _each(graph, _DISCARD, webhook_id, ids, individual_id)


async def hasten(graph: Graph, webhook_id: str) -> None:
    """Let everything that is to be retried be due now, for a first time."""
    while ids := await graph.read(_WITH_A_TIME, webhook=webhook_id, limit=BATCH):
        await _change(graph, _REDRIVE, webhook_id, ids)


async def delete_all(graph: Graph, webhook_id: str) -> None:
    """Remove all deliveries of a webhook."""
    for statement in (_IDS_OF_OPEN, _IDS_OF_DEAD):
        while ids := await graph.read(statement, webhook=webhook_id, individual=None, limit=BATCH):
            await _change(graph, _DISCARD, webhook_id, ids)


async def _each(
    graph: Graph,
    statement: LiteralString,
    webhook_id: str,
    ids: Sequence[str] | None,
    individual_id: str | None,
) -> int:
    if ids is not None:
        return await _change(graph, statement, webhook_id, ids)
    changed = 0
    while some := await graph.read(_IDS_OF_DEAD, webhook=webhook_id, individual=individual_id, limit=BATCH):
        changed += await _change(graph, statement, webhook_id, some)
    return changed


async def _change(graph: Graph, statement: LiteralString, webhook_id: str, ids: Sequence[str]) -> int:
    async def work(transaction: Transaction) -> int:
        changed = int(await transaction.run(statement, webhook=webhook_id, ids=list(ids)) or 0)
        await transaction.run(_NEWS, webhook=webhook_id)
        return changed

    return await graph.write(work)


def _parameters(delivery: Delivery) -> dict[str, Any]:
    is_dead = delivery.state is DeliveryState.DEAD
    return {
        "id": delivery.id,
        "webhook": delivery.webhook_id,
        "eventId": delivery.event_id,
        "sequence": delivery.sequence,
        "kind": delivery.kind,
        "individualId": delivery.individual_id,
        "lanes": sorted(delivery.lanes),
        "state": delivery.state,
        "attempts": delivery.attempts,
        "nextAttemptAt": delivery.next_attempt_at,
        "lastError": delivery.last_error,
        "lastAttemptAt": delivery.last_attempt_at,
        "open": None if is_dead else delivery.webhook_id,
        "dead": delivery.webhook_id if is_dead else None,
    }


def _delivery(row: Sequence[Any]) -> Delivery:
    webhook, event, sequence, kind, individual, lanes, state, *rest = row
    return Delivery(
        webhook, event, sequence, EventKind(kind), individual, frozenset(lanes), DeliveryState(state), *rest
    )
