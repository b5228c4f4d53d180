"""Where corrections are tied to: the records of the individuals that they correct."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.metadata.objects import DEVICE_OBJECT
from graph_model.records.model import STEWARD

_TARGET: LiteralString = """
MATCH (i:Individual {id: $id})
OPTIONAL MATCH (i)-[:MERGED_INTO]->(w:Individual)
WITH coalesce(w, i) AS n
RETURN [n.id, n.partyType, n.country, COLLECT {
  MATCH (n)<-[:UNIFIED]-(r:SourceRecord) WHERE r.source <> $steward
  RETURN [r.object, r.id, r.key]
}]
"""

_LIVES: LiteralString = "MATCH (r:SourceRecord {key: $key}) WHERE r.deletedAt IS NULL RETURN r.key"

_FIND: LiteralString = """
MATCH (r:SourceRecord {source: $steward, recordId: $id})-[:UNIFIED]->(i:Individual)
MATCH (r)<-[:BINDS]-(c:Constraint {cause: 'CORRECTION'})
RETURN [r.object, c.id, i.id]
"""

_TIED: LiteralString = """
UNWIND $keys AS key
MATCH (:SourceRecord {key: key})-[e:ALWAYS_LINK]-(r:SourceRecord {source: $steward})-[:UNIFIED]->(i:Individual)
RETURN collect([r.key, r.recordId, r.object, e.id, COLLECT {
  MATCH (i)<-[:UNIFIED]-(o:SourceRecord) WHERE o.source <> $steward AND NOT o.key IN $keys
  RETURN [o.object, o.id, o.key]
}])
"""


@dataclass(frozen=True, slots=True)
class Target:
    """The individual that is to be corrected: what it is, its country if it has one, and the record that the
    correction is to be tied to."""

    individual_id: str
    party_type: str | None
    country: str | None
    record: str


@dataclass(frozen=True, slots=True)
class Tied:
    """A correction whose record goes: its id, its object, the constraint that ties it, and the record that
    it can be tied to instead, None if there is none."""

    key: str
    correction: str
    object: str
    constraint: str
    next: str | None


async def target(graph: Graph, id_: str) -> Target | None:
    """The individual with this id, or which that was merged into; None if it has no records."""
    row = await graph.read(_TARGET, id=id_, steward=STEWARD)
    if row is None:
        return None
    found, party_type, country, records = row
    oldest = _oldest(records)
    return Target(found, party_type, country, oldest) if oldest else None


async def lives(transaction: Transaction, key: str) -> bool:
    """Whether the record is there and was not deleted."""
    return await transaction.run(_LIVES, key=key) is not None


async def find(graph: Graph, correction: str) -> tuple[str, str, str] | None:
    """The object of a correction that holds, the constraint that ties it, and the individual."""
    row = await graph.read(_FIND, id=correction, steward=STEWARD)
    return tuple(row) if row else None


async def tied_to(transaction: Transaction, records: Collection[str]) -> list[Tied]:
    """The corrections that are tied to these records, which are about to be deleted."""
    if not records:
        return []
    rows = await transaction.run(_TIED, keys=sorted(records), steward=STEWARD)
    return [Tied(*row[:4], _oldest(row[4])) for row in sorted(rows)]


def _oldest(records: Collection[tuple[str, str, str]]) -> str | None:
    """The key of the oldest record, of a person if there is one."""
    order = sorted((object_name == DEVICE_OBJECT, id_, key) for object_name, id_, key in records)
    return order[0][2] if order else None
