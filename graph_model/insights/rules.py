"""How insight values follow from orders, and when a threshold is crossed: functions of plain data."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from graph_model import times
from graph_model.insights.model import (
    DAY,
    DAYS_SINCE_LAST_ORDER,
    LIFETIME_VALUE,
    MILLION,
    InsightValue,
    OrderTotals,
    Threshold,
)


def insight_values(totals: OrderTotals) -> list[InsightValue]:
    """The values to store: a lifetime value for each currency, and when the last order was."""
    values = [
        InsightValue(LIFETIME_VALUE, currency, amount=amount)
        for currency, amount in sorted(totals.by_currency.items())
    ]
    if totals.last_ordered_at is not None:
        values.append(InsightValue(DAYS_SINCE_LAST_ORDER, DAY, since=totals.last_ordered_at))
    return values


def current_value(value: InsightValue, now: datetime) -> str:
    """The value at this moment, in its unit, as a decimal string: whole days that have passed, never
    negative, or an amount with at least two decimals."""
    if value.since is not None:
        return str(max(0, (now - times.from_text(value.since)).days))
    return amount_text(value.amount or 0)


def millionths(amount: Decimal) -> int:
    """An amount as whole millionths, which is how the graph adds amounts up. Raises ValueError for one with
    more than six decimals."""
    exact = amount * MILLION
    if exact != exact.to_integral_value():
        raise ValueError("an amount has at most six decimals")
    return int(exact)


def amount_text(millionths: int) -> str:
    """An amount of millionths as a decimal string with at least two decimals."""
    if millionths % 10_000 == 0:
        sign, hundredths = "-" if millionths < 0 else "", abs(millionths) // 10_000
        return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"
    return f"{(Decimal(millionths) / MILLION).normalize():f}"


def crosses_at(totals: OrderTotals, threshold: Threshold) -> datetime | None:
    """The moment from which the threshold holds if nothing else is ordered; None if it never will."""
    valuable = any(amount >= threshold.lifetime_value * MILLION for amount in totals.by_currency.values())
    if not valuable or totals.last_ordered_at is None:
        return None
    try:
        return times.from_text(totals.last_ordered_at) + timedelta(days=threshold.silent_days)
    except OverflowError:  # An order at the end of the calendar.
        return None
