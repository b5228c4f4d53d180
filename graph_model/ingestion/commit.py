"""One batch, one transaction: records, resolution, ownership, insights, events, and whose each record is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from graph_model import times
from graph_model.events import store as events
from graph_model.graph import Transaction
from graph_model.identity import logins
from graph_model.identity import store as identity
from graph_model.identity.corrections import following as corrections
from graph_model.identity.evidence import SYSTEM
from graph_model.identity.matching.features import Features, features_of, unpack
from graph_model.identity.rulesets.active import Loaded, active
from graph_model.identity.subjects import NOWHERE, Findable, findable, gather, record_findable
from graph_model.identity.traces import linking
from graph_model.ingestion.devices import derived_device, logins_of_device, with_logins
from graph_model.ingestion.news import record_events
from graph_model.ingestion.normalising import normalise_records
from graph_model.ingestion.settle import Written, make_way, settle, tell
from graph_model.ingestion.versions import Version, decide_versions
from graph_model.insights import store as insights
from graph_model.insights.model import Threshold
from graph_model.records import store as records_store
from graph_model.records.model import Outcome, Record, RecordKey, RecordResult
from graph_model.records.store import StoredRecord

_WHOSE_RECORDS: LiteralString = """
UNWIND $keys AS key
MATCH (:SourceRecord {key: key})-[:UNIFIED]->(i:Individual)
RETURN collect([key, i.id])
"""

_WHOSE_OBJECTS: LiteralString = """
UNWIND $keys AS key
MATCH (:BusinessObject {key: key})-[:CAUSED_BY]->(:Trace)-[:LEADS_TO]->(:Identifier)
      -[:BELONGS_TO]->(i:Individual)
RETURN collect([key, i.id])
"""


@dataclass(frozen=True, slots=True)
class Submission:
    """A valid record on its way into the graph, and the principal that sent it; `features` are what matching
    sees of it, worked out while another batch is being committed."""

    record: Record
    actor: str
    features: Features

    @classmethod
    def of(cls, record: Record, actor: str) -> Submission:
        """The submission of a record by a principal."""
        return cls(record, actor, features_of(record))


async def commit_batch(
    transaction: Transaction,
    batch: Sequence[Submission],
    threshold: Threshold,
    *,
    now: datetime,
    default_country: str | None = None,
    also: Callable[[Transaction], Awaitable[None]] | None = None,
) -> list[RecordResult]:
    """Store the batch and everything that follows from it; the results are in the batch's order. `also` runs
    when the records are saved, before anything is decided."""
    time = times.to_text(now)
    await identity.lock(transaction)
    ruling = await active(transaction)
    profiles = [item.record.key for item in batch if _is_profile(item.record)]
    objects = [item.record.key for item in batch if not _is_profile(item.record)]
    devices = _derived_devices(item.record for item in batch)
    wanted = (*profiles, *(record.key for record in devices.values()))
    stored = await records_store.stored_records(transaction, wanted)
    # What no ruleset has decided yet is decided first, with all that it was one individual with.
    if undecided := [key for key, found in stored.items() if found.features is None and not found.deleted]:
        await normalise_records(transaction, undecided, default_country, threshold, now=now)
        stored = await records_store.stored_records(transaction, wanted)
    versions = {
        key: Version(found.modified_at, found.content_hash, found.deleted) for key, found in stored.items()
    } | {
        key: Version(*found)
        for key, found in (await records_store.stored_objects(transaction, objects)).items()
    }
    outcomes, winners = decide_versions([item.record for item in batch], versions)
    # Of several versions in one batch, the one that is stored says who sent it and what became of it.
    winning = {
        str(item.record.key): (item.actor, outcome)
        for item, outcome in zip(batch, outcomes, strict=True)
        if winners.get(str(item.record.key)) is item.record
    }
    actors = {key: actor for key, (actor, _) in winning.items()}
    outcome_of = {
        key: outcome if key in versions or outcome is Outcome.DELETED else Outcome.CREATED
        for key, (_, outcome) in winning.items()
    }
    changed_devices = [
        with_logins(record, _known_logins(stored.get(key)))
        for key, record in devices.items()
        if key not in stored or not logins_of_device(record) <= _known_logins(stored[key])
    ]
    records = [*(record for record in winners.values() if _is_profile(record)), *changed_devices]
    business = [record for record in winners.values() if not _is_profile(record)]
    deleted = [str(record.key) for record in records if record.deleted]
    bereaved = await corrections.bereaved(transaction, deleted)
    if gone := bereaved.tombstones(now=now):
        stored |= await records_store.stored_records(transaction, [record.key for record in gone])
        records += gone
    known = {id(item.record): item.features for item in batch}
    features = {str(record.key): known.get(id(record)) or features_of(record) for record in records}

    def before(loaded: Loaded) -> dict[str, Findable]:
        return {
            key: _found_before(stored[key], key, loaded)
            for record in records
            if (key := str(record.key)) in stored
        }

    def after(loaded: Loaded) -> dict[str, Findable]:
        return {
            str(record.key): record_findable(record, features[str(record.key)], loaded) for record in records
        }

    changes = await gather(
        transaction,
        ruling,
        {str(record.key): actors.get(str(record.key), SYSTEM) for record in records},
        before,
        after,
    )
    changes.logins = {login for item in features.values() for login in logins.logins_of(item)}
    await make_way(transaction, ruling, changes, threshold, now=now)
    saved = await records_store.save_records(
        transaction, records, features, ruling.deciding.version, stored, time=time
    )
    changes.dropped = saved.dropped
    if also is None and not gone:
        changes.created = saved.created
    await logins.save(transaction, features, time=time)
    await changes.save_keys(transaction)
    tied = await linking.tied(transaction, [key for item in business if (key := str(item.key)) in versions])
    # Deletions are told of those whose the records were.
    whose_before = {
        key: tie.owner
        for item in business
        if item.deleted and (tie := tied.get(key := str(item.key)))
        if tie.owner is not None
    }
    await records_store.save_objects(transaction, business, time=time)
    await bereaved.tie_anew(transaction, SYSTEM, now=now)
    if also is not None:
        await also(transaction)
    settled = await settle(transaction, changes, Written(business, tied, versions), threshold, now=now)
    whose = settled.resolution.membership | settled.whose
    written = {str(record.key) for record in business}
    whose |= await _whose(
        transaction,
        [key for key in profiles if str(key) not in whose],
        [key for key in objects if str(key) not in written],
    )
    whose_before |= {key: owner for key in deleted if (owner := settled.resolution.before.get(key))}
    news = record_events(winners.values(), whose_before | whose, outcome_of, actors, versions)
    await tell(transaction, settled, news, time=time)
    created = settled.resolution.created
    return [
        RecordResult(
            item.record.key.record_id,
            outcome,
            owner := whose.get(str(item.record.key)),
            is_new=owner in created,
        )
        for item, outcome in zip(batch, outcomes, strict=True)
    ]


async def sweep(
    transaction: Transaction, individuals: Collection[str], threshold: Threshold, *, now: datetime
) -> int:
    """Cross the thresholds that only the clock moved; the number of events written."""
    await identity.lock(transaction)
    crossings = await insights.refresh(transaction, individuals, threshold, now=now)
    await events.append(transaction, crossings, time=times.to_text(now))
    return len(crossings)


def _found_before(stored: StoredRecord, key: str, loaded: Loaded) -> Findable:
    if stored.deleted or stored.features is None:
        return NOWHERE
    return findable(key.partition("/")[0], unpack(stored.features), stored.identifiers, loaded)


def _derived_devices(records: Iterable[Record]) -> dict[str, Record]:
    """The devices that sent any of these, by key, each with all of the logins that were seen with it."""
    found: dict[str, Record] = {}
    for record in records:
        device = derived_device(record)
        if device is not None:
            key = str(device.key)
            found[key] = with_logins(device, logins_of_device(found[key])) if key in found else device
    return found


def _known_logins(stored: StoredRecord | None) -> frozenset[str]:
    if stored is None or stored.features is None:
        return frozenset()
    return frozenset(key.split("|", 2)[2] for key in logins.logins_of(unpack(stored.features)))


async def _whose(
    transaction: Transaction, profiles: Iterable[RecordKey], objects: Iterable[RecordKey]
) -> dict[str, str]:
    whose: dict[str, str] = {}
    for statement, keys in ((_WHOSE_RECORDS, profiles), (_WHOSE_OBJECTS, objects)):
        if texts := sorted({str(key) for key in keys}):
            whose.update(await transaction.run(statement, keys=texts))
    return whose


def _is_profile(record: Record) -> bool:
    return record.object_type.is_party
