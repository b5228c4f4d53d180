"""When a failed delivery is tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0

MOST_RETRY_AFTER = DAY


@dataclass(frozen=True, slots=True)
class Schedule:
    """`delays[n]` is how many seconds after the n-th failure the next attempt follows; the first one is for
    a first attempt. Each is lengthened by a random share of up to `jitter`, so that what failed together is
    not tried again together."""

    delays: tuple[float, ...]
    jitter: float = 0.1

    def delay(self, failures: int, *, at_least: float = 0.0) -> float | None:
        """Seconds to wait after so many failures, never less than `at_least`; None to give up."""
        if failures >= len(self.delays):
            return None
        return max(self.delays[failures], at_least) * random.uniform(1.0, 1.0 + self.jitter)


STANDARD = Schedule(
    (0.0, 5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
)
"""The example of Standard Webhooks 1.0.0: ten attempts within 75 h 35 min."""


def retry_after(value: str, now: datetime) -> float:
    """How many seconds a Retry-After header asks to wait (RFC 9110, section 10.2.3), at most a day.

    A value that is neither seconds nor a date asks for nothing.
    """
    try:
        seconds = float(int(value)) if value.isdecimal() else _seconds_until(value, now)
    except (ValueError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), MOST_RETRY_AFTER)


def _seconds_until(date: str, now: datetime) -> float:
    moment = parsedate_to_datetime(date)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
