"""Pairs are counted as by hand."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.matching.f1 import Quality, digest, quality

TRUTH = {"a": "1", "b": "1", "c": "1", "d": "2", "e": "2", "f": "3"}
labels = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.sampled_from("123"), min_size=1)


def test_a_right_partition_is_perfect() -> None:
    found = quality([["a", "b", "c"], ["e", "d"], ["f"]], TRUTH)
    assert (found.precision, found.recall, found.f1) == (1, 1, 1)


def test_a_false_merge_costs_precision() -> None:
    assert quality([["a", "b", "c", "d", "e"], ["f"]], TRUTH) == Quality(joined=10, true=4, right=4)


def test_a_false_split_costs_recall() -> None:
    found = quality([["a", "b"], ["c"], ["d", "e"], ["f"]], TRUTH)
    assert found == Quality(joined=2, true=4, right=2)
    assert found.f1 == pytest.approx(2 / 3)


def test_a_record_that_no_part_holds_is_alone() -> None:
    assert quality([["a", "b"]], TRUTH).recall == 0.25


def test_a_record_of_unknown_truth_counts_for_nothing() -> None:
    assert quality([["a", "b", "x", "y"]], TRUTH).precision == 1


def test_nothing_joined_where_nothing_ought_to_be_is_perfect() -> None:
    assert quality([["a"], ["d"]], {"a": "1", "d": "2"}).f1 == 1


@given(truth=labels, found=labels)
def test_counts_are_those_of_all_pairs(truth: dict[str, str], found: dict[str, str]) -> None:
    parts: dict[str, list[str]] = defaultdict(list)
    for record in truth:
        parts[found.get(record, record)].append(record)
    joined = {pair for part in parts.values() for pair in combinations(sorted(part), 2)}
    true = {pair for pair in combinations(sorted(truth), 2) if truth[pair[0]] == truth[pair[1]]}
    assert quality(parts.values(), truth) == Quality(len(joined), len(true), len(joined & true))


def test_a_digest_is_of_the_partition_not_of_its_order() -> None:
    assert digest([["a", "b"], ["c"]]) == digest([["c"], ["b", "a"]])
    assert digest([["a", "b"], ["c"]]) != digest([["a"], ["b", "c"]])
