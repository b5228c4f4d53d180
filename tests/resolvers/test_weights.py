"""What is shown of weights and rules, and what conditions on it mean."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph_model.filters.judging import holds
from graph_model.filters.model import Filter, Operator
from graph_model.reading.shape import Value
from resolvers.enums import MatchRule
from resolvers.types.weights import (
    as_probability,
    bits_condition,
    in_bits,
    match_rule,
    match_rule_condition,
    probability_condition,
)

NOW = datetime(2026, 11, 25, tzinfo=UTC)
STORED = Value("stored", "m")
COMPARISONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}
weights = st.integers(-70_000, 70_000)


def holds_of(filter_: Filter, stored: Any) -> bool:
    return holds(filter_, {STORED: stored}, NOW)


@given(weights, weights, st.sampled_from(list(COMPARISONS)))
def test_a_condition_on_bits_is_one_on_what_is_shown(weight: int, other: int, how: Operator) -> None:
    shown, operand = in_bits(NOW, weight), in_bits(NOW, other)
    assert holds_of(bits_condition(how, operand, STORED), weight) == COMPARISONS[how](shown, operand)


@given(
    weights,
    st.one_of(weights.map(lambda weight: as_probability(NOW, weight)), st.floats(-1, 2)),
    st.sampled_from(list(COMPARISONS)),
)
@example(60_000, 1.0, Operator.EQUAL)
@example(60_000, 1.0, Operator.GREATER)
def test_a_condition_on_a_probability_is_one_on_what_is_shown(
    weight: int, operand: float, how: Operator
) -> None:
    shown = as_probability(NOW, weight)
    assert holds_of(probability_condition(how, operand, STORED), weight) == COMPARISONS[how](shown, operand)


def test_one_of_several_values_and_none_at_all_can_be_asked_for() -> None:
    half = as_probability(NOW, 0)
    assert holds_of(probability_condition(Operator.IN, [0.1, half], STORED), 0)
    assert not holds_of(probability_condition(Operator.IN, [0.1], STORED), 0)
    assert holds_of(bits_condition(Operator.IN, [1.5, -2.0], STORED), 1_500)
    for condition in (bits_condition, probability_condition, match_rule_condition):
        assert holds_of(condition(Operator.IS_NULL, True, STORED), None)
    assert in_bits(NOW, None) is None


@pytest.mark.parametrize(("name", "shown"), [("EMAIL", MatchRule.EMAIL), ("ours", MatchRule.CUSTOM)])
def test_a_rule_of_a_rulesets_own_is_custom(name: str, shown: MatchRule) -> None:
    assert match_rule(NOW, name) is shown
    for asked in MatchRule:
        assert holds_of(match_rule_condition(Operator.EQUAL, asked, STORED), name) == (asked is shown)
    assert holds_of(match_rule_condition(Operator.IN, [MatchRule.PHONE_AND_NAME, shown], STORED), name)
