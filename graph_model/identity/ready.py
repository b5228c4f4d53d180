"""Evidence that is made ready for a ruleset while another one still counts: NEXT_MATCH, beside MATCH."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import LiteralString

from graph_model.graph import Transaction
from graph_model.identity.candidates import Pair
from graph_model.identity.model import Evidence

_AMONG: LiteralString = """
RETURN [keys IN $groups | COLLECT {
  UNWIND keys AS key
  MATCH (a:SourceRecord {key: key})-[:NEXT_MATCH]->(b) WHERE b.key IN keys
  RETURN [a.key, b.key] }]
"""

_OF: LiteralString = """
RETURN [key IN $keys | COLLECT {
  MATCH (r:SourceRecord {key: key})-[m:NEXT_MATCH]-(o)
  RETURN [key, o.key, m.weight, m.rule] }]
"""

_DROP_OF: LiteralString = """
UNWIND $keys AS key
MATCH (:SourceRecord {key: key})-[m:NEXT_MATCH]-()
WITH DISTINCT m
DELETE m
"""

_DROP: LiteralString = """
UNWIND $pairs AS pair
MATCH (:SourceRecord {key: pair[0]})-[m:NEXT_MATCH]->(:SourceRecord {key: pair[1]})
DELETE m
"""

_ADD: LiteralString = """
UNWIND $rows AS row
MATCH (a:SourceRecord {key: row[0]})
MATCH (b:SourceRecord {key: row[1]})
CREATE (a)-[:NEXT_MATCH {weight: row[2], rule: row[3]}]->(b)
"""


async def evidence_among(transaction: Transaction, groups: Iterable[Collection[str]]) -> set[Pair]:
    """The pairs within the same group of records that evidence is ready for."""
    lists = [sorted(group) for group in groups if len(group) > 1]
    found = await transaction.run(_AMONG, groups=lists) if lists else []
    return {(a, b) for a, b in chain.from_iterable(found)}


async def evidence_of(transaction: Transaction, records: Collection[str]) -> dict[Pair, Evidence]:
    """The evidence that is ready for these records, and others."""
    found = await transaction.run(_OF, keys=sorted(records)) if records else []
    return {
        (min(one, other), max(one, other)): Evidence(weight, rule)
        for one, other, weight, rule in chain.from_iterable(found)
    }


async def replace(
    transaction: Transaction,
    records: Collection[str],
    fallen: Collection[Pair],
    evidence: Mapping[Pair, Evidence],
) -> None:
    """Put this evidence in the place of all that was ready for the records, and of that of `fallen` pairs."""
    await drop(transaction, records)
    if fallen:
        await transaction.run(_DROP, pairs=[list(pair) for pair in sorted(fallen)])
    if evidence:
        rows = [[a, b, found.weight, found.rule] for (a, b), found in sorted(evidence.items())]
        await transaction.run(_ADD, rows=rows)


async def drop(transaction: Transaction, records: Collection[str]) -> None:
    """Drop what was ready for these records."""
    if records:
        await transaction.run(_DROP_OF, keys=sorted(records))
