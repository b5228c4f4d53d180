"""Records that no ruleset has decided yet, because they were stored before there were rulesets: they are
resolved like new ones, page by page, while the gateway works."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

import orjson

from graph_model import times
from graph_model.backfill import UNRESOLVED
from graph_model.graph import Graph, Transaction
from graph_model.identity import store as identity
from graph_model.identity.evidence import SYSTEM
from graph_model.identity.matching.features import features_of, pack
from graph_model.identity.rulesets.active import active
from graph_model.identity.subjects import gather, record_findable
from graph_model.ingestion.settle import make_way, settle, tell
from graph_model.insights.model import Threshold
from graph_model.metadata.objects import INDIVIDUAL, OBJECTS, IdentifierType
from graph_model.records.model import Identifier, Record, RecordKey

PAGE = 500

_PENDING: LiteralString = """
MATCH (r:SourceRecord {ruleset: $unresolved})
WITH r LIMIT $limit
RETURN collect(r.key)
"""

_READ: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key}) WHERE r.ruleset = $unresolved
RETURN collect([r.source, r.object, r.recordId, r.modifiedAt, r.contentHash, r.fields, r.identifiers])
"""

_ADOPT: LiteralString = """
UNWIND $rows AS row
MATCH (r:SourceRecord {key: row[0]})
SET r.features = row[1], r.ruleset = $version
"""


async def pending(graph: Graph) -> list[str]:
    """Some of the records that no ruleset has decided yet, by key."""
    return list(await graph.read(_PENDING, unresolved=UNRESOLVED, limit=PAGE))


async def adopt(
    transaction: Transaction, keys: Sequence[str], threshold: Threshold, *, now: datetime
) -> None:
    """Resolve these records, as far as nobody else did meanwhile."""
    await identity.lock(transaction)
    ruling = await active(transaction)
    rows = await transaction.run(_READ, keys=list(keys), unresolved=UNRESOLVED)
    records = [_record(*row) for row in rows]
    features = {str(record.key): features_of(record) for record in records}
    changes = await gather(
        transaction,
        ruling,
        dict.fromkeys(features, SYSTEM),
        lambda _: {},
        lambda loaded: {
            str(record.key): record_findable(record, features[str(record.key)], loaded) for record in records
        },
    )
    await make_way(transaction, ruling, changes, threshold, now=now)
    await transaction.run(
        _ADOPT,
        rows=[[key, pack(found)] for key, found in features.items()],
        version=ruling.deciding.version,
    )
    await changes.save_keys(transaction)
    settled = await settle(transaction, changes, (), threshold, now=now)
    await tell(transaction, settled, {}, time=times.to_text(now))


def _record(
    source: str,
    object_name: str,
    record_id: str,
    modified_at: str,
    content_hash: str,
    fields: str,
    identifiers: Sequence[str] | None,
) -> Record:
    said: dict[str, Any] = orjson.loads(fields)
    parts = (key.split("|", 2) for key in identifiers or ())
    return Record(
        key=RecordKey(source, object_name, record_id),
        object_type=OBJECTS.get(object_name, INDIVIDUAL),
        modified_at=modified_at,
        content_hash=content_hash,
        fields={name: value for name, value in said.items() if value is not None},
        identifiers=tuple(Identifier(IdentifierType(type_), issuer, value) for type_, issuer, value in parts),
    )
