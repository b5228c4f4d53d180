"""Following the outbox: one tailer for each process, and as many followers as there are subscribers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress

import structlog

from graph_model.errors import GatewayError
from graph_model.events import store
from graph_model.events.model import Event
from graph_model.graph import Graph
from graph_model.observer import Observer

_log = structlog.get_logger(__name__)


class Tail:
    """Hands each new event to every follower.

    What this process commits it hears of, and reads it only if another process committed something before;
    `poll` is how many seconds pass at most until an event of another process is seen. `keep` events stay in
    memory; who is further behind reads from the graph, so a slow follower costs no memory.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        poll: float = 0.5,
        keep: int = 5_000,
        page: int = 500,
        observer: Observer | None = None,
    ) -> None:
        self._graph = graph
        self._observer = observer
        self._poll = poll
        self._page = page
        self._recent: deque[Event] = deque(maxlen=keep)
        self._position = 0
        self._wake = asyncio.Event()
        self._news = asyncio.Event()
        self._running = False
        graph.listen(self._hear)

    @property
    def position(self) -> int:
        """The number of the newest event that was read."""
        return self._position

    async def run(self) -> None:
        """Tail the outbox until cancelled; a graph that goes away is waited for. Raises GraphUnavailable if
        it is away at the start."""
        self._running = False
        self._position = await store.last_sequence(self._graph)
        self._recent.clear()
        self._announce()
        self._running = True
        while True:
            self._wake.clear()
            try:
                events = await store.read_after(self._graph, self._position, limit=self._page)
            except GatewayError as error:
                _log.warning("outbox_unreadable", code=error.code)
                events = []
            # Some of them may have been heard of meanwhile.
            self._take([event for event in events if event.sequence > self._position])
            if len(events) < self._page:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._poll):
                        await self._wake.wait()

    async def follow(self, after: int) -> AsyncGenerator[Event, None]:
        """Every event after the one with that number, as it comes, without end."""
        async with aclosing(self.follow_pages(after)) as pages:
            async for page in pages:
                for event in page:
                    yield event

    async def follow_pages(self, after: int) -> AsyncGenerator[list[Event], None]:
        """As `follow`, but as many at once as there are."""
        while True:
            news = self._news
            events = self._from_memory(after)
            if events is None:
                events = await store.read_after(self._graph, after, limit=self._page)
            if events:
                yield events
                after = events[-1].sequence
            else:
                await news.wait()

    def _hear(self, events: Sequence[Event]) -> None:
        if self._running and events[0].sequence == self._position + 1:
            self._take(events)
        else:
            self._wake.set()

    def _take(self, events: Sequence[Event]) -> None:
        if events:
            self._recent.extend(events)
            self._position = events[-1].sequence
            self._announce()
            if self._observer is not None:
                self._observer.events([event.kind for event in events], events[0].time)

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _from_memory(self, after: int) -> list[Event] | None:
        """The events after that number if memory holds them all, else None."""
        if after >= self._position:
            return []
        if not self._recent or self._recent[0].sequence > after + 1:
            return None
        start = after + 1 - self._recent[0].sequence
        return [self._recent[place] for place in range(start, min(start + self._page, len(self._recent)))]
