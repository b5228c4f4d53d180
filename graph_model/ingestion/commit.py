"""One batch, one transaction: records, resolution, ownership, insights, events, and whose each record is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from graph_model import times
from graph_model.events import store as events
from graph_model.graph import Transaction
from graph_model.identity import foresight, logins
from graph_model.identity import store as identity
from graph_model.identity.corrections import following as corrections
from graph_model.identity.evidence import SYSTEM
from graph_model.identity.matching.features import features_of, unpack
from graph_model.identity.rulesets.active import Loaded, active
from graph_model.identity.subjects import NOWHERE, Findable, findable, gather, record_findable
from graph_model.identity.traces import linking
from graph_model.ingestion.business import decide_objects
from graph_model.ingestion.counting import record_counts
from graph_model.ingestion.deciding import Decided, event_time_warning
from graph_model.ingestion.deciding import Submission as Submission
from graph_model.ingestion.devices import derived_device, logins_of_device, with_logins
from graph_model.ingestion.news import record_events
from graph_model.ingestion.normalising import normalise_records
from graph_model.ingestion.profiles import decide_profiles
from graph_model.ingestion.settle import Written, make_way, settle, tell
from graph_model.insights import store as insights
from graph_model.insights.model import Threshold
from graph_model.metadata import counts
from graph_model.records import history, loading
from graph_model.records import store as records_store
from graph_model.records.loading import StoredRecord
from graph_model.records.model import Record, RecordResult

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


async def commit_batch(
    transaction: Transaction,
    batch: Sequence[Submission],
    threshold: Threshold,
    *,
    now: datetime,
    default_country: str | None = None,
    also: Callable[[Transaction], Awaitable[None]] | None = None,
    anew: Collection[str] = (),
    turn: foresight.Turn | None = None,
) -> list[RecordResult]:
    """Store the batch and everything that follows from it; the results are in the batch's order. `also` runs
    when the records are saved, before anything is decided. Of the records in `anew`, by key, the batch holds
    all versions in place of what is stored. `turn` is that of a transaction which has the lock already."""
    time = times.to_text(now)
    turn = turn or await identity.lock(transaction)
    ruling = foresight.ruling(turn) or await active(transaction)
    business = await decide_objects(
        transaction,
        [item for item in batch if not _is_profile(item.record)],
        anew=anew,
        default_country=default_country,
        time=time,
    )
    of_profiles = [item for item in batch if _is_profile(item.record)]
    devices = _derived_devices((*(item.record for item in batch), *business.records.values()))
    moved = business.contributions
    wanted = {*(str(item.record.key) for item in of_profiles), *devices, *map(str, moved)}
    stored = await loading.stored_records(transaction, wanted)
    # What no ruleset has decided yet is decided first, with all that it was one individual with.
    if undecided := [key for key, found in stored.items() if found.features is None and not found.deleted]:
        await normalise_records(transaction, undecided, default_country, threshold, now=now)
        stored = await loading.stored_records(transaction, wanted)
    profiles = await decide_profiles(
        transaction, of_profiles, stored, moved, anew=anew, default_country=default_country, time=time
    )
    fates = business.decided.changed | profiles.decided.changed
    actors = {key: fate.last.actor for key, fate in fates.items() if fate.last is not None}
    outcome_of = {key: fate.outcome for key, fate in fates.items()}
    # Who changes a satellite changes what its party says.
    authors = {str(party): actors[key] for party, changes in moved.items() for key in changes} | actors
    changed_devices = [
        with_logins(record, _known_logins(stored.get(key)))
        for key, record in devices.items()
        if key not in stored or not logins_of_device(record) <= _known_logins(stored[key])
    ]
    records = [*profiles.records.values(), *changed_devices]
    objects = list(business.records.values())
    deleted = [str(record.key) for record in records if record.deleted]
    bereaved = await corrections.bereaved(transaction, deleted)
    if gone := bereaved.tombstones(now=now):
        stored |= await loading.stored_records(transaction, [str(record.key) for record in gone])
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

    # Others than the records of the batch stay as they are until these are resolved.
    is_plain = ruling.next is None and not undecided and also is None
    changes = await gather(
        transaction,
        ruling,
        {str(record.key): authors.get(str(record.key), SYSTEM) for record in records},
        before,
        after,
        known=foresight.known(turn) if is_plain else foresight.NOTHING_KNOWN,
    )
    changes.logins = {login for item in features.values() for login in logins.logins_of(item)}
    await make_way(transaction, ruling, changes, threshold, now=now)
    await history.forget(transaction, anew)
    saved = await records_store.save_records(
        transaction, records, features, ruling.deciding.version, stored, profiles.writings, time=time
    )
    await records_store.save_contributions(transaction, profiles.waiting)
    changes.dropped = saved.dropped
    if also is None and not gone:
        changes.created = saved.created
    await logins.save(transaction, features, time=time)
    await changes.save_keys(transaction)
    tied = await linking.tied(transaction, [key for key in business.records if key in business.stored])
    # Deletions are told of those whose the records were.
    whose_before = {
        key: tie.owner
        for item in objects
        if item.deleted and (tie := tied.get(key := str(item.key)))
        if tie.owner is not None
    }
    fresh = await records_store.save_objects(transaction, objects, business.writings, business.stored)
    await bereaved.tie_anew(transaction, SYSTEM, now=now)
    if also is not None:
        await also(transaction)
    written = Written(objects, tied, fresh, business.incomplete)
    settled = await settle(transaction, changes, written, threshold, now=now)
    if is_plain:
        resolved = settled.resolution
        touched = {*changes.before, *changes.after, *resolved.before, *resolved.membership}
        marks = frozenset(changes.census.before)
        transaction.after_commit(lambda: foresight.committed(turn, ruling, touched, marks))
    # New objects are there only now.
    await records_store.save_unknown(transaction, profiles.decided.unknown, business.decided.unknown)
    await history.keep(transaction, profiles.decided.kept, business.decided.kept)
    whose = settled.resolution.membership | settled.whose
    parties = business.parties_of_all
    whose |= await _whose(
        transaction,
        {*profiles.decided.fates, *parties.values()} - whose.keys(),
        business.decided.fates.keys() - business.records.keys(),
    )
    whose |= {key: owner for key, party in parties.items() if (owner := whose.get(party))}
    was = whose | settled.resolution.before
    whose_before |= {key: owner for key in deleted if (owner := was.get(key))}
    whose_before |= {
        key: owner
        for key in business.records
        if (party := business.party_before(key)) is not None and (owner := was.get(str(party)))
    }
    changed = [*business.records.values(), *(profiles.records[key] for key in profiles.decided.changed)]
    there = {key for key, fate in fates.items() if not fate.before.deleted}
    more = record_counts((item.record for item in batch), changed, there)
    await counts.add(transaction, more, time=time)
    before_it = {key for key, fate in fates.items() if not fate.before.is_unknown}
    news = record_events(changed, whose_before | whose, outcome_of, actors, before_it)
    await tell(transaction, settled, news, time=time)
    return _results(batch, [business.decided, profiles.decided], whose, settled.resolution.created)


def _results(
    batch: Sequence[Submission],
    decided: Iterable[Decided],
    whose: Mapping[str, str],
    created: Collection[str],
) -> list[RecordResult]:
    """What became of each of the batch; `decided` hold their outcomes in its order."""
    of_objects, of_profiles = decided
    outcomes = {False: iter(of_objects.outcomes), True: iter(of_profiles.outcomes)}
    fates = of_objects.fates | of_profiles.fates
    results = []
    for item in batch:
        key = str(item.record.key)
        owner = whose.get(key)
        doubt = event_time_warning(item.record, fates[key])
        results.append(
            RecordResult(
                item.record.key.record_id,
                next(outcomes[_is_profile(item.record)]),
                owner,
                warnings=(doubt,) if doubt is not None else (),
                is_new=owner in created,
            )
        )
    return results


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
    transaction: Transaction, profiles: Collection[str], objects: Collection[str]
) -> dict[str, str]:
    whose: dict[str, str] = {}
    for statement, keys in ((_WHOSE_RECORDS, profiles), (_WHOSE_OBJECTS, objects)):
        if keys:
            whose.update(await transaction.run(statement, keys=sorted(keys)))
    return whose


def _is_profile(record: Record) -> bool:
    return record.object_type.is_party
