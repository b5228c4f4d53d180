"""Normalising anew what is stored: records that an older normaliser saw, or none, because they were stored
before there were rulesets. Whom they are about is decided anew with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, LiteralString

import orjson

from graph_model import times
from graph_model.graph import Transaction
from graph_model.identity import store as identity
from graph_model.identity.evidence import SYSTEM
from graph_model.identity.logins import logins_of
from graph_model.identity.matching.features import PACKED_PREFIX, features_of, unpack
from graph_model.identity.rulesets.active import Loaded, active
from graph_model.identity.subjects import Findable, findable, gather, record_findable
from graph_model.identity.traces import linking
from graph_model.ingestion.deciding import merged
from graph_model.ingestion.devices import DERIVED_DEVICE
from graph_model.ingestion.preparing import known_as
from graph_model.ingestion.settle import NOTHING_WRITTEN, Written, make_way, settle, tell
from graph_model.insights.model import Threshold
from graph_model.metadata.catalogue import Catalogue, read_catalogue
from graph_model.metadata.custom import read_registry
from graph_model.metadata.objects import DEVICE_OBJECT, INDIVIDUAL, IdentifierType
from graph_model.metadata.registry import Registry
from graph_model.records import store as records_store
from graph_model.records.model import STEWARD, Identifier, Record, RecordKey

_RECORDS: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
WHERE r.deletedAt IS NULL
WITH r WHERE r.features IS NULL OR NOT r.features STARTS WITH $prefix
RETURN collect([r.key, r.objectType, r.modifiedAt, r.contentHash, r.fields, r.identifiers, r.features])
"""

# Only of what no ruleset has decided yet: others' individuals lie within components, which are decided whole.
_COMPANIONS: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
WHERE r.features IS NULL AND r.deletedAt IS NULL
MATCH (r)-[:UNIFIED]->(:Individual)<-[:UNIFIED]-(o:SourceRecord)
RETURN collect(DISTINCT o.key)
"""

_OBJECTS: LiteralString = """
UNWIND $keys AS key
MATCH (o:BusinessObject {key: key})
WHERE o.deletedAt IS NULL AND NOT coalesce(o.incomplete, false)
RETURN collect([o.key, o.objectType, o.modifiedAt, o.contentHash, o.fields])
"""


async def normalise_records(
    transaction: Transaction,
    keys: Sequence[str],
    default_country: str | None,
    threshold: Threshold,
    *,
    now: datetime,
) -> None:
    """Normalise these records of profiles anew, where that is due, and decide whom they are about. Of an
    individual that no ruleset has decided yet all records are normalised at once."""
    await identity.lock(transaction)
    ruling = await active(transaction)
    companions = await transaction.run(_COMPANIONS, keys=list(keys))
    rows = await transaction.run(_RECORDS, keys=sorted({*keys, *companions}), prefix=PACKED_PREFIX)
    if not rows:
        return
    registry = await read_registry(transaction)
    records = [_record(registry, row, carried, default_country) for *row, carried, _ in rows]
    seen = {key: (features, tuple(carried or ())) for key, *_, carried, features in rows if features}
    features = {str(record.key): features_of(record) for record in records}

    def before(loaded: Loaded) -> dict[str, Findable]:
        return {
            key: findable(RecordKey.of(key).source, unpack(packed), carried, loaded)
            for key, (packed, carried) in seen.items()
        }

    def after(loaded: Loaded) -> dict[str, Findable]:
        return {
            str(record.key): record_findable(record, features[str(record.key)], loaded) for record in records
        }

    changes = await gather(transaction, ruling, dict.fromkeys(features, SYSTEM), before, after)
    changes.logins = {login for item in features.values() for login in logins_of(item)}
    await make_way(transaction, ruling, changes, threshold, now=now)
    time = times.to_text(now)
    changes.dropped = await records_store.renew_records(
        transaction, records, features, ruling.deciding.version, time=time
    )
    await changes.save_keys(transaction)
    settled = await settle(transaction, changes, NOTHING_WRITTEN, threshold, now=now)
    await tell(transaction, settled, (), time=time)


async def normalise_objects(
    transaction: Transaction,
    keys: Sequence[str],
    default_country: str | None,
    threshold: Threshold,
    *,
    now: datetime,
) -> None:
    """Normalise anew the identifiers by which these business objects find whose they are."""
    await identity.lock(transaction)
    ruling = await active(transaction)
    rows = await transaction.run(_OBJECTS, keys=list(keys))
    catalogue = await read_catalogue(transaction)
    objects = [_called(_record(catalogue.registry, row, None, default_country), catalogue) for row in rows]
    time = times.to_text(now)
    written = Written(objects, await linking.tied(transaction, keys))
    changes = await gather(transaction, ruling, {}, _nothing, _nothing)
    settled = await settle(transaction, changes, written, threshold, now=now)
    await tell(transaction, settled, (), time=time)


def _called(item: Record, catalogue: Catalogue) -> Record:
    """The object with what its source calls the records that it may name."""
    source = catalogue.sources.get(item.key.source)
    return item if source is None else replace(item, known_as=known_as(source, catalogue.registry))


def _nothing(_: Loaded) -> Mapping[str, Findable]:
    return {}


def _record(
    registry: Registry, row: Sequence[Any], carried: Sequence[str] | None, default_country: str | None
) -> Record:
    """The record of a row, which has the identifiers that a profile record `carried` if it was made here."""
    key, object_type, modified_at, content_hash, fields = row
    of = RecordKey.of(key)
    is_device = carried is not None and of.object == DEVICE_OBJECT
    type_ = DERIVED_DEVICE if is_device else registry.objects.get(object_type, INDIVIDUAL)
    sample = Record(of, type_, modified_at, content_hash, {}, ())
    record = merged(sample, orjson.loads(fields), modified_at, content_hash, default_country=default_country)
    if carried is None or not (is_device or of.source == STEWARD):
        return record
    # What is made here keeps the identifiers that it was made with.
    parts = (name.split("|", 2) for name in carried)
    own = tuple(Identifier(IdentifierType(type_), issuer, value) for type_, issuer, value in parts)
    return replace(record, identifiers=own)
