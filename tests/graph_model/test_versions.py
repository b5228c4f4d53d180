"""What a record is after all its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from graph_model.ingestion.deciding import Decided, Submission, decide, wants_content
from graph_model.ingestion.versions import State, joined, pack, unpack
from graph_model.metadata.objects import INDIVIDUAL, ObjectType
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import TOMBSTONE, Mode, Outcome, Record, RecordKey, hash_of

VISIT = replace(SHIPPED.objects["WebEngagement"], immutable=True)
RECEIVED = "2026-02-01"
Said = dict[str, Any]


def version(
    day: int, said: Said | None = None, mode: Mode = Mode.UPSERT, key: str = "1", of: ObjectType = INDIVIDUAL
) -> Record:
    """A version of a day; a deletion says nothing."""
    said = said or {}
    return Record(
        RecordKey("crm", of.name, key),
        of,
        f"2026-01-{day:02}",
        TOMBSTONE if mode is Mode.DELETE else hash_of(said),
        {name: value for name, value in said.items() if value is not None},
        (),
        tuple(sorted(name for name, value in said.items() if value is None)),
        mode=mode,
        payload=orjson.dumps([day, mode, said]).decode(),
    )


def patch(day: int, said: Said, key: str = "1") -> Record:
    return version(day, said, Mode.PATCH, key)


def deletion(day: int, key: str = "1") -> Record:
    return version(day, mode=Mode.DELETE, key=key)


@dataclass
class Shelf:
    """Records as they are stored: versions, modified time, content hash, what they say."""

    rows: dict[str, tuple[str | None, str, str, str]]

    def take(self, *batch: Record) -> Decided:
        """Decide a batch as a commit does, and store what comes of it."""
        sent = [Submission(record, "tester", None) for record in batch]
        states = {key: self.state(key, whole=False) for key in self.rows}
        wanted = wants_content(sent, states, ())
        states |= {key: self.state(key) for key in wanted}
        decided = decide(sent, states, time=RECEIVED)
        for key, fate in decided.changed.items():
            state = fate.state
            record = fate.standing(None)
            assert (record.content_hash, record.modified_at) == (state.content_hash, state.modified_at)
            said = orjson.dumps(record.said).decode()
            self.rows[key] = (pack(state), record.modified_at, record.content_hash, said)
        return decided

    def state(self, key: str, whole: bool = True) -> State:
        versions, modified_at, content_hash, said = self.rows[key]
        found = orjson.loads(said)
        return unpack(
            versions,
            modified_at,
            content_hash,
            found if whole else None,
            event_time=found.get("occurredAt") if "WebEngagement" in key else None,
            received_at=RECEIVED if whole else "",
        )

    def said(self, key: str = "crm/Individual/1") -> Said | None:
        """What the record says, None if there is no such record."""
        return None if self.state(key).deleted else orjson.loads(self.rows[key][3])


def outcomes(*batches: Sequence[Record] | Record) -> list[Outcome]:
    """The outcomes of the last batch."""
    shelf = Shelf({})
    found: list[Outcome] = []
    for batch in batches:
        found = shelf.take(*([batch] if isinstance(batch, Record) else batch)).outcomes
    return found


def after(*versions: Record) -> Said | None:
    """What is said after these, which come one by one."""
    shelf = Shelf({})
    for record in versions:
        shelf.take(record)
    return shelf.said()


A = version(5, {"firstName": "Ada"})
GREATER, LESSER = sorted(
    (version(5, {"firstName": "Ada"}), version(5, {"firstName": "Ida"})),
    key=lambda item: item.content_hash,
    reverse=True,
)


def test_what_is_new_is_created() -> None:
    assert outcomes(A) == [Outcome.CREATED]


def test_a_newer_version_updates_and_an_older_one_is_stale() -> None:
    assert outcomes(A, version(6, {"firstName": "Eve"})) == [Outcome.UPDATED]
    assert outcomes(A, version(4, {"firstName": "Eve"})) == [Outcome.STALE]


def test_of_two_versions_of_one_moment_the_greater_hash_wins() -> None:
    assert outcomes(LESSER, GREATER) == [Outcome.UPDATED]
    assert outcomes(GREATER, LESSER) == [Outcome.STALE]


def test_the_same_version_again_is_unchanged_and_not_stored() -> None:
    shelf = Shelf({})
    shelf.take(A)
    again = shelf.take(A)
    assert (again.outcomes, again.changed) == ([Outcome.UNCHANGED], {})


def test_the_same_content_at_a_later_time_is_unchanged_but_the_time_is_stored() -> None:
    shelf = Shelf({})
    shelf.take(A)
    assert shelf.take(version(6, {"firstName": "Ada"})).outcomes == [Outcome.UNCHANGED]
    assert shelf.rows["crm/Individual/1"][1] == "2026-01-06"


def test_two_versions_in_one_batch_are_decided_one_after_the_other() -> None:
    old = version(4, {"firstName": "Eve"})
    assert outcomes([A, old]) == [Outcome.CREATED, Outcome.STALE]
    assert outcomes([old, A]) == [Outcome.CREATED, Outcome.UPDATED]


def test_records_do_not_disturb_each_other() -> None:
    shelf = Shelf({})
    shelf.take(version(1, {"firstName": "Ada"}, key="1"), version(2, {"firstName": "Eve"}, key="2"))
    assert (shelf.said("crm/Individual/1"), shelf.said("crm/Individual/2")) == (
        {"firstName": "Ada"},
        {"firstName": "Eve"},
    )


def test_a_deletion_counts_from_its_time_on() -> None:
    assert outcomes(A, deletion(6)) == [Outcome.DELETED]
    assert outcomes(A, deletion(4)) == [Outcome.STALE]


def test_what_was_deleted_comes_back_by_a_later_version_only() -> None:
    assert outcomes(deletion(5), version(4, {"firstName": "Ada"})) == [Outcome.STALE]
    assert outcomes(deletion(5), version(6, {"firstName": "Ada"})) == [Outcome.CREATED]


def test_of_a_version_and_a_deletion_of_one_moment_the_deletion_wins() -> None:
    assert outcomes(deletion(5), A) == [Outcome.STALE]
    assert outcomes(A, deletion(5)) == [Outcome.DELETED]


def test_who_deletes_twice_changes_nothing_the_second_time() -> None:
    assert outcomes(deletion(5), deletion(5)) == [Outcome.UNCHANGED]
    assert outcomes(deletion(5), deletion(6)) == [Outcome.UNCHANGED]


def test_what_was_never_there_is_deleted_all_the_same_so_that_it_cannot_come_late() -> None:
    assert outcomes(deletion(5)) == [Outcome.DELETED]
    assert after(deletion(5), A) is None


def test_a_patch_merges_fields_and_null_says_that_there_is_no_value() -> None:
    sent = (
        version(1, {"firstName": "Ada", "gender": "FEMALE"}),
        patch(2, {"gender": None, "lastName": "Byron"}),
    )
    assert after(*sent) == {"firstName": "Ada", "gender": None, "lastName": "Byron"}
    assert outcomes(*sent) == [Outcome.UPDATED]


def test_a_version_that_comes_late_fills_only_what_nothing_newer_has_set() -> None:
    late = version(2, {"firstName": "Ada", "lastName": "Byron"})
    newer = patch(3, {"lastName": "Lovelace"})
    assert after(version(1, {"firstName": "Eve"}), newer, late) == {
        "firstName": "Ada",
        "lastName": "Lovelace",
    }
    assert after(newer, late) == {"firstName": "Ada", "lastName": "Lovelace"}
    assert outcomes(newer, late) == [Outcome.UPDATED]


def test_a_patch_from_before_a_whole_version_is_stale() -> None:
    assert outcomes(A, patch(4, {"lastName": "Byron"})) == [Outcome.STALE]
    assert after(patch(4, {"lastName": "Byron"}), A) == {"firstName": "Ada"}


def test_a_patch_of_what_newer_patches_say_is_stale_and_the_same_patch_again_is_unchanged() -> None:
    assert outcomes(A, patch(7, {"lastName": "Byron"}), patch(6, {"lastName": "Gordon"})) == [Outcome.STALE]
    assert outcomes(A, patch(7, {"lastName": "Byron"}), patch(7, {"lastName": "Byron"})) == [
        Outcome.UNCHANGED
    ]


def test_a_patch_that_names_nothing_changes_nothing() -> None:
    assert outcomes(A, patch(7, {})) == [Outcome.UNCHANGED]
    assert outcomes(patch(7, {})) == [Outcome.UNCHANGED]


def test_a_patch_after_a_deletion_brings_the_record_back_with_its_fields_alone() -> None:
    assert after(A, deletion(6), patch(7, {"lastName": "Byron"})) == {"lastName": "Byron"}
    assert after(A, patch(7, {"lastName": "Byron"}), deletion(6)) == {"lastName": "Byron"}
    assert outcomes(A, deletion(6), patch(7, {"lastName": "Byron"})) == [Outcome.CREATED]
    assert after(A, patch(5, {"lastName": "Byron"}), deletion(6)) is None


def test_when_an_event_happened_is_what_its_first_version_says() -> None:
    first = version(2, {"occurredAt": "day 1", "url": "a"}, of=VISIT)
    later = version(3, {"occurredAt": "day 9", "url": "b"}, of=VISIT)
    for sent in ((first, later), (later, first)):
        shelf = Shelf({})
        for record in sent:
            shelf.take(record)
        assert shelf.said("crm/WebEngagement/1") == {"occurredAt": "day 1", "url": "b"}


def test_a_batch_keeps_what_its_records_do_not_hold() -> None:
    shelf = Shelf({})
    old, new, other = version(4, {"firstName": "Eve"}), A, patch(6, {"lastName": "Byron"})
    kept = shelf.take(old, new, other).kept
    assert [(item.payload, item.mode) for item in kept] == [
        (old.payload, Mode.UPSERT),
        (other.payload, Mode.PATCH),
    ]
    assert shelf.take(new).kept == []
    assert [item.payload for item in shelf.take(old).kept] == [old.payload]


class Oracle:
    """Works out anew, from all versions of one record that ever came, what each of its fields says."""

    def __init__(self, of: ObjectType) -> None:
        self.fixed = of.time_field if of.immutable else None
        self.versions: list[Record] = []

    def said(self) -> Said | None:
        ranked = sorted(self.versions, key=lambda item: (item.modified_at, item.content_hash))
        last = max((n for n, item in enumerate(ranked) if item.mode is not Mode.PATCH), default=-1)
        floor = (ranked[last].modified_at, ranked[last].content_hash) if last >= 0 else ("", "")
        found: Said = dict(ranked[last].said) if last >= 0 else {}
        is_there = last >= 0 and ranked[last].mode is Mode.UPSERT
        for item in ranked:
            if item.mode is Mode.PATCH and (item.modified_at, item.content_hash) > floor:
                for name, value in item.said.items():
                    if name != self.fixed or value is not None:
                        found[name], is_there = value, True
        naming = [item.said[self.fixed] for item in ranked if self.fixed and item.said.get(self.fixed)]
        if self.fixed is not None and found.get(self.fixed) is not None:
            found[self.fixed] = naming[0]
        return found if is_there else None


NAMES = ("firstName", "lastName", "gender")
said = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["a", "b", None]), max_size=3)
times = st.sampled_from(["day 1", "day 2"])
visits = st.builds(lambda said, time: said | {"occurredAt": time}, said, times)
modes = st.sampled_from([Mode.UPSERT, Mode.UPSERT, Mode.PATCH, Mode.PATCH, Mode.DELETE])


def versions_of(of: ObjectType, content: st.SearchStrategy[Said]) -> st.SearchStrategy[Record]:
    """Any version of one of two records."""
    parts = st.tuples(st.integers(1, 5), content, said, modes, st.sampled_from("12"))
    return parts.map(
        lambda made: version(
            made[0],
            {} if made[3] is Mode.DELETE else made[2] if made[3] is Mode.PATCH else made[1],
            made[3],
            made[4],
            of,
        )
    )


@given(
    st.sampled_from([(INDIVIDUAL, said), (VISIT, visits)]).flatmap(
        lambda choice: st.lists(versions_of(*choice), min_size=1, max_size=9)
    ),
    st.randoms(use_true_random=False),
)
def test_any_order_any_batches_and_any_repetition_end_as_the_newest_versions_say(
    sent: list[Record], random: Random
) -> None:
    oracles: dict[str, Oracle] = {}
    for record in sent:
        oracles.setdefault(str(record.key), Oracle(record.object_type)).versions.append(record)
    wanted = {key: oracle.said() for key, oracle in oracles.items()}
    ends = []
    for _ in range(2):
        rest = random.sample(sent, len(sent)) + random.choices(sent, k=random.randint(0, 3))
        shelf = Shelf({})
        while rest:
            size = random.randint(1, len(rest))
            decided = shelf.take(*rest[:size])
            assert len(decided.outcomes) == size
            rest = rest[size:]
        assert {key: shelf.said(key) if key in shelf.rows else None for key in wanted} == wanted
        ends.append(shelf.rows)
    assert _comparable(ends[0]) == _comparable(ends[1])


def _comparable(rows: dict[str, Any]) -> dict[str, Any]:
    """The rows, but for the order in which fields came."""
    return {
        key: (orjson.loads(versions or "null"), *rest, orjson.loads(said))
        for key, (versions, *rest, said) in rows.items()
    }


@given(st.lists(versions_of(INDIVIDUAL, said), max_size=6), versions_of(INDIVIDUAL, said))
def test_a_version_that_was_joined_changes_nothing_when_it_comes_again(
    sent: list[Record], one: Record
) -> None:
    state = State()
    for record in (*sent, one):
        state = joined(state, record)
    assert joined(state, one) is state
