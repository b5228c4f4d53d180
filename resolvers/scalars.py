"""The scalars that values of the graph are shown as. All of them leave as they are stored, text or JSON; what
a client sends is read into the form that it would be stored in."""

from __future__ import annotations

import decimal
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from graph_model import times


def _moment(value: object) -> str:
    """Raises GraphQLError, as scalars do."""
    try:
        return times.to_text(times.parse_moment(value))
    except (ValueError, OverflowError):
        raise GraphQLError("Expected an ISO 8601 date-time such as 2026-11-01T09:30:00Z.") from None


def _date(value: object) -> str:
    try:
        return times.parse_date(value).isoformat()
    except ValueError:
        raise GraphQLError("Expected an ISO 8601 date such as 1984-05-17.") from None


def _decimal(value: object) -> decimal.Decimal:
    try:
        number = decimal.Decimal(value) if isinstance(value, str) else decimal.Decimal("NaN")
    except decimal.InvalidOperation:
        number = decimal.Decimal("NaN")
    if not number.is_finite() or abs(number) >= 10**12 or number != round(number, 6):
        raise GraphQLError(
            'Expected a decimal number as a string, such as "49.90", of at most 12 digits before and 6 after '
            "the point."
        )
    return number


DateTime = NewType("DateTime", str)
Date = NewType("Date", str)
Decimal = NewType("Decimal", str)
JSON = NewType("JSON", object)

SCALARS: dict[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, ISO 8601: `2026-11-01T09:30:00.000000Z`.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        parse_value=_moment,
    ),
    Date: strawberry.scalar(
        name="Date",
        description="A calendar date, ISO 8601: `1984-05-17`.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
        parse_value=_date,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number, written as a string: `"49.90"`.',
        parse_value=_decimal,
    ),
    JSON: strawberry.scalar(name="JSON", description="Any JSON value.", parse_value=lambda value: value),
}
