"""What migrations do to nodes that are there already: read some, work out in Python, write, go on."""

from __future__ import annotations

from typing import Any, LiteralString

from graph_model import times
from graph_model.folding import folded
from graph_model.graph import Graph, Transaction
from graph_model.identity.golden import FOLDED
from graph_model.identity.traces import linking
from graph_model.metadata.identifier_types import IdentifierType
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Identifier, Record, RecordKey, read_fields

BATCH = 1_000
"""Nodes in one transaction."""

_INDIVIDUALS: LiteralString = """
MATCH (n:Individual) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $limit
RETURN collect([n.id, null, properties(n)])
"""
_OBJECTS: LiteralString = """
MATCH (n:BusinessObject) WHERE n.key > $after
WITH n ORDER BY n.key LIMIT $limit
RETURN collect([n.key, n.object, properties(n)])
"""
_SET_INDIVIDUALS: LiteralString = """
UNWIND $rows AS row
MATCH (n:Individual {id: row.key})
SET n += row.properties
"""
_SET_OBJECTS: LiteralString = """
UNWIND $rows AS row
MATCH (n:BusinessObject {key: row.key})
SET n += row.properties
"""
_UNMARKED: LiteralString = """
MATCH (r:SourceRecord) WHERE r.ruleset IS NULL
WITH r LIMIT $limit
RETURN collect(r.key)
"""
# The links of before carry no weight: they stay as history, and are decided anew with their records.
_MARK: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
SET r.ruleset = $unresolved, r.matchFirstName = null, r.matchLastName = null, r.birthKey = null
WITH r
OPTIONAL MATCH (r)-[m:MATCH]->(o:SourceRecord)
WITH r, m, o WHERE m IS NOT NULL
CREATE (r)-[:WAS_MATCH {rule: m.rule, since: m.since, actor: m.actor}]->(o)
DELETE m
"""
_UNTYPED: LiteralString = """
MATCH (i:Individual) WHERE i.partyType IS NULL
WITH i LIMIT $limit
RETURN collect(i.id)
"""
_TYPE: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})
SET i.partyType = 'PERSON'
"""
_CAUSED: LiteralString = """
MATCH (o:BusinessObject)-[:CAUSED_BY]->(x:Identifier)
WITH o, x LIMIT $limit
RETURN collect([o.key, o.modifiedAt, o.contentHash, o.fields, x.type, x.issuer, x.value])
"""
_FREE: LiteralString = """
UNWIND $keys AS key
MATCH (:BusinessObject {key: key})-[c:CAUSED_BY]->(:Identifier)
DELETE c
"""

# Before sources had mappings, what a source called an object was what it is.
_UNNAMED_RECORDS: LiteralString = """
MATCH (r:SourceRecord) WHERE r.objectType IS NULL
WITH r LIMIT $limit
RETURN collect(r.key)
"""
_NAME_RECORDS: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
SET r.objectType = r.object
"""
_UNNAMED_OBJECTS: LiteralString = """
MATCH (o:BusinessObject) WHERE o.objectType IS NULL
WITH o LIMIT $limit
RETURN collect(o.key)
"""
_NAME_OBJECTS: LiteralString = """
UNWIND $keys AS key
MATCH (o:BusinessObject {key: key})
SET o.objectType = o.object
"""

UNRESOLVED = 0
"""The ruleset of records that no ruleset has decided yet."""


async def fold_texts(graph: Graph) -> None:
    """Store the folded forms of the texts of individuals and business objects."""
    await _rewrite(graph, _INDIVIDUALS, _SET_INDIVIDUALS)
    await _rewrite(graph, _OBJECTS, _SET_OBJECTS)


async def mark_unresolved(graph: Graph) -> None:
    """Mark the records that were matched before there were rulesets, which are then resolved anew."""
    while keys := await graph.read(_UNMARKED, limit=BATCH):

        async def write(transaction: Transaction, keys: list[str] = keys) -> None:
            await transaction.run(_MARK, keys=keys, unresolved=UNRESOLVED)

        await graph.write(write)


async def prepare_matching(graph: Graph) -> None:
    """Bring what was resolved before there were rulesets into the form of now: its records are to be resolved
    anew, and its individuals are persons, because there was nothing else."""
    await mark_unresolved(graph)
    while ids := await graph.read(_UNTYPED, limit=BATCH):

        async def write(transaction: Transaction, ids: list[str] = ids) -> None:
            await transaction.run(_TYPE, ids=ids)

        await graph.write(write)


async def tie_objects(graph: Graph) -> None:
    """Tie the business objects that led to the one identifier that decided to traces."""
    while rows := await graph.read(_CAUSED, limit=BATCH):
        objects = [_caused(*row) for row in rows]

        async def write(transaction: Transaction, objects: list[Record] = objects) -> None:
            keys = [str(item.key) for item in objects]
            tied = await linking.tied(transaction, keys)
            await transaction.run(_FREE, keys=keys)
            await linking.link(transaction, objects, tied, fresh={}, time=times.to_text(times.utc_now()))

        await graph.write(write)


def _caused(
    key: str, modified_at: str, content_hash: str, said: str, type_: str, issuer: str, value: str
) -> Record:
    of = RecordKey.of(key)
    fields, withdrawn = read_fields(said)
    identifiers = (Identifier(IdentifierType(type_), issuer, value),)
    return Record(
        of, SHIPPED.objects[of.object], modified_at, content_hash, fields, identifiers, withdrawn=withdrawn
    )


async def name_types(graph: Graph) -> None:
    """Say of records and business objects which canonical object each is."""
    for unnamed, name in ((_UNNAMED_RECORDS, _NAME_RECORDS), (_UNNAMED_OBJECTS, _NAME_OBJECTS)):
        while keys := await graph.read(unnamed, limit=10 * BATCH):

            async def write(
                transaction: Transaction, name: LiteralString = name, keys: list[str] = keys
            ) -> None:
                await transaction.run(name, keys=keys)

            await graph.write(write)


async def _rewrite(graph: Graph, reading: LiteralString, writing: LiteralString) -> None:
    after = ""
    while rows := await graph.read(reading, after=after, limit=BATCH):
        changed = [
            {"key": key, "properties": folded(properties, _names(object_name))}
            for key, object_name, properties in rows
        ]

        async def write(transaction: Transaction, changed: list[dict[str, Any]] = changed) -> None:
            await transaction.run(writing, rows=changed)

        await graph.write(write)
        after = rows[-1][0]


def _names(object_name: str | None) -> tuple[str, ...]:
    if object_name is None:
        return FOLDED
    return tuple(field.name for field in SHIPPED.objects[object_name].fields if field.folded)
