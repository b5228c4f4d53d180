"""What is stored of records and business objects, as far as further versions of them have to know it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

import orjson

from graph_model.graph import Transaction
from graph_model.records.model import FieldValue

_RECORDS: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
RETURN collect([r.key, r.modifiedAt, r.contentHash, r.deletedAt IS NOT NULL, r.features, r.identifiers,
                r.versions, r.contributions])
"""

_OBJECTS: LiteralString = """
UNWIND $keys AS key
MATCH (o:BusinessObject {key: key})
RETURN collect([o.key, o.modifiedAt, o.contentHash, o.at, o.versions, o.party])
"""

_SAID_BY_RECORDS: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
RETURN collect([r.key, coalesce(r.own, r.fields), r.receivedAt, r.objectType])
"""

_SAID_BY_OBJECTS: LiteralString = """
UNWIND $keys AS key
MATCH (o:BusinessObject {key: key})
RETURN collect([o.key, o.fields, o.receivedAt, o.objectType])
"""

_SATELLITES: LiteralString = """
RETURN [party IN $parties | COLLECT {
  MATCH (o:BusinessObject {party: party})
  WITH o ORDER BY o.key LIMIT $most
  RETURN [o.key, o.objectType, o.modifiedAt, o.fields]
}]
"""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A profile record as it is stored, for deciding what becomes of another version of it: `versions` and
    `contributions` are packed."""

    modified_at: str
    content_hash: str
    deleted: bool
    features: str | None
    identifiers: tuple[str, ...]
    versions: str | None
    contributions: str | None


@dataclass(frozen=True, slots=True)
class StoredObject:
    """The same of a business object; `party` is the key of the record that it says something of."""

    modified_at: str
    content_hash: str
    at: str | None
    versions: str | None
    party: str | None


@dataclass(frozen=True, slots=True)
class StoredContent:
    """What a stored record itself says, when the gateway received it, and which canonical object it is."""

    said: dict[str, FieldValue | None]
    received_at: str
    object_type: str


async def stored_records(transaction: Transaction, keys: Iterable[str]) -> dict[str, StoredRecord]:
    """What is stored of these profile records, by key."""
    texts = sorted(set(keys))
    rows = await transaction.run(_RECORDS, keys=texts) if texts else []
    return {row[0]: _stored(*row[1:]) for row in rows}


def _stored(
    modified_at: str,
    content_hash: str,
    deleted: bool,
    features: str | None,
    identifiers: list[str] | None,
    versions: str | None,
    contributions: str | None,
) -> StoredRecord:
    carried = tuple(identifiers or ())
    return StoredRecord(modified_at, content_hash, deleted, features, carried, versions, contributions)


async def stored_objects(transaction: Transaction, keys: Iterable[str]) -> dict[str, StoredObject]:
    """What is stored of these business objects, by key."""
    texts = sorted(set(keys))
    rows = await transaction.run(_OBJECTS, keys=texts) if texts else []
    return {row[0]: StoredObject(*row[1:]) for row in rows}


async def said_by_records(transaction: Transaction, keys: Collection[str]) -> dict[str, StoredContent]:
    """What these profile records themselves say, without their satellites, by key."""
    rows = await transaction.run(_SAID_BY_RECORDS, keys=sorted(keys)) if keys else []
    return {key: StoredContent(orjson.loads(said), *rest) for key, said, *rest in rows}


async def said_by_objects(transaction: Transaction, keys: Collection[str]) -> dict[str, StoredContent]:
    """What these business objects say, by key."""
    rows = await transaction.run(_SAID_BY_OBJECTS, keys=sorted(keys)) if keys else []
    return {key: StoredContent(orjson.loads(said), *rest) for key, said, *rest in rows}


async def satellites_of(
    transaction: Transaction, parties: Sequence[str], most: int
) -> list[list[tuple[str, str, str, str]]]:
    """The satellites of each of these records, those with the least keys: key, canonical object, when it was
    modified, and its fields as JSON."""
    if not parties:
        return []
    found: list[list[tuple[str, str, str, str]]] = await transaction.run(
        _SATELLITES, parties=list(parties), most=most
    )
    return found
