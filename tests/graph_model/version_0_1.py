"""A graph as version 0.1 wrote it: its migrations, and nodes without features, weights and components."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, LiteralString

import orjson

from graph_model import times
from graph_model.graph import Graph, Transaction
from graph_model.ids import new_id
from graph_model.metadata.registry import SHIPPED
from graph_model.migrations import MIGRATIONS, migrate
from graph_model.records.model import Record
from graph_model.records.validation import validate
from tests.graph_model.populations import START, Sent
from tests.servers.engine import wipe

_RECORDS: LiteralString = """
UNWIND $rows AS row
CREATE (r:SourceRecord)
SET r = row.properties
WITH r, row
UNWIND row.identifiers AS identifier
MERGE (x:Identifier {key: identifier.key})
ON CREATE SET x.type = identifier.type, x.issuer = identifier.issuer, x.value = identifier.value
CREATE (r)-[:CARRIES {since: $time}]->(x)
"""
_INDIVIDUALS: LiteralString = """
UNWIND $rows AS row
CREATE (i:Individual)
SET i = row.properties
WITH i, row
UNWIND row.records AS key
MATCH (r:SourceRecord {key: key})
CREATE (r)-[:UNIFIED {since: $time, actor: 'tester'}]->(i)
"""
_MATCHES: LiteralString = """
UNWIND $rows AS row
MATCH (a:SourceRecord {key: row[0]})
MATCH (b:SourceRecord {key: row[1]})
CREATE (a)-[:MATCH {rule: 'EMAIL', score: 1000, since: $time, actor: 'tester'}]->(b)
"""
_OBJECTS: LiteralString = """
UNWIND $rows AS row
CREATE (o:BusinessObject)
SET o = row.properties
WITH o, row
MERGE (x:Identifier {key: row.cause.key})
ON CREATE SET x.type = row.cause.type, x.issuer = row.cause.issuer, x.value = row.cause.value
CREATE (o)-[:CAUSED_BY {since: $time}]->(x)
"""
_OWNERS: LiteralString = """
MATCH (i:Individual)<-[:UNIFIED]-(:SourceRecord)-[:CARRIES]->(x:Identifier)
WITH x, collect(DISTINCT i) AS owners WHERE size(owners) = 1
WITH x, owners[0] AS i
CREATE (x)-[:BELONGS_TO {since: $time}]->(i)
"""

_TIME = times.to_text(START)


async def write(graph: Graph, people: Sequence[Sequence[Sent]], orders: Iterable[Sent]) -> list[str]:
    """Write these people, each with the records that made it one, linked in a row, and orders of theirs.
    Returns the ids of the individuals, in order."""
    await wipe(graph)
    await migrate(graph, MIGRATIONS[:2])
    ids = [new_id("ind") for _ in people]
    statements: list[tuple[LiteralString, list[Any]]] = [
        (_RECORDS, [_row(_record(sent), "rec") for records in people for sent in records]),
        (_INDIVIDUALS, [_individual(*each) for each in zip(ids, people, strict=True)]),
        (
            _MATCHES,
            [sorted(pair) for keys in map(_keys, people) for pair in pairwise(keys)],
        ),
        (_OBJECTS, [_object(_record(sent)) for sent in orders]),
    ]

    async def work(transaction: Transaction) -> None:
        for statement, rows in statements:
            await transaction.run(statement, rows=rows, time=_TIME)
        await transaction.run(_OWNERS, time=_TIME)

    await graph.write(work)
    return ids


def _record(sent: Sent) -> Record:
    record = validate(
        sent.record, sent.source, SHIPPED.objects[sent.object], received_at=START, default_country=None
    )
    assert isinstance(record, Record), record
    return record


def _keys(records: Sequence[Sent]) -> list[str]:
    return [str(_record(sent).key) for sent in records]


def _row(record: Record, prefix: str) -> dict[str, Any]:
    identifiers = [
        {"key": item.key, "type": item.type, "issuer": item.issuer, "value": item.value}
        for item in record.identifiers
    ]
    properties: dict[str, Any] = {
        "key": str(record.key),
        "id": new_id(prefix),
        "source": record.key.source,
        "object": record.key.object,
        "recordId": record.key.record_id,
        "modifiedAt": record.modified_at,
        "receivedAt": _TIME,
        "contentHash": record.content_hash,
        "fields": orjson.dumps(record.fields).decode(),
    }
    if record.object_type.is_party:
        properties |= {
            "matchFirstName": str(record.fields.get("firstName", "")).casefold(),
            "matchLastName": str(record.fields.get("lastName", "")).casefold(),
            "birthKey": None,
            "identifiers": [identifier["key"] for identifier in identifiers],
        }
    return {"properties": properties, "identifiers": identifiers}


def _object(record: Record) -> dict[str, Any]:
    row = _row(record, "obj")
    more = {"at": record.fields["orderedAt"], "total": 10_000_000, "currency": "EUR"}
    return {
        "properties": record.fields | row["properties"] | more,
        "cause": row["identifiers"][0],
    }


def _individual(id_: str, records: Sequence[Sent]) -> dict[str, Any]:
    properties = {
        "id": id_,
        "status": "ACTIVE",
        "kind": "KNOWN",
        "displayName": "as it was",
        "emails": [],
        "phones": [],
        "goldenHash": "as it was",
        "createdAt": _TIME,
        "updatedAt": _TIME,
    }
    return {"properties": properties, "records": _keys(records)}
