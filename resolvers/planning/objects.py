"""From rows to objects, for the stock executor: instances of the schema's types with what was selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any

import orjson

from resolvers.planning.plan import (
    Constant,
    FieldPlan,
    Function,
    Leaf,
    ObjectPlan,
    Part,
    Rows,
    Unpacking,
    Values,
)


def build_object(plan: ObjectPlan, row: Sequence[Any], now: datetime, into: Any = None) -> Any:
    """The object that a row describes. Only the selected fields are set; `into` is the object that another
    selection of the same field, under another name, has made of the same row."""
    instance: Any = object.__new__(plan.origin) if into is None else into
    values = instance.__dict__
    for python_name, field in plan.fields.values():
        if not isinstance(field, Constant):
            values[python_name] = _value(field, row, now, values.get(python_name))
    return instance


def _value(field: FieldPlan, row: Sequence[Any], now: datetime, known: Any) -> Any:
    match field:
        case Leaf(place, _, many, enum, is_json):
            return _leaf(row[place], many, enum.parse_value if enum else None, is_json)
        case Function(function, places):
            return function(now, *(row[place] for place in places))
        case Part(plan, decisive):
            if decisive is not None and all(row[place] is None for place in decisive):
                return None
            return build_object(plan, row, now, known)
        case Rows(place, plan):
            return _objects(plan, row[place], now, known)
        case Unpacking(function, places, plan):
            return _objects(plan, function(*(row[place] for place in places)), now, known)
        case Values(place):
            return [value for (value,) in row[place]]
        case Constant(value):
            return value


def _objects(plan: ObjectPlan, rows: Sequence[Any], now: datetime, known: Any) -> list[Any]:
    before = known or repeat(None)
    return [build_object(plan, row, now, into) for row, into in zip(rows, before, strict=False)]


def _leaf(value: Any, many: bool, parse: Callable[[Any], Any] | None, is_json: bool) -> Any:
    if value is None:
        return [] if many else None
    if is_json:
        return orjson.loads(value)
    return parse(value) if parse else value
