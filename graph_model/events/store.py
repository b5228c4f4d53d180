"""Writing to the outbox, and reading on from a place in it.

Events are kept in pages, up to 64 of one transaction in a node: a node for each event would cost a record
seven times as much. An event's id is its page's, which is the first event's, and its place there in the last
six bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, LiteralString

import orjson

from graph_model.errors import BadInput
from graph_model.events.model import Event, EventKind, NewEvent
from graph_model.graph import Graph, Transaction
from graph_model.ids import new_id

PAGE = 64
"""Most events of a page."""

# Taking the counter is the last write of a transaction: its lock is held until the commit, so numbers
# are given in the order of commits, and who reads up to a number has read everything before it.
_APPEND: LiteralString = """
MATCH (c:Counter {name: 'events'})
SET c.value = c.value + $count
WITH c.value - $count AS base
UNWIND $pages AS page
CREATE (:EventPage {sequence: base + page.place, id: page.id, time: $time, events: page.events})
RETURN max(base)
"""

# One look-up for each number that a page may begin with: the embedded engine answers a range by reading every
# page there is.
_NUMBERED: LiteralString = """
UNWIND $numbers AS number
MATCH (p:EventPage {sequence: number})
RETURN collect([p.id, p.sequence, p.time, p.events])
"""

_AFTER: LiteralString = """
MATCH (p:EventPage) WHERE p.sequence > $after
WITH p ORDER BY p.sequence LIMIT $limit
RETURN collect([p.id, p.sequence, p.time, p.events])
"""

_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (p:EventPage {id: id})
RETURN collect([p.id, p.sequence, p.time, p.events])
"""

_LAST: LiteralString = "MATCH (c:Counter {name: 'events'}) RETURN c.value"


async def append(transaction: Transaction, events: Sequence[NewEvent], *, time: str) -> None:
    """Write the events, in order, and announce them as they were committed. Must be the transaction's last
    statement."""
    if events:
        pages = [
            _page(start + 1, _page_of(new_id("evt")), events[start : start + PAGE])
            for start in range(0, len(events), PAGE)
        ]
        base = int(await transaction.run(_APPEND, pages=pages, count=len(events), time=time))
        said = [(event.kind, event.individual_id, event.data) for event in events]
        transaction.announce(
            [
                event
                for start, page in zip(range(0, len(said), PAGE), pages, strict=True)
                for event in _on_page(page["id"], base + page["place"], time, said[start : start + PAGE])
            ]
        )


async def find(graph: Graph, event_id: str) -> Event | None:
    """The event with this id."""
    page = _page_of(event_id)
    rows = await graph.read(_BY_ID, ids=[event_id, page] if page and page != event_id else [event_id])
    return next((event for event in _events(rows) if event.id == event_id), None)


async def read_after(graph: Graph, sequence: int, *, limit: int) -> list[Event]:
    """Up to `limit` events that were committed after the one with this number, in order."""
    last = await last_sequence(graph)
    if last <= sequence:
        return []
    numbers = list(range(max(sequence + 2 - PAGE, 1), min(sequence + limit, last) + 1))
    events = _following(sequence, await graph.read(_NUMBERED, numbers=numbers))
    if not events:
        # Numbers have no gaps, unless somebody deletes events.
        events = _following(sequence, await graph.read(_AFTER, after=sequence, limit=limit))
    return events[:limit]


async def last_sequence(graph: Graph) -> int:
    """The number of the newest event; 0 if there is none."""
    return int(await graph.read(_LAST) or 0)


async def sequence_of(graph: Graph, event_id: str) -> int:
    """The number of the event with this id. Raises BadInput for an unknown one."""
    event = await find(graph, event_id)
    if event is None:
        raise BadInput("There is no event with that id.", code="INVALID_CURSOR")
    return event.sequence


def _page(place: int, id_: str, events: Sequence[NewEvent]) -> dict[str, Any]:
    packed = orjson.dumps([[event.kind, event.individual_id, event.data] for event in events])
    return {"place": place, "id": id_, "events": packed.decode()}


def _following(sequence: int, rows: Iterable[Sequence[Any]]) -> list[Event]:
    found = (event for event in _events(rows) if event.sequence > sequence)
    return sorted(found, key=lambda event: event.sequence)


def _events(rows: Iterable[Sequence[Any]]) -> Iterator[Event]:
    for page, number, time, events in rows:
        yield from _on_page(page, number, time, orjson.loads(events))


def _on_page(page: str, number: int, time: str, events: Iterable[Sequence[Any]]) -> Iterator[Event]:
    """The events of a page, the first of which has that number."""
    for place, (kind, individual_id, data) in enumerate(events):
        yield Event(_id_of(page, place), number + place, EventKind(kind), individual_id, time, data)


def _page_of(event_id: str) -> str:
    """The id of an event's page; empty if this cannot be an event's id."""
    kind, _, number = event_id.partition("_")
    try:
        return f"{kind}_{int(number, 16) // PAGE * PAGE:032x}"
    except ValueError:
        return ""


def _id_of(page: str, place: int) -> str:
    """The id of the event at that place of a page."""
    if not place:
        return page
    kind, _, number = page.partition("_")
    return f"{kind}_{int(number, 16) + place:032x}"
