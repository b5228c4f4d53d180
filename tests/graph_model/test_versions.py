"""Which version of a record counts."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph_model.ingestion.versions import decide_versions
from graph_model.metadata.objects import OBJECTS
from graph_model.records.model import Outcome, Record, RecordKey

Stored = dict[str, tuple[str, str]]


def version(time: int, content: str, key: str = "1") -> Record:
    return Record(
        RecordKey("crm", "Individual", key), OBJECTS["Individual"], f"2026-01-{time:02}", content, {}, ()
    )


def outcomes(*versions: Record, stored: Stored | None = None) -> list[Outcome]:
    return decide_versions(versions, stored or {})[0]


STORED: Stored = {"crm/Individual/1": ("2026-01-05", "m")}


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


versions = st.builds(version, st.integers(1, 4), st.sampled_from("abc"), st.sampled_from("12"))


@given(st.lists(versions, max_size=8), st.randoms())
def test_any_order_and_any_batches_end_with_the_same_versions(sent: list[Record], random: Random) -> None:
    best: Stored = {}
    for record in sent:
        found = (record.modified_at, record.content_hash)
        best[str(record.key)] = max(best.get(str(record.key), found), found)
    rest = random.sample(sent, len(sent))
    stored: Stored = {}
    while rest:
        size = random.randint(1, len(rest))
        decided, winners = decide_versions(rest[:size], stored)
        assert len(decided) == size
        stored |= {key: (record.modified_at, record.content_hash) for key, record in winners.items()}
        rest = rest[size:]
    assert stored == best
