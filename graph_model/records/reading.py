"""One stored record by what its source calls it, whatever it is, with every version that is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.records.history import Kept, load_kept
from graph_model.records.model import BEFORE_ALL

_VALUES: LiteralString = """n.id, n.source, n.object, n.objectType, n.recordId, n.modifiedAt, n.receivedAt,
    n.deletedAt, n.fields, n.payload, n.mapping"""

_READ: LiteralString = f"""
RETURN [COLLECT {{
  MATCH (n:SourceRecord {{key: $key}})
  OPTIONAL MATCH (n)-[:UNIFIED]->(i:Individual)
  RETURN [{_VALUES}, i.id]
}}, COLLECT {{
  MATCH (n:BusinessObject {{key: $key}})
  OPTIONAL MATCH (n)-[:CAUSED_BY]->(:Trace)-[:LEADS_TO]->(:Identifier)-[:BELONGS_TO]->(i:Individual)
  OPTIONAL MATCH (:SourceRecord {{key: n.party}})-[:UNIFIED]->(p:Individual)
  RETURN [{_VALUES}, coalesce(p.id, i.id)]
}}]
"""


@dataclass(frozen=True, slots=True)
class StoredVersions:
    """A record as it is stored, and the versions of it, in the order of their modified times. `fields` and
    `payload` are JSON; times are text."""

    id: str
    source: str
    object: str
    object_type: str
    record_id: str
    modified_at: str
    received_at: str
    deleted_at: str | None
    fields: str
    payload: str | None
    mapping: int | None
    individual_id: str | None
    versions: Sequence[Kept] = ()


async def read_record(graph: Graph, key: str) -> StoredVersions | None:
    """The record with this key; None if there never was one. One that was deleted is told of."""

    async def read(transaction: Transaction) -> StoredVersions | None:
        profiles, objects = await transaction.run(_READ, key=key)
        # What satellites have said of a record that has not come is no record.
        rows: list[list[Any]] = [row for row in (*profiles, *objects) if row[7] != BEFORE_ALL]
        if not rows:
            return None
        kept = await load_kept(transaction, [key])
        return replace(StoredVersions(*rows[0]), versions=kept.get(key, ()))

    return await graph.inspect(read)
