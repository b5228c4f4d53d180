"""How sure a part is of itself, and what is left to a steward."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from graph_model.identity.matching.facts import SINGLE, Facts, probability, resolution_facts
from graph_model.identity.reviews.cases import review_cases
from graph_model.identity.rulesets.model import BIT, Guards
from tests.graph_model.matching.components import bits, decide, pairs, records, ruleset

WEIGHTS = {"ab": 12, "bc": 5, "ac": -2, "cd": -1, "de": -3}


def facts(weights: Mapping[str, float], keys: str = "abcde", *, never: str = "") -> list[Facts]:
    found = decide(records(keys), weights, never=never)
    return resolution_facts(found, bits(weights), ruleset(), pairs(never))


def test_a_record_by_itself_is_certain() -> None:
    assert facts({}, "a") == [SINGLE]
    assert Facts(score=1.0, weakest_link=None, contradictions=0, possible_matches=0) == SINGLE


def test_an_individual_knows_its_weakest_link_and_its_possible_matches() -> None:
    abc, d, e = facts(WEIGHTS)
    assert abc.weakest_link == 5 * BIT
    assert abc.possible_matches == 1
    assert d == Facts(possible_matches=2)
    assert e == Facts(possible_matches=1)


def test_the_score_is_the_probability_of_the_least_certain_join() -> None:
    abc, *_ = facts(WEIGHTS)
    assert abc.score == pytest.approx(probability(5 * BIT), abs=1e-6)
    assert probability(0) == 0.5
    assert probability(10 * BIT) == pytest.approx(1024 / 1025)
    assert probability(-5_000 * BIT) == pytest.approx(0.0)


def test_pairs_that_would_be_nothing_by_themselves_contradict_their_individual() -> None:
    (found,) = facts({"ab": 12, "bc": 12}, "abc")
    assert found.contradictions == 1


def test_whom_a_steward_keeps_apart_is_no_possible_match() -> None:
    assert [found.possible_matches for found in facts(WEIGHTS, never="cd")] == [0, 1, 1]


def test_the_facts_are_properties_of_the_individual() -> None:
    assert Facts(0.75, 1_500, 2, 3).properties == {
        "resolutionScore": 0.75,
        "weakestLink": 1_500,
        "contradictions": 2,
        "possibleMatches": 3,
    }


def test_a_pair_that_nothing_decided_is_a_case_and_one_that_is_settled_is_none() -> None:
    found = decide(records("abcde"), WEIGHTS)
    cases = review_cases(found, bits(WEIGHTS), ruleset())
    assert [(case.kind, case.records, case.weight) for case in cases] == [
        ("PAIR", ("c", "d"), -1 * BIT),
        ("PAIR", ("d", "e"), -3 * BIT),
    ]
    never = decide(records("abcde"), WEIGHTS, never="cd de")
    assert review_cases(never, bits(WEIGHTS), ruleset(), pairs("cd de")) == []


def test_what_a_guard_stopped_is_a_case_with_its_reason_and_no_pair_besides() -> None:
    rules = ruleset(Guards(contradiction=-2 * BIT))
    weights = {"ab": 19, "bc": 19, "ac": -2}
    found = decide(records("abc"), weights, rules)
    (case,) = review_cases(found, bits(weights), rules)
    assert (case.kind, case.records, case.weight) == ("CONTRADICTION", ("b", "c"), 19 * BIT)
    assert case.key == review_cases(found, bits(weights), rules)[0].key
