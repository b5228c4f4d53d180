"""What a condition on an insight's value, which may rise with the clock, is of what is stored of it."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal
from typing import Any

from graph_model.filters.model import Ago, And, Compare, Filter, Not, Operator, Or
from graph_model.insights.rules import millionths
from graph_model.reading.shape import Value


def value_condition(how: Operator, operand: Any, amount: Value, since: Value) -> Filter:
    """The condition on a value with one of these two (see `InsightValue`), for a Decimal, a list of them
    for IN, or the answer for IS_NULL: no value is null."""
    match how:
        case Operator.IS_NULL:
            return Not(And(())) if operand else And(())
        case Operator.IN:
            return Or(tuple(value_condition(Operator.EQUAL, item, amount, since) for item in operand))
        case _:
            return Or((Compare(amount, how, millionths(operand)), _days(how, operand, since)))


def _days(how: Operator, days: Decimal, since: Value) -> Filter:
    """The whole days since then, which are never less than 0, compared with a number."""
    match how:
        case Operator.GREATER_OR_EQUAL:
            return _at_least(math.ceil(days), since)
        case Operator.GREATER:
            return _at_least(math.floor(days) + 1, since)
        case Operator.LESS:
            return _less_than(math.ceil(days), since)
        case Operator.LESS_OR_EQUAL:
            return _less_than(math.floor(days) + 1, since)
        case _:
            whole = math.floor(days)
            if days != whole:
                return Or(())
            return And((_at_least(whole, since), _less_than(whole + 1, since)))


def _at_least(days: int, since: Value) -> Filter:
    if days <= 0:
        return Compare(since, Operator.IS_NULL, False)
    return Compare(since, Operator.LESS_OR_EQUAL, Ago(_span(days)))


def _less_than(days: int, since: Value) -> Filter:
    return Or(()) if days <= 0 else Compare(since, Operator.GREATER, Ago(_span(days)))


def _span(days: int) -> timedelta:
    return timedelta(days=min(days, timedelta.max.days))
