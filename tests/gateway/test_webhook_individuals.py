"""Deliveries in order per individual: what fails is tried again, given up, and driven again."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from gateway.webhooks.schedule import DAY, HOUR, MINUTE, Schedule
from gateway.webhooks.signing import new_secret, signed_headers
from graph_model import times
from graph_model.events.model import EventKind, NewEvent
from graph_model.graph import Graph
from graph_model.webhooks import deliveries, store
from graph_model.webhooks.model import Delivery, DeliveryState
from tests.gateway.delivering import (
    QUICKLY,
    SLOWLY,
    delivering,
    happen,
    patiently,
    register,
    subjects,
    tell,
    until,
)
from tests.servers.engine import Engine
from tests.servers.receiver import Answer, Receiver

ONCE = Schedule((0.0,))
UNSCATTERED = Schedule(
    (0.0, 5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY), jitter=0.0
)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def kept(
    graph: Graph, id_: str, states: Sequence[DeliveryState] = tuple(DeliveryState)
) -> list[Delivery]:
    return await deliveries.find(graph, id_, states=states, limit=100)


async def kept_as(graph: Graph, id_: str, *wanted: tuple[int, DeliveryState]) -> list[Delivery]:
    """The deliveries of a webhook, once they are so."""

    async def look() -> list[Delivery]:
        found = await kept(graph, id_)
        assert [(item.sequence, item.state) for item in found] == list(wanted)
        return found

    return await patiently()(look)


async def test_events_about_others_do_not_wait_for_one_that_fails_and_those_behind_it_do(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(500))
    async with delivering(graph, schedule=SLOWLY, at_once=1) as deliverer:
        await happen(graph, "ind_1", "ind_2", "ind_1", "ind_3")
        assert subjects(await receiver.wait_for(3)) == ["ind_1", "ind_2", "ind_3"]
        failed, behind = await kept_as(
            graph, webhook.id, (1, DeliveryState.RETRYING), (3, DeliveryState.WAITING)
        )
        assert (failed.attempts, failed.last_error) == (1, "HTTP 500")
        assert (failed.individual_id, behind.attempts, behind.next_attempt_at) == ("ind_1", 0, None)
        await until(graph, webhook.id, lambda webhook: webhook.position == 4)
        assert await deliveries.count(graph, webhook.id) == (2, 0)

        await store.enable(graph, webhook.id)
        deliverer.refresh()
        received = await receiver.wait_for(5)
        await kept_as(graph, webhook.id)

    assert subjects(received)[3:] == ["ind_1", "ind_1"]
    assert [request.json()["sequence"][-1] for request in received[3:]] == ["1", "3"]
    assert received[3].id == received[0].id


async def test_what_is_held_outlives_the_process(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(500))
    async with delivering(graph, schedule=SLOWLY, at_once=1):
        await happen(graph, "ind_1", "ind_1")
        await kept_as(graph, webhook.id, (1, DeliveryState.RETRYING), (2, DeliveryState.WAITING))
        await until(graph, webhook.id, lambda webhook: webhook.position == 2)
    async with delivering(graph, clock=lambda: times.utc_now() + timedelta(hours=2)):
        await happen(graph, "ind_1")
        received = await receiver.wait_for(4)

    assert [request.json()["sequence"][-1] for request in received] == ["1", "1", "2", "3"]


async def test_an_event_is_tried_on_the_schedule_of_standard_webhooks_and_then_given_up(
    graph: Graph, receiver: Receiver
) -> None:
    clock = Clock()
    webhook = await register(graph, receiver)
    receiver.otherwise = Answer(503)
    async with delivering(graph, schedule=UNSCATTERED, clock=clock, at_once=1) as deliverer:
        await happen(graph, "ind_1")
        for number, delay in enumerate([*UNSCATTERED.delays[1:], 0.0], 1):
            await receiver.wait_for(number)
            await until(graph, webhook.id, lambda webhook: webhook.failures == len(receiver.received))
            assert len(receiver.received) == number
            clock.now += timedelta(seconds=delay)
            deliverer.refresh()
        (dead,) = await kept_as(graph, webhook.id, (1, DeliveryState.DEAD))

    assert (dead.attempts, dead.last_error, dead.next_attempt_at) == (10, "HTTP 503", None)
    assert clock.now - Clock().now == timedelta(hours=75, minutes=35, seconds=5)
    assert len({request.id for request in receiver.received}) == 1


async def test_behind_a_dead_letter_the_next_events_go_on_and_it_is_driven_again_as_it_was(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(*[Answer(422)] * len(QUICKLY.delays))
    async with delivering(graph) as deliverer:
        await happen(graph, "ind_1", "ind_1")
        received = await receiver.wait_for(len(QUICKLY.delays) + 1)
        assert received[-1].id != received[0].id
        (dead,) = await kept_as(graph, webhook.id, (1, DeliveryState.DEAD))

        assert await deliveries.redrive(graph, webhook.id, ids=[dead.id]) == 1
        deliverer.refresh()
        again = (await receiver.wait_for(len(received) + 1))[-1]
        await kept_as(graph, webhook.id)

    assert (again.id, again.body) == (received[0].id, received[0].body)


async def test_dead_letters_are_driven_again_by_individual_or_all_together(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(*[Answer(500)] * 4)
    async with delivering(graph, schedule=ONCE, at_once=1) as deliverer:
        await happen(graph, "ind_1", "ind_2", "ind_1", "ind_2")
        dead = await kept_as(graph, webhook.id, *((number, DeliveryState.DEAD) for number in range(1, 5)))

        assert await deliveries.redrive(graph, webhook.id, individual_id="ind_2") == 2
        deliverer.refresh()
        received = await receiver.wait_for(6)
        assert [request.id for request in received[4:]] == [dead[1].event_id, dead[3].event_id]

        assert await deliveries.redrive(graph, webhook.id) == 2
        deliverer.refresh()
        received = await receiver.wait_for(8)
        assert [request.id for request in received[6:]] == [dead[0].event_id, dead[2].event_id]
        await kept_as(graph, webhook.id)


async def test_what_is_discarded_is_not_sent_again_and_holds_nothing_up(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(500))
    async with delivering(graph, schedule=SLOWLY, at_once=1) as deliverer:
        await happen(graph, "ind_1", "ind_1")
        failed, _ = await kept_as(graph, webhook.id, (1, DeliveryState.RETRYING), (2, DeliveryState.WAITING))
        assert await deliveries.discard(graph, webhook.id, ids=[failed.id]) == 1
        deliverer.refresh()
        received = await receiver.wait_for(2)
        await kept_as(graph, webhook.id)

    assert [request.json()["sequence"][-1] for request in received] == ["1", "2"]


async def test_another_webhooks_deliveries_are_out_of_reach(graph: Graph, receiver: Receiver) -> None:
    webhook, other = await register(graph, receiver), await register(graph, receiver)
    receiver.otherwise = Answer(500)
    async with delivering(graph, schedule=ONCE):
        await happen(graph, "ind_1")
        (dead,) = await kept_as(graph, webhook.id, (1, DeliveryState.DEAD))
        await kept_as(graph, other.id, (1, DeliveryState.DEAD))

    assert await deliveries.discard(graph, other.id, ids=[dead.id]) == 0
    assert await deliveries.redrive(graph, other.id, ids=[dead.id]) == 0
    assert await deliveries.discard(graph, other.id) == 1
    assert await store.delete(graph, webhook.id)
    assert await kept(graph, webhook.id) == await kept(graph, other.id) == []


async def test_a_webhook_is_not_told_what_only_its_own_source_sent(graph: Graph, receiver: Receiver) -> None:
    def caused(individual: str, *sources: str) -> NewEvent:
        records = [{"source": source, "object": "Individual", "recordId": "1"} for source in sources]
        return NewEvent(EventKind.INDIVIDUAL_UPDATED, individual, {"records": records})

    def sent(source: str) -> NewEvent:
        data = {"source": source, "object": "Individual", "recordId": "1", "type": "Individual"}
        return NewEvent(EventKind.RECORD_CREATED, None, data)

    await register(graph, receiver, except_source="crm")
    async with delivering(graph, at_once=1):
        await tell(
            graph,
            caused("ind_of_crm", "crm", "crm"),
            sent("crm"),
            caused("ind_of_both", "crm", "app"),
            caused("ind_of_app", "app"),
            caused("ind_of_nobody"),
            sent("app"),
            NewEvent(EventKind.INDIVIDUALS_MERGED, "ind_1", {"mergedIds": ["ind_2"]}),
        )
        received = await receiver.wait_for(5)

    told = [request.json() for request in received]
    assert [each.get("subject") for each in told] == [
        "ind_of_both",
        "ind_of_app",
        "ind_of_nobody",
        None,
        "ind_1",
    ]


async def test_while_a_secret_is_replaced_both_sign(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    new, until_then = new_secret(), times.utc_now() + timedelta(hours=1)
    async with delivering(graph) as deliverer:
        await store.rotate_secret(graph, webhook.id, secret=new, until=until_then)
        deliverer.refresh()
        await happen(graph, "ind_1")
        [request] = await receiver.wait_for(1)

    timestamp = int(request.headers["webhook-timestamp"])
    expected = [
        signed_headers(secret, message_id=request.id, timestamp=timestamp, body=request.body)
        for secret in (new, webhook.secret)
    ]
    assert request.headers["webhook-signature"].split() == [each["webhook-signature"] for each in expected]
    rotated = await store.find(graph, webhook.id)
    assert rotated is not None
    assert rotated.secrets(times.to_text(until_then + timedelta(seconds=1))) == (new,)


async def test_an_endpoint_that_is_down_is_not_tried_with_every_individual(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    receiver.otherwise = Answer(502)
    names = [f"ind_{number:03}" for number in range(300)]
    clock = Clock()
    async with delivering(graph, schedule=UNSCATTERED, clock=clock, at_once=4) as deliverer:
        await happen(graph, *names)
        resting = await until(graph, webhook.id, lambda webhook: webhook.resting_until is not None)
        assert len(receiver.received) <= 8
        assert (await deliveries.count(graph, webhook.id))[0] <= 8

        receiver.otherwise = Answer()
        clock.now = times.from_text(resting.resting_until or "")
        deliverer.refresh()
        await until(graph, webhook.id, lambda webhook: webhook.position == 300)
        clock.now += timedelta(seconds=5)
        deliverer.refresh()
        await kept_as(graph, webhook.id)

    assert set(subjects(receiver.received)) == set(names)


async def test_deliveries_are_bounded_and_the_backlog_waits_in_the_outbox(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(500))
    async with delivering(graph, schedule=SLOWLY, at_once=1, most_held=10) as deliverer:
        await happen(graph, *["ind_1"] * 50)
        await until(graph, webhook.id, lambda webhook: webhook.position >= 10)
        assert len(await kept(graph, webhook.id)) == 10

        await store.enable(graph, webhook.id)
        deliverer.refresh()
        received = await receiver.wait_for(51)

    numbers = [int(request.json()["sequence"]) for request in received]
    assert numbers == [1, *range(1, 51)]


async def test_processes_that_come_and_go_deliver_everything_in_order_about_each_individual(
    graph: Graph, engine: Engine
) -> None:
    chance = random.Random(6)
    names = [f"ind_{chance.randrange(12)}" for _ in range(200)]
    schedule = Schedule((0.0, *[0.02] * 30), jitter=0.5)
    async with Receiver() as receiver, engine.connect() as other_graph:
        webhook = await register(graph, receiver)
        receiver.answer(*(Answer(500 if chance.random() < 0.15 else 204) for _ in range(200)))
        await happen(graph, *names)
        # The driver leaves a socket open where connecting is cancelled: connect before.
        await asyncio.gather(*(each.is_ready() for each in (graph, other_graph) for _ in range(12)))
        for limit in range(40, 200, 40):
            # Two at a time; both end, with events under way, when so many have come.
            async with delivering(graph, schedule=schedule), delivering(other_graph, schedule=schedule):
                await receiver.wait_for(limit)
        async with delivering(graph, schedule=schedule):
            await until(graph, webhook.id, lambda webhook: webhook.position == len(names))
            await kept_as(graph, webhook.id)

    taken: defaultdict[str, list[int]] = defaultdict(list)
    for request in receiver.received:
        event = request.json()
        taken[event["subject"]].append(int(event["sequence"]))
    assert {number for numbers in taken.values() for number in numbers} == set(range(1, 201))
    for numbers in taken.values():
        assert numbers == sorted(numbers)
