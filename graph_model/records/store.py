"""Saving source records and business objects."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, LiteralString

import orjson

from graph_model.folding import folded
from graph_model.graph import Transaction
from graph_model.identity.matching.features import Features, pack
from graph_model.ids import new_id
from graph_model.insights.model import MILLION
from graph_model.metadata.objects import FieldType
from graph_model.records.model import (
    BEFORE_ALL,
    TOMBSTONE,
    FieldValue,
    Identifier,
    Mode,
    Record,
    RecordKey,
)

UNKNOWN = "[null,{},null]"
"""The packed versions of a record of which none came that says anything."""

# What a newer version replaces is kept beside it, unless that is word for word the same.
_KEEP_SUPERSEDED: LiteralString = """
FOREACH (was IN [x IN row.superseded
                 WHERE x.mode = 'DELETE' OR r.payload <> coalesce(row.properties.payload, '')] |
  CREATE (:RecordVersion {id: was.id, record: row.key, modifiedAt: was.modifiedAt,
    receivedAt: coalesce(was.receivedAt, r.receivedAt), mode: coalesce(r.sentAs, was.mode),
    payload: r.payload, mapping: r.mapping, actor: r.actor}))
"""

_SAVE_RECORDS: LiteralString = f"""
UNWIND $rows AS row
MERGE (r:SourceRecord {{key: row.key}})
ON CREATE SET r.id = row.id
{_KEEP_SUPERSEDED}
SET r += row.properties
RETURN count(r)
"""

_RENEW_RECORDS: LiteralString = """
UNWIND $rows AS row
MATCH (r:SourceRecord {key: row.key})
SET r += row.properties
"""

_HAVE_RECORDS: LiteralString = """
UNWIND $rows AS row
MERGE (r:SourceRecord {key: row.key})
ON CREATE SET r.id = row.id, r += row.unknown
SET r += row.properties
"""
_HAVE_OBJECTS: LiteralString = """
UNWIND $rows AS row
MERGE (o:BusinessObject {key: row.key})
ON CREATE SET o.id = row.id, o += row.unknown
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

_SAVE_OBJECTS: LiteralString = f"""
UNWIND $rows AS row
MATCH (r:BusinessObject {{key: row.key}})
{_KEEP_SUPERSEDED}
SET r += row.properties
RETURN count(r)
"""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a record is written: when it was received, more properties of it, and of the whole version that it
    replaces (`superseded`) the modified time, when it was received (None: when the record was) and how it was
    sent."""

    received_at: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    superseded: tuple[str, str | None, Mode] | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did: the identifiers that records carry no longer (`dropped`), and the properties of the
    records that are new, by key."""

    dropped: set[str]
    created: dict[str, dict[str, Any]]


async def save_records(
    transaction: Transaction,
    records: Sequence[Record],
    features: Mapping[str, Features],
    ruleset: int,
    stored: Collection[str],
    writings: Mapping[str, Writing],
    *,
    time: str,
) -> Saved:
    """Save profile records with their features, to be decided under this version of the ruleset, and the
    identifiers they carry; `features` and `writings` go by key. Those that are not `stored` yet are new."""
    if not records:
        return Saved(set(), {})
    rows = []
    for record in records:
        key = str(record.key)
        writing = writings.get(key) or Writing(time)
        properties = _common(record, writing) | _worked_out(record, features[key], ruleset)
        rows.append(_row(key, new_id("rec"), properties, writing))
    await transaction.run(_SAVE_RECORDS, rows=rows)
    dropped = await _carry(transaction, records, stored, time=time)
    created = {row["key"]: row["properties"] | {"id": row["id"]} for row in rows if row["key"] not in stored}
    return Saved(dropped, created)


async def save_contributions(transaction: Transaction, contributions: Mapping[RecordKey, str | None]) -> None:
    """Save what satellites contribute, packed, to records that were deleted or have not come yet."""
    rows = [_unknown(key, "rec", contributions=packed) for key, packed in sorted(contributions.items())]
    if rows:
        await transaction.run(_HAVE_RECORDS, rows=rows)


async def save_unknown(
    transaction: Transaction, records: Collection[RecordKey], objects: Collection[RecordKey]
) -> None:
    """Have a node for profile records and business objects of which no version came that says anything."""
    for statement, prefix, keys in ((_HAVE_RECORDS, "rec", records), (_HAVE_OBJECTS, "obj", objects)):
        if keys:
            await transaction.run(statement, rows=[_unknown(key, prefix) for key in sorted(keys)])


def _unknown(key: RecordKey, prefix: str, **properties: Any) -> dict[str, Any]:
    """A row of a record that, if it is not there, is made as one that was deleted before all time."""
    unknown = {
        "source": key.source,
        "object": key.object,
        "recordId": key.record_id,
        "modifiedAt": BEFORE_ALL,
        "deletedAt": BEFORE_ALL,
        "contentHash": TOMBSTONE,
        "fields": "{}",
        "versions": UNKNOWN,
    }
    return {"key": str(key), "id": new_id(prefix), "unknown": unknown, "properties": properties}


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
    rows = [{"key": key, "properties": properties} for key, properties in worked_out.items()]
    await transaction.run(_RENEW_RECORDS, rows=rows)
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


async def save_objects(
    transaction: Transaction,
    objects: Sequence[Record],
    writings: Mapping[str, Writing],
    stored: Collection[str],
) -> dict[str, dict[str, Any]]:
    """Save business objects that are `stored`; return the properties of those that are not, by key: they are
    made by who ties them, in one statement with that (`identity/traces`)."""
    rows = []
    fresh: dict[str, dict[str, Any]] = {}
    for item in objects:
        key = str(item.key)
        properties = _object(item, writings[key])
        if key in stored:
            rows.append(_row(key, None, properties, writings[key]))
        else:
            said = {name: value for name, value in properties.items() if value is not None}
            fresh[key] = said | {"key": key, "id": new_id("obj")}
    if rows:
        await transaction.run(_SAVE_OBJECTS, rows=rows)
    return fresh


def _identifier(identifier: Identifier) -> dict[str, str]:
    return {
        "identifier": identifier.key,
        "type": identifier.type,
        "issuer": identifier.issuer,
        "value": identifier.value,
    }


def _row(key: str, id_: str | None, properties: dict[str, Any], writing: Writing) -> dict[str, Any]:
    superseded = []
    if writing.superseded is not None:
        modified_at, received_at, mode = writing.superseded
        was = {"id": new_id("ver"), "modifiedAt": modified_at, "receivedAt": received_at, "mode": mode}
        superseded.append(was)
    return {"key": key, "id": id_, "properties": properties, "superseded": superseded}


def _common(record: Record, writing: Writing) -> dict[str, Any]:
    return {
        "source": record.key.source,
        "object": record.key.object,
        "objectType": record.object_type.name,
        "recordId": record.key.record_id,
        "modifiedAt": record.modified_at,
        "receivedAt": writing.received_at,
        "deletedAt": record.modified_at if record.deleted else None,
        "contentHash": record.content_hash,
        "fields": orjson.dumps(record.said).decode(),
        **writing.properties,
    }


def _worked_out(record: Record, features: Features, ruleset: int) -> dict[str, Any]:
    return {
        "ruleset": ruleset,
        "features": pack(features),
        "identifiers": [identifier.key for identifier in record.identifiers],
    }


def _object(record: Record, writing: Writing) -> dict[str, Any]:
    """The object's fields as properties of their own, so that the graph can filter and add them up;
    amounts as whole millionths, because sums of decimals must not depend on their order."""
    properties: dict[str, Any] = {
        of.name: _flat(of.type, record.fields.get(of.name))
        for of in record.object_type.fields
        if of.type is not FieldType.OBJECT
    }
    properties |= folded(properties, (of.name for of in record.object_type.fields if of.folded))
    happened = record.object_type.time_field
    return properties | _common(record, writing) | {"at": properties.get(happened) if happened else None}


def _flat(type_: FieldType, value: FieldValue | None) -> Any:
    if type_ not in (FieldType.MONEY, FieldType.DECIMAL) or value is None:
        return value
    if isinstance(value, list):
        return [int(Decimal(str(item)) * MILLION) for item in value]
    return int(Decimal(str(value)) * MILLION)
