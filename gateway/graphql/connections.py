"""What is open between the clients and the gateway, so that it can be ended in good order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gateway.graphql.requests import Transport


class Connections:
    """Counts the requests, streams and sockets that are open; `draining` is set when they shall end.

    A request is finished, a stream and a socket end themselves as soon as `draining` is set.
    """

    def __init__(self) -> None:
        self.draining = asyncio.Event()
        self._closed = asyncio.Event()
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> Counter[str]:
        """How many are open now, by transport."""
        return self._open

    @contextmanager
    def held(self, transport: Transport) -> Iterator[None]:
        """Counts one as open."""
        self._open[transport] += 1
        try:
            yield
        finally:
            self._open[transport] -= 1
            if self.draining.is_set() and not self._open.total():
                self._closed.set()

    async def drain(self, deadline: float) -> int:
        """Closes sockets with 1001, ends event streams, and waits for running operations.

        Takes at most `deadline` seconds, and returns how many were still open then. Streams and sockets
        that are asked for from now on are refused.
        """
        self.draining.set()
        if self._open.total():
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline):
                    await self._closed.wait()
        return self._open.total()
