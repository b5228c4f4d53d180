"""The business objects of a batch: what becomes of each, and what satellites among them say of parties."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from graph_model.graph import Transaction
from graph_model.ingestion import versions
from graph_model.ingestion.deciding import Decided, Submission, decide, is_incomplete, wants_content
from graph_model.ingestion.satellites import Contribution, contribution_of, party_of
from graph_model.ingestion.versions import State
from graph_model.ingestion.writing import writing
from graph_model.records import loading
from graph_model.records.loading import StoredContent, StoredObject
from graph_model.records.model import Record, RecordKey
from graph_model.records.store import Writing


@dataclass(frozen=True, slots=True)
class Business:
    """What becomes of business objects, and each that changes, as it now is; both by key. `parties` are the
    records that satellites say something of, before and now."""

    decided: Decided
    records: Mapping[str, Record]
    stored: Mapping[str, StoredObject]
    parties: Mapping[str, RecordKey | None]

    @property
    def contributions(self) -> dict[RecordKey, dict[str, Contribution | None]]:
        """What changes of what satellites contribute to each party: None takes a contribution away."""
        found: dict[RecordKey, dict[str, Contribution | None]] = {}
        for key, record in self.records.items():
            if (was := self.party_before(key)) is not None:
                found.setdefault(was, {})[key] = None
            if (party := self.parties[key]) is not None:
                found.setdefault(party, {})[key] = contribution_of(record)
        return found

    def party_before(self, key: str) -> RecordKey | None:
        """The record that a satellite, by key, said something of before."""
        party = self.stored[key].party if key in self.stored else None
        return RecordKey.of(party) if party is not None else None

    @property
    def incomplete(self) -> set[str]:
        """Those that lack what they cannot do without, and are shown nowhere until they have it."""
        return {
            key
            for key, record in self.records.items()
            if not record.deleted and is_incomplete(record.object_type, record.fields)
        }

    @property
    def parties_of_all(self) -> dict[str, str]:
        """The record that each satellite of the batch says something of now, whether it changes or not."""
        parties = {key: str(party) for key, party in self.parties.items() if party is not None}
        unchanged = self.decided.fates.keys() - self.records.keys()
        parties |= {key: party for key in unchanged & self.stored.keys() if (party := self.stored[key].party)}
        return parties

    @property
    def writings(self) -> dict[str, Writing]:
        """How each that changes is written."""
        incomplete = self.incomplete
        return {key: self._writing(key, key in incomplete) for key in self.records}

    def _writing(self, key: str, is_incomplete: bool) -> Writing:
        party = self.parties[key]
        more = {
            "incomplete": True if is_incomplete else None,
            "party": str(party) if party is not None else None,
        }
        return writing(self.decided.fates[key], key in self.stored, more)


async def decide_objects(
    transaction: Transaction,
    batch: Sequence[Submission],
    *,
    anew: Collection[str],
    default_country: str | None,
    time: str,
) -> Business:
    """Decide what becomes of these versions of business objects."""
    stored = await loading.stored_objects(transaction, (str(item.record.key) for item in batch))
    fixed = {str(item.record.key) for item in batch if item.record.object_type.immutable}
    states = {key: _state(found, None, key in fixed) for key, found in stored.items()}
    content = await loading.said_by_objects(transaction, wants_content(batch, states, anew))
    states |= {key: _state(stored[key], found, key in fixed) for key, found in content.items()}
    decided = decide(batch, states, anew=anew, time=time)
    records = {key: fate.standing(default_country) for key, fate in decided.changed.items()}
    parties = {
        key: None if item.deleted or is_incomplete(item.object_type, item.fields) else party_of(item)
        for key, item in records.items()
    }
    return Business(decided, records, stored, parties)


def _state(stored: StoredObject, content: StoredContent | None, is_immutable: bool) -> State:
    return versions.unpack(
        stored.versions,
        stored.modified_at,
        stored.content_hash,
        content.said if content is not None else None,
        event_time=stored.at if is_immutable else None,
        received_at=content.received_at if content is not None else "",
    )
