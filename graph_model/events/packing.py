"""Events that were written as a node each become pages of one event, which keep their ids and numbers."""

from __future__ import annotations

from typing import Any, LiteralString

from graph_model.graph import Graph, Transaction

BATCH = 1_000
"""Events in one transaction."""

_OLD: LiteralString = """
MATCH (e:Event)
WITH e LIMIT $limit
RETURN collect([e.id, e.sequence, e.kind, e.individualId, e.time, e.data])
"""
_PACK: LiteralString = """
UNWIND $rows AS row
MATCH (e:Event {id: row.id})
DELETE e
CREATE (:EventPage {sequence: row.sequence, id: row.id, time: row.time, events: row.events})
"""


async def pack_events(graph: Graph) -> None:
    """Turn each node `Event` into a page."""
    while rows := await graph.read(_OLD, limit=BATCH):
        pages = [_page(*row) for row in rows]

        async def write(transaction: Transaction, pages: list[dict[str, Any]] = pages) -> None:
            await transaction.run(_PACK, rows=pages)

        await graph.write(write)


def _page(
    id_: str, sequence: int, kind: str, individual_id: str | None, time: str, data: str
) -> dict[str, Any]:
    # The data is JSON already.
    events = f"[[{_text(kind)},{_text(individual_id)},{data}]]"
    return {"id": id_, "sequence": sequence, "time": time, "events": events}


def _text(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'
