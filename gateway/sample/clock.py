"""The time of the sample: everything happened before one reference date, from which it can be shifted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

REFERENCE = datetime(2026, 11, 1, tzinfo=UTC)
"""The moment at which the story ends; no record is younger."""


def timestamp(moment: datetime) -> str:
    """The moment in ISO 8601 UTC, to the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def moment(text: str) -> datetime:
    """The moment that `timestamp` wrote.

    Raises:
        ValueError: the text is no ISO 8601 time.
    """
    return datetime.fromisoformat(text)


class Clock:
    """Draws moments before the reference date, in the waking hours."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def between(self, least: int, most: int) -> datetime:
        """A moment at least `least` and at most `most` whole days before the reference date; `least` >= 1."""
        day = REFERENCE - timedelta(days=self._rng.randint(least, most))
        return day + timedelta(seconds=self._rng.randrange(6 * 3600, 23 * 3600))

    def after(self, start: datetime, most_days: int) -> datetime:
        """A moment up to `most_days` days after `start`, but not after the reference date."""
        return min(start + timedelta(seconds=self._rng.randrange(60, most_days * 86_400)), REFERENCE)
