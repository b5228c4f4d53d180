"""How insight values follow from orders, and when a threshold is crossed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph_model import times
from graph_model.insights.model import MILLION, InsightValue, OrderTotals, Threshold
from graph_model.insights.rules import crosses_at, current_value, insight_values

ORDERED = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
LAST = times.to_text(ORDERED)
THRESHOLD = Threshold(lifetime_value=500, silent_days=180)


def totals(last: str | None = LAST, **amounts: float) -> OrderTotals:
    return OrderTotals({currency: round(value * MILLION) for currency, value in amounts.items()}, last)


def test_there_is_a_lifetime_value_for_each_currency_and_the_last_orders_moment() -> None:
    assert insight_values(totals(GBP=2, EUR=1.5)) == [
        InsightValue("lifetime_value", "EUR", amount=1_500_000),
        InsightValue("lifetime_value", "GBP", amount=2_000_000),
        InsightValue("days_since_last_order", "day", since=LAST),
    ]


def test_without_orders_there_are_no_values() -> None:
    assert insight_values(OrderTotals({}, None)) == []


@pytest.mark.parametrize(
    ("passed", "days"),
    [
        (timedelta(0), "0"),
        (timedelta(hours=23, minutes=59), "0"),
        (timedelta(days=1), "1"),
        (timedelta(days=179, hours=23), "179"),
        (timedelta(days=-3), "0"),
    ],
)
def test_days_are_whole_days_that_have_passed_and_never_negative(passed: timedelta, days: str) -> None:
    value = InsightValue("days_since_last_order", "day", since=LAST)
    assert current_value(value, ORDERED + passed) == days


@pytest.mark.parametrize(
    ("millionths", "shown"),
    [
        (0, "0.00"),
        (49_900_000, "49.90"),
        (100_000_000, "100.00"),
        (1_234_567, "1.234567"),
        (1_200_100, "1.2001"),
        (-5_000_000, "-5.00"),
        (10**18, "1000000000000.00"),
    ],
)
def test_an_amount_is_a_decimal_with_two_decimals_or_more(millionths: int, shown: str) -> None:
    assert current_value(InsightValue("lifetime_value", "EUR", amount=millionths), ORDERED) == shown


def test_who_is_valuable_crosses_when_the_silent_days_are_over() -> None:
    assert crosses_at(totals(EUR=500), THRESHOLD) == ORDERED + timedelta(days=180)


def test_who_is_not_valuable_in_any_one_currency_never_crosses() -> None:
    assert crosses_at(totals(EUR=499.999999), THRESHOLD) is None
    assert crosses_at(totals(EUR=300, GBP=300), THRESHOLD) is None
    assert crosses_at(totals(EUR=1, GBP=500), THRESHOLD) is not None


def test_who_never_ordered_never_crosses() -> None:
    assert crosses_at(OrderTotals({}, None), THRESHOLD) is None


def test_an_order_at_the_end_of_the_calendar_never_crosses() -> None:
    last = times.to_text(datetime(9999, 12, 31, tzinfo=UTC))
    assert crosses_at(totals(last, EUR=500), THRESHOLD) is None
