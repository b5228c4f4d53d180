"""Bringing events to webhooks: in order, again until taken, one process at a time for each webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from typing import TypeVar

import aiohttp
import structlog

from gateway.telemetry.watching import Telemetry
from gateway.webhooks.envelope import DEFAULT_SOURCE
from gateway.webhooks.schedule import STANDARD, Schedule
from gateway.webhooks.sender import Outcome, client_session, send
from graph_model import times
from graph_model.errors import GatewayError
from graph_model.events.model import Event
from graph_model.events.tail import Tail
from graph_model.graph import Graph
from graph_model.ids import new_id
from graph_model.webhooks import store
from graph_model.webhooks.model import Webhook

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Deliverer:
    """Delivers the events that `tail` reads to every active webhook that no other process delivers to.

    An event is sent until its webhook takes it or `schedule` ends, which disables the webhook and leaves
    it at its place; the events behind it wait. An event may arrive twice (its place is noted after the
    answer), never out of order. The clocks of the processes must agree to a few seconds.

    Seconds: an attempt may take `timeout`; a process that was killed keeps others from its webhooks for
    `lease_seconds`; webhooks that another process registered, enabled or released are seen after `poll`;
    when the deliverer is cancelled, attempts under way have `grace` to end. `source` is the CloudEvents
    source of all events, `connections` how many attempts are made at once. Raises ValueError if an attempt
    could outlast its lease.
    """

    def __init__(
        self,
        graph: Graph,
        tail: Tail,
        *,
        source: str = DEFAULT_SOURCE,
        clock: Callable[[], datetime] = times.utc_now,
        schedule: Schedule = STANDARD,
        timeout: float = 20.0,
        lease_seconds: float = 30.0,
        poll: float = 2.0,
        grace: float = 5.0,
        connections: int = 100,
        telemetry: Telemetry | None = None,
    ) -> None:
        if timeout >= lease_seconds:
            raise ValueError("a lease must last longer than an attempt may take")
        self._graph = graph
        self._tail = tail
        self._source = source
        self._clock = clock
        self._schedule = schedule
        self._timeout = timeout
        self._lease_seconds = lease_seconds
        self._renewal = timedelta(seconds=lease_seconds / 3)
        self._poll = poll
        self._grace = grace
        self._connections = connections
        self._telemetry = telemetry
        # Waiting for a connection must not count as the receiver's delay, so attempts queue here.
        self._slots = asyncio.Semaphore(connections)
        self._owner = new_id("deliverer")
        self._refreshed = asyncio.Event()

    def refresh(self) -> None:
        """Look at the webhooks now: one was registered, enabled or deleted in this process."""
        self._refreshed.set()
        self._refreshed = asyncio.Event()

    async def run(self) -> None:
        """Deliver until cancelled; a graph that is away is waited for."""
        http = client_session(timeout=self._timeout, connections=self._connections)
        try:
            async with http, asyncio.TaskGroup() as group:
                deliveries: dict[str, asyncio.Task[None]] = {}
                while True:
                    refreshed = self._refreshed
                    deliveries = {id_: task for id_, task in deliveries.items() if not task.done()}
                    for id_ in await self._leasable():
                        if id_ not in deliveries:
                            deliveries[id_] = group.create_task(self._deliver(http, id_), name=id_)
                    await _wait(refreshed, self._poll)
        finally:
            await self._release()

    async def _leasable(self) -> list[str]:
        try:
            return await store.leasable(self._graph, owner=self._owner, now=self._clock())
        except GatewayError as error:
            _log.warning("webhooks_unreadable", code=error.code)
            return []

    async def _release(self) -> None:
        try:
            async with asyncio.timeout(self._grace):
                await store.release(self._graph, owner=self._owner)
        except (GatewayError, TimeoutError):
            _log.warning("webhook_leases_not_released", until=f"{self._lease_seconds:g} s from now")

    async def _deliver(self, http: aiohttp.ClientSession, id_: str) -> None:
        """Deliver to one webhook while it is active and this process may; what fails here is begun anew
        by `run`."""
        try:
            while True:
                refreshed = self._refreshed
                webhook = await self._lease(id_)
                if webhook is None:
                    return
                if (rest := self._until_next_attempt(webhook)) > timedelta():
                    await _wait(refreshed, min(rest, self._renewal).total_seconds())
                else:
                    await self._follow(http, webhook)
        except GatewayError as error:
            _log.warning("webhook_delivery_interrupted", webhook=id_, code=error.code)
        except Exception as error:
            _log.error("webhook_delivery_failed", webhook=id_, error=type(error).__name__, exc_info=error)

    async def _lease(self, id_: str) -> Webhook | None:
        return await store.lease(
            self._graph, id_, owner=self._owner, now=self._clock(), seconds=self._lease_seconds
        )

    def _until_next_attempt(self, webhook: Webhook) -> timedelta:
        if webhook.next_attempt_at is None:
            return timedelta()
        return times.from_text(webhook.next_attempt_at) - self._clock()

    async def _follow(self, http: aiohttp.ClientSession, webhook: Webhook) -> None:
        """Deliver what comes after the webhook's place until an attempt fails or the lease is lost."""
        done, renewed = webhook.position, self._clock()
        async with (
            aclosing(self._tail.follow(done)) as tail,
            aclosing(_with_pauses(tail, self._renewal.total_seconds())) as events,
        ):
            async for event in events:
                if event is not None:
                    wanted = event.kind in webhook.kinds
                    if wanted and not await self._hand_over(http, webhook.id, event, done):
                        return
                    done = event.sequence
                if event is None or self._clock() - renewed >= self._renewal:
                    if not await self._keep(webhook.id, done):
                        return
                    renewed = self._clock()

    async def _keep(self, id_: str, done: int) -> bool:
        """Renew the lease and note the place behind events that were passed over; False if it is lost."""
        webhook = await self._lease(id_)
        if webhook is None or webhook.position > done:
            return False
        return webhook.position == done or await store.advance(
            self._graph, id_, owner=self._owner, position=done
        )

    async def _hand_over(self, http: aiohttp.ClientSession, id_: str, event: Event, done: int) -> bool:
        """Attempt to deliver the event; False if it was not taken, or is another process's to deliver."""
        async with self._slots:
            webhook = await self._lease(id_)
            if webhook is None or webhook.position > done:
                return False
            attempt = asyncio.create_task(self._attempt(http, webhook, event))
            try:
                return await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await asyncio.wait([attempt], timeout=self._grace)
                attempt.cancel()
                await asyncio.gather(attempt, return_exceptions=True)
                raise

    async def _attempt(self, http: aiohttp.ClientSession, webhook: Webhook, event: Event) -> bool:
        outcome = await self._send(http, webhook, event)
        if outcome.error is None:
            return await store.advance(self._graph, webhook.id, owner=self._owner, position=event.sequence)
        failures = webhook.attempt + 1
        delay = None if outcome.final else self._schedule.delay(failures, at_least=outcome.retry_after)
        await store.postpone(
            self._graph,
            webhook.id,
            owner=self._owner,
            attempt=failures,
            at=None if delay is None else self._clock() + timedelta(seconds=delay),
            error=outcome.error,
        )
        _log.warning(
            "webhook_disabled" if delay is None else "webhook_attempt_failed",
            webhook=webhook.id,
            event_id=event.id,
            attempt=failures,
            error=outcome.error,
            next_in=delay,
        )
        return False

    async def _send(self, http: aiohttp.ClientSession, webhook: Webhook, event: Event) -> Outcome:
        now = self._clock()
        if self._telemetry is None:
            return await send(http, webhook, event, source=self._source, now=now)
        with self._telemetry.attempt(webhook.id, webhook.url) as attempt:
            outcome = await send(http, webhook, event, source=self._source, now=now, headers=attempt.headers)
            attempt.outcome = outcome.kind
            return outcome


async def _with_pauses(items: AsyncIterator[T], seconds: float) -> AsyncGenerator[T | None]:
    """The items as they come, and None whenever so many seconds passed without one."""
    upcoming: asyncio.Future[T] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(anext(items))
            await asyncio.wait([upcoming], timeout=seconds)
            if upcoming.done():
                item, upcoming = upcoming.result(), None
                yield item
            else:
                yield None
    finally:
        if upcoming is not None:
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
