"""Writing to the outbox, and reading on from a place in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import orjson

from graph_model.errors import BadInput
from graph_model.events.model import Event, EventKind, NewEvent
from graph_model.graph import Graph, Transaction
from graph_model.ids import new_id

# Taking the counter is the last write of a transaction: its lock is held until the commit, so numbers
# are given in the order of commits, and who reads up to a number has read everything before it.
_APPEND: LiteralString = """
MATCH (c:Counter {name: 'events'})
SET c.value = c.value + size($events)
WITH c.value - size($events) AS base
UNWIND range(1, size($events)) AS place
WITH base + place AS sequence, $events[place - 1] AS event
CREATE (:Event {sequence: sequence, id: event.id, kind: event.kind, individualId: event.individualId,
                time: $time, data: event.data})
RETURN count(sequence)
"""

# One look-up for each number: the embedded engine answers a range by reading every event there is.
_NUMBERED: LiteralString = """
UNWIND $numbers AS number
MATCH (e:Event {sequence: number})
RETURN collect([e.id, e.sequence, e.kind, e.individualId, e.time, e.data])
"""

_AFTER: LiteralString = """
MATCH (e:Event) WHERE e.sequence > $after
WITH e ORDER BY e.sequence LIMIT $limit
RETURN collect([e.id, e.sequence, e.kind, e.individualId, e.time, e.data])
"""

_BY_ID: LiteralString = """
MATCH (e:Event {id: $id})
RETURN [e.id, e.sequence, e.kind, e.individualId, e.time, e.data]
"""

_LAST: LiteralString = "MATCH (c:Counter {name: 'events'}) RETURN c.value"

_SEQUENCE_OF: LiteralString = "MATCH (e:Event {id: $id}) RETURN e.sequence"


async def append(transaction: Transaction, events: Sequence[NewEvent], *, time: str) -> None:
    """Write the events, in order. Must be the transaction's last statement."""
    if events:
        rows = [
            {
                "id": new_id("evt"),
                "kind": event.kind,
                "individualId": event.individual_id,
                "data": orjson.dumps(event.data).decode(),
            }
            for event in events
        ]
        await transaction.run(_APPEND, events=rows, time=time)


async def find(graph: Graph, event_id: str) -> Event | None:
    """The event with this id."""
    row = await graph.read(_BY_ID, id=event_id)
    return _event(row) if row else None


async def read_after(graph: Graph, sequence: int, *, limit: int) -> list[Event]:
    """Up to `limit` events that were committed after the one with this number, in order."""
    last = await last_sequence(graph)
    if last <= sequence:
        return []
    numbers = list(range(sequence + 1, min(sequence + limit, last) + 1))
    rows = await graph.read(_NUMBERED, numbers=numbers)
    if not rows:
        # Numbers have no gaps, unless somebody deletes events.
        rows = await graph.read(_AFTER, after=sequence, limit=limit)
    return sorted((_event(row) for row in rows), key=lambda event: event.sequence)


async def last_sequence(graph: Graph) -> int:
    """The number of the newest event; 0 if there is none."""
    return int(await graph.read(_LAST) or 0)


async def sequence_of(graph: Graph, event_id: str) -> int:
    """The number of the event with this id. Raises BadInput for an unknown one."""
    sequence = await graph.read(_SEQUENCE_OF, id=event_id)
    if sequence is None:
        raise BadInput("There is no event with that id.", code="INVALID_CURSOR")
    return int(sequence)


def _event(row: Sequence[Any]) -> Event:
    id_, number, kind, individual_id, time, data = row
    return Event(id_, number, EventKind(kind), individual_id, time, orjson.loads(data))
