"""Which version of a record counts."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph_model.ingestion.versions import Version, decide_versions
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Mode, Outcome, Record, RecordKey

Stored = dict[str, Version]


def version(time: int, content: str, key: str = "1", deleted: bool = False) -> Record:
    return Record(
        RecordKey("crm", "Individual", key),
        SHIPPED.objects["Individual"],
        f"2026-01-{time:02}",
        content,
        {},
        (),
        mode=Mode.DELETE if deleted else Mode.UPSERT,
    )


def outcomes(*versions: Record, stored: Stored | None = None) -> list[Outcome]:
    return decide_versions(versions, stored or {})[0]


STORED: Stored = {"crm/Individual/1": Version("2026-01-05", "m")}
AT_5 = Version("2026-01-05", "f")
DELETED: Stored = {"crm/Individual/1": Version("2026-01-05", "g", deleted=True)}


def test_what_is_new_is_created() -> None:
    assert outcomes(version(1, "a")) == [Outcome.CREATED]


def test_a_newer_version_updates_and_an_older_one_is_stale() -> None:
    assert outcomes(version(6, "a"), stored=STORED) == [Outcome.UPDATED]
    assert outcomes(version(4, "z"), stored=STORED) == [Outcome.STALE]


def test_of_two_versions_of_one_moment_the_greater_hash_wins() -> None:
    assert outcomes(version(5, "z"), stored=STORED) == [Outcome.UPDATED]
    assert outcomes(version(5, "a"), stored=STORED) == [Outcome.STALE]


def test_the_same_version_again_is_unchanged_and_not_stored() -> None:
    assert decide_versions([version(5, "m")], STORED) == ([Outcome.UNCHANGED], {})


def test_the_same_content_at_a_later_time_is_unchanged_but_the_time_is_stored() -> None:
    later = version(6, "m")
    assert decide_versions([later], STORED) == ([Outcome.UNCHANGED], {str(later.key): later})


def test_two_versions_in_one_batch_are_decided_one_after_the_other() -> None:
    new, old = version(6, "a"), version(4, "b")
    assert decide_versions([new, old], {}) == ([Outcome.CREATED, Outcome.STALE], {str(new.key): new})
    assert decide_versions([old, new], {}) == ([Outcome.CREATED, Outcome.UPDATED], {str(new.key): new})


def test_records_do_not_disturb_each_other() -> None:
    one, other = version(1, "a", "1"), version(2, "b", "2")
    assert decide_versions([one, other], {})[1] == {str(one.key): one, str(other.key): other}


def test_a_deletion_counts_from_its_time_on() -> None:
    assert outcomes(version(6, "g", deleted=True), stored=STORED) == [Outcome.DELETED]
    assert outcomes(version(4, "g", deleted=True), stored=STORED) == [Outcome.STALE]


def test_what_was_deleted_comes_back_by_a_later_version_only() -> None:
    assert outcomes(version(4, "z"), stored=DELETED) == [Outcome.STALE]
    assert outcomes(version(6, "a"), stored=DELETED) == [Outcome.CREATED]


def test_of_a_version_and_a_deletion_of_one_moment_the_deletion_wins() -> None:
    assert outcomes(version(5, "f"), stored=DELETED) == [Outcome.STALE]
    assert outcomes(version(5, "g", deleted=True), stored={"crm/Individual/1": AT_5}) == [Outcome.DELETED]


def test_who_deletes_twice_changes_nothing_the_second_time() -> None:
    assert outcomes(version(5, "g", deleted=True), stored=DELETED) == [Outcome.UNCHANGED]
    assert outcomes(version(6, "g", deleted=True), stored=DELETED) == [Outcome.UNCHANGED]


def test_what_was_never_there_is_deleted_all_the_same_so_that_it_cannot_come_late() -> None:
    decided, winners = decide_versions([version(5, "g", deleted=True)], {})
    assert (decided, list(winners)) == ([Outcome.DELETED], ["crm/Individual/1"])


versions = st.builds(version, st.integers(1, 4), st.sampled_from("abc"), st.sampled_from("12")) | st.builds(
    version, st.integers(1, 4), st.just("g"), st.sampled_from("12"), st.just(True)
)


@given(st.lists(versions, max_size=8), st.randoms())
def test_any_order_and_any_batches_end_with_the_same_versions(sent: list[Record], random: Random) -> None:
    best: Stored = {}
    for record in sent:
        found = Version(record.modified_at, record.content_hash, record.deleted)
        best[str(record.key)] = max(best.get(str(record.key), found), found)
    rest = random.sample(sent, len(sent))
    stored: Stored = {}
    while rest:
        size = random.randint(1, len(rest))
        decided, winners = decide_versions(rest[:size], stored)
        assert len(decided) == size
        stored |= {
            key: Version(record.modified_at, record.content_hash, record.deleted)
            for key, record in winners.items()
        }
        rest = rest[size:]
    assert stored == best
