from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from gateway.webhooks.deliverer import Deliverer
from graph_model import times
from graph_model.events.tail import Tail
from graph_model.graph import Graph
from graph_model.webhooks import store
from graph_model.webhooks.model import Progress
from tests.gateway.delivering import (
    SLOWLY,
    delivering,
    happen,
    patiently,
    register,
    stored,
    subjects,
    until,
)
from tests.servers.engine import Engine
from tests.servers.receiver import Answer, Receiver
from tests.servers.relay import Relay

FOREIGN = "another process"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def control() -> AsyncIterator[Receiver]:
    """A receiver that gets every event: what another one did not get by then, it will not get."""
    async with Receiver() as receiver:
        yield receiver


async def test_two_processes_deliver_each_event_once_and_in_order(engine: Engine, graph: Graph) -> None:
    async with (
        Receiver() as first,
        Receiver() as second,
        engine.connect() as other_graph,
        delivering(graph, at_once=1),
        delivering(other_graph, at_once=1),
    ):
        for receiver in (first, second):
            await register(graph, receiver)
        names = [f"ind_{number:02}" for number in range(30)]
        for start in range(0, len(names), 3):
            await happen(graph, *names[start : start + 3])
        for receiver in (first, second):
            assert subjects(await receiver.wait_for(len(names))) == names


async def test_of_processes_that_ask_at_once_one_gets_the_lease(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)

    for round_ in range(5):
        leases = await asyncio.gather(
            *(
                store.lease(
                    graph, webhook.id, owner=f"process_{round_}_{number}", now=times.utc_now(), seconds=60
                )
                for number in range(8)
            )
        )
        assert sum(lease is not None for lease in leases) == 1
        for number in range(8):
            await store.release(graph, owner=f"process_{round_}_{number}")


async def test_a_deliverer_goes_on_where_the_one_before_it_stopped(graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    async with delivering(graph):
        await happen(graph, "ind_1")
        await until(graph, webhook.id, lambda webhook: webhook.position == 1)
    await happen(graph, "ind_2", "ind_3")
    async with delivering(graph, at_once=1):
        await happen(graph, "ind_4")
        await receiver.wait_for(4)

    assert subjects(receiver.received) == ["ind_1", "ind_2", "ind_3", "ind_4"]


async def test_the_webhooks_of_a_killed_process_are_taken_over_when_its_lease_ends(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    lease_ends = asyncio.get_running_loop().time() + 0.5
    assert await store.lease(graph, webhook.id, owner=FOREIGN, now=times.utc_now(), seconds=0.5)
    async with delivering(graph):
        await happen(graph, "ind_1")
        [request] = await receiver.wait_for(1)

    assert request.at >= lease_ends


async def test_a_process_that_slept_through_its_lease_stops_until_it_has_it_again(
    graph: Graph, receiver: Receiver, control: Receiver
) -> None:
    webhook = await register(graph, receiver)
    slept = timedelta()
    async with delivering(graph, clock=lambda: times.utc_now() + slept) as deliverer:
        await happen(graph, "ind_1")
        await until(graph, webhook.id, lambda webhook: webhook.position == 1)
        slept = timedelta(hours=1)
        taken = await store.lease(
            graph, webhook.id, owner=FOREIGN, now=times.utc_now() + slept, seconds=7_200
        )
        assert taken is not None
        await register(graph, control)
        deliverer.refresh()
        await happen(graph, "ind_2")
        assert subjects(await control.wait_for(1)) == ["ind_2"]
        assert subjects(receiver.received) == ["ind_1"]

        progress = Progress(replace(taken, position=2))
        await store.save(graph, progress, owner=FOREIGN, now=times.utc_now() + slept, seconds=7_200)
        await store.release(graph, owner=FOREIGN)
        await happen(graph, "ind_3")

        assert subjects(await receiver.wait_for(2)) == ["ind_1", "ind_3"]


async def test_a_deleted_webhook_gets_nothing_more(
    graph: Graph, receiver: Receiver, control: Receiver
) -> None:
    webhook = await register(graph, receiver)
    await register(graph, control)
    async with delivering(graph, at_once=1) as deliverer:
        await happen(graph, "ind_1")
        await receiver.wait_for(1)
        await store.delete(graph, webhook.id)
        deliverer.refresh()
        await happen(graph, "ind_2", "ind_3")
        await control.wait_for(3)

    assert subjects(receiver.received) == ["ind_1"]


async def test_an_idle_deliverer_that_is_cancelled_leaves_its_webhooks_to_others(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    async with delivering(graph):
        await happen(graph, "ind_1")
        await until(graph, webhook.id, lambda webhook: webhook.position == 1)
        assert await store.leasable(graph, owner=FOREIGN, now=times.utc_now()) == []

    assert await store.leasable(graph, owner=FOREIGN, now=times.utc_now()) == [webhook.id]


async def test_a_deliverer_that_is_cancelled_while_it_waits_for_an_attempt_ends_promptly(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(500))
    async with asyncio.timeout(10):
        async with delivering(graph, schedule=SLOWLY, grace=3_600.0):
            await happen(graph, "ind_1")
            await until(graph, webhook.id, lambda webhook: webhook.failures == 1)


async def test_an_attempt_under_way_may_end_when_the_deliverer_is_cancelled(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    answered = asyncio.Event()
    receiver.answer(Answer(when=answered))
    async with delivering(graph, grace=15.0, at_once=1):
        await happen(graph, "ind_1", "ind_2")
        await receiver.wait_for(1)
        asyncio.get_running_loop().call_later(0.2, answered.set)

    assert (await stored(graph, webhook.id)).position == 1
    assert subjects(receiver.received) == ["ind_1"]


async def test_an_attempt_that_does_not_end_is_cut_off_when_the_deliverer_is_cancelled(
    graph: Graph, receiver: Receiver
) -> None:
    webhook = await register(graph, receiver)
    receiver.answer(Answer(when=asyncio.Event()))
    async with asyncio.timeout(10):
        async with delivering(graph, grace=0.1):
            await happen(graph, "ind_1")
            await receiver.wait_for(1)

    assert (await stored(graph, webhook.id)).position == 0
    assert await store.leasable(graph, owner=FOREIGN, now=times.utc_now()) == [webhook.id]


async def test_a_graph_that_goes_away_is_waited_for(engine: Engine, graph: Graph, receiver: Receiver) -> None:
    webhook = await register(graph, receiver)
    async with (
        Relay(engine.uri) as relay,
        Graph(relay.uri, engine.user, engine.password, engine.database, patience=0.2) as relayed,
        delivering(relayed),
    ):
        await happen(graph, "ind_1")
        await until(graph, webhook.id, lambda webhook: webhook.position == 1)
        with capture_logs() as logs:
            await relay.cut()
            await happen(graph, "ind_2")
            async for attempt in patiently():
                with attempt:
                    assert "webhooks_unreadable" in [line["event"] for line in logs]
            await relay.mend()

            assert subjects(await receiver.wait_for(2)) == ["ind_1", "ind_2"]


async def test_a_lease_must_outlast_an_attempt(graph: Graph) -> None:
    with pytest.raises(ValueError, match="lease"):
        Deliverer(graph, Tail(graph), timeout=30.0, lease_seconds=30.0)
