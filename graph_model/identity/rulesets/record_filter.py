"""Which records take no part in matching: a filter in the shared language, written as JSON, on what matching
sees of a record.

It looks as the input of `individuals(where:)` does: an object of fields, each with its operators, and `and`,
`or` and `not`; all that are given must hold. A record for which it holds is found by nobody and finds nobody;
a steward's always-link joins it all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from graph_model.errors import BadInput
from graph_model.filters.judging import holds
from graph_model.filters.model import (
    ELEMENT,
    And,
    Compare,
    Elements,
    Filter,
    Not,
    Operator,
    Or,
    Quantifier,
)
from graph_model.identity.matching.features import Features
from graph_model.reading.shape import Value

TEXTS: dict[str, Callable[[Features], str | None]] = {
    "source": lambda record: record.key.split("/", 2)[0],
    "object": lambda record: record.key.split("/", 2)[1],
    "recordId": lambda record: record.key.split("/", 2)[2],
    "partyType": lambda record: str(record.party),
    "birthPlace": lambda record: record.birth_place or None,
    "gender": lambda record: record.gender or None,
}
"""Fields that hold one text."""
LISTS: dict[str, Callable[[Features], list[str]]] = {
    "firstNames": lambda record: [name.first for name in record.names if name.first],
    "lastNames": lambda record: [name.last for name in record.names if name.last],
    "organizations": lambda record: list(record.organizations),
    "birthDates": lambda record: list(record.birth_dates),
    "emails": lambda record: list(record.emails),
    "phones": lambda record: list(record.phones),
    "cities": lambda record: [place.city for place in record.addresses if place.city],
    "postalCodes": lambda record: [place.postal_code for place in record.addresses if place.postal_code],
    "countries": lambda record: [place.country for place in record.addresses if place.country],
    "identifiers": lambda record: list(record.identifiers),
}
"""Fields that hold texts, of which a quantifier says how many must fulfil the conditions."""
MOST_DEEP = 8

_OPERATORS = {
    "eq": Operator.EQUAL,
    "in": Operator.IN,
    "startsWith": Operator.STARTS_WITH,
    "endsWith": Operator.ENDS_WITH,
    "contains": Operator.CONTAINS,
    "gt": Operator.GREATER,
    "gte": Operator.GREATER_OR_EQUAL,
    "lt": Operator.LESS,
    "lte": Operator.LESS_OR_EQUAL,
    "isNull": Operator.IS_NULL,
}
_QUANTIFIERS = {
    "some": Quantifier.SOME,
    "none": Quantifier.NONE,
    "all": Quantifier.ALL,
    "single": Quantifier.SINGLE,
}
# Nothing here depends on the moment.
_NOW = datetime(2000, 1, 1, tzinfo=UTC)


def read_filter(written: object, *, depth: int = 0) -> Filter:
    """The filter that JSON describes. Raises BadInput."""
    if depth > MOST_DEEP:
        raise _wrong(f"It is nested more than {MOST_DEEP} deep.")
    parts: list[Filter] = []
    for name, value in _object(written).items():
        if name in ("and", "or"):
            if not isinstance(value, list):
                raise _wrong(f"`{name}` takes a list.")
            inner = tuple(read_filter(item, depth=depth + 1) for item in value)
            parts.append(And(inner) if name == "and" else Or(inner))
        elif name == "not":
            parts.append(Not(read_filter(value, depth=depth + 1)))
        elif name in TEXTS:
            parts.append(_conditions(Value(name), value))
        elif name in LISTS:
            parts += [
                Elements(Value(name), Value(name), _quantifier(how), _conditions(ELEMENT, inner))
                for how, inner in _object(value).items()
            ]
        else:
            known = ", ".join([*TEXTS, *LISTS])
            raise _wrong(f"There is no field {name[:64]!r}; there are {known}, and `and`, `or` and `not`.")
    return And(tuple(parts))


def keeps_out(filter_: Filter, record: Features) -> bool:
    """Whether the filter holds for a record."""
    facts: dict[Any, Any] = {Value(name): value(record) for name, value in TEXTS.items()}
    facts |= {Value(name): values(record) for name, values in LISTS.items()}
    return holds(filter_, facts, _NOW)


def _conditions(value: Value, written: object) -> Filter:
    parts: list[Filter] = []
    for name, operand in _object(written).items():
        how = _OPERATORS.get(name)
        if how is None:
            raise _wrong(f"There is no operator {name[:64]!r}; there are {', '.join(_OPERATORS)}.")
        if how is Operator.IS_NULL:
            fits = isinstance(operand, bool) and value != ELEMENT
        elif how is Operator.IN:
            fits = isinstance(operand, list) and all(isinstance(item, str) for item in operand)
        else:
            fits = isinstance(operand, str)
        if not fits:
            raise _wrong(f"That is no value for `{name}`.")
        parts.append(Compare(value, how, operand))
    return And(tuple(parts))


def _quantifier(name: str) -> Quantifier:
    if name not in _QUANTIFIERS:
        raise _wrong(f"Of several values say how many: {', '.join(_QUANTIFIERS)}.")
    return _QUANTIFIERS[name]


def _object(written: object) -> Mapping[str, Any]:
    if not isinstance(written, dict) or not written:
        raise _wrong("Expected an object with something in it.")
    return written


def _wrong(message: str) -> BadInput:
    return BadInput(message, code="INVALID_RECORD_FILTER")
