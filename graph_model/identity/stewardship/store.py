"""Loading what a steward's action is about, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import LiteralString

from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.identity.assignment import Retired
from graph_model.identity.matching.features import Features, unpack
from graph_model.identity.stewardship.model import Found, Member, Resulting, ResultingRecord
from graph_model.metadata.objects import DEVICE_OBJECT
from graph_model.records.model import STEWARD

_INDIVIDUALS: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})
OPTIONAL MATCH (i)-[:MERGED_INTO]->(w:Individual)
WITH id, coalesce(w, i) AS p
RETURN collect([id, p.id,
                COLLECT { MATCH (p)<-[:UNIFIED]-(r:SourceRecord)
                          RETURN [r.key, r.id, r.objectType, r.source] },
                COLLECT { MATCH (p)<-[:MERGED_INTO]-(a:Individual)
                          RETURN [a.id, coalesce(a.heldRecords, []), coalesce(a.retiredAs, '')] }])
"""

_RECORDS: LiteralString = """
UNWIND $ids AS id
MATCH (r:SourceRecord {id: id})
WHERE r.deletedAt IS NULL
RETURN collect([r.id, r.key, r.source])
"""

_FEATURES: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
WHERE r.features IS NOT NULL
RETURN collect(r.features)
"""

_WHOSE: LiteralString = """
UNWIND $keys AS key
MATCH (:SourceRecord {key: key})-[:UNIFIED]->(i:Individual)
RETURN collect(DISTINCT i.id)
"""

_HOLDERS: LiteralString = """
UNWIND $keys AS key
MATCH (:SourceRecord {key: key})-[:UNIFIED]->(i:Individual)
WITH DISTINCT i
RETURN collect([i.id, i.kind, i.displayName,
                COLLECT { MATCH (i)<-[:UNIFIED]-(r:SourceRecord)
                          RETURN [r.id, r.source, r.object, r.recordId] }])
"""


async def individuals(transaction: Transaction, ids: Sequence[str]) -> list[Found]:
    """The individuals that these ids lead to, in order, each once. Raises BadInput with the code NOT_FOUND
    for an id that leads to nobody."""
    found: dict[str, Found] = {}
    for asked, id_, records, retired in await transaction.run(_INDIVIDUALS, ids=list(dict.fromkeys(ids))):
        members = (
            Member(key, record_id, object_ == DEVICE_OBJECT, source == STEWARD)
            for key, record_id, object_, source in records
        )
        found[asked] = Found(
            id_,
            tuple(sorted(members, key=lambda member: member.id)),
            tuple(Retired(old, id_, frozenset(held), marker) for old, held, marker in sorted(retired)),
        )
    _check_found("individual", ids, found)
    if not all(item.members for item in found.values()):
        raise BadInput("Of this individual no record is left.", code="GONE")
    return list({found[id_].id: found[id_] for id_ in ids}.values())


async def record_keys(transaction: Transaction, ids: Sequence[str]) -> list[str]:
    """The keys of the records with these ids, in order. Raises BadInput with the code NOT_FOUND for one that
    is not there, or was deleted."""
    found: dict[str, str] = {}
    for id_, key, source in await transaction.run(_RECORDS, ids=list(dict.fromkeys(ids))):
        if source == STEWARD:
            raise BadInput("A correction goes with the record that it corrects.", code="CORRECTION")
        found[id_] = key
    _check_found("source record", ids, found)
    return [found[id_] for id_ in ids]


async def features(transaction: Transaction, keys: Collection[str]) -> list[Features]:
    """What matching sees of these records."""
    return [unpack(packed) for packed in await transaction.run(_FEATURES, keys=sorted(keys))]


async def individuals_of(transaction: Transaction, keys: Collection[str]) -> list[Found]:
    """The individuals that these records, by key, belong to, by id."""
    return await individuals(transaction, sorted(await transaction.run(_WHOSE, keys=sorted(keys))))


async def holders(
    transaction: Transaction, keys: Collection[str], created: Collection[str]
) -> tuple[Resulting, ...]:
    """The individuals that hold these records, by id; those among `created` are new."""
    rows = await transaction.run(_HOLDERS, keys=sorted(keys))
    return tuple(
        Resulting(
            id_, id_ in created, kind, name, tuple(ResultingRecord(*record) for record in sorted(records))
        )
        for id_, kind, name, records in sorted(rows)
    )


def _check_found(what: str, ids: Iterable[str], found: Collection[str]) -> None:
    for id_ in ids:
        if id_ not in found:
            raise BadInput(f"There is no {what} with the id {id_[:100]}.", code="NOT_FOUND")
