"""The outbox: numbered in the order of commits, followed by many, each event once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress

import pytest

from graph_model.errors import BadInput
from graph_model.events import store
from graph_model.events.model import Event, EventKind, NewEvent
from graph_model.events.tail import Tail
from graph_model.graph import Graph, Transaction
from graph_model.identity import store as identity
from tests.servers.engine import Engine

PATIENCE = 20.0


async def write(graph: Graph, *names: str) -> None:
    """Write an event for each of the names in one transaction, as a batch does."""

    async def work(transaction: Transaction) -> None:
        await identity.lock(transaction)
        new = [NewEvent(EventKind.INDIVIDUAL_UPDATED, name, {"name": name}) for name in names]
        await store.append(transaction, new, time="2026-01-01T00:00:00.000000Z")

    await graph.write(work)


@asynccontextmanager
async def tailing(tail: Tail) -> AsyncIterator[Tail]:
    running = asyncio.create_task(tail.run())
    try:
        yield tail
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def take(tail: Tail, count: int, *, after: int = 0) -> list[Event]:
    """The next events after that number."""
    async with asyncio.timeout(PATIENCE), aclosing(tail.follow(after)) as following:
        return [await anext(following) for _ in range(count)]


def names(events: list[Event]) -> list[str]:
    return [event.individual_id or "" for event in events]


async def test_events_are_numbered_without_a_gap(graph: Graph) -> None:
    assert await store.last_sequence(graph) == 0
    await write(graph, "a", "b")
    await write(graph)
    await write(graph, "c")
    found = await store.read_after(graph, 0, limit=10)
    assert [(event.sequence, event.individual_id) for event in found] == [(1, "a"), (2, "b"), (3, "c")]
    assert found[0].data == {"name": "a"}
    assert await store.last_sequence(graph) == 3


async def test_a_transaction_that_fails_leaves_no_gap(graph: Graph) -> None:
    async def work(transaction: Transaction) -> None:
        new = [NewEvent(EventKind.INDIVIDUAL_UPDATED, "lost", {})]
        await store.append(transaction, new, time="2026-01-01T00:00:00.000000Z")
        raise ValueError("after the event")

    with pytest.raises(ValueError, match="after the event"):
        await graph.write(work)
    await write(graph, "a")
    assert [event.sequence for event in await store.read_after(graph, 0, limit=10)] == [1]


async def test_a_page_starts_after_a_number_and_has_a_limit(graph: Graph) -> None:
    await write(graph, *"abcde")
    assert names(await store.read_after(graph, 1, limit=2)) == ["b", "c"]
    assert await store.read_after(graph, 5, limit=2) == []


async def test_an_events_id_leads_to_its_number(graph: Graph) -> None:
    await write(graph, "a", "b")
    events = await store.read_after(graph, 0, limit=10)
    assert [await store.sequence_of(graph, event.id) for event in events] == [1, 2]
    with pytest.raises(BadInput) as caught:
        await store.sequence_of(graph, "evt_unknown")
    assert caught.value.code == "INVALID_CURSOR"


async def test_numbers_follow_commits_and_are_told_in_order_whoever_writes(
    graph: Graph, engine: Engine
) -> None:
    async with AsyncExitStack() as stack:
        # One of the writers is the process that follows, which hears of its own events before it reads any.
        graphs = [graph, *[await stack.enter_async_context(engine.connect()) for _ in range(2)]]
        tail = await stack.enter_async_context(tailing(Tail(graph, poll=0.01)))
        following = asyncio.create_task(take(tail, 30))

        async def writer(name: str, own: Graph) -> None:
            for number in range(5):
                await write(own, f"{name}{number}", f"{name}{number}'")

        await asyncio.gather(*(writer(name, own) for name, own in zip("abc", graphs, strict=True)))
        events = await following
    assert [event.sequence for event in events] == list(range(1, 31))
    told = names(events)
    for name in "abc":
        mine = [item for item in told if item.startswith(name)]
        assert mine == [f"{name}{number}{mark}" for number in range(5) for mark in ("", "'")]
    assert all(other == f"{one}'" for one, other in zip(told[::2], told[1::2], strict=True))


async def test_each_follower_gets_each_event_once_from_memory_or_from_the_graph(graph: Graph) -> None:
    await write(graph, *"abcdefg")
    async with tailing(Tail(graph, poll=60, keep=4, page=3)) as tail:
        assert names(await take(tail, 7)) == list("abcdefg")
        followers = [asyncio.create_task(take(tail, 14 - after, after=after)) for after in (0, 3, 7, 10)]
        for name in "hijklmn":
            await write(graph, name)
        everything = list("abcdefghijklmn")
        assert [names(events) for events in await asyncio.gather(*followers)] == [
            everything,
            everything[3:],
            everything[7:],
            everything[10:],
        ]


async def test_who_is_behind_need_not_wait_for_the_next_event(graph: Graph) -> None:
    await write(graph, *"abc")
    tail = Tail(graph, poll=60)
    early = asyncio.create_task(take(tail, 2, after=1))
    await asyncio.sleep(0)
    async with tailing(tail):
        assert names(await early) == ["b", "c"]


async def test_events_of_another_process_are_seen_without_being_woken(graph: Graph, engine: Engine) -> None:
    async with engine.connect() as other, tailing(Tail(graph, poll=0.02)) as tail:
        following = asyncio.create_task(take(tail, 2))
        await write(other, "a", "b")
        assert names(await following) == ["a", "b"]


async def test_a_follower_goes_on_where_it_was(graph: Graph) -> None:
    async with tailing(Tail(graph, poll=0.02)) as tail:
        await write(graph, *"abc")
        (first,) = await take(tail, 1)
    async with tailing(Tail(graph, poll=0.02)) as tail:
        assert names(await take(tail, 2, after=first.sequence)) == ["b", "c"]
