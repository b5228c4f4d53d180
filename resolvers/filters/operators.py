"""The inputs that compare one value: an operator a field; several in one input must all be true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import Any

import strawberry

from graph_model.filters.model import Operator
from resolvers.scalars import Date, DateTime, Decimal

UNSET = strawberry.UNSET


def operator(description: str, *, name: str | None = None) -> Any:
    """A field of an input that may be left out."""
    return strawberry.field(name=name, default=UNSET, description=description)


_EQ = "It is equal to this."
_IN = "It is one of these."
_GT, _GTE = "It is greater than this.", "It is this or greater."
_LT, _LTE = "It is less than this.", "It is this or less."
_NULL = "Whether there is no value. Every other comparison with no value is false."
_IGNORING = "case and the encoding of accents make no difference"


@strawberry.input(description="A span of time: the sum of its fields.")
class Period:
    weeks: int | None = operator("Weeks.")
    days: int | None = operator("Days.")
    hours: int | None = operator("Hours.")
    minutes: int | None = operator("Minutes.")


@strawberry.input(description="Conditions on an id; all that are given must hold.")
class IDFilter:
    eq: strawberry.ID | None = operator(_EQ)
    in_: list[strawberry.ID] | None = operator(_IN, name="in")


@strawberry.input(
    description="Conditions on a text, compared as it is written, code point by code point (except that for "
    "gt, gte, lt and lte Neo4j goes by UTF-16); all that are given must hold."
)
class StringFilter:
    eq: str | None = operator(_EQ)
    in_: list[str] | None = operator(_IN, name="in")
    starts_with: str | None = operator("It starts with this.")
    ends_with: str | None = operator("It ends with this.")
    contains: str | None = operator("It contains this.")
    gt: str | None = operator(_GT)
    gte: str | None = operator(_GTE)
    lt: str | None = operator(_LT)
    lte: str | None = operator(_LTE)
    is_null: bool | None = operator(_NULL)


@strawberry.input(
    description="Conditions on a text for people, compared as it is written or whatever its case; all that "
    "are given must hold."
)
class TextFilter(StringFilter):
    eq_ignore_case: str | None = operator(f"It is equal to this; {_IGNORING}.")
    in_ignore_case: list[str] | None = operator(f"It is one of these; {_IGNORING}.")
    starts_with_ignore_case: str | None = operator(f"It starts with this; {_IGNORING}.")
    ends_with_ignore_case: str | None = operator(f"It ends with this; {_IGNORING}.")
    contains_ignore_case: str | None = operator(f"It contains this; {_IGNORING}.")


@strawberry.input(description="Conditions on a truth value; all that are given must hold.")
class BooleanFilter:
    eq: bool | None = operator(_EQ)
    is_null: bool | None = operator(_NULL)


@strawberry.input(description="Conditions on a whole number; all that are given must hold.")
class IntFilter:
    eq: int | None = operator(_EQ)
    in_: list[int] | None = operator(_IN, name="in")
    gt: int | None = operator(_GT)
    gte: int | None = operator(_GTE)
    lt: int | None = operator(_LT)
    lte: int | None = operator(_LTE)
    is_null: bool | None = operator(_NULL)


@strawberry.input(description="Conditions on a number; all that are given must hold.")
class FloatFilter:
    eq: float | None = operator(_EQ)
    in_: list[float] | None = operator(_IN, name="in")
    gt: float | None = operator(_GT)
    gte: float | None = operator(_GTE)
    lt: float | None = operator(_LT)
    lte: float | None = operator(_LTE)
    is_null: bool | None = operator(_NULL)


@strawberry.input(description="Conditions on an exact decimal number; all that are given must hold.")
class DecimalFilter:
    eq: Decimal | None = operator(_EQ)
    in_: list[Decimal] | None = operator(_IN, name="in")
    gt: Decimal | None = operator(_GT)
    gte: Decimal | None = operator(_GTE)
    lt: Decimal | None = operator(_LT)
    lte: Decimal | None = operator(_LTE)
    is_null: bool | None = operator(_NULL)


@strawberry.input(description="Conditions on a moment; all that are given must hold.")
class DateTimeFilter:
    eq: DateTime | None = operator("It is this moment.")
    in_: list[DateTime] | None = operator("It is one of these moments.", name="in")
    gt: DateTime | None = operator("It is later than this.")
    gte: DateTime | None = operator("It is this or later.")
    lt: DateTime | None = operator("It is earlier than this.")
    lte: DateTime | None = operator("It is this or earlier.")
    older_than: Period | None = operator("It was longer ago than this.")
    in_last: Period | None = operator("It lies in the past, at most so long ago.")
    in_next: Period | None = operator("It lies ahead, at most so far.")
    is_null: bool | None = operator(_NULL)


@strawberry.input(
    description="Conditions on a date; all that are given must hold. Today is the day in UTC, and periods "
    "count from this moment."
)
class DateFilter:
    eq: Date | None = operator("It is this date.")
    in_: list[Date] | None = operator("It is one of these dates.", name="in")
    gt: Date | None = operator("It is later than this.")
    gte: Date | None = operator("It is this or later.")
    lt: Date | None = operator("It is earlier than this.")
    lte: Date | None = operator("It is this or earlier.")
    older_than: Period | None = operator("It was before the day that lies so far back.")
    in_last: Period | None = operator("It is today or was after the day that lies so far back.")
    in_next: Period | None = operator("It is today or will be before the day that lies so far ahead.")
    is_null: bool | None = operator(_NULL)


@strawberry.input(description="Conditions on a list of texts; all that are given must hold.")
class TextListFilter:
    includes: str | None = operator("One of its texts is equal to this.")
    includes_any: list[str] | None = operator("One of its texts is one of these.")
    some: TextFilter | None = operator("These conditions hold for at least one of its texts.")
    all: TextFilter | None = operator("These conditions hold for each of its texts, or it is empty.")
    none: TextFilter | None = operator("These conditions hold for none of its texts.")
    count: IntFilter | None = operator("Conditions on how many texts it holds.")


@strawberry.input(description="Conditions on a list of ids; all that are given must hold.")
class IDListFilter:
    includes: strawberry.ID | None = operator("One of its ids is equal to this.")
    includes_any: list[strawberry.ID] | None = operator("One of its ids is one of these.")
    count: IntFilter | None = operator("Conditions on how many ids it holds.")


@strawberry.input(description="A circle on the Earth.")
class CircleInput:
    latitude: float = strawberry.field(description="Latitude of its center in degrees, from -90 to 90.")
    longitude: float = strawberry.field(description="Longitude of its center in degrees, from -180 to 180.")
    metres: float = strawberry.field(description="Its radius in metres, along the ground.")


@strawberry.input(description="Conditions on a place on the Earth; all that are given must hold.")
class CoordinatesFilter:
    within: CircleInput | None = operator("It lies in this circle.")
    is_null: bool | None = operator(_NULL)


@cache
def enum_filter(enum: type[Enum]) -> type:
    """The input with conditions on a value of this enum."""
    name = enum.__name__
    made = type(
        f"{name}Filter",
        (),
        {
            "__annotations__": {"eq": enum | None, "in_": list[enum] | None, "is_null": bool | None},  # type: ignore[valid-type]
            "eq": operator(_EQ),
            "in_": operator(_IN, name="in"),
            "is_null": operator(_NULL),
        },
    )
    described: type = strawberry.input(
        made, description=f"Conditions on a value of {name}; all that are given must hold."
    )
    return described


OPERATORS = {
    "eq": Operator.EQUAL,
    "in": Operator.IN,
    "gt": Operator.GREATER,
    "gte": Operator.GREATER_OR_EQUAL,
    "lt": Operator.LESS,
    "lte": Operator.LESS_OR_EQUAL,
    "startsWith": Operator.STARTS_WITH,
    "endsWith": Operator.ENDS_WITH,
    "contains": Operator.CONTAINS,
    "isNull": Operator.IS_NULL,
}
"""What the fields of these inputs mean."""

IGNORING_CASE = {
    "eqIgnoreCase": Operator.EQUAL,
    "inIgnoreCase": Operator.IN,
    "startsWithIgnoreCase": Operator.STARTS_WITH,
    "endsWithIgnoreCase": Operator.ENDS_WITH,
    "containsIgnoreCase": Operator.CONTAINS,
}
"""The same, for those that compare folded texts."""


LONGEST = timedelta(days=3_660_000)
"""The longest period: as long as the calendar."""


def period(given: Mapping[str, int | None]) -> timedelta:
    """The span that a Period is. Raises ValueError for a negative one, or one longer than the calendar."""
    try:
        span = timedelta(**{unit: amount for unit, amount in given.items() if amount is not None})
    except OverflowError:
        span = timedelta.max
    if not timedelta() <= span <= LONGEST:
        raise ValueError("a period is not negative, and no longer than 10,000 years")
    return span
