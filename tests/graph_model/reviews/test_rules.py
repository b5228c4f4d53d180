"""What becomes of the queue when cases come and go, and how good the ruleset is by what was decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.reviews.model import PAIR, ReviewCase, ReviewState
from graph_model.identity.reviews.quality import Stratum, estimate
from graph_model.identity.reviews.rules import Known, refreshed

OPEN, DECIDED, CLOSED = ReviewState.OPEN, ReviewState.DECIDED, ReviewState.CLOSED


def case(key: str, weight: int | None = -1_000) -> ReviewCase:
    return ReviewCase(key, PAIR, ("a", "b"), weight, "")


def test_a_new_case_is_opened_and_one_that_is_gone_closed() -> None:
    opened, changed = refreshed([Known("k", OPEN, -1_000, "")], [case("l")])
    assert [item.key for item in opened] == ["l"]
    assert changed == [Known("k", CLOSED, -1_000, "")]


def test_one_that_comes_back_is_open_again_as_it_is_now() -> None:
    assert refreshed([Known("k", CLOSED, -1_000, "")], [case("k", -500)]) == (
        [],
        [Known("k", OPEN, -500, "")],
    )


def test_what_has_not_changed_is_left_alone() -> None:
    known = [Known("k", OPEN, -1_000, ""), Known("l", CLOSED, -1_000, "")]
    assert refreshed(known, [case("k")]) == ([], [])


KEYS = st.sampled_from("klmn")


@given(st.dictionaries(KEYS, st.sampled_from(list(ReviewState))), st.sets(KEYS))
def test_what_is_decided_stays_and_of_the_rest_those_are_open_that_were_found(
    states: dict[str, ReviewState], found: set[str]
) -> None:
    known = [Known(key, state, -1_000, "") for key, state in states.items()]
    opened, changed = refreshed(known, [case(key) for key in found])
    after = states | {item.key: OPEN for item in opened} | {item.key: item.state for item in changed}
    for key, state in after.items():
        if states.get(key) is DECIDED:
            assert state is DECIDED
        else:
            assert (state is OPEN) == (key in found)


def test_without_decisions_the_ruleset_is_as_good_as_it_says_itself() -> None:
    quality = estimate({0: 100, -1: 100}, [], link=0)
    half_a_bit = 1 / (1 + 2**-0.5)
    assert quality.precision == pytest.approx(half_a_bit)
    assert quality.recall == pytest.approx(half_a_bit)
    assert [stratum.weight for stratum in quality.strata] == [-1_000, 0]


def test_decisions_outweigh_what_the_ruleset_says() -> None:
    labels = [(-500, True)] * 80 + [(-500, False)] * 20
    quality = estimate({-1: 1_000, 10: 1_000}, labels, link=0)
    (below, _) = quality.strata
    assert replace(below, share=0) == Stratum(-1_000, 1_000, 100, 80, 0)
    assert below.share == pytest.approx((80 + 2 / (1 + 2**0.5)) / 102)
    assert quality.precision == pytest.approx(1, abs=0.001)
    assert quality.recall == pytest.approx(1 / (1 + below.share), abs=0.001)
    assert quality.decided == 100


def test_strata_lie_beside_the_threshold() -> None:
    quality = estimate({0: 1, -1: 1}, [(2_499, False), (2_500, True)], link=2_500)
    assert [(item.weight, item.decided) for item in quality.strata] == [(1_500, 1), (2_500, 1)]


def test_of_nothing_there_is_no_estimate() -> None:
    quality = estimate({}, [], link=0)
    assert (quality.precision, quality.recall, quality.strata) == (None, None, ())


@given(
    st.dictionaries(st.integers(-4, 20), st.integers(0, 1_000)),
    st.lists(st.tuples(st.integers(-4_000, 20_000), st.booleans()), max_size=50),
)
def test_estimates_are_shares(pairs: dict[int, int], labels: list[tuple[int, bool]]) -> None:
    quality = estimate(pairs, labels, link=0)
    for share in (quality.precision, quality.recall, *(item.share for item in quality.strata)):
        assert share is None or 0 <= share <= 1
