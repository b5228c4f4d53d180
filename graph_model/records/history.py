"""The versions of a record as they were received.

A record's own node holds the payload of the whole version that counts, so that what comes once costs no node
more. All others that were received are nodes of their own, named by the record's key: patches, late ones, and
what a newer one replaced, unless that was word for word the same. They stay when the record is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, LiteralString

import orjson

from graph_model.graph import Transaction
from graph_model.ids import new_id
from graph_model.records.model import TOMBSTONE, Mode

_OWN: LiteralString = """[n.modifiedAt, n.receivedAt, n.deletedAt IS NOT NULL, n.versions, n.sentAs,
    n.payload, n.mapping, n.actor]"""

_LOAD: LiteralString = f"""
RETURN [key IN $keys | [
  key,
  COLLECT {{ MATCH (n:SourceRecord {{key: key}}) RETURN {_OWN} }},
  COLLECT {{ MATCH (n:BusinessObject {{key: key}}) RETURN {_OWN} }},
  COLLECT {{ MATCH (v:RecordVersion {{record: key}})
             RETURN [v.modifiedAt, v.receivedAt, v.mode, v.payload, v.mapping, v.actor] }}
]]
"""

# What is the version of the record itself is there already if its payload is the same.
_UNLESS_THERE: LiteralString = """
WHERE NOT (row.current AND coalesce(n.payload, '') = coalesce(row.properties.payload, ''))
WITH row WHERE NOT EXISTS {
  MATCH (v:RecordVersion {record: row.properties.record})
  WHERE v.modifiedAt = row.properties.modifiedAt AND v.mode = row.properties.mode
    AND coalesce(v.payload, '') = coalesce(row.properties.payload, '')
}
CREATE (v:RecordVersion)
SET v = row.properties
"""
_KEEP_RECORDS: LiteralString = f"""
UNWIND $rows AS row
MATCH (n:SourceRecord {{key: row.properties.record}})
{_UNLESS_THERE}
"""
_KEEP_OBJECTS: LiteralString = f"""
UNWIND $rows AS row
MATCH (n:BusinessObject {{key: row.properties.record}})
{_UNLESS_THERE}
"""

_FORGET: LiteralString = """
UNWIND $keys AS key
MATCH (v:RecordVersion {record: key})
DELETE v
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of a record as it was received: `record` is the record's key; a deletion may have no payload.
    `mapping` is the version of the source's mapping that read it. `is_current`: it is the whole version that
    counts."""

    record: str
    modified_at: str
    received_at: str
    mode: Mode
    payload: str | None
    mapping: int | None
    actor: str | None
    is_current: bool = False


async def load_kept(transaction: Transaction, keys: Collection[str]) -> dict[str, list[Kept]]:
    """Every version that is kept of these records, by key, in the order of their modified times."""
    found: dict[str, list[Kept]] = {}
    for key, records, objects, others in await transaction.run(_LOAD, keys=sorted(keys)) if keys else ():
        versions = [kept for row in (*records, *objects) if (kept := _held(key, *row)) is not None]
        for modified_at, received_at, mode, payload, mapping, actor in others:
            versions.append(Kept(key, modified_at, received_at, Mode(mode), payload, mapping, actor))
        if versions:
            found[key] = sorted(versions, key=lambda item: (item.modified_at, item.mode, item.payload or ""))
    return found


def _held(
    key: str,
    modified_at: str,
    received_at: str,
    deleted: bool,
    versions: str | None,
    sent_as: str | None,
    payload: str | None,
    mapping: int | None,
    actor: str | None,
) -> Kept | None:
    """The version whose payload the record's own node holds; None if it holds none."""
    if versions is not None:
        whole = orjson.loads(versions)[0]
        if whole is None:
            return None
        modified_at, content_hash, received_at = whole
        deleted = content_hash == TOMBSTONE
    if payload is None and not deleted:
        return None
    mode = Mode(sent_as) if sent_as else Mode.DELETE if deleted else Mode.UPSERT
    return Kept(key, modified_at, received_at, mode, payload, mapping, actor, is_current=True)


async def keep(transaction: Transaction, records: Iterable[Kept], objects: Iterable[Kept]) -> None:
    """Keep versions of profile records and of business objects that are saved, each once."""
    for statement, kept in ((_KEEP_RECORDS, records), (_KEEP_OBJECTS, objects)):
        once = {(item.record, item.modified_at, item.mode, item.payload): item for item in kept}
        if once:
            await transaction.run(statement, rows=[_row(item) for item in once.values()])


async def forget(transaction: Transaction, keys: Collection[str]) -> None:
    """Drop the versions that are kept beside these records."""
    if keys:
        await transaction.run(_FORGET, keys=sorted(keys))


def _row(item: Kept) -> dict[str, Any]:
    properties = {
        "id": new_id("ver"),
        "record": item.record,
        "modifiedAt": item.modified_at,
        "receivedAt": item.received_at,
        "mode": item.mode,
        "payload": item.payload,
        "mapping": item.mapping,
        "actor": item.actor,
    }
    return {"current": item.is_current, "properties": properties}
