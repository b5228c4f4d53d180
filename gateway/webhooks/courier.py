"""Bringing events to one webhook while this process holds its lease."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Self, TypeVar

import aiohttp
import structlog

from gateway.telemetry.watching import Telemetry
from gateway.webhooks.line import Item, Line
from gateway.webhooks.schedule import Schedule
from gateway.webhooks.sender import Outcome, send
from graph_model.errors import GatewayError
from graph_model.events import store as outbox
from graph_model.events.model import Event
from graph_model.events.tail import Tail
from graph_model.graph import Graph
from graph_model.webhooks import deliveries, store
from graph_model.webhooks.model import DeliveryState, Webhook, WebhookState

T = TypeVar("T")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms all webhooks are delivered to; `Deliverer` says what each means. `slots` are shared:
    waiting for a connection must not count as the receiver's delay."""

    owner: str
    source: str
    clock: Callable[[], datetime]
    schedule: Schedule
    timeout: float
    lease_seconds: float
    grace: float
    at_once: int
    most_held: int
    slots: asyncio.Semaphore
    telemetry: Telemetry | None

    @property
    def renewal(self) -> timedelta:
        """How long a lease is old before it is renewed: early enough for an attempt to fit into the rest."""
        return timedelta(seconds=min(self.lease_seconds / 3, (self.lease_seconds - self.timeout) / 2))


class Courier:
    """Delivers to one webhook, whose lease was taken at `leased_at`, until it is disabled, the lease is lost,
    or somebody changed what is to be delivered: `woken` is set when that may be."""

    def __init__(
        self,
        graph: Graph,
        tail: Tail,
        http: aiohttp.ClientSession,
        terms: Terms,
        webhook: Webhook,
        *,
        leased_at: datetime,
    ) -> None:
        self._graph = graph
        self._tail = tail
        self._http = http
        self._terms = terms
        self._webhook = webhook
        self._leased_at = leased_at
        self._woken = asyncio.Event()
        self._attempts: set[asyncio.Task[None]] = set()
        self._saving: asyncio.Task[None] | None = None
        self._is_over = self._is_lost = False
        self._wakes = self._looked_after = 0

    def wake(self) -> None:
        """Look at the webhook now: somebody in this process changed something."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver. When it is cancelled, attempts under way have some time to end."""
        limit = self._terms.most_held
        held = await deliveries.held(self._graph, self._webhook.id, limit=limit + 1)
        line = Line(
            self._webhook,
            held[:limit],
            more=len(held) > limit,
            schedule=self._terms.schedule,
            at_once=self._terms.at_once,
            most_held=limit,
        )
        async with aclosing(self._tail.follow_pages(self._webhook.position)) as pages:
            try:
                await self._deliver(line, pages)
            except asyncio.CancelledError:
                await self._finish(line)
                raise
            finally:
                left = [*self._attempts, *([self._saving] if self._saving is not None else [])]
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)

    async def _deliver(self, line: Line, pages: AsyncGenerator[list[Event]]) -> None:
        read: deque[Event] = deque()
        async with _Upcoming(pages) as upcoming, _Upcoming(_sets(self._woken)) as woken:
            while not self._is_lost:
                while read and line.has_room:
                    line.offer(read.popleft())
                self._begin(line)
                self._save_if_due(line)
                if self._is_over and line.is_idle and self._saving is None:
                    return
                waiting: set[asyncio.Future[Any]] = {woken.future, *self._attempts}
                if self._saving is not None:
                    waiting.add(self._saving)
                if not read and line.has_room:
                    waiting.add(upcoming.future)
                done, _ = await asyncio.wait(
                    waiting, timeout=self._pause(line), return_when=asyncio.FIRST_COMPLETED
                )
                read.extend(upcoming.take() or ())
                if woken.take() is not None:
                    self._wakes += 1
                self._note(done)

    async def _finish(self, line: Line) -> None:
        """Let attempts under way end, and save what became of them."""
        with suppress(TimeoutError, GatewayError):
            if self._attempts:
                await asyncio.wait(self._attempts, timeout=self._terms.grace)
            async with asyncio.timeout(self._terms.grace):
                if self._saving is not None:
                    await self._saving
                if line.is_dirty and not self._is_lost:
                    await self._save(line)

    def _begin(self, line: Line) -> None:
        if self._may_begin():
            for item in line.start(self._terms.clock()):
                self._attempts.add(asyncio.create_task(self._attempt(line, item)))

    def _may_begin(self) -> bool:
        """Whether an attempt that begins now is wanted still, and sure to end within the lease."""
        if self._is_over or self._wakes != self._looked_after:
            return False
        latest = self._leased_at + timedelta(seconds=self._terms.lease_seconds - self._terms.timeout)
        return self._terms.clock() <= latest

    def _save_if_due(self, line: Line) -> None:
        is_old = self._terms.clock() - self._leased_at >= self._terms.renewal
        is_due = is_old or self._wakes != self._looked_after
        if self._saving is None and (line.is_dirty or (is_due and not self._is_over)):
            self._saving = asyncio.create_task(self._save(line))

    async def _save(self, line: Line) -> None:
        """Save what there is to save, and renew the lease."""
        now, wakes = self._terms.clock(), self._wakes
        progress = line.progress()
        revision = await store.save(
            self._graph, progress, owner=self._terms.owner, now=now, seconds=self._terms.lease_seconds
        )
        if revision is None:
            self._is_lost = True
            return
        self._leased_at, self._looked_after = now, wakes
        line.saved(progress)
        is_active = progress.webhook.state is WebhookState.ACTIVE
        if revision != self._webhook.revision or not is_active or line.is_short:
            self._is_over = True

    def _pause(self, line: Line) -> float | None:
        """For how many seconds nothing is to be done unless something happens."""
        now = self._terms.clock()
        moments = [] if self._saving is not None else [self._leased_at + self._terms.renewal]
        if self._may_begin() and (start := line.next_start(now)) is not None:
            moments.append(start)
        return max((min(moments) - now).total_seconds(), 0.0) if moments and not self._is_over else None

    def _note(self, done: set[asyncio.Future[Any]]) -> None:
        """Take notice of what ended; raises what it failed by."""
        for task in done & self._attempts:
            self._attempts.discard(task)
            task.result()
        if self._saving is not None and self._saving.done():
            saving, self._saving = self._saving, None
            saving.result()

    async def _attempt(self, line: Line, item: Item) -> None:
        async with self._terms.slots:
            if not self._may_begin():
                line.put_back(item)
                return
            event = item.event or await outbox.find(self._graph, item.delivery.event_id)
            began = self._terms.clock()
            outcome = Outcome("event is gone") if event is None else await self._send(event, began)
        delivery = line.settle(item, outcome, began, self._terms.clock())
        if outcome.error is not None:
            _log.warning(
                _CALLED[outcome.final, delivery.state],
                webhook=self._webhook.id,
                event_id=delivery.event_id,
                attempt=delivery.attempts,
                error=outcome.error,
                next_at=delivery.next_attempt_at,
            )

    async def _send(self, event: Event, now: datetime) -> Outcome:
        webhook, source, telemetry = self._webhook, self._terms.source, self._terms.telemetry
        if telemetry is None:
            return await send(self._http, webhook, event, source=source, now=now)
        with telemetry.attempt(webhook.id, webhook.url) as attempt:
            outcome = await send(self._http, webhook, event, source=source, now=now, headers=attempt.headers)
            attempt.outcome = outcome.kind
            return outcome


_CALLED = {
    (False, DeliveryState.RETRYING): "webhook_attempt_failed",
    (False, DeliveryState.DEAD): "webhook_delivery_dead",
    (True, DeliveryState.RETRYING): "webhook_disabled",
}


class _Upcoming(Generic[T]):
    """The next item of a stream, as a future that can be waited for beside others, again and again."""

    def __init__(self, items: AsyncGenerator[T]) -> None:
        self._items = items
        self._future: asyncio.Task[T] | None = None

    @property
    def future(self) -> asyncio.Task[T]:
        """The next item."""
        if self._future is None:
            self._future = asyncio.create_task(self._next())
        return self._future

    def take(self) -> T | None:
        """The next item if it is there."""
        if self._future is None or not self._future.done():
            return None
        future, self._future = self._future, None
        return future.result()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._future is not None:
            self._future.cancel()
            await asyncio.gather(self._future, return_exceptions=True)

    async def _next(self) -> T:
        return await anext(self._items)


async def _sets(event: asyncio.Event) -> AsyncGenerator[bool]:
    """True whenever the event was set."""
    while True:
        await event.wait()
        event.clear()
        yield True
