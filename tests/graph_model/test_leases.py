"""Webhooks are delivered to by one process at a time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from graph_model.errors import BadInput
from graph_model.events.model import EventKind
from graph_model.graph import Graph
from graph_model.webhooks import store
from graph_model.webhooks.model import Webhook, WebhookState
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
    assert await store.advance(graph, webhook.id, owner="a", position=1) is False
    assert await store.advance(graph, webhook.id, owner="b", position=1) is True
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


async def test_a_webhook_without_a_next_attempt_is_disabled_and_keeps_its_place(graph: Graph) -> None:
    webhook = await registered(graph)
    await store.lease(graph, webhook.id, owner="a", now=START, seconds=60)
    await store.postpone(graph, webhook.id, owner="a", attempt=1, at=LATER, error="503")
    (postponed,) = await store.all_webhooks(graph)
    assert (postponed.state, postponed.attempt, postponed.last_error) == (WebhookState.ACTIVE, 1, "503")
    await store.postpone(graph, webhook.id, owner="a", attempt=2, at=None, error="503")
    assert await store.lease(graph, webhook.id, owner="a", now=LATER, seconds=60) is None
    enabled = await store.enable(graph, webhook.id)
    assert enabled is not None
    assert (enabled.state, enabled.attempt, enabled.position) == (WebhookState.ACTIVE, 0, webhook.position)
    assert await store.delete(graph, webhook.id) is True
    assert await store.delete(graph, webhook.id) is False
    assert await store.enable(graph, webhook.id) is None
