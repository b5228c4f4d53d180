"""Which records form one individual."""

from __future__ import annotations

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.model import Match, MatchRecord, MatchRule
from graph_model.identity.partition import partition


def records(persons: str, devices: str = "") -> list[MatchRecord]:
    return [MatchRecord(key, "", "", None, (), key in devices) for key in persons + devices]


def matches(*pairs: str) -> list[Match]:
    return [Match(min(pair), max(pair), MatchRule.EMAIL, 1_000) for pair in pairs]


def parts(found: list[frozenset[str]]) -> list[str]:
    return ["".join(sorted(part)) for part in found]


def test_matches_are_transitive() -> None:
    assert parts(partition(records("abcd"), matches("ab", "bc"))) == ["abc", "d"]


def test_a_record_without_a_match_is_alone() -> None:
    assert parts(partition(records("ab"), [])) == ["a", "b"]


def test_no_records_have_no_parts() -> None:
    assert partition([], []) == []


def test_a_match_with_a_record_from_elsewhere_is_ignored() -> None:
    assert parts(partition(records("ab"), matches("az", "bz"))) == ["a", "b"]


def test_a_device_follows_the_one_person_who_uses_it() -> None:
    assert parts(partition(records("abc", "x"), matches("ab", "ax", "bx"))) == ["abx", "c"]


def test_a_device_of_several_people_stays_alone_and_does_not_join_them() -> None:
    assert parts(partition(records("ab", "x"), matches("ax", "bx"))) == ["a", "b", "x"]


def test_devices_that_match_are_one_and_follow_or_stay_together() -> None:
    assert parts(partition(records("a", "xy"), matches("xy", "ay"))) == ["axy"]
    assert parts(partition(records("ab", "xy"), matches("xy", "ax", "by"))) == ["a", "b", "xy"]


def test_a_person_has_as_many_devices_as_they_use() -> None:
    assert parts(partition(records("a", "xyz"), matches("ax", "ay"))) == ["axy", "z"]


PERSONS, DEVICES = "abcdef", "uvwxyz"
pairs = st.sampled_from(["".join(pair) for pair in combinations(PERSONS + DEVICES, 2)])


@given(st.lists(pairs, max_size=14, unique=True), st.randoms())
def test_the_partition_does_not_depend_on_the_order_of_records_and_matches(
    linked: list[str], random: Random
) -> None:
    everything = records(PERSONS, DEVICES)
    found = partition(everything, matches(*linked))
    random.shuffle(everything)
    again = matches(*linked, *linked[:3])
    random.shuffle(again)
    assert partition(everything, again) == found
    assert sorted(key for part in found for key in part) == sorted(PERSONS + DEVICES)


@given(st.lists(pairs, max_size=14, unique=True))
def test_a_device_attaches_to_exactly_one_person_or_to_none(linked: list[str]) -> None:
    found = partition(records(PERSONS, DEVICES), matches(*linked))
    among_persons = [pair for pair in linked if set(pair) <= set(PERSONS)]
    people = {part & set(PERSONS) for part in found if part & set(PERSONS)}
    assert people == set(partition(records(PERSONS), matches(*among_persons)))
    for part in found:
        devices, members = part & set(DEVICES), part & set(PERSONS)
        users = {key for pair in linked if devices & set(pair) for key in pair} & set(PERSONS)
        if members:
            assert users <= members
        elif devices:
            assert len({person for person in people if person & users}) != 1
