"""How the graph keeps time: UTC, as text of one width that sorts as it reads.

Text rather than the engines' temporal types, because those differ in precision and in how they
compare, and because a string goes from the graph into a response without a conversion.
"""

from __future__ import annotations

from datetime import UTC, date, datetime


def utc_now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """`2026-11-01T09:30:00.000000Z`: UTC with six decimals, so that text order is time order."""
    # Not strftime, which writes a year before 1000 with three digits.
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The moment that `to_text` wrote."""
    return datetime.fromisoformat(text)


def parse_moment(value: object) -> datetime:
    """An ISO 8601 date-time, taken as UTC when it names no offset. Raises ValueError otherwise."""
    if not isinstance(value, str) or len(value) < len("2026-11-01T00:00"):
        raise ValueError("expected an ISO 8601 date-time such as 2026-11-01T09:30:00Z")
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def parse_date(value: object) -> date:
    """An ISO 8601 calendar date. Raises ValueError otherwise."""
    if not isinstance(value, str):
        raise ValueError("expected an ISO 8601 date such as 1984-05-17")
    return date.fromisoformat(value)
