from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from time import time

import orjson
import pytest
from structlog.testing import capture_logs

from gateway.webhooks.signing import signed_headers
from graph_model import times
from graph_model.events.model import EventKind
from graph_model.graph import Graph
from graph_model.webhooks import store
from graph_model.webhooks.model import WebhookState
from tests.gateway.delivering import QUICKLY, SLOWLY, delivering, happen, register, subjects, until
from tests.servers.receiver import Answer, Receiver

CREATED, UPDATED = EventKind.INDIVIDUAL_CREATED, EventKind.INDIVIDUAL_UPDATED
CROSSED = EventKind.THRESHOLD_CROSSED


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def control() -> AsyncIterator[Receiver]:
    """A receiver that gets every event: what another one did not get by then, it will not get."""
    async with Receiver() as receiver:
        yield receiver


async def test_an_event_arrives_as_a_signed_cloud_event(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    async with delivering(graph, source="/here"):
        await happen(graph, "ind_1")
        [request] = await receiver.wait_for(1)

    event = request.json()
    assert (event["type"], event["source"], event["subject"]) == (
        "identity.individual.created",
        "/here",
        "ind_1",
    )
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert event["id"] == request.id
    timestamp = int(request.headers["webhook-timestamp"])
    assert abs(timestamp - time()) < 30
    expected = signed_headers(webhook.secret, message_id=request.id, timestamp=timestamp, body=request.body)
    assert request.headers["webhook-signature"] == expected["webhook-signature"]


async def test_events_arrive_in_order_and_only_the_wanted_kinds(
    graph: Graph, receiver: Receiver, control: Receiver
) -> None:
    await register(graph, receiver, CREATED, CROSSED)
    await register(graph, control)
    async with delivering(graph, at_once=1):
        for number in range(4):
            await happen(graph, f"ind_{number}_created", kind=CREATED)
            await happen(graph, f"ind_{number}_updated", kind=UPDATED)
            await happen(graph, f"ind_{number}_crossed", kind=CROSSED)
        everything = await control.wait_for(12)
        wanted = await receiver.wait_for(8)

    assert subjects(everything) == [
        f"ind_{number}_{what}" for number in range(4) for what in ("created", "updated", "crossed")
    ]
    assert subjects(wanted) == [name for name in subjects(everything) if not name.endswith("updated")]
    sequences = [request.json()["sequence"] for request in everything]
    assert sequences == sorted(sequences)


async def test_a_webhook_gets_nothing_that_happened_before_it_was_registered(
    graph: Graph, receiver: Receiver
) -> None:
    await happen(graph, "ind_before")
    await register(graph, receiver)
    async with delivering(graph):
        await happen(graph, "ind_after")

        assert subjects(await receiver.wait_for(1)) == ["ind_after"]


async def test_a_webhook_registered_in_this_process_is_served_at_once(
    graph: Graph, receiver: Receiver
) -> None:
    async with delivering(graph, poll=3_600.0) as deliverer:
        await register(graph, receiver)
        deliverer.refresh()
        await happen(graph, "ind_1")

        await receiver.wait_for(1)


async def test_the_place_moves_on_past_events_that_are_not_wanted(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver, CROSSED)
    async with delivering(graph, lease_seconds=0.3, timeout=0.2):
        await happen(graph, "ind_1", "ind_2", "ind_3")

        await until(graph, webhook.id, lambda webhook: webhook.position == 3)

    assert receiver.received == []


async def test_a_failing_receiver_is_tried_again_by_the_schedule_until_it_recovers(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(500), Answer(404), Answer(503))
    async with delivering(graph):
        await happen(graph, "ind_1", "ind_1")
        received = await receiver.wait_for(5)
        after = await until(graph, webhook.id, lambda webhook: webhook.position == 2)

    assert subjects(received) == ["ind_1"] * 5
    assert len({request.id for request in received}) == 2
    assert len({request.id for request in received[:4]}) == 1
    assert len({request.body for request in received[:4]}) == 1
    gaps = [later.at - earlier.at for earlier, later in pairwise(received[:4])]
    assert all(gap >= delay for gap, delay in zip(gaps, QUICKLY.delays[1:], strict=True))
    assert (after.state, after.failures, after.next_attempt_at, after.last_error) == (
        WebhookState.ACTIVE,
        0,
        None,
        None,
    )


async def test_a_failure_is_noted_with_the_time_of_the_next_attempt(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(500, body=b"Ada Lovelace, ada@example.org"))
    async with delivering(graph, schedule=SLOWLY):
        await happen(graph, "ind_1")
        failed = await until(graph, webhook.id, lambda webhook: webhook.failures == 1)

    assert failed.last_error == "HTTP 500"
    assert failed.next_attempt_at is not None
    wait = times.from_text(failed.next_attempt_at) - times.utc_now()
    assert timedelta(minutes=59) < wait <= timedelta(hours=1)


async def test_what_a_busy_receiver_asks_for_is_honoured(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(429, {"Retry-After": "7200"}))
    async with delivering(graph):
        await happen(graph, "ind_1")
        failed = await until(graph, webhook.id, lambda webhook: webhook.failures == 1)

    assert failed.next_attempt_at is not None
    assert times.from_text(failed.next_attempt_at) - times.utc_now() > timedelta(minutes=119)


async def test_a_redirect_counts_as_a_failure_and_is_not_followed(graph: Graph, receiver: Receiver) -> None:
    await register(graph, receiver)
    receiver.answer(Answer(307, {"Location": "/elsewhere"}))
    async with delivering(graph):
        await happen(graph, "ind_1")
        received = await receiver.wait_for(2)

    assert [request.path for request in received] == ["/hook", "/hook"]


async def test_a_slow_receiver_times_out_and_is_tried_again(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(when=asyncio.Event()))
    async with delivering(graph, timeout=0.2, schedule=SLOWLY) as deliverer:
        await happen(graph, "ind_1")
        failed = await until(graph, webhook.id, lambda webhook: webhook.failures == 1)
        assert failed.last_error == "timeout"

        await store.enable(graph, webhook.id)
        deliverer.refresh()
        assert subjects(await receiver.wait_for(2)) == ["ind_1", "ind_1"]


async def test_a_receiver_that_is_gone_is_disabled_at_once(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(410))
    async with delivering(graph, at_once=1) as deliverer:
        await happen(graph, "ind_1", "ind_2")
        disabled = await until(graph, webhook.id, lambda webhook: webhook.state == WebhookState.DISABLED)
        assert subjects(receiver.received) == ["ind_1"]
        assert disabled.last_error == "HTTP 410"

        await store.enable(graph, webhook.id)
        deliverer.refresh()
        received = await receiver.wait_for(3)

    assert subjects(received) == ["ind_1", "ind_1", "ind_2"]
    assert received[0].id == received[1].id


async def test_a_failing_webhook_holds_no_other_one_up(
    graph: Graph, receiver: Receiver, control: Receiver
) -> None:
    await register(graph, receiver)
    await register(graph, control)
    receiver.answer(Answer(when=asyncio.Event()))
    async with delivering(graph, at_once=1):
        await happen(graph, "ind_1", "ind_2", "ind_3")

        await control.wait_for(3)
        await receiver.wait_for(1)

    assert len(receiver.received) == 1


async def test_attempts_beyond_the_number_of_connections_wait_their_turn(
    graph: Graph, receiver: Receiver
) -> None:
    webhooks = [await register(graph, receiver) for _ in range(3)]
    answered = asyncio.Event()
    receiver.answer(Answer(when=answered))
    async with delivering(graph, connections=1, timeout=5.0):
        await happen(graph, "ind_1")
        await receiver.wait_for(1)
        answered.set()
        await receiver.wait_for(3)
        for webhook in webhooks:
            await until(graph, webhook.id, lambda webhook: webhook.position == 1 and webhook.failures == 0)


async def test_no_secret_is_logged(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(*[Answer(500)] * len(QUICKLY.delays))
    with capture_logs() as logs:
        async with delivering(graph):
            await happen(graph, "ind_1")
            await until(graph, webhook.id, lambda webhook: webhook.failures == len(QUICKLY.delays))

    assert [line["event"] for line in logs] == [
        *["webhook_attempt_failed"] * (len(QUICKLY.delays) - 1),
        "webhook_delivery_dead",
    ]
    said = orjson.dumps(logs).decode() + repr(webhook)
    assert webhook.secret not in said
    assert receiver.url not in said
