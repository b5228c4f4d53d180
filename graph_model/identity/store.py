"""Loading and saving individuals: golden values, memberships, and the ids that resolve to others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import LiteralString

from graph_model.graph import Transaction
from graph_model.identity.assignment import Retired
from graph_model.identity.foresight import Turn
from graph_model.identity.golden import Golden
from graph_model.identity.matching.facts import Facts
from graph_model.ids import new_id

# What is written first is locked; only then the name that the lock had is read. What is written is never the
# value that is there: the embedded engine takes that for no change, and sees no conflict.
_LOCK: LiteralString = """
MATCH (l:Lock {name: 'resolution'})
SET l.asked = $name
WITH l, l.holder AS before
SET l.holder = $name
RETURN before
"""

_HOLDER: LiteralString = "MATCH (l:Lock {name: 'resolution'}) RETURN l.holder"

_RETIRED: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})<-[:MERGED_INTO]-(a:Individual)
RETURN collect([a.id, i.id, a.heldRecords, a.retiredAs])
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

# An individual of unchanged records may have other possible matches; what is not written is not locked.
_SAVE_NEAR: LiteralString = """
UNWIND $rows AS row
MATCH (i:Individual {id: row.id})
WHERE coalesce(i.possibleMatches, -1) <> row.possible
SET i.possibleMatches = row.possible
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
SET i.heldRecords = row.records, i.retiredAs = $marker
WITH i
OPTIONAL MATCH (v:InsightValue)-[:OF]->(i)
DETACH DELETE v
"""

_GONE: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})
SET i.status = 'GONE', i.goneAt = $time, i.dueAt = null, i.thresholds = null
WITH i
OPTIONAL MATCH (v:InsightValue)-[:OF]->(i)
DETACH DELETE v
"""

_HELD_THRESHOLDS: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id}) WHERE size(coalesce(i.thresholds, [])) > 0
RETURN collect(i.id)
"""


async def lock(transaction: Transaction) -> Turn:
    """Let one writer at a time resolve: on Neo4j the others wait, on the embedded engine they conflict at
    the commit and run again. Without it, two writers that both find a key absent would both create it."""
    name = new_id("lck")
    return Turn(name, await transaction.run(_LOCK, name=name))


async def last_turn(transaction: Transaction) -> str:
    """The name that the lock was given last, by a transaction that is on disk."""
    return str(await transaction.run(_HOLDER))


async def retired(transaction: Transaction, individuals: Collection[str]) -> list[Retired]:
    """The ids that resolve to one of these individuals."""
    rows = await transaction.run(_RETIRED, ids=sorted(individuals)) if individuals else []
    return [Retired(id_, into, frozenset(held or ()), marker or "") for id_, into, held, marker in rows]


async def save_individuals(
    transaction: Transaction, golden: Mapping[str, Golden], facts: Mapping[str, Facts], *, time: str
) -> set[str]:
    """Create or update individuals with their golden values and the facts of their resolution; return those
    whose values changed. Of individuals without golden values here only the facts are looked at."""
    changed: set[str] = set()
    if golden:
        rows = [
            {"id": id_, "properties": found.properties | facts[id_].properties, "hash": found.hash}
            for id_, found in sorted(golden.items())
        ]
        changed.update(await transaction.run(_SAVE_INDIVIDUALS, rows=rows, time=time))
    if near := sorted(facts.keys() - golden.keys()):
        possible = [{"id": id_, "possible": facts[id_].possible_matches} for id_ in near]
        await transaction.run(_SAVE_NEAR, rows=possible)
    return changed


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
        rows = [{"id": id_, "records": keys} for id_, keys in sorted(held.items())]
        # A record's id, which sorts behind those of all records that are there.
        await transaction.run(_RETIRE, rows=rows, marker=new_id("rec"))
    if merged:
        aliases = [{"id": id_, "into": into} for id_, into in sorted(merged.items())]
        await transaction.run(_ALIAS, rows=aliases, time=time)


async def save_gone(transaction: Transaction, individuals: Collection[str], *, time: str) -> None:
    """Note that nothing is left of these individuals: their ids say so from now on."""
    if individuals:
        await transaction.run(_GONE, ids=sorted(individuals), time=time)


async def holding_thresholds(transaction: Transaction, individuals: Collection[str]) -> set[str]:
    """Those of the individuals for whom a threshold holds."""
    return set(await transaction.run(_HELD_THRESHOLDS, ids=sorted(individuals))) if individuals else set()
