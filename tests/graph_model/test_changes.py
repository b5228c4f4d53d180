"""What is told of ids that were merged and split."""

from __future__ import annotations

from graph_model.events.model import EventKind, NewEvent
from graph_model.identity.changes import merges_and_splits


def test_a_merge_is_told_of_who_outlives_it_without_the_ids_that_were_retired_before() -> None:
    before = {"a": "ind_1", "b": "ind_2", "c": "ind_3"}
    membership = dict.fromkeys("abc", "ind_1")
    merged = {"ind_3": "ind_1", "ind_2": "ind_1", "ind_0": "ind_1"}
    assert merges_and_splits(before, membership, merged) == [
        NewEvent(EventKind.INDIVIDUALS_MERGED, "ind_1", {"mergedIds": ["ind_2", "ind_3"]})
    ]


def test_a_split_is_told_of_who_had_the_records_with_the_ids_that_came_about_or_back() -> None:
    before = dict.fromkeys("abc", "ind_1")
    assert merges_and_splits(before, {"a": "ind_1", "b": "ind_2", "c": "ind_9"}, {}) == [
        NewEvent(EventKind.INDIVIDUAL_SPLIT, "ind_1", {"splitIds": ["ind_2", "ind_9"]})
    ]


def test_a_record_that_goes_over_to_somebody_or_away_is_neither() -> None:
    before = {"a": "ind_1", "b": "ind_1", "c": "ind_2", "d": "ind_2"}
    assert merges_and_splits(before, {"a": "ind_1", "b": "ind_2", "c": "ind_2"}, {}) == []


def test_new_people_are_neither() -> None:
    assert merges_and_splits({}, {"a": "ind_1"}, {}) == []
