"""Whether an endpoint as a whole is in order: one that is down is not hammered by every individual."""

from __future__ import annotations

from datetime import datetime, timedelta

STREAK = 5
"""So many individuals whose events fail one after the other, with none between that is taken, mean that the
endpoint fails and not the events."""
FIRST_REST, LONGEST_REST = 5.0, 900.0
"""Seconds before one event is tried alone, and how far that doubles while it fails."""


class Breaker:
    """Closed: the endpoint is in order. Open: it rests until a moment; behind that one attempt at a time is
    made, until one succeeds."""

    def __init__(self, failures: int, resting_until: datetime | None) -> None:
        self.failures = failures
        self.resting_until = resting_until
        self._failing: set[str] = set()
        self._failed_alone = 0

    @property
    def is_open(self) -> bool:
        """Whether the endpoint rests or is tried with one attempt at a time."""
        return self.resting_until is not None

    def room(self, now: datetime, under_way: int, most: int) -> int:
        """How many attempts may begin now."""
        if self.resting_until is None:
            return most - under_way
        return 1 - under_way if now >= self.resting_until else 0

    def succeeded(self) -> bool:
        """Note an event that was taken; True if the endpoint was down and is up again."""
        was_down = self._failed_alone > 0
        self.failures, self.resting_until, self._failed_alone = 0, None, 0
        self._failing.clear()
        return was_down

    def failed(self, about: str, now: datetime, retry_after: float) -> None:
        """Note a failed attempt about this individual, and for how many seconds the endpoint asked to be left
        alone."""
        self.failures += 1
        self._failing.add(about)
        rest = 0.0
        if self.resting_until is not None:
            if now >= self.resting_until:
                self._failed_alone += 1
            rest = min(FIRST_REST * 2**self._failed_alone, LONGEST_REST)
        elif len(self._failing) >= STREAK:
            rest = FIRST_REST
        if rest := max(rest, retry_after):
            until = now + timedelta(seconds=rest)
            self.resting_until = max(until, self.resting_until or until)
