"""The scalars that values of the graph are shown as. All of them travel as text or JSON unchanged."""

from __future__ import annotations

from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

DateTime = NewType("DateTime", str)
Date = NewType("Date", str)
Decimal = NewType("Decimal", str)
JSON = NewType("JSON", object)

SCALARS: dict[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, ISO 8601: `2026-11-01T09:30:00.000000Z`.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    ),
    Date: strawberry.scalar(
        name="Date",
        description="A calendar date, ISO 8601: `1984-05-17`.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
    ),
    Decimal: strawberry.scalar(
        name="Decimal", description='An exact decimal number, written as a string: `"49.90"`.'
    ),
    JSON: strawberry.scalar(name="JSON", description="Any JSON value.", parse_value=lambda value: value),
}
