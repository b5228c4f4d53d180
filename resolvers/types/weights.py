"""Weights as the schema shows them: in bits, as a probability, and the rule that decided.

In the graph a weight is a whole number of thousandths of a bit; conditions on what is shown become
conditions on that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from graph_model.filters.model import And, Compare, Filter, Not, Operator, Or
from graph_model.identity.matching.facts import probability as probability_of
from graph_model.identity.rulesets.model import BIT
from graph_model.reading.shape import Value
from resolvers.enums import MatchRule

_MOST = 2_000 * BIT
"""Beyond this a weight, either way, is 0 or 1 as a probability."""
_NAMED = [rule.value for rule in MatchRule if rule is not MatchRule.CUSTOM]


def bits(weight: int) -> float:
    """Thousandths of a bit in bits."""
    return weight / BIT


def in_bits(_: datetime, weight: int | None) -> float | None:
    """A stored weight in bits."""
    return None if weight is None else bits(weight)


def bits_condition(how: Operator, operand: Any, weight: Value) -> Filter:
    """A condition on bits as one on the stored weight."""
    if how is Operator.IS_NULL:
        return Compare(weight, how, operand)
    if how is Operator.IN:
        return Compare(weight, how, [_thousandths(item) for item in operand])
    return Compare(weight, how, _thousandths(operand))


def as_probability(_: datetime, weight: int) -> float:
    """A stored weight as a probability."""
    return probability_of(weight)


def probability_condition(how: Operator, operand: Any, weight: Value) -> Filter:
    """A condition on a probability as one on the stored weight, with which it never falls."""
    match how:
        case Operator.IS_NULL:
            return Compare(weight, how, operand)
        case Operator.IN:
            return Or(tuple(probability_condition(Operator.EQUAL, item, weight) for item in operand))
        case Operator.GREATER_OR_EQUAL:
            return Compare(weight, how, _least(lambda shown: shown >= operand))
        case Operator.GREATER:
            return Compare(weight, Operator.GREATER_OR_EQUAL, _least(lambda shown: shown > operand))
        case Operator.LESS:
            return Compare(weight, how, _least(lambda shown: shown >= operand))
        case Operator.LESS_OR_EQUAL:
            return Compare(weight, Operator.LESS, _least(lambda shown: shown > operand))
    return And(
        (
            probability_condition(Operator.GREATER_OR_EQUAL, operand, weight),
            probability_condition(Operator.LESS_OR_EQUAL, operand, weight),
        )
    )


def match_rule(_: datetime, name: str) -> MatchRule:
    """The rule of this name; CUSTOM for one of a ruleset's own."""
    return MatchRule(name) if name in _NAMED else MatchRule.CUSTOM


def match_rule_condition(how: Operator, operand: Any, name: Value) -> Filter:
    """A condition on the rule as one on its stored name."""
    if how is Operator.IS_NULL:
        return Compare(name, how, operand)
    if how is Operator.IN:
        return Or(tuple(match_rule_condition(Operator.EQUAL, item, name) for item in operand))
    if operand is MatchRule.CUSTOM:
        return Not(Compare(name, Operator.IN, _NAMED))
    return Compare(name, Operator.EQUAL, operand.value)


def _least(holds: Callable[[float], bool]) -> int:
    """The least weight whose probability fulfils this, which all greater ones fulfil as well; one more than
    there are if none does."""
    low, high = -_MOST, _MOST + 1
    while low < high:
        middle = (low + high) // 2
        if holds(probability_of(middle)):
            high = middle
        else:
            low = middle + 1
    return low


def _thousandths(number: float) -> float:
    return float(Decimal(repr(number)) * BIT)
