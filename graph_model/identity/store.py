"""Loading and saving what identity resolution works on: candidates, components, links, individuals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

import orjson

from graph_model.graph import Transaction
from graph_model.identity.assignment import Retired
from graph_model.identity.golden import Golden, GoldenSource
from graph_model.identity.model import Match, MatchRecord, MatchRule
from graph_model.ids import new_id
from graph_model.metadata.objects import DEVICE_OBJECT

_LOCK: LiteralString = "MATCH (l:Lock {name: 'resolution'}) SET l.holder = $holder"

_CARRIERS: LiteralString = """
UNWIND $keys AS key
MATCH (x:Identifier {key: key})
RETURN collect([x.key, COUNT { (x)<-[:CARRIES]-() }, coalesce(x.generic, false)])
"""

_SET_GENERIC: LiteralString = """
UNWIND $rows AS row
MATCH (x:Identifier {key: row.key})
SET x.generic = row.generic
"""

_BY_IDENTIFIER: LiteralString = """
UNWIND $keys AS key
MATCH (x:Identifier {key: key})<-[:CARRIES]-(r:SourceRecord)
WITH DISTINCT r
OPTIONAL MATCH (r)-[:UNIFIED]->(i:Individual)
RETURN collect([r.key, r.matchFirstName, r.matchLastName, r.birthKey, r.identifiers, r.object, i.id])
"""

_BY_BIRTH_KEY: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {birthKey: key})
OPTIONAL MATCH (r)-[:UNIFIED]->(i:Individual)
RETURN collect([r.key, r.matchFirstName, r.matchLastName, r.birthKey, r.identifiers, r.object, i.id])
"""

_MEMBERSHIP: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
OPTIONAL MATCH (r)-[:UNIFIED]->(i:Individual)
RETURN collect([r.key, r.matchFirstName, r.matchLastName, r.birthKey, r.identifiers, r.object, i.id,
                r.modifiedAt, r.fields, r.id])
"""

_MEMBERS: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})<-[:UNIFIED]-(r:SourceRecord)
RETURN collect([r.key, r.matchFirstName, r.matchLastName, r.birthKey, r.identifiers, r.object, i.id,
                r.modifiedAt, r.fields, r.id])
"""

_MATCHES: LiteralString = """
UNWIND $ids AS id
MATCH (:Individual {id: id})<-[:UNIFIED]-(r:SourceRecord)-[m:MATCH]-(o:SourceRecord)
MATCH (o)-[:UNIFIED]->(j:Individual)
RETURN collect([r.key, o.key, m.rule, m.score, j.id])
"""

_RETIRED: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})<-[:MERGED_INTO]-(a:Individual)
RETURN collect([a.id, i.id, a.heldRecords])
"""

_ADD_MATCHES: LiteralString = """
UNWIND $rows AS row
MATCH (a:SourceRecord {key: row.a})
MATCH (b:SourceRecord {key: row.b})
CREATE (a)-[:MATCH {rule: row.rule, score: row.score, since: $time, actor: row.actor}]->(b)
"""

_CLOSE_MATCHES: LiteralString = """
UNWIND $rows AS row
MATCH (a:SourceRecord {key: row.a})-[m:MATCH]->(b:SourceRecord {key: row.b})
CREATE (a)-[:WAS_MATCH {rule: m.rule, score: m.score, since: m.since, until: $time}]->(b)
DELETE m
"""

_SAVE_INDIVIDUALS: LiteralString = """
UNWIND $rows AS row
MERGE (i:Individual {id: row.id})
ON CREATE SET i.createdAt = $time
WITH i, row, coalesce(i.goldenHash, '') <> row.hash AS changed
SET i += row.properties, i.goldenHash = row.hash, i.status = 'ACTIVE', i.updatedAt = $time
WITH i, changed WHERE changed
RETURN collect(i.id)
"""

_LEAVE: LiteralString = """
UNWIND $rows AS row
MATCH (r:SourceRecord {key: row.record})-[u:UNIFIED]->(i:Individual {id: row.individual})
CREATE (r)-[:WAS_UNIFIED {since: u.since, actor: u.actor, until: $time}]->(i)
DELETE u
"""

_JOIN: LiteralString = """
UNWIND $rows AS row
MATCH (r:SourceRecord {key: row.record})
MATCH (i:Individual {id: row.individual})
CREATE (r)-[:UNIFIED {since: $time, actor: row.actor}]->(i)
"""

_UNALIAS: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})-[m:MERGED_INTO]->(:Individual)
DELETE m
"""

_ALIAS: LiteralString = """
UNWIND $rows AS row
MATCH (i:Individual {id: row.id})
MATCH (w:Individual {id: row.into})
CREATE (i)-[:MERGED_INTO {since: $time}]->(w)
SET i.status = 'MERGED', i.dueAt = null
"""

# Only an id that is retired now remembers its records: an alias of before keeps what it had.
_RETIRE: LiteralString = """
UNWIND $rows AS row
MATCH (i:Individual {id: row.id})
SET i.heldRecords = row.records
WITH i
OPTIONAL MATCH (v:InsightValue)-[:OF]->(i)
DETACH DELETE v
"""

_HELD_THRESHOLDS: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id}) WHERE size(coalesce(i.thresholds, [])) > 0
RETURN collect(i.id)
"""


@dataclass(slots=True)
class Component:
    """The records around those that changed: every member of every individual that could be affected.

    `records` and `sources` are by record key, `membership` maps record keys to the individual they belong
    to now, `age` maps them to their ids (which sort by the time they were made), `matches` are the stored
    links among them, `retired` the ids that resolve to one of those individuals.
    """

    records: dict[str, MatchRecord] = field(default_factory=dict)
    sources: dict[str, GoldenSource] = field(default_factory=dict)
    membership: dict[str, str] = field(default_factory=dict)
    age: dict[str, str] = field(default_factory=dict)
    matches: set[Match] = field(default_factory=set)
    retired: list[Retired] = field(default_factory=list)

    def add(self, row: list[Any]) -> None:
        """Take in one row of a record with its individual, modified time, fields and id."""
        record, individual_id = _match_record(row)
        self.records[record.key] = record
        self.age[record.key] = row[9]
        self.sources[record.key] = GoldenSource(record.key, row[5], row[7], orjson.loads(row[8]))
        if individual_id is not None:
            self.membership[record.key] = individual_id


async def lock(transaction: Transaction) -> None:
    """Let one writer at a time resolve: on Neo4j the others wait, on the embedded engine they conflict at
    the commit and run again. Without it, two writers that both find a key absent would both create it."""
    # Never the value that is there: the embedded engine takes that for no change, and sees no conflict.
    await transaction.run(_LOCK, holder=new_id("lck"))


async def carriers(transaction: Transaction, identifiers: Collection[str]) -> dict[str, tuple[int, bool]]:
    """How many records carry each identifier, and whether it counts as generic."""
    rows = await transaction.run(_CARRIERS, keys=sorted(identifiers)) if identifiers else []
    return {key: (count, generic) for key, count, generic in rows}


async def set_generic(transaction: Transaction, generic: dict[str, bool]) -> None:
    """Note which identifiers count as generic from now on."""
    if generic:
        rows = [{"key": key, "generic": value} for key, value in sorted(generic.items())]
        await transaction.run(_SET_GENERIC, rows=rows)


async def candidates(
    transaction: Transaction, identifiers: Collection[str], birth_keys: Collection[str]
) -> list[tuple[MatchRecord, str | None]]:
    """The records that carry one of the identifiers or have one of the birth keys, each with the
    individual that it belongs to."""
    rows: list[list[Any]] = []
    if identifiers:
        rows += await transaction.run(_BY_IDENTIFIER, keys=sorted(identifiers))
    if birth_keys:
        rows += await transaction.run(_BY_BIRTH_KEY, keys=sorted(birth_keys))
    return [_match_record(row) for row in rows]


async def load_changed(transaction: Transaction, keys: Collection[str]) -> Component:
    """The changed records, as a component that `expand` completes."""
    component = Component()
    for row in await transaction.run(_MEMBERSHIP, keys=sorted(keys)):
        component.add(row)
    return component


async def expand(transaction: Transaction, component: Component, individuals: Iterable[str]) -> None:
    """Complete the component by the members of these individuals, and of every individual that a stored
    link leads to from there."""
    seen: set[str] = set()
    pending = set(individuals)
    while pending:
        ids = sorted(pending)
        seen |= pending
        pending = set()
        for row in await transaction.run(_MEMBERS, ids=ids):
            component.add(row)
        for one, other, rule, score, individual_id in await transaction.run(_MATCHES, ids=ids):
            a, b = sorted((one, other))
            component.matches.add(Match(a, b, MatchRule(rule), score))
            if individual_id not in seen:
                pending.add(individual_id)
    if seen:
        rows = await transaction.run(_RETIRED, ids=sorted(seen))
        component.retired = [Retired(id_, into, frozenset(held or ())) for id_, into, held in rows]


async def save_matches(
    transaction: Transaction, opened: Iterable[tuple[Match, str]], closed: Iterable[Match], *, time: str
) -> None:
    """Close links (they stay as WAS_MATCH) and open others, each with the actor that caused it."""
    if rows := [{"a": match.a, "b": match.b} for match in closed]:
        await transaction.run(_CLOSE_MATCHES, rows=rows, time=time)
    opening = [
        {"a": match.a, "b": match.b, "rule": match.rule, "score": match.score, "actor": actor}
        for match, actor in opened
    ]
    if opening:
        await transaction.run(_ADD_MATCHES, rows=opening, time=time)


async def save_individuals(transaction: Transaction, golden: dict[str, Golden], *, time: str) -> set[str]:
    """Create or update individuals with their golden values; return those whose values changed."""
    if not golden:
        return set()
    rows = [
        {"id": id_, "properties": found.properties, "hash": found.hash}
        for id_, found in sorted(golden.items())
    ]
    return set(await transaction.run(_SAVE_INDIVIDUALS, rows=rows, time=time))


async def move_records(
    transaction: Transaction,
    left: Sequence[tuple[str, str]],
    joined: Sequence[tuple[str, str, str]],
    *,
    time: str,
) -> None:
    """End memberships, (record, individual), and begin others, (record, individual, actor)."""
    if left:
        rows = [{"record": record, "individual": individual} for record, individual in left]
        await transaction.run(_LEAVE, rows=rows, time=time)
    if joined:
        opening = [
            {"record": record, "individual": individual, "actor": actor}
            for record, individual, actor in joined
        ]
        await transaction.run(_JOIN, rows=opening, time=time)


async def save_aliases(
    transaction: Transaction,
    merged: dict[str, str],
    revived: Collection[str],
    held: dict[str, list[str]],
    *,
    time: str,
) -> None:
    """Let retired ids resolve to others, give ids back, and note what the newly retired ones `held`."""
    if freed := sorted({*merged, *revived}):
        await transaction.run(_UNALIAS, ids=freed)
    if held:
        await transaction.run(
            _RETIRE, rows=[{"id": id_, "records": keys} for id_, keys in sorted(held.items())]
        )
    if merged:
        rows = [{"id": id_, "into": into} for id_, into in sorted(merged.items())]
        await transaction.run(_ALIAS, rows=rows, time=time)


async def holding_thresholds(transaction: Transaction, individuals: Collection[str]) -> set[str]:
    """Those of the individuals for whom a threshold holds."""
    return set(await transaction.run(_HELD_THRESHOLDS, ids=sorted(individuals))) if individuals else set()


def _match_record(row: list[Any]) -> tuple[MatchRecord, str | None]:
    key, first_name, last_name, birth_key, identifiers, object_name, individual_id = row[:7]
    record = MatchRecord(
        key=key,
        first_name=first_name,
        last_name=last_name,
        birth_key=birth_key,
        identifiers=tuple(identifiers or ()),
        anonymous=object_name == DEVICE_OBJECT,
    )
    return record, individual_id
