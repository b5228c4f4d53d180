"""Deriving golden values anew, without matching: what a change of reconciliation rules alone asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import LiteralString

from graph_model import times
from graph_model.events import store as events
from graph_model.events.model import EventKind, NewEvent
from graph_model.graph import Graph, Transaction
from graph_model.identity.golden.model import GoldenSource
from graph_model.identity.golden.survivorship import golden_values
from graph_model.identity.rulesets.model import Reconciliation
from graph_model.ids import new_id

_AFTER: LiteralString = """
MATCH (i:Individual) WHERE i.id > $after
WITH i ORDER BY i.id LIMIT $limit
RETURN collect(i.id)
"""

# Whoever resolves writes the individuals that it touches: with this first, either waits for the other or
# conflicts with it, and no record is overlooked that comes meanwhile.
_HOLD: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})
SET i.derivedBy = $holder
"""

_RELEASE: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})
SET i.derivedBy = null
"""

_RECORDS: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})<-[:UNIFIED]-(r:SourceRecord)
RETURN collect([i.id, r.key, r.objectType, r.modifiedAt, r.fields, r.fieldTimes])
"""

_SAVE: LiteralString = """
UNWIND $rows AS row
MATCH (i:Individual {id: row.id})
WITH i, row, coalesce(i.goldenHash, '') <> row.hash AS changed
SET i += row.properties, i.goldenHash = row.hash,
    i.updatedAt = CASE WHEN changed THEN $time ELSE i.updatedAt END
WITH i, changed WHERE changed
RETURN collect(i.id)
"""


async def rederive(
    transaction: Transaction, reconciliation: Reconciliation, individuals: Collection[str], *, time: str
) -> set[str]:
    """Derive the golden values of these individuals under other rules, with an event for each whose values
    changed; return those. Must be the transaction's last work, because it writes events."""
    ids = sorted(individuals)
    if not ids:
        return set()
    await transaction.run(_HOLD, ids=ids, holder=new_id("drv"))
    records: defaultdict[str, list[GoldenSource]] = defaultdict(list)
    for id_, *record in await transaction.run(_RECORDS, ids=ids):
        records[id_].append(GoldenSource.stored(*record))
    derived = {id_: golden_values(of, reconciliation) for id_, of in sorted(records.items())}
    rows = [
        {"id": id_, "properties": golden.properties, "hash": golden.hash} for id_, golden in derived.items()
    ]
    changed = set(await transaction.run(_SAVE, rows=rows, time=time)) if rows else set()
    await transaction.run(_RELEASE, ids=ids)
    news = [
        NewEvent(EventKind.INDIVIDUAL_UPDATED, id_, {"records": [], "mergedIds": []})
        for id_ in sorted(changed)
    ]
    await events.append(transaction, news, time=time)
    return changed


async def rederive_page(
    graph: Graph, reconciliation: Reconciliation, after: str, limit: int, *, now: datetime
) -> str | None:
    """`rederive` for the next `limit` individuals behind the id `after`; the id to go on after, None if there
    are no more. Each page is a transaction of its own, so it can be taken up again after any of them."""
    ids: list[str] = await graph.read(_AFTER, after=after, limit=limit)

    async def work(transaction: Transaction) -> None:
        await rederive(transaction, reconciliation, ids, time=times.to_text(now))

    await graph.write(work)
    return ids[-1] if len(ids) == limit else None
