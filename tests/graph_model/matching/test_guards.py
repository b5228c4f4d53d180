"""What guards keep apart, and what they say of it."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from graph_model.identity.matching.features import Features
from graph_model.identity.matching.guards import exceeded, without_blocked, without_type
from graph_model.identity.rulesets.model import BIT, Guards, IdentifierLimit
from tests.graph_model.matching.components import Counting, decide, parts, records, ruleset, stopped

PASSPORTS = {"a": ["PASSPORT||1"], "c": ["PASSPORT||2"]}


def test_two_values_of_a_unique_type_are_two_individuals() -> None:
    weights = {"ab": 20, "bc": 18, "ac": 5}
    found = decide(records("abc", identifiers=PASSPORTS), weights, ruleset(Guards(unique=("PASSPORT",))))
    assert parts(found) == ["ab", "c"]
    assert stopped(found) == [("UNIQUE_IDENTIFIER", "bc")]
    (case,) = found.guarded
    assert case.weight == 18 * BIT
    assert case.because == ("a", "c")
    assert "PASSPORT" in case.detail


def test_equal_numbers_of_two_issuers_are_two_identifiers_and_no_conflict() -> None:
    both = records("ab", identifiers={"a": ["CUSTOMER_NUMBER|crm|1"], "b": ["CUSTOMER_NUMBER|shop|2"]})
    rules = ruleset(Guards(unique=("CUSTOMER_NUMBER",)))
    assert parts(decide(both, {"ab": 9}, rules)) == ["ab"]
    same = records("ab", identifiers={"a": ["CUSTOMER_NUMBER|crm|1"], "b": ["CUSTOMER_NUMBER|crm|2"]})
    assert parts(decide(same, {"ab": 9}, rules)) == ["a", "b"]


def test_a_record_that_says_one_of_two_numbers_of_another_says_nothing_else() -> None:
    rules = ruleset(Guards(unique=("PASSPORT",)))
    both = {"a": ["PASSPORT||1", "PASSPORT||2"], "b": ["PASSPORT||2"]}
    assert parts(decide(records("ab", identifiers=both), {"ab": 9}, rules)) == ["ab"]


def test_an_always_link_beats_a_unique_identifier() -> None:
    rules = ruleset(Guards(unique=("PASSPORT",)))
    found = decide(records("ac", identifiers=PASSPORTS), {"ac": 9}, rules, always="ac")
    assert (parts(found), stopped(found)) == (["ac"], [])


def test_records_that_contradict_each_other_are_not_brought_together_by_others() -> None:
    weights = {"ab": 19, "bc": 19, "ac": -2}
    assert parts(decide(records("abc"), weights)) == ["abc"]
    found = decide(records("abc"), weights, ruleset(Guards(contradiction=-2 * BIT)))
    assert parts(found) == ["ab", "c"]
    assert stopped(found) == [("CONTRADICTION", "bc")]
    assert found.guarded[0].because == ("a", "c")


def test_an_individual_grows_to_its_size_and_what_would_join_is_told() -> None:
    weights = {a + b: 20 - place for place, (a, b) in enumerate(zip("abcd", "bcde", strict=True))}
    scorer = Counting(ruleset(Guards(size=3)), prior=-1)
    found = decide(records("abcde"), weights, scorer=scorer)
    assert parts(found) == ["abc", "de"]
    assert stopped(found) == [("SIZE", "cd")]


PHONES = {key: [f"PHONE||{key}", "PHONE||0", "EMAIL||x"] for key in "abcd"}


def limited(*limits: IdentifierLimit) -> Guards:
    return Guards(limits=limits)


def test_over_a_limit_the_type_is_left_out_and_the_rest_decides() -> None:
    """Each pair shares a phone number and an e-mail address: 2 bits, and without either -4."""
    everyone = records("abcd", identifiers=PHONES)
    weights = dict.fromkeys(["ab", "ac", "ad", "bc", "bd", "cd"], 2)
    rules = ruleset(limited(IdentifierLimit(type="PHONE", most=4)))
    found = decide(everyone, weights, rules)
    assert parts(found) == ["a", "b", "c", "d"]
    assert stopped(found) == [("IDENTIFIER_LIMIT", "abcd")]
    within = ruleset(limited(IdentifierLimit(type="PHONE", most=5)))
    assert parts(decide(everyone, weights, within)) == ["abcd"]


def test_what_other_evidence_joins_stays_joined_over_the_limit() -> None:
    everyone = records("abcd", identifiers=PHONES)
    weights = dict.fromkeys(["ab", "ac", "ad", "bc", "bd", "cd"], 14)
    rules = ruleset(limited(IdentifierLimit(type="PHONE", most=4)))
    found = decide(everyone, weights, scorer=Counting(rules, prior=0))
    assert (parts(found), stopped(found)) == (["abcd"], [("IDENTIFIER_LIMIT", "abcd")])


def test_of_several_types_over_their_limits_the_least_important_goes_first() -> None:
    limits = (
        IdentifierLimit(type="EMAIL", most=0, priority=2),
        IdentifierLimit(type="PHONE", most=1, priority=1),
    )
    members = records("ab", identifiers=PHONES).values()
    first = exceeded(members, limits, {}, ())
    assert first is not None
    assert first.type == "PHONE"
    second = exceeded(members, limits, {}, ("PHONE",))
    assert second is not None
    assert second.type == "EMAIL"
    assert exceeded(members, limits, {}, ("PHONE", "EMAIL")) is None


def test_within_a_window_only_what_is_near_in_record_modified_time_counts() -> None:
    limits = (IdentifierLimit(type="PHONE", most=2, days=30),)
    members = list(records("abc", identifiers={key: [f"PHONE||{key}"] for key in "abc"}).values())
    far = {"a": "2026-01-01T00:00:00Z", "b": "2026-01-20T00:00:00Z", "c": "2026-02-10T00:00:00Z"}
    assert exceeded(members, limits, far, ()) is None
    near = far | {"c": "2026-01-31T00:00:00Z"}
    assert exceeded(members, limits, near, ()) == limits[0]


def test_a_value_that_is_said_again_later_counts_where_it_is_said() -> None:
    limits = (IdentifierLimit(type="PHONE", most=1, days=10),)
    members = list(
        records("abc", identifiers={"a": ["PHONE||1"], "b": ["PHONE||2"], "c": ["PHONE||1"]}).values()
    )
    said = {"a": "2026-01-01T00:00:00Z", "b": "2026-02-01T00:00:00Z", "c": "2026-02-05T00:00:00Z"}
    assert exceeded(members, limits, said, ()) == limits[0]
    assert exceeded(members, limits, said | {"c": "2026-03-05T00:00:00Z"}, ()) is None


def test_a_type_can_be_left_out_of_a_record() -> None:
    everything = Features("a", emails=("x",), phones=("1",), identifiers=("LOGIN||ada", "OTHER_ID|LEI|7"))
    assert without_type(everything, "EMAIL").emails == ()
    assert without_type(everything, "PHONE").phones == ()
    assert without_type(everything, "LOGIN").identifiers == ("OTHER_ID|LEI|7",)
    assert without_type(everything, "PASSPORT") is everything


@pytest.mark.parametrize(
    ("blocked", "counts"),
    [
        (("[0-]*",), ("ada", "77", "NULL")),
        (("null", "-1"), ("000-0", "ada", "77")),
        ((r"(.)\1+",), ("ada", "000-0", "NULL")),
    ],
)
def test_a_value_that_is_blocked_as_a_whole_counts_for_nothing(
    blocked: tuple[str, ...], counts: tuple[str, ...]
) -> None:
    values = ("ada", "000-0", "77", "NULL")
    features = Features("a", phones=values, emails=values, identifiers=tuple(f"LOGIN||{v}" for v in values))
    left = without_blocked(features, Guards(blocked=blocked))
    assert set(left.phones) == set(left.emails) == set(counts)
    assert [re.sub(r".*\|", "", key) for key in left.identifiers] == list(left.phones)


def test_a_value_that_is_too_short_or_too_monotonous_counts_for_nothing() -> None:
    features = Features("a", identifiers=("LOGIN||ab", "LOGIN||aaaa", "LOGIN||abab"))
    assert without_blocked(features, Guards(shortest=3)).identifiers == ("LOGIN||aaaa", "LOGIN||abab")
    assert without_blocked(features, Guards(distinct=2)).identifiers == ("LOGIN||ab", "LOGIN||abab")


def test_a_record_without_blocked_values_is_left_as_it_is() -> None:
    features = Features("a", phones=("+4930",))
    assert without_blocked(features, Guards(blocked=("null",))) is features


def test_what_is_no_regular_expression_is_refused() -> None:
    with pytest.raises(ValidationError, match="not a regular expression"):
        Guards(blocked=("(",))
