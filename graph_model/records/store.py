"""Loading and saving source records and business objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString

import orjson

from graph_model.folding import folded
from graph_model.graph import Transaction
from graph_model.identity.matching.features import Features, pack
from graph_model.ids import new_id
from graph_model.insights.model import MILLION
from graph_model.metadata.objects import FieldType
from graph_model.records.model import FieldValue, Identifier, Record, RecordKey

_RECORDS: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
RETURN collect([r.key, r.modifiedAt, r.contentHash, r.deletedAt IS NOT NULL, r.features, r.identifiers])
"""

_OBJECT_VERSIONS: LiteralString = """
UNWIND $keys AS key
MATCH (o:BusinessObject {key: key})
RETURN collect([o.key, o.modifiedAt, o.contentHash, o.deletedAt IS NOT NULL])
"""

_SAVE_RECORDS: LiteralString = """
UNWIND $rows AS row
MERGE (r:SourceRecord {key: row.key})
ON CREATE SET r.id = row.id
SET r += row.properties
RETURN count(r)
"""

_DROP_IDENTIFIERS: LiteralString = """
UNWIND $rows AS row
MATCH (r:SourceRecord {key: row.key})-[c:CARRIES]->(x:Identifier)
WHERE NOT x.key IN row.identifiers
WITH c, x, x.key AS dropped
DELETE c
RETURN collect(DISTINCT dropped)
"""

_CARRY_IDENTIFIERS: LiteralString = """
UNWIND $rows AS row
MATCH (r:SourceRecord {key: row.key})
MERGE (x:Identifier {key: row.identifier})
ON CREATE SET x.type = row.type, x.issuer = row.issuer, x.value = row.value
MERGE (r)-[c:CARRIES]->(x)
ON CREATE SET c.since = $time
RETURN count(c)
"""

_SAVE_OBJECTS: LiteralString = """
UNWIND $rows AS row
MERGE (o:BusinessObject {key: row.key})
ON CREATE SET o.id = row.id
SET o += row.properties
RETURN count(o)
"""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A profile record as it is stored, for deciding what becomes of another version of it."""

    modified_at: str
    content_hash: str
    deleted: bool
    features: str | None
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did: the identifiers that records carry no longer (`dropped`), and the properties of the
    records that are new, by key."""

    dropped: set[str]
    created: dict[str, dict[str, Any]]


async def stored_records(transaction: Transaction, keys: Iterable[RecordKey]) -> dict[str, StoredRecord]:
    """What is stored of these profile records, by key."""
    texts = sorted({str(key) for key in keys})
    rows = await transaction.run(_RECORDS, keys=texts) if texts else []
    return {row[0]: _stored(*row[1:]) for row in rows}


def _stored(
    modified_at: str, content_hash: str, deleted: bool, features: str | None, identifiers: list[str] | None
) -> StoredRecord:
    return StoredRecord(modified_at, content_hash, deleted, features, tuple(identifiers or ()))


async def stored_objects(
    transaction: Transaction, keys: Iterable[RecordKey]
) -> dict[str, tuple[str, str, bool]]:
    """The modified time and the content hash of these business objects, and whether they were deleted, by
    key."""
    texts = sorted({str(key) for key in keys})
    rows = await transaction.run(_OBJECT_VERSIONS, keys=texts) if texts else []
    return {key: (modified_at, content_hash, deleted) for key, modified_at, content_hash, deleted in rows}


async def save_records(
    transaction: Transaction,
    records: Sequence[Record],
    features: Mapping[str, Features],
    ruleset: int,
    stored: Collection[str],
    *,
    time: str,
) -> Saved:
    """Save profile records with their features, by key, to be decided under this version of the ruleset, and
    the identifiers they carry. Those that are not `stored` yet are new."""
    if not records:
        return Saved(set(), {})
    rows: list[dict[str, Any]] = [
        {
            "key": str(record.key),
            "id": new_id("rec"),
            "properties": _record(record, features[str(record.key)], ruleset, time),
        }
        for record in records
    ]
    await transaction.run(_SAVE_RECORDS, rows=rows)
    dropped = await _carry(transaction, records, stored, time=time)
    created = {row["key"]: row["properties"] | {"id": row["id"]} for row in rows if row["key"] not in stored}
    return Saved(dropped, created)


async def renew_records(
    transaction: Transaction,
    records: Sequence[Record],
    features: Mapping[str, Features],
    ruleset: int,
    *,
    time: str,
) -> set[str]:
    """Save anew what is worked out of profile records that are stored, to be decided under this version of
    the ruleset; return the identifiers that they carry no longer."""
    worked_out = {
        str(record.key): _worked_out(record, features[str(record.key)], ruleset) for record in records
    }
    rows = [{"key": key, "id": None, "properties": properties} for key, properties in worked_out.items()]
    await transaction.run(_SAVE_RECORDS, rows=rows)
    return await _carry(transaction, records, worked_out, time=time)


async def _carry(
    transaction: Transaction, records: Sequence[Record], stored: Collection[str], *, time: str
) -> set[str]:
    """Let the records carry their identifiers; return those that the stored ones carry no longer."""
    known = [
        {"key": str(record.key), "identifiers": [identifier.key for identifier in record.identifiers]}
        for record in records
        if str(record.key) in stored
    ]
    dropped = await transaction.run(_DROP_IDENTIFIERS, rows=known) if known else []
    carried = [
        {"key": str(record.key), **_identifier(identifier)}
        for record in records
        for identifier in record.identifiers
    ]
    if carried:
        await transaction.run(_CARRY_IDENTIFIERS, rows=carried, time=time)
    return set(dropped)


async def save_objects(transaction: Transaction, objects: Sequence[Record], *, time: str) -> None:
    """Save business objects; whose they are is for `identity/traces` to say."""
    if objects:
        rows = [
            {"key": str(item.key), "id": new_id("obj"), "properties": _object(item, time)} for item in objects
        ]
        await transaction.run(_SAVE_OBJECTS, rows=rows)


def _identifier(identifier: Identifier) -> dict[str, str]:
    return {
        "identifier": identifier.key,
        "type": identifier.type,
        "issuer": identifier.issuer,
        "value": identifier.value,
    }


def _common(record: Record, time: str) -> dict[str, Any]:
    return {
        "source": record.key.source,
        "object": record.key.object,
        "objectType": record.object_type.name,
        "recordId": record.key.record_id,
        "modifiedAt": record.modified_at,
        "receivedAt": time,
        "deletedAt": record.modified_at if record.deleted else None,
        "contentHash": record.content_hash,
        "fields": orjson.dumps(record.said).decode(),
    }


def _record(record: Record, features: Features, ruleset: int, time: str) -> dict[str, Any]:
    return _common(record, time) | _worked_out(record, features, ruleset)


def _worked_out(record: Record, features: Features, ruleset: int) -> dict[str, Any]:
    return {
        "ruleset": ruleset,
        "features": pack(features),
        "identifiers": [identifier.key for identifier in record.identifiers],
    }


def _object(record: Record, time: str) -> dict[str, Any]:
    """The object's fields as properties of their own, so that the graph can filter and add them up;
    amounts as whole millionths, because sums of decimals must not depend on their order."""
    properties: dict[str, FieldValue | None] = {}
    for field in record.object_type.fields:
        value = record.fields.get(field.name)
        if field.type in (FieldType.MONEY, FieldType.DECIMAL) and value is not None:
            value = int(Decimal(str(value)) * MILLION)
        properties[field.name] = value
    properties |= folded(properties, (field.name for field in record.object_type.fields if field.folded))
    happened = record.object_type.time_field
    return properties | _common(record, time) | {"at": properties.get(happened) if happened else None}
