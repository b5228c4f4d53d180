"""The filter input of an object type, made from the declarations of its fields, with what it means.

For a type T: `TFilter`, with a field for each field of T that lives in the graph; `TListFilter` for a list
of T that another type has; and `TSumFilter`, `TAverageFilter` and `TRangeFilter` for aggregates over such a
list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, partial
from typing import Any

import strawberry
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from graph_model.filters.model import EVERYTHING, Filter, Function
from graph_model.folding import folded_name
from graph_model.insights.rules import millionths
from graph_model.reading.shape import Value
from resolvers.fields import SCOPE, SOURCE, Computed, Counted, Embedded, RelatedTo, Source, Stored
from resolvers.filters.conditions import (
    Comparing,
    Comparison,
    Condition,
    Fields,
    Place,
    RelatedIds,
    RelatedObjects,
    TextList,
    comparing,
    comparing_aggregate,
    counted,
)
from resolvers.filters.operators import (
    BooleanFilter,
    CoordinatesFilter,
    DateFilter,
    DateTimeFilter,
    DecimalFilter,
    FloatFilter,
    IDFilter,
    IDListFilter,
    IntFilter,
    StringFilter,
    TextFilter,
    TextListFilter,
    enum_filter,
    operator,
)
from resolvers.principal import Scope
from resolvers.scalars import Date, DateTime, Decimal
from resolvers.types.coordinates import Coordinates


@dataclass(frozen=True, slots=True)
class Declared:
    """A field of a type: its names, its description, its scope, its type without lists and null, and where
    it lives."""

    python_name: str
    name: str
    description: str
    scope: Scope
    type: Any
    is_list: bool
    is_optional: bool
    source: Source | None

    def value(self, at: str) -> Value:
        """The stored value, of a field that is one."""
        assert isinstance(self.source, Stored)
        return Value(self.source.property or to_camel_case(self.python_name), self.source.of or at)


def declared(origin: type) -> Iterator[Declared]:
    """The fields of a type, in order."""
    fields: list[StrawberryField] = origin.__strawberry_definition__.fields  # type: ignore[attr-defined]
    for item in fields:
        type_: Any = item.type
        if is_optional := isinstance(type_, StrawberryOptional):
            type_ = type_.of_type
        if is_list := isinstance(type_, StrawberryList):
            type_ = type_.of_type
        yield Declared(
            item.python_name,
            item.graphql_name or to_camel_case(item.python_name),
            item.description or "",
            item.metadata[SCOPE],
            type_.wrapped_cls if isinstance(type_, StrawberryEnumDefinition) else type_,
            is_list,
            is_optional,
            item.metadata.get(SOURCE),
        )


@cache
def filter_input(origin: type) -> type:
    """The input with conditions on an object of this type."""
    name = origin.__name__
    made: Any = type(f"{name}Filter", (), {})
    fields = [
        InputField(item.python_name, item.name, input_, item.description)
        for item in declared(origin)
        if (input_ := _input(item)) is not None
    ]
    if all(item.is_optional for item in declared(origin)):
        fields.append(
            InputField("is_null", "isNull", bool, "Whether there is none: all of its fields are null.")
        )
    fields += [
        InputField("and_", "and", list[made], "All of these hold. With none of them it is true."),
        InputField("or_", "or", list[made], "One of these holds. With none of them it is false."),
        InputField("not_", "not", made, "This does not hold."),
    ]
    return complete(
        made, fields, f"Conditions on an object of the type {name}; all that are given must hold."
    )


@cache
def conditions(origin: type, at: str = "n") -> Fields:
    """What `filter_input` means for the type; `at` names what its fields are values of."""
    found = {
        item.name: (item.scope, condition)
        for item in declared(origin)
        if (condition := _condition(item, at)) is not None
    }
    values = tuple(item.value(at) for item in declared(origin) if isinstance(item.source, Stored))
    return Fields(found, values)


@dataclass(frozen=True, slots=True)
class InputField:
    """A field of an input that may be left out."""

    python_name: str
    name: str
    type: Any
    description: str


def complete(made: type, fields: list[InputField], description: str, *, one_of: bool = False) -> type:
    """Make an input of an empty class, to which its own fields may refer."""
    made.__annotations__ = {item.python_name: item.type | None for item in fields}
    for item in fields:
        setattr(made, item.python_name, operator(item.description, name=item.name))
    done: type = strawberry.input(made, description=description, one_of=one_of or None)
    return done


_SCALAR_INPUTS: dict[Any, type] = {
    strawberry.ID: IDFilter,
    bool: BooleanFilter,
    int: IntFilter,
    float: FloatFilter,
    Decimal: DecimalFilter,
    DateTime: DateTimeFilter,
    Date: DateFilter,
}


def _input(item: Declared) -> type | None:
    """The input for a field, None for one that cannot be filtered by."""
    match item.source:
        case Stored(folded=folded):
            return TextListFilter if item.is_list else _scalar_input(item.type, folded)
        case Counted():
            return IntFilter
        case Computed(condition=Callable()):
            return _scalar_input(item.type, False)
        case Embedded():
            return CoordinatesFilter if item.type is Coordinates else filter_input(item.type)
        case RelatedTo(value=None):
            return _list_input(item.type)
        case RelatedTo():
            return IDListFilter
    return None


def _scalar_input(type_: Any, folded: bool) -> type | None:
    if type_ is str:
        return TextFilter if folded else StringFilter
    if isinstance(type_, type) and issubclass(type_, Enum):
        return enum_filter(type_)
    return _SCALAR_INPUTS.get(type_)


def _condition(item: Declared, at: str) -> Condition | None:
    """What the input for a field means."""
    source = item.source
    match source:
        case Stored() if item.is_list:
            value = item.value(at)
            return TextList(value, replace(value, property=folded_name(value.property)))
        case Stored(folded=folded):
            value = item.value(at)
            return Comparison(
                comparing(value, _stored_form(item.type)),
                comparing(replace(value, property=folded_name(value.property))) if folded else None,
                item.type is Date,
            )
        case Counted(path):
            return counted(path, EVERYTHING)
        case Computed(inputs, _, condition) if condition is not None:
            return Comparison(_comparing_computed(condition, inputs, at))
        case Embedded(of) if item.type is Coordinates:
            return Place(Value("latitude", of or at), Value("longitude", of or at))
        case Embedded(of):
            return conditions(item.type, of or at)
        case RelatedTo(path, None):
            unlimited = replace(path, limit=None)
            return RelatedObjects(unlimited, partial(conditions, item.type), _aggregates(item.type))
        case RelatedTo(path, str(name)):
            return RelatedIds(replace(path, limit=None), Value(name))
    return None


def _stored_form(type_: Any) -> Callable[[Any], Any]:
    """How an operand of that type is stored."""
    if type_ is Decimal:
        return millionths
    if isinstance(type_, type) and issubclass(type_, Enum):
        return lambda member: member.value
    return lambda operand: operand


def _comparing_computed(condition: Callable[..., Filter], inputs: tuple[Value, ...], at: str) -> Comparing:
    values = [Value(item.property, at if item.of == "n" else item.of) for item in inputs]
    return lambda how, operand: condition(how, operand, *values)


@cache
def _list_input(origin: type) -> type:
    """The input with conditions on a list of objects of this type."""
    name, one = origin.__name__, filter_input(origin)
    fields = [
        InputField("some", "some", one, "These conditions hold for at least one of them."),
        InputField("none", "none", one, "These conditions hold for none of them."),
        InputField("all", "all", one, "These conditions hold for each of them, or there are none."),
        InputField("single", "single", one, "These conditions hold for exactly one of them."),
        InputField(
            "where", "where", one, "Which of them the aggregates beside this are made of; all without."
        ),
        InputField("count", "count", IntFilter, "Conditions on how many there are."),
    ]
    for function, (suffix, types, description) in _AGGREGATES.items():
        if inner := _aggregate_input(origin, suffix, types):
            fields.append(InputField(function, function, inner, description))
    listed = type(f"{name}ListFilter", (), {})
    return complete(
        listed,
        fields,
        f"Conditions on all related objects of the type {name}, however many of them a query shows; all that "
        "are given must hold.",
    )


_NUMBERS = (int, Decimal)
_RANGED = (*_NUMBERS, DateTime, Date)
_AGGREGATES = {
    "sum": ("Sum", _NUMBERS, "Conditions on sums. The sum of nothing is 0."),
    "average": ("Average", _NUMBERS, "Conditions on averages. The average of nothing is null."),
    "min": ("Range", _RANGED, "Conditions on the least values. That of nothing is null."),
    "max": ("Range", _RANGED, "Conditions on the greatest values. That of nothing is null."),
}
_FUNCTIONS = {
    "sum": Function.SUM,
    "average": Function.AVERAGE,
    "min": Function.LEAST,
    "max": Function.GREATEST,
}


@cache
def _aggregate_input(origin: type, suffix: str, types: tuple[Any, ...]) -> type | None:
    fields = [
        InputField(
            item.python_name,
            item.name,
            FloatFilter if item.type is int and suffix == "Average" else _SCALAR_INPUTS[item.type],
            item.description,
        )
        for item in _values_of(origin, types)
    ]
    if not fields:
        return None
    made = type(f"{origin.__name__}{suffix}Filter", (), {})
    return complete(made, fields, f"Conditions on an aggregate of the fields of {origin.__name__}.")


def _aggregates(origin: type) -> dict[str, Any]:
    return {
        name: {
            item.name: (item.scope, comparing_aggregate(function, item.value("n"), _stored_form(item.type)))
            for item in _values_of(origin, _AGGREGATES[name][1])
        }
        for name, function in _FUNCTIONS.items()
    }


def _values_of(origin: type, types: tuple[Any, ...]) -> list[Declared]:
    """The stored values of the type itself that are of one of these types."""
    return [
        item
        for item in declared(origin)
        if isinstance(item.source, Stored)
        and item.source.of is None
        and item.type in types
        and not item.is_list
    ]
