"""What a record is after all its versions, in whatever order they came.

A version is known by its modified time and the hash of what it says; the greater time counts, at equal times
the greater hash, which is a tombstone's. An upsert or a deletion says the whole record, a patch single fields
(null: that there is no value). So what a record says is the greatest whole version, and of each field the
greatest patch that is greater than that. All else has nothing more to say, whatever comes later, and is
dropped: joining versions is commutative, associative and idempotent (a state-based CRDT: Shapiro et al.,
*Conflict-free replicated data types*, 2011).

When an event happened is immutable: the least version that names it says it for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import orjson

from graph_model.records.model import (
    BEFORE_ALL,
    TOMBSTONE,
    FieldValue,
    Mode,
    Outcome,
    Record,
    hash_of,
)

Said: TypeAlias = Mapping[str, FieldValue | None]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Version(NamedTuple):
    """When a version was modified, and the hash of what it says."""

    modified_at: str
    content_hash: str

    @property
    def deleted(self) -> bool:
        """Whether it is a tombstone."""
        return self.content_hash == TOMBSTONE


class First(NamedTuple):
    """The least version that says when an event happened, and what it says."""

    version: Version
    value: str


@dataclass(frozen=True, slots=True)
class State:
    """What all versions that came say together.

    `whole` is the greatest that says the whole record, None if none came yet; `patched` are the fields that
    later patches say, with their versions; `said` is what comes of them, None where it is what `whole` says
    and was not loaded; `content_hash` is its hash. `first` is of events alone. `received_at` is when `whole`
    came.
    """

    whole: Version | None = None
    patched: Mapping[str, Version] = field(default_factory=lambda: _NOTHING)
    said: Said | None = field(default_factory=lambda: _NOTHING)
    content_hash: str = TOMBSTONE
    first: First | None = None
    received_at: str = field(default="", compare=False)

    @property
    def is_unknown(self) -> bool:
        """Whether no version came yet."""
        return self.whole is None and not self.patched

    @property
    def deleted(self) -> bool:
        """Whether there is no such record: it was deleted, or never came."""
        return not self.patched and (self.whole is None or self.whole.deleted)

    @property
    def modified_at(self) -> str:
        """When what it says was last modified; before all time if no version came yet."""
        versions = [*self.patched.values()] if self.whole is None else [self.whole, *self.patched.values()]
        return max(versions).modified_at if versions else BEFORE_ALL

    def knows(self, record: Record) -> bool:
        """Whether that very version is among those that count."""
        version = version_of(record)
        named = record.said if record.mode is Mode.PATCH else ()
        return version == self.whole or any(self.patched.get(name) == version for name in named)


NOTHING = State()
"""A record of which no version came yet."""


def version_of(record: Record) -> Version:
    """Which version of its record it is."""
    return Version(record.modified_at, record.content_hash)


def joined(state: State, record: Record, *, received_at: str = "") -> State:
    """What the record says after one more version of it; the same state if that changes nothing. What it said
    before must have been loaded if `needs_content` says so."""
    patching = record.mode is Mode.PATCH
    found = _patched(state, record) if patching else _replaced(state, record, received_at)
    event_time = record.object_type.time_field if record.object_type.immutable else None
    return found if event_time is None else _with_event_time(found, record, event_time)


def needs_content(state: State, record: Record) -> bool:
    """Whether joining the version needs to know what is said without it, and since when."""
    if record.mode is Mode.PATCH or state.patched:
        return True
    is_earlier = state.first is None or version_of(record) < state.first.version
    return record.object_type.immutable and is_earlier


def outcome(before: State, after: State, record: Record) -> Outcome:
    """What became of a version that made the one state of the other."""
    if after is not before:
        return became(before, after)
    if before.knows(record) or (record.mode is Mode.PATCH and not record.said):
        return Outcome.UNCHANGED
    return Outcome.STALE


def became(before: State, after: State) -> Outcome:
    """What became of a record that was in the one state and is in the other."""
    if after.deleted:
        return Outcome.DELETED if before.is_unknown or not before.deleted else Outcome.UNCHANGED
    if before.deleted:
        return Outcome.CREATED
    return Outcome.UNCHANGED if before.content_hash == after.content_hash else Outcome.UPDATED


def _replaced(state: State, record: Record, received_at: str) -> State:
    version = version_of(record)
    if state.whole is not None and version <= state.whole:
        return state
    patched = {name: patch for name, patch in state.patched.items() if patch > version}
    if not patched:
        return State(version, _NOTHING, record.said, record.content_hash, state.first, received_at)
    assert state.said is not None
    said = record.said | {name: state.said[name] for name in patched}
    return State(version, patched, said, hash_of(said), state.first, received_at)


def _patched(state: State, record: Record) -> State:
    version = version_of(record)
    fixed = record.object_type.time_field if record.object_type.immutable else None
    newer = {
        name: value
        for name, value in record.said.items()
        if (state.whole is None or version > state.whole)
        and (name not in state.patched or version > state.patched[name])
        and not (name == fixed and value is None)
    }
    if not newer:
        return state
    assert state.said is not None
    patched = {**state.patched, **dict.fromkeys(newer, version)}
    said = {**state.said, **newer}
    return State(state.whole, patched, said, hash_of(said), state.first, state.received_at)


def _with_event_time(state: State, record: Record, name: str) -> State:
    """The state with the time that the least version names, where it says one at all."""
    first = state.first
    if (value := record.said.get(name)) is not None:
        here = First(version_of(record), str(value))
        first = here if first is None or here.version < first.version else first
    said, content_hash = state.said, state.content_hash
    if said is not None and first is not None and said.get(name) not in (None, first.value):
        said = {**said, name: first.value}
        content_hash = hash_of(said)
    if (first, content_hash) == (state.first, state.content_hash):
        return state
    return State(state.whole, state.patched, said, content_hash, first, state.received_at)


def pack(state: State) -> str | None:
    """What is to be known of the versions besides modified time and content hash; None of one whole one."""
    is_plain = (
        state.whole is not None and not state.patched and state.content_hash == state.whole.content_hash
    )
    if is_plain and (state.first is None or state.first.version == state.whole):
        return None
    whole = [*state.whole, state.received_at] if state.whole else None
    patched = {name: [*version] for name, version in state.patched.items()}
    first = [[*state.first.version], state.first.value] if state.first else None
    return orjson.dumps([whole, patched, first]).decode()


def unpack(
    packed: str | None,
    modified_at: str,
    content_hash: str,
    said: Said | None,
    *,
    event_time: str | None = None,
    received_at: str = "",
) -> State:
    """The state of a stored record. `event_time` is when it happened, of what has a moment; `said` may be
    None where it was not loaded."""
    if packed is None:
        whole = Version(modified_at, content_hash)
        first = None if event_time is None else First(whole, event_time)
        return State(whole, _NOTHING, _NOTHING if whole.deleted else said, content_hash, first, received_at)
    last, patches, first_said = orjson.loads(packed)
    patched = {name: Version(*patch) for name, patch in patches.items()}
    return State(
        Version(last[0], last[1]) if last else None,
        patched,
        said,
        content_hash,
        First(Version(*first_said[0]), first_said[1]) if first_said else None,
        last[2] if last else "",
    )
