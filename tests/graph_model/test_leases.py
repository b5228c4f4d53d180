"""Webhooks are delivered to by one process at a time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from graph_model.errors import BadInput
from graph_model.events.model import EventKind
from graph_model.graph import Graph
from graph_model.webhooks import store
from graph_model.webhooks.model import Progress, Webhook, WebhookState
from tests.graph_model.populations import START
from tests.servers.engine import Engine

LATER = START + timedelta(seconds=60)


async def registered(graph: Graph) -> Webhook:
    return await store.register(
        graph,
        url="https://receiver.example/events",
        kinds=list(EventKind),
        secret="whsec_0",
        actor="tester",
        now=START,
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "receiver.example",
        "http://receiver.example",
        "https://",
        "https://a:b@receiver.example",
        "ftp://x",
    ],
)
def test_events_go_nowhere_but_to_https_without_a_user(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        store.check_url(url)
    assert caught.value.code == "INVALID_URL"


async def test_a_webhook_has_one_owner_until_its_lease_ends(graph: Graph) -> None:
    webhook = await registered(graph)
    assert await store.lease(graph, webhook.id, owner="a", now=START, seconds=60) == webhook
    assert await store.lease(graph, webhook.id, owner="b", now=START, seconds=60) is None
    assert await store.lease(graph, webhook.id, owner="a", now=START, seconds=60) == webhook
    assert await store.lease(graph, webhook.id, owner="b", now=LATER, seconds=60) == webhook
    progress = Progress(replace(webhook, position=1))
    assert await store.save(graph, progress, owner="a", now=LATER, seconds=60) is None
    assert await store.save(graph, progress, owner="b", now=LATER, seconds=60) == 0
    await store.release(graph, owner="b")
    leased = await store.lease(graph, webhook.id, owner="a", now=LATER, seconds=60)
    assert leased is not None
    assert leased.position == 1


async def test_of_many_that_ask_at_once_one_gets_the_lease(graph: Graph, engine: Engine) -> None:
    async with AsyncExitStack() as stack:
        graphs = [await stack.enter_async_context(engine.connect()) for _ in range(4)]
        for _ in range(5):
            webhook = await registered(graph)
            asked = (
                store.lease(each, webhook.id, owner=f"owner {place}", now=START, seconds=60)
                for place, each in enumerate(graphs)
            )
            answers = await asyncio.gather(*asked)
            assert [answer for answer in answers if answer is not None] == [webhook]


async def test_a_disabled_webhook_is_nobodys_and_keeps_its_place(graph: Graph) -> None:
    webhook = await registered(graph)
    await store.lease(graph, webhook.id, owner="a", now=START, seconds=60)
    failing = replace(webhook, failures=1, last_error="HTTP 503", position=7, done=(9, 12))
    await store.save(graph, Progress(failing), owner="a", now=START, seconds=60)
    assert await store.find(graph, webhook.id) == failing
    disabled = replace(failing, failures=2, state=WebhookState.DISABLED)
    await store.save(graph, Progress(disabled), owner="a", now=START, seconds=60)
    assert await store.lease(graph, webhook.id, owner="a", now=LATER, seconds=60) is None
    assert await store.enable(graph, webhook.id) == replace(
        disabled, failures=0, state=WebhookState.ACTIVE, last_error=None, revision=1
    )
    assert await store.delete(graph, webhook.id) is True
    assert await store.delete(graph, webhook.id) is False
    assert await store.enable(graph, webhook.id) is None
