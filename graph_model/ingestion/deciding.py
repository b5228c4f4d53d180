"""What becomes of a batch of versions: each one's outcome, each record's fate, and what is kept aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph_model.identity.matching.features import Features, features_of
from graph_model.ingestion.versions import (
    NOTHING,
    State,
    Version,
    became,
    joined,
    needs_content,
    outcome,
    version_of,
)
from graph_model.metadata.objects import ObjectType
from graph_model.records.history import Kept
from graph_model.records.model import (
    TOMBSTONE,
    FieldValue,
    Mode,
    Outcome,
    Problem,
    Record,
    RecordKey,
)
from graph_model.records.validation import identified, missing


@dataclass(frozen=True, slots=True)
class Submission:
    """A valid record on its way into the graph, and the principal that sent it; `features` are what matching
    sees of it, worked out while another batch is being committed, None where it may yet be merged with
    others. `received_at` is when it came, None: now."""

    record: Record
    actor: str
    features: Features | None
    received_at: str | None = None

    @classmethod
    def of(cls, record: Record, actor: str, *, received_at: str | None = None) -> Submission:
        """The submission of a record by a principal."""
        is_whole = record.object_type.is_party and record.mode is Mode.UPSERT
        return cls(record, actor, features_of(record) if is_whole else None, received_at)


@dataclass(slots=True)
class Fate:
    """What becomes of a record: the state that it was in, the one that it is in, the version that did it
    last, when that was received, and the `whole` one that it is now, None where that came before. What is
    stored of one that is decided `anew` is no version."""

    before: State
    state: State
    anew: bool = False
    last: Submission | None = None
    received_at: str = ""
    whole: Submission | None = None

    @property
    def changed(self) -> bool:
        """Whether any version of the batch counts."""
        return self.last is not None

    @property
    def outcome(self) -> Outcome:
        """What became of the record in the whole batch."""
        return became(self.before, self.state)

    @property
    def superseded(self) -> Version | None:
        """The whole version that was there, if it counts no longer."""
        return self.before.whole if self.whole is not None and not self.anew else None

    def standing(self, default_country: str | None) -> Record:
        """The record as all its versions say it now."""
        assert self.last is not None
        sample, state = (self.whole or self.last).record, self.state
        if self.whole is not None and not state.patched and state.content_hash == sample.content_hash:
            return sample
        if state.deleted:
            return merged(sample, {}, state.modified_at, TOMBSTONE, mode=Mode.DELETE)
        assert state.said is not None
        return merged(
            sample, state.said, state.modified_at, state.content_hash, default_country=default_country
        )


@dataclass(slots=True)
class Decided:
    """The outcome of each submission, in order, the fates of their records by key, and the versions that are
    kept beside those that records hold."""

    outcomes: list[Outcome] = field(default_factory=list)
    fates: dict[str, Fate] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)

    @property
    def changed(self) -> dict[str, Fate]:
        """The fates of the records of which any version counts."""
        return {key: fate for key, fate in self.fates.items() if fate.changed}

    @property
    def unknown(self) -> set[RecordKey]:
        """The records of which versions are kept, but none that says anything."""
        return {RecordKey.of(item.record) for item in self.kept if self.fates[item.record].state.is_unknown}


def merged(
    sample: Record,
    said: Mapping[str, FieldValue | None],
    modified_at: str,
    content_hash: str,
    *,
    mode: Mode = Mode.UPSERT,
    default_country: str | None = None,
) -> Record:
    """A record like the sample that says this. One that is no party and lacks what it cannot do without
    carries no identifiers."""
    fields = {name: value for name, value in said.items() if value is not None}
    of, source = sample.object_type, sample.key.source
    is_shown = of.is_party or not is_incomplete(of, fields)
    return replace(
        sample,
        modified_at=modified_at,
        content_hash=content_hash,
        fields=fields,
        withdrawn=tuple(sorted(said.keys() - fields.keys())),
        identifiers=identified(of, fields, source, default_country) if fields and is_shown else (),
        mode=mode,
    )


def is_incomplete(object_type: ObjectType, fields: dict[str, FieldValue]) -> bool:
    """Whether fields that patches have set so far lack what such an object cannot do without."""
    return bool(missing(object_type, fields))


def wants_content(
    batch: Sequence[Submission], stored: Mapping[str, State], anew: Collection[str]
) -> set[str]:
    """The stored records of which the batch can be decided only if it is known what they say."""
    return {
        key
        for item in batch
        if (key := str(item.record.key)) in stored
        and key not in anew
        and needs_content(stored[key], item.record)
    }


def decide(
    batch: Sequence[Submission],
    stored: Mapping[str, State],
    *,
    anew: Collection[str] = (),
    time: str,
) -> Decided:
    """Join the versions of the batch with what is stored. Of the records in `anew` the batch holds all
    versions, and what is stored is none."""
    decided = Decided()
    aside: list[Submission] = []
    for item in batch:
        key = str(item.record.key)
        fate = decided.fates.get(key)
        if fate is None:
            before = stored.get(key, NOTHING)
            fate = Fate(before, NOTHING, anew=True) if key in anew else Fate(before, before)
            decided.fates[key] = fate
        received_at = item.received_at or time
        state = joined(fate.state, item.record, received_at=received_at)
        decided.outcomes.append(outcome(fate.state, state, item.record))
        if state is fate.state:
            aside.append(item)
            continue
        fate.last, fate.received_at = item, received_at
        if state.whole != fate.state.whole:
            aside += [fate.whole] if fate.whole is not None else []
            fate.whole = item
        else:
            aside.append(item)
        fate.state = state
    if anew:
        for item in batch:
            fate = decided.fates[str(item.record.key)]
            if fate.anew and fate.state.is_unknown and not fate.before.is_unknown:
                # Of all that was received nothing is left that says anything.
                fate.last, fate.received_at = item, item.received_at or time
        decided.outcomes = [
            fate.outcome if (fate := decided.fates[str(item.record.key)]).anew else found
            for item, found in zip(batch, decided.outcomes, strict=True)
        ]
    kept = (_kept(item, decided, time) for item in aside if _is_received(item.record))
    decided.kept = [item for item in kept if not _says_no_more(item)]
    return decided


def event_time_warning(record: Record, fate: Fate) -> Problem | None:
    """What to tell of a version that names another time for an event than the one that counts."""
    name = record.object_type.time_field
    first = fate.state.first
    if name is None or first is None or record.said.get(name) in (None, first.value):
        return None
    return Problem("IMMUTABLE_FIELD", f"{name} stays what the record's first version says.", (name,))


def _is_received(record: Record) -> bool:
    return record.payload is not None or record.deleted


def _says_no_more(kept: Kept) -> bool:
    """Whether it is what the record holds already: in canonical form one version has one content, while what
    a mapping left out may differ."""
    return kept.is_current and kept.mapping is None


def _kept(item: Submission, decided: Decided, time: str) -> Kept:
    record = item.record
    fate = decided.fates[str(record.key)]
    return Kept(
        str(record.key),
        record.modified_at,
        item.received_at or time,
        record.sent or record.mode,
        record.payload,
        record.mapping,
        item.actor,
        is_current=version_of(record) == fate.state.whole and record.mode is not Mode.PATCH,
    )
