"""Reading coerced inputs into filters. Each condition goes with one input type, and knows what that means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from graph_model.errors import BadInput
from graph_model.filters.model import (
    ELEMENT,
    EVERYTHING,
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
from graph_model.folding import fold
from graph_model.reading.shape import Function, Path, Value
from resolvers.filters.operators import IGNORING_CASE, OPERATORS, period
from resolvers.principal import Scope

MAX_CONDITIONS = 100
"""Conditions in one filter at the most."""

Given: TypeAlias = Mapping[str, Any]
Comparing: TypeAlias = Callable[[Operator, Any], Filter]
"""What a comparison with an operand is, as a filter."""


@dataclass(slots=True)
class Reading:
    """The reading of one filter: who asks, and how many conditions there may still be."""

    require: Callable[[Scope], None]
    left: int = MAX_CONDITIONS

    def operands(self, given: Given, at: str) -> Iterator[tuple[str, Any, str]]:
        """What an input holds: each name, operand and where it is, for messages. Raises BadInput for a null
        and for too many conditions."""
        for name, operand in given.items():
            where = f"{at}.{name}"
            if operand is None:
                raise BadInput(f"{where} is null. Leave it out, or ask with isNull.")
            self.left -= 1
            if self.left < 0:
                raise BadInput(f"A filter holds at most {MAX_CONDITIONS} conditions.")
            yield name, operand, where


class Condition(Protocol):
    """What one input type means."""

    def read(self, given: Given, at: str, reading: Reading) -> Filter:
        """The filter that an input is; `at` is where it is. Raises BadInput and Forbidden."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Operators on one value, on its folded form, and, for times, on how far it is from now."""

    compare: Comparing
    folded: Comparing | None = None
    is_date: bool = False

    def read(self, given: Given, at: str, reading: Reading) -> Filter:
        return _all(
            self._operator(name, operand, where) for name, operand, where in reading.operands(given, at)
        )

    def _operator(self, name: str, operand: Any, where: str) -> Filter:
        if name in OPERATORS:
            return self.compare(OPERATORS[name], operand)
        if name in IGNORING_CASE and self.folded is not None:
            return self.folded(IGNORING_CASE[name], _folded(operand))
        try:
            span = period(operand)
        except ValueError as error:
            raise BadInput(f"{where}: {error}.") from None
        now, then = Ago(period({}), self.is_date), Ago(span, self.is_date)
        match name:
            case "olderThan":
                return self.compare(Operator.LESS, then)
            case "inLast":
                return And((self.compare(Operator.GREATER, then), self.compare(Operator.LESS_OR_EQUAL, now)))
            case _:  # inNext
                ahead = Ago(-span, self.is_date)
                return And((self.compare(Operator.GREATER_OR_EQUAL, now), self.compare(Operator.LESS, ahead)))


@dataclass(frozen=True, slots=True)
class TextList:
    """A list of texts that is a value of the node, with their folded forms in another."""

    value: Value
    folded: Value

    def read(self, given: Given, at: str, reading: Reading) -> Filter:
        return _all(
            self._operator(name, operand, where, reading)
            for name, operand, where in reading.operands(given, at)
        )

    def _operator(self, name: str, operand: Any, where: str, reading: Reading) -> Filter:
        match name:
            case "includes":
                return self._of(Quantifier.SOME, Compare(ELEMENT, Operator.EQUAL, operand))
            case "includesAny":
                return self._of(Quantifier.SOME, Compare(ELEMENT, Operator.IN, operand))
            case "count":
                return _SizeOf(self.value).read(operand, where, reading)
            case _:
                return self._of(Quantifier[name.upper()], _ELEMENT.read(operand, where, reading))

    def _of(self, quantifier: Quantifier, filter_: Filter) -> Filter:
        return Elements(self.value, self.folded, quantifier, filter_)


@dataclass(frozen=True, slots=True)
class RelatedIds:
    """A list of one value of each thing that a path leads to."""

    path: Path
    value: Value

    def read(self, given: Given, at: str, reading: Reading) -> Filter:
        return _all(
            self._operator(name, operand, where, reading)
            for name, operand, where in reading.operands(given, at)
        )

    def _operator(self, name: str, operand: Any, where: str, reading: Reading) -> Filter:
        if name == "count":
            return _counted(self.path, EVERYTHING).read(operand, where, reading)
        how = Operator.EQUAL if name == "includes" else Operator.IN
        return Quantified(self.path, Quantifier.SOME, Compare(self.value, how, operand))


@dataclass(frozen=True, slots=True)
class Place:
    """Coordinates."""

    latitude: Value
    longitude: Value

    def read(self, given: Given, at: str, reading: Reading) -> Filter:
        return _all(
            Compare(self.latitude, Operator.IS_NULL, operand)
            if name == "isNull"
            else self._near(operand, where)
            for name, operand, where in reading.operands(given, at)
        )

    def _near(self, circle: Mapping[str, float], where: str) -> Filter:
        latitude, longitude, metres = circle["latitude"], circle["longitude"], circle["metres"]
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180 and metres >= 0):
            raise BadInput(f"{where} is no circle on the Earth.")
        return Near(self.latitude, self.longitude, (latitude, longitude), metres)


@dataclass(frozen=True, slots=True)
class Fields:
    """Conditions on the fields of an object, each of which may be asked for its scope; joined by `and`,
    `or` and `not`. `values` are those that are all null where the object is, if it can be."""

    fields: Mapping[str, tuple[Scope, Condition]]
    values: tuple[Value, ...] = ()

    def read(self, given: Given, at: str, reading: Reading) -> Filter:
        return _all(
            self._field(name, operand, where, reading) for name, operand, where in reading.operands(given, at)
        )

    def _field(self, name: str, operand: Any, where: str, reading: Reading) -> Filter:
        match name:
            case "and":
                return And(self._each(operand, where, reading))
            case "or":
                return Or(self._each(operand, where, reading))
            case "not":
                return Not(self.read(operand, where, reading))
            case "isNull":
                null = And(tuple(Compare(value, Operator.IS_NULL, True) for value in self.values))
                return null if operand else Not(null)
        scope, condition = self.fields[name]
        reading.require(scope)
        return condition.read(operand, where, reading)

    def _each(self, given: list[Given], at: str, reading: Reading) -> tuple[Filter, ...]:
        return tuple(self.read(item, f"{at}[{place}]", reading) for place, item in enumerate(given))


@dataclass(frozen=True, slots=True)
class RelatedObjects:
    """Quantifiers over related objects, and aggregates of those for which `where` holds. `fields` are those
    of the objects; `aggregates` the scope and the comparison of each value, by function and field."""

    path: Path
    fields: Callable[[], Fields]
    aggregates: Mapping[str, Mapping[str, tuple[Scope, Callable[[Path, Filter], Condition]]]] = field(
        default_factory=dict
    )

    def read(self, given: Given, at: str, reading: Reading) -> Filter:
        which = EVERYTHING
        parts: list[Filter] = []
        if given.get("where"):
            which = self.fields().read(given["where"], f"{at}.where", reading)
        for name, operand, where in reading.operands(given, at):
            if name == "count":
                parts.append(_counted(self.path, which).read(operand, where, reading))
            elif name in self.aggregates:
                parts += self._aggregates(name, operand, where, which, reading)
            elif name != "where":
                inner = self.fields().read(operand, where, reading)
                parts.append(Quantified(self.path, Quantifier[name.upper()], inner))
        return _all(iter(parts))

    def _aggregates(
        self, function: str, given: Given, at: str, which: Filter, reading: Reading
    ) -> Iterator[Filter]:
        for name, operand, where in reading.operands(given, at):
            scope, make = self.aggregates[function][name]
            reading.require(scope)
            yield make(self.path, which).read(operand, where, reading)


@dataclass(frozen=True, slots=True)
class _SizeOf:
    """The comparison of a list's length."""

    value: Value

    def read(self, given: Given, at: str, reading: Reading) -> Filter:
        return Comparison(lambda how, operand: _size(self.value, how, operand)).read(given, at, reading)


def comparing(value: Value, convert: Callable[[Any], Any] = lambda operand: operand) -> Comparing:
    """The comparison of a stored value, with what an operand is in the graph."""

    def compare(how: Operator, operand: Any) -> Filter:
        return Compare(value, how, converted(how, operand, convert))

    return compare


def comparing_aggregate(
    function: Function, value: Value | None, convert: Callable[[Any], Any] = lambda operand: operand
) -> Callable[[Path, Filter], Condition]:
    """The comparison of an aggregate of a value."""

    def condition(path: Path, where: Filter) -> Condition:
        def compare(how: Operator, operand: Any) -> Filter:
            return CompareAggregate(path, where, function, value, how, converted(how, operand, convert))

        return Comparison(compare)

    return condition


def converted(how: Operator, operand: Any, convert: Callable[[Any], Any]) -> Any:
    """The operand as it is in the graph."""
    if how is Operator.IS_NULL or isinstance(operand, Ago):
        return operand
    if how is Operator.IN:
        return [convert(item) for item in operand]
    return convert(operand)


_ELEMENT = Comparison(comparing(ELEMENT), comparing(FOLDED_ELEMENT))


_counted = comparing_aggregate(Function.COUNT, None)


def _size(value: Value, how: Operator, operand: Any) -> Filter:
    return Size(value, how, operand)


def _all(parts: Iterator[Filter]) -> Filter:
    found = tuple(parts)
    return found[0] if len(found) == 1 else And(found)


def _folded(operand: Any) -> Any:
    return [fold(item) for item in operand] if isinstance(operand, list) else fold(operand)
