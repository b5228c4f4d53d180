"""How many records there are of each source and object, and when the last came: kept up where records are
written, so that telling it looks at no record. What the gateway itself makes (devices, corrections) is not
counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from graph_model.graph import Graph, Transaction

_ADD: LiteralString = """
UNWIND $rows AS row
MERGE (c:RecordCount {key: row.key})
ON CREATE SET c.source = row.source, c.object = row.object, c.records = 0
SET c.records = c.records + row.more, c.lastIngest = $time
"""

_READ: LiteralString = """
RETURN COLLECT {
  MATCH (c:RecordCount)
  RETURN [c.source, c.object, c.records, c.lastIngest] ORDER BY c.key
}
"""

_COUNT_RECORDS: LiteralString = """
MATCH (n:SourceRecord)
WHERE n.deletedAt IS NULL AND n.source <> 'steward' AND n.object <> 'Device'
WITH n.source AS source, n.object AS object, count(n) AS records, max(n.receivedAt) AS last
RETURN collect([source, object, records, last])
"""
_COUNT_OBJECTS: LiteralString = """
MATCH (n:BusinessObject)
WHERE n.deletedAt IS NULL
WITH n.source AS source, n.object AS object, count(n) AS records, max(n.receivedAt) AS last
RETURN collect([source, object, records, last])
"""
_SET: LiteralString = """
UNWIND $rows AS row
MERGE (c:RecordCount {key: row[0] + '/' + row[1]})
SET c.source = row[0], c.object = row[1], c.records = row[2], c.lastIngest = row[3]
"""


@dataclass(frozen=True, slots=True)
class RecordCount:
    """How many records of an object a source has here, and when it last sent any of it."""

    source: str
    object: str
    records: int
    last_ingest: str


async def add(transaction: Transaction, more: Mapping[tuple[str, str], int], *, time: str) -> None:
    """Count so many records more, or less, of each source and object of which records came at `time`."""
    rows = [
        {"key": f"{source}/{object_name}", "source": source, "object": object_name, "more": number}
        for (source, object_name), number in sorted(more.items())
    ]
    if rows:
        await transaction.run(_ADD, rows=rows, time=time)


async def read(graph: Graph) -> list[RecordCount]:
    """All of them, by source and object."""
    return [RecordCount(*row) for row in await graph.read(_READ)]


async def count_all(graph: Graph) -> None:
    """Count what is there, which is how the counts of a graph from before there were any begin."""
    rows: dict[tuple[str, str], tuple[int, str]] = {}
    for statement in (_COUNT_RECORDS, _COUNT_OBJECTS):
        for source, object_name, records, last in await graph.read(statement):
            known, latest = rows.get((source, object_name), (0, ""))
            rows[source, object_name] = (known + records, max(latest, last or ""))

    async def write(transaction: Transaction) -> None:
        counted = [[*key, *value] for key, value in sorted(rows.items())]
        if counted:
            await transaction.run(_SET, rows=counted)

    await graph.write(write)
