from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.webhooks.schedule import HOUR, STANDARD, Schedule, retry_after

NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def test_the_standard_schedule_is_the_example_of_standard_webhooks() -> None:
    exact = Schedule(STANDARD.delays, jitter=0.0)

    assert [exact.delay(failures) for failures in range(11)] == [
        *(0, 5, 300, 1_800),
        *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24)),
        None,
    ]
    assert sum(STANDARD.delays) == 75 * HOUR + 35 * 60 + 5


def test_jitter_only_lengthens_a_delay_and_spreads_what_failed_together() -> None:
    delays = {Schedule((0.0, 100.0), jitter=0.1).delay(1) for _ in range(50)}

    assert len(delays) > 1
    assert all(delay is not None and 100 <= delay <= 110 for delay in delays)


def test_what_the_receiver_asks_for_is_a_lower_bound() -> None:
    schedule = Schedule((0.0, 5.0, 300.0), jitter=0.0)

    assert schedule.delay(1, at_least=60) == 60
    assert schedule.delay(2, at_least=60) == 300
    assert schedule.delay(3, at_least=60) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("9" * 20, 24 * HOUR),
        ("9" * 5_000, 0),
        ("Sun, 01 Nov 2026 09:31:00 GMT", 60),
        ("Sun, 01 Nov 2026 09:31:00 -0000", 60),
        ("Sun, 01 Nov 2026 09:00:00 GMT", 0),
        ("Tue, 01 Nov 2050 09:30:00 GMT", 24 * HOUR),
        ("Sun, 01 Nov 99999 09:30:00 GMT", 0),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date_up_to_a_day(header: str, seconds: float) -> None:
    assert retry_after(header, NOW) == seconds
