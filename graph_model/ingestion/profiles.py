"""The profile records of a batch: what becomes of each, with all that its satellites say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from graph_model.graph import Transaction
from graph_model.identity.golden import pack_times
from graph_model.ingestion import satellites, versions
from graph_model.ingestion.deciding import Decided, Submission, decide, merged, wants_content
from graph_model.ingestion.satellites import Changes, Contribution, Contributions
from graph_model.ingestion.versions import State
from graph_model.ingestion.writing import writing
from graph_model.metadata.custom import read_registry
from graph_model.metadata.objects import INDIVIDUAL
from graph_model.records import loading
from graph_model.records.loading import StoredContent, StoredRecord
from graph_model.records.model import Record, RecordKey
from graph_model.records.store import Writing
from graph_model.records.validation import identified

Moved = Mapping[RecordKey, Changes]
"""What changes of what satellites contribute to records."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """What becomes of profile records; each that changes, as it now is, and how it is written, by key. What
    is contributed to records that were deleted or have not come yet is `waiting`, packed."""

    decided: Decided
    records: dict[str, Record] = field(default_factory=dict)
    writings: dict[str, Writing] = field(default_factory=dict)
    waiting: dict[RecordKey, str | None] = field(default_factory=dict)


async def decide_profiles(
    transaction: Transaction,
    batch: Sequence[Submission],
    stored: Mapping[str, StoredRecord],
    moved: Moved,
    *,
    anew: Collection[str],
    default_country: str | None,
    time: str,
) -> Profiles:
    """Decide what becomes of these versions of profile records, and of the records that satellites say
    something else of."""
    contributions = await _contributions(transaction, stored, moved)
    here = {str(item.record.key) for item in batch} | contributions.keys()
    states = {key: _state(stored[key], None) for key in here & stored.keys()}
    touched = {key for key in contributions if key in stored and not stored[key].deleted}
    content = await loading.said_by_records(transaction, wants_content(batch, states, anew) | touched)
    states |= {key: _state(stored[key], found) for key, found in content.items()}
    decided = decide(batch, states, anew=anew, time=time)
    found = Profiles(decided)
    for key, fate in decided.changed.items():
        found.records[key] = fate.standing(default_country)
        found.writings[key] = writing(fate, key in stored, {})
    if unchanged := touched - found.records.keys():
        registry = await read_registry(transaction)
        for key in unchanged:
            type_ = registry.objects.get(content[key].object_type, INDIVIDUAL)
            sample = Record(RecordKey.of(key), type_, "", "", {}, ())
            was = stored[key]
            found.records[key] = merged(
                sample,
                content[key].said,
                was.modified_at,
                was.content_hash,
                default_country=default_country,
            )
            found.writings[key] = Writing(content[key].received_at)
    for key, record in found.records.items():
        of = contributions.get(key)
        said = of if of is not None else satellites.unpack(stored[key].contributions) if key in stored else {}
        state = decided.fates[key].state if key in decided.fates else states[key]
        more: dict[str, Any] = _times(record, state, said, key in stored)
        if of is not None:
            more["contributions"] = satellites.pack(of)
        if said and not record.deleted:
            found.records[key] = _contributed(record, said, default_country)
        if more:
            was_written = found.writings[key]
            found.writings[key] = replace(was_written, properties={**was_written.properties, **more})
    for party in moved:
        if (key := str(party)) not in found.records:
            found.waiting[party] = satellites.pack(contributions[key])
    return found


async def _contributions(
    transaction: Transaction, stored: Mapping[str, StoredRecord], moved: Moved
) -> dict[str, Contributions]:
    """What satellites contribute now to the records of which that changes, by key."""
    found: dict[str, Contributions] = {}
    short: dict[str, Changes] = {}
    for party, changes in moved.items():
        key = str(party)
        said = satellites.unpack(stored[key].contributions) if key in stored else {}
        if satellites.lacks_others(said, changes):
            short[key] = changes
        else:
            found[key] = satellites.changed(said, changes)
    if short:
        registry = await read_registry(transaction)
        # So many that some of those which this batch changes cannot keep out others.
        most = satellites.MOST + max(map(len, short.values()))
        for (key, changes), rows in zip(
            short.items(), await loading.satellites_of(transaction, list(short), most), strict=True
        ):
            others: dict[str, Contribution] = {}
            for other, object_type, modified_at, text in rows:
                fields = {name: value for name, value in orjson.loads(text).items() if value is not None}
                of = registry.objects.get(object_type)
                said_by = satellites.said_by(of, modified_at, fields) if of is not None else None
                if said_by is not None:
                    others[other] = said_by
            found[key] = satellites.changed(others, changes)
    return found


def _state(stored: StoredRecord, content: StoredContent | None) -> State:
    return versions.unpack(
        stored.versions,
        stored.modified_at,
        stored.content_hash,
        content.said if content is not None else None,
        received_at=content.received_at if content is not None else "",
    )


def _contributed(record: Record, said: Contributions, default_country: str | None) -> Record:
    together = satellites.contributed(record, said)
    carried = identified(together.object_type, together.fields, together.key.source, default_country)
    return replace(together, identifiers=carried)


def _times(record: Record, state: State, said: Contributions, is_stored: bool) -> dict[str, Any]:
    """What is stored of a record whose values are not all of one time: those times, and what it says itself,
    if others contribute."""
    if record.deleted or not (state.patched or said):
        return {"own": None, "fieldTimes": None} if is_stored else {}
    base = state.whole.modified_at if state.whole is not None else state.modified_at
    times: satellites.Times = {name: version.modified_at for name, version in state.patched.items()}
    own = orjson.dumps(record.said).decode() if said else None
    return {"own": own, "fieldTimes": pack_times(base, satellites.times_of(record, times, base, said))}
