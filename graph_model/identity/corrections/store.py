"""Where corrections are tied to: the records of the individuals that they correct."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.identity.constraints.model import ConstraintCause
from graph_model.metadata.objects import DEVICE_OBJECT, INDIVIDUAL, ORGANIZATION
from graph_model.records.model import STEWARD, RecordKey

_TARGET: LiteralString = """
MATCH (i:Individual {id: $id})
OPTIONAL MATCH (i)-[:MERGED_INTO]->(w:Individual)
WITH coalesce(w, i) AS n
RETURN [n.id, n.partyType, n.country, COLLECT {
  MATCH (n)<-[:UNIFIED]-(r:SourceRecord) WHERE r.source <> $steward
  RETURN [r.objectType, r.id, r.key]
}]
"""

_LIVES: LiteralString = "MATCH (r:SourceRecord {key: $key}) WHERE r.deletedAt IS NULL RETURN r.key"

_SIGN: LiteralString = "MATCH (r:SourceRecord {key: $key}) SET r.reason = $reason, r.actor = $actor"

_FIND: LiteralString = """
MATCH (r:SourceRecord)-[:UNIFIED]->(i:Individual) WHERE r.key IN $keys
MATCH (r)<-[:BINDS]-(c:Constraint {cause: $cause}) WHERE c.until IS NULL
RETURN [r.object, c.id, i.id]
"""

_TIED: LiteralString = """
UNWIND $keys AS key
MATCH (:SourceRecord {key: key})-[e:ALWAYS_LINK]-(r:SourceRecord {source: $steward})
MATCH (r)-[:UNIFIED]->(i:Individual)
RETURN collect([r.recordId, r.object, e.id, COLLECT {
  MATCH (i)<-[:UNIFIED]-(o:SourceRecord) WHERE o.source <> $steward AND NOT o.key IN $keys
  RETURN [o.objectType, o.id, o.key]
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
class Standing:
    """A correction that stands: its object, the constraint that ties it, and the individual."""

    object: str
    constraint: str
    individual_id: str


@dataclass(frozen=True, slots=True)
class Tied:
    """A correction whose record goes: its id, its object, the constraint that ties it, and the record that
    it can be tied to instead, None if there is none."""

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


async def sign(transaction: Transaction, key: str, *, actor: str, reason: str) -> None:
    """Note on a correction's record who corrected, and why."""
    await transaction.run(_SIGN, key=key, actor=actor, reason=reason)


async def find(graph: Graph, correction: str) -> Standing | None:
    """The correction with this id, if it stands."""
    keys = [str(RecordKey(STEWARD, item.name, correction)) for item in (INDIVIDUAL, ORGANIZATION)]
    row = await graph.read(_FIND, keys=keys, cause=ConstraintCause.CORRECTION)
    return Standing(*row) if row else None


async def tied_to(transaction: Transaction, records: Collection[str]) -> list[Tied]:
    """The corrections that are tied to these records, which are about to be deleted."""
    if not records:
        return []
    rows = await transaction.run(_TIED, keys=sorted(records), steward=STEWARD)
    return [
        Tied(correction, object_name, constraint, _oldest(left))
        for correction, object_name, constraint, left in sorted(rows)
    ]


def _oldest(records: Collection[tuple[str, str, str]]) -> str | None:
    """The key of the oldest record, of a person if there is one."""
    order = sorted((object_name == DEVICE_OBJECT, id_, key) for object_name, id_, key in records)
    return order[0][2] if order else None
