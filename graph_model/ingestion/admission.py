"""How much may wait to be stored at the same time: the memory that a slow graph can cost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from graph_model.errors import RetryLater

_LEAST_WAIT, _MOST_WAIT = 1.0, 60.0


class Place:
    """Room that a request has taken, until it is released."""

    def __init__(self, room: Room, rows: int, size: int) -> None:
        self._room = room
        self._rows = rows
        self._size = size

    def release(self) -> None:
        """Give it back; another time changes nothing."""
        self._room.give(self._rows, self._size)
        self._rows = self._size = 0


class Room:
    """Room for so many rows, and for so many bytes of them. One request alone may have more."""

    def __init__(self, rows: int = 20_000, size: int = 32_000_000) -> None:
        self._most_rows = rows
        self._most_size = size
        self._rows = 0
        self._size = 0
        self._freed: asyncio.Future[None] | None = None
        self._rate = 0.0
        self._began: float | None = None

    @property
    def rows(self) -> int:
        """How many rows there are in it."""
        return self._rows

    async def take(self, rows: int, size: int, *, patient: bool = False) -> Place:
        """A place for a request. Where there is none it raises RetryLater, or waits if it is `patient`."""
        while self._size and not self._has(rows, size):
            if not patient:
                raise RetryLater(
                    "Too many records are waiting to be stored; try again later.",
                    retry_after=self._seconds_left(),
                )
            if self._freed is None:
                self._freed = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._freed)
        self._rows += rows
        self._size += size
        return Place(self, rows, size)

    def give(self, rows: int, size: int) -> None:
        """Take back what a place had."""
        self._rows -= rows
        self._size -= size
        if self._freed is not None and size:
            self._freed.set_result(None)
            self._freed = None

    @contextmanager
    def storing(self, rows: int) -> Iterator[None]:
        """To be entered while so many rows are stored, which is how it knows how long that takes."""
        began = self._began = monotonic()
        try:
            yield
            rate = rows / max(monotonic() - began, 0.001)
            self._rate = 0.8 * self._rate + 0.2 * rate if self._rate else rate
        finally:
            self._began = None

    def _has(self, rows: int, size: int) -> bool:
        return self._rows + rows <= self._most_rows and self._size + size <= self._most_size

    def _seconds_left(self) -> float:
        """Until what is here now will be stored, as far as can be said."""
        expected = self._rows / self._rate if self._rate else 0.0
        # A batch that takes longer than it should says more than all before it.
        flying = monotonic() - self._began if self._began is not None else 0.0
        return round(min(max(expected, flying, _LEAST_WAIT), _MOST_WAIT), 1)
