"""What an insight is, what its value is, and what a threshold watches."""

from __future__ import annotations

from dataclasses import dataclass

LIFETIME_VALUE = "lifetime_value"
DAYS_SINCE_LAST_ORDER = "days_since_last_order"
DAY = "day"
ORDERS = "SalesOrder"
"""The business objects that insights add up."""
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """An individual's orders in sum: millionths of a currency unit by currency, cancelled and returned
    orders left out, and the moment (text) of the last one."""

    by_currency: dict[str, int]
    last_ordered_at: str | None


@dataclass(frozen=True, slots=True)
class InsightValue:
    """A stored insight value: either an `amount` in millionths of its unit, or a moment `since` which
    the value counts up to the time of asking."""

    name: str
    unit: str
    amount: int | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """*Valuable and silent*: a lifetime value of at least `lifetime_value` (whole units of any one
    currency) and no order for `silent_days` days."""

    name: str = "valuable_and_silent"
    lifetime_value: int = 500
    silent_days: int = 180
