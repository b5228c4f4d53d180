"""A filter judged in memory, on facts: the same answer as the graph would give, without asking it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from graph_model.filters.model import (
    ELEMENT,
    FOLDED_ELEMENT,
    Ago,
    And,
    Compare,
    CompareAggregate,
    Elements,
    Filter,
    Near,
    Not,
    Operator,
    Or,
    Quantified,
    Quantifier,
    Size,
)
from graph_model.reading.shape import Function, Path, Related, Shape, Value

Facts: TypeAlias = Mapping[Value | Path, Any]
"""What is known of a node: its values, and the facts of what a path leads to, as a list."""

_COMPARISONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.IN: lambda value, operands: value in operands,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.STARTS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
    Operator.CONTAINS: operator.contains,
}


def holds(filter_: Filter, facts: Facts, now: datetime) -> bool:
    """Whether a filter is true of the node with these facts, which must hold what `needs` asks for."""
    match filter_:
        case And(parts):
            return all(holds(part, facts, now) for part in parts)
        case Or(parts):
            return any(holds(part, facts, now) for part in parts)
        case Not(part):
            return not holds(part, facts, now)
        case Compare(value, how, operand):
            return _compare(facts[value], how, operand, now)
        case Elements(value, folded, quantifier, inner):
            pairs = zip(facts[value] or (), facts[folded] or (), strict=True)
            return _quantified(
                quantifier, (holds(inner, {ELEMENT: one, FOLDED_ELEMENT: other}, now) for one, other in pairs)
            )
        case Size(value, how, operand):
            return _compare(len(facts[value] or ()), how, operand, now)
        case Quantified(path, quantifier, inner):
            return _quantified(quantifier, (holds(inner, item, now) for item in facts[path]))
        case CompareAggregate():
            return _aggregate(filter_, facts, now)
        case Near():
            return _is_near(filter_, facts)


def needs(filter_: Filter) -> Shape:
    """The facts that a filter is judged by, as a shape to read."""
    return _shape(_needs(filter_, {}))


def facts_of(items: Shape, row: Iterable[Any]) -> Facts:
    """The facts that a row of such a shape holds."""
    found: dict[Value | Path, Any] = {}
    for item, value in zip(items, row, strict=True):
        if isinstance(item, Related):
            found[item.path] = [facts_of(item.shape, inner) for inner in value]
        elif isinstance(item, Value):
            found[item] = value
    return found


_Needs: TypeAlias = dict[Value | Path, Any]


def _needs(filter_: Filter, found: _Needs) -> _Needs:
    match filter_:
        case And(parts) | Or(parts):
            for part in parts:
                _needs(part, found)
        case Not(part):
            _needs(part, found)
        case Compare(value) | Size(value):
            found[value] = None
        case Elements(value, folded):
            found |= {value: None, folded: None}
        case Near(latitude, longitude):
            found |= {latitude: None, longitude: None}
        case Quantified(path, _, inner):
            _needs(inner, found.setdefault(path, {}))
        case CompareAggregate(path, where, _, value):
            inner_needs = _needs(where, found.setdefault(path, {}))
            if value is not None:
                inner_needs[value] = None
    return found


def _shape(found: _Needs) -> Shape:
    return tuple(
        key if isinstance(key, Value) else Related(key, _shape(inner)) for key, inner in found.items()
    )


def _compare(value: Any, how: Operator, operand: Any, now: datetime) -> bool:
    if how is Operator.IS_NULL:
        return (value is None) is bool(operand)
    if value is None:
        return False
    return _COMPARISONS[how](value, operand.at(now) if isinstance(operand, Ago) else operand)


def _quantified(quantifier: Quantifier, held: Iterable[bool]) -> bool:
    match quantifier:
        case Quantifier.SOME:
            return any(held)
        case Quantifier.NONE:
            return not any(held)
        case Quantifier.ALL:
            return all(held)
        case Quantifier.SINGLE:
            return sum(held) == 1


def _aggregate(filter_: CompareAggregate, facts: Facts, now: datetime) -> bool:
    found = [item for item in facts[filter_.path] if holds(filter_.where, item, now)]
    how, operand = filter_.operator, filter_.operand
    if filter_.value is None:
        return _compare(len(found), how, operand, now)
    values = [item[filter_.value] for item in found if item[filter_.value] is not None]
    match filter_.function:
        case Function.COUNT:
            return _compare(len(values), how, operand, now)
        case Function.SUM:
            return _compare(sum(values), how, operand, now)
        case Function.LEAST:
            return _compare(min(values, default=None), how, operand, now)
        case Function.GREATEST:
            return _compare(max(values, default=None), how, operand, now)
        case Function.AVERAGE:
            if how is Operator.IS_NULL or not values:
                return _compare(values[0] if values else None, how, operand, now)
            multiplied = (
                [item * len(values) for item in operand] if how is Operator.IN else operand * len(values)
            )
            return _compare(sum(values), how, multiplied, now)


def _is_near(filter_: Near, facts: Facts) -> bool:
    to, away = facts[filter_.latitude], facts[filter_.longitude]
    if to is None or away is None:
        return False
    latitude, longitude = filter_.point
    # As in `cypher`.
    north = math.sin(math.radians(to - latitude) / 2)
    east = math.sin(math.radians(away - longitude) / 2)
    chord = north * north + math.cos(math.radians(latitude)) * math.cos(math.radians(to)) * east * east
    return chord <= filter_.chord
