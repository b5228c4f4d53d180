"""Whom a device follows, by the strategy of its source."""

from __future__ import annotations

import pytest

from graph_model.identity.matching.features import Features, Party
from graph_model.identity.matching.partition import partition
from graph_model.identity.rulesets.model import BIT, DeviceStrategy, Guards
from tests.graph_model.matching.components import (
    BEST_MATCH,
    CONVERT,
    ISOLATE,
    LINK,
    Counting,
    decide,
    parts,
    records,
    ruleset,
    stopped,
)

JANUARY, FEBRUARY, MARCH = (f"2026-{month:02}-01T00:00:00.000000Z" for month in (1, 2, 3))
LATE = {"a": FEBRUARY, "b": JANUARY, "c": MARCH}


def test_a_device_follows_the_one_person_who_uses_it() -> None:
    assert parts(decide(records("abc", devices="x"), {"ab": 9, "ax": 20, "bx": 20})) == ["abx", "c"]


def test_a_device_of_several_people_stays_anonymous_to_each_and_does_not_join_them() -> None:
    found = decide(records("ab", devices="x"), {"ax": 20, "bx": 20})
    assert parts(found) == ["a", "b", "x"]
    assert stopped(found) == [("SHARED_DEVICE", "abx")]


def test_devices_that_are_one_follow_or_stay_together() -> None:
    assert parts(decide(records("a", devices="xy"), {"xy": 20, "ay": 20})) == ["axy"]
    assert parts(decide(records("ab", devices="xy"), {"xy": 20, "ax": 20, "by": 20})) == ["a", "b", "xy"]


@pytest.mark.parametrize(
    ("strategy", "alone", "shared"),
    [
        (LINK, ["ax"], ["a", "b", "c", "x"]),
        (ISOLATE, ["a", "x"], ["a", "b", "c", "x"]),
        (CONVERT, ["ax"], ["a", "bx", "c"]),
        (BEST_MATCH, ["ax"], ["a", "b", "cx"]),
    ],
)
def test_each_strategy_says_what_becomes_of_a_device(
    strategy: DeviceStrategy, alone: list[str], shared: list[str]
) -> None:
    """Ben was the first to use it, and Cleo the last."""
    rules = ruleset(device_strategy=strategy)
    assert parts(decide(records("a", devices="x"), {"ax": 20}, rules, modified=LATE)) == alone
    everybody = {"ax": 20, "bx": 20, "cx": 20}
    assert parts(decide(records("abc", devices="x"), everybody, rules, modified=LATE)) == shared


def test_the_best_match_is_the_one_of_the_highest_weight() -> None:
    rules = ruleset(device_strategy=BEST_MATCH)
    weights = {"ax": 20, "bx": 19, "cx": 19}
    assert parts(decide(records("abc", devices="x"), weights, rules, modified=LATE)) == ["ax", "b", "c"]


def test_each_source_has_its_own_strategy_and_of_one_device_the_most_careful_counts() -> None:
    rules = ruleset(device_strategies={"kiosk": ISOLATE}, device_strategy=CONVERT)
    keys = ("crm/Individual/1", "kiosk/Device/d", "web/Device/d", "web/Device/e")
    features = {key: Features(key, Party.DEVICE if "Device" in key else Party.PERSON) for key in keys}
    person, kiosk, web, other = keys
    weights = {(kiosk, web): 20 * BIT, (person, web): 20 * BIT, (person, other): 20 * BIT}
    found = partition(features, weights, Counting(rules))
    assert found.parts == [frozenset((person, other)), frozenset((kiosk, web))]


def test_a_person_whom_a_steward_keeps_from_a_device_is_no_user_of_it() -> None:
    both = records("ab", devices="x")
    assert parts(decide(both, {"ax": 20, "bx": 20}, never="bx")) == ["ax", "b"]
    assert parts(decide(both, {"ax": 20}, never="ax")) == ["a", "b", "x"]


def test_an_always_link_gives_a_shared_device_to_a_person() -> None:
    found = decide(records("ab", devices="x"), {"ax": 20, "bx": 20}, always="bx")
    assert (parts(found), stopped(found)) == (["a", "bx"], [])


def test_devices_that_are_never_one_do_not_follow_the_same_person() -> None:
    assert parts(decide(records("a", devices="xy"), {"ax": 20, "ay": 20}, never="xy")) == ["ax", "y"]


def test_a_device_does_not_make_an_individual_larger_than_it_may_be() -> None:
    rules = ruleset(Guards(size=2))
    found = decide(records("a", devices="xy"), {"ax": 20, "ay": 20}, rules)
    assert (parts(found), stopped(found)) == (["ax", "y"], [("SIZE", "ay")])


def test_of_a_device_nobody_weighs_anything() -> None:
    scorer = Counting(ruleset())
    decide(records("a", devices="xyz"), {"xy": 20, "yz": 20, "az": 20}, scorer=scorer)
    assert scorer.asked == []
