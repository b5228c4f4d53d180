"""Bringing events to webhooks: again until taken, one process at a time for each webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import aiohttp
import structlog

from gateway.telemetry.watching import Telemetry
from gateway.webhooks.courier import Courier, Terms
from gateway.webhooks.envelope import DEFAULT_SOURCE
from gateway.webhooks.schedule import STANDARD, Schedule
from gateway.webhooks.sender import client_session
from graph_model import times
from graph_model.errors import GatewayError
from graph_model.events.tail import Tail
from graph_model.graph import Graph
from graph_model.ids import new_id
from graph_model.webhooks import store

_log = structlog.get_logger(__name__)


class Deliverer:
    """Delivers the events that `tail` reads to every active webhook that no other process delivers to.

    An event is sent until its webhook takes it or `schedule` ends, which makes it a dead letter. Events about
    the same individual go in order, one after the other; others go on meanwhile. An event may arrive twice
    (that it was taken is noted after the answer), never before an earlier one about the same. The clocks of
    the processes must agree to a few seconds.

    Seconds: an attempt may take `timeout`; a process that was killed keeps others from its webhooks for
    `lease_seconds`; webhooks that another process registered, enabled or released are seen after `poll`;
    when the deliverer is cancelled, attempts under way have `grace` to end. `source` is the CloudEvents
    source of all events. At once are made `connections` attempts, `at_once` of them at one webhook; beside
    each webhook's line `most_held` events are kept that failed, or that wait for one that did. Raises
    ValueError if an attempt could outlast its lease.
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
        at_once: int = 8,
        most_held: int = 5_000,
        telemetry: Telemetry | None = None,
    ) -> None:
        if timeout >= lease_seconds:
            raise ValueError("a lease must last longer than an attempt may take")
        self._graph = graph
        self._tail = tail
        self._poll = poll
        self._connections = connections
        self._terms = Terms(
            owner=new_id("deliverer"),
            source=source,
            clock=clock,
            schedule=schedule,
            timeout=timeout,
            lease_seconds=lease_seconds,
            grace=grace,
            at_once=at_once,
            most_held=most_held,
            slots=asyncio.Semaphore(connections),
            telemetry=telemetry,
        )
        self._couriers: dict[str, Courier] = {}
        self._refreshed = asyncio.Event()

    def refresh(self) -> None:
        """Look at the webhooks now: one was registered, enabled, changed or deleted in this process, or the
        clock was set."""
        self._refreshed.set()
        self._refreshed = asyncio.Event()
        for courier in self._couriers.values():
            courier.wake()

    async def run(self) -> None:
        """Deliver until cancelled; a graph that is away is waited for."""
        http = client_session(timeout=self._terms.timeout, connections=self._connections)
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
            return await store.leasable(self._graph, owner=self._terms.owner, now=self._terms.clock())
        except GatewayError as error:
            _log.warning("webhooks_unreadable", code=error.code)
            return []

    async def _release(self) -> None:
        try:
            async with asyncio.timeout(self._terms.grace):
                await store.release(self._graph, owner=self._terms.owner)
        except (GatewayError, TimeoutError):
            _log.warning("webhook_leases_not_released", until=f"{self._terms.lease_seconds:g} s from now")

    async def _deliver(self, http: aiohttp.ClientSession, id_: str) -> None:
        """Deliver to one webhook while it is active and this process may; what fails here is begun anew
        by `run`."""
        try:
            while True:
                now = self._terms.clock()
                webhook = await store.lease(
                    self._graph, id_, owner=self._terms.owner, now=now, seconds=self._terms.lease_seconds
                )
                if webhook is None:
                    return
                courier = Courier(self._graph, self._tail, http, self._terms, webhook, leased_at=now)
                self._couriers[id_] = courier
                try:
                    await courier.run()
                finally:
                    del self._couriers[id_]
        except GatewayError as error:
            _log.warning("webhook_delivery_interrupted", webhook=id_, code=error.code)
        except Exception as error:
            _log.error("webhook_delivery_failed", webhook=id_, error=type(error).__name__, exc_info=error)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
