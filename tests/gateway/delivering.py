"""A process that delivers webhooks, and what its tests ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from gateway.webhooks.deliverer import Deliverer
from gateway.webhooks.schedule import Schedule
from gateway.webhooks.signing import new_secret
from graph_model import times
from graph_model.events import store as outbox
from graph_model.events.model import EventKind, NewEvent
from graph_model.events.tail import Tail
from graph_model.graph import Graph, Transaction
from graph_model.webhooks import store
from graph_model.webhooks.model import Webhook
from tests.servers.receiver import Received, Receiver

QUICKLY = Schedule((0.0, 0.05, 0.1, 0.2), jitter=0.0)
SLOWLY = Schedule((0.0, 3_600.0), jitter=0.0)


@asynccontextmanager
async def delivering(graph: Graph, **options: Any) -> AsyncIterator[Deliverer]:
    """A process that delivers, as far as webhooks can tell."""
    tail = Tail(graph, poll=0.02)
    defaults: dict[str, Any] = {"schedule": QUICKLY, "poll": 0.05, "grace": 0.5}
    deliverer = Deliverer(graph, tail, **defaults | options)
    tasks = [asyncio.create_task(tail.run()), asyncio.create_task(deliverer.run())]
    try:
        yield deliverer
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(outcome, asyncio.CancelledError)


async def register(
    graph: Graph, receiver: Receiver, *kinds: EventKind, except_source: str | None = None
) -> Webhook:
    return await store.register(
        graph,
        url=receiver.url,
        kinds=kinds or tuple(EventKind),
        secret=new_secret(),
        except_source=except_source,
        actor="tests",
        now=times.utc_now(),
    )


async def happen(graph: Graph, *names: str, kind: EventKind = EventKind.INDIVIDUAL_CREATED) -> None:
    """Commit an event about each individual, in this order."""

    await tell(graph, *(NewEvent(kind, name, {"name": name}) for name in names))


async def tell(graph: Graph, *events: NewEvent) -> None:
    """Commit these events, in this order."""

    async def work(transaction: Transaction) -> None:
        await outbox.append(transaction, events, time=times.to_text(times.utc_now()))

    await graph.write(work)


def subjects(received: list[Received]) -> list[str]:
    return [request.json()["subject"] for request in received]


async def stored(graph: Graph, id_: str) -> Webhook:
    [webhook] = [webhook for webhook in await store.all_webhooks(graph) if webhook.id == id_]
    return webhook


def patiently(*errors: type[Exception], within: float = 20.0) -> AsyncRetrying:
    """Attempts until an assertion holds, and there are none of these errors, for so many seconds."""
    return AsyncRetrying(
        retry=retry_if_exception_type((AssertionError, *errors)),
        stop=stop_after_delay(within),
        wait=wait_fixed(0.02),
        reraise=True,
    )


async def until(graph: Graph, id_: str, condition: Callable[[Webhook], bool]) -> Webhook:
    """The webhook as it is stored, once the condition holds."""

    async def look() -> Webhook:
        webhook = await stored(graph, id_)
        assert condition(webhook), webhook
        return webhook

    return await patiently()(look)
