"""Concurrent writers share a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph_model.errors import GraphUnavailable
from graph_model.ingestion.admission import Room
from graph_model.ingestion.batcher import Batcher


@dataclass(frozen=True)
class Numbers:
    """A request: numbers, each of ten bytes."""

    values: tuple[int, ...]

    @property
    def rows(self) -> int:
        return len(self.values)


class Store:
    """Stores numbers, doubling them; may be held up, and refuses the batches that have a poison number."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.salvaged: list[int] = []
        self.room = Room(rows=3)
        self.poison: set[int] = set()
        self.away = False
        self.open = asyncio.Event()
        self.open.set()
        self.entered = asyncio.Event()
        self.seconds = 0.0

    def batcher(self, **options: Any) -> Batcher[Numbers, list[int]]:
        return Batcher[Numbers, list[int]](self.commit, self.salvage, room=self.room, **options)

    async def commit(self, requests: Sequence[Numbers]) -> list[list[int]]:
        self.entered.set()
        await self.open.wait()
        await asyncio.sleep(self.seconds)
        items = [value for request in requests for value in request.values]
        if self.away:
            raise GraphUnavailable("away")
        if self.poison & set(items):
            raise ValueError("poison")
        self.batches.append(items)
        return [[value * 2 for value in request.values] for request in requests]

    async def salvage(self, request: Numbers, failure: Exception) -> list[int]:
        assert str(failure) == "poison"
        good = [value for value in request.values if value not in self.poison]
        if not good:
            raise failure
        self.salvaged += good
        return [value * 2 for value in good]

    @property
    def stored(self) -> list[int]:
        return [item for batch in self.batches for item in batch]


async def submit(batcher: Batcher[Numbers, list[int]], *values: int) -> list[int]:
    return await batcher.submit(Numbers(values), await Room().take(len(values), 10))


async def test_one_alone_waits_for_nobody() -> None:
    store = Store()
    assert await submit(store.batcher(), 1, 2) == [2, 4]
    assert store.batches == [[1, 2]]


async def test_while_one_batch_is_stored_the_next_gathers() -> None:
    store = Store()
    batcher = store.batcher()
    store.open.clear()
    first = asyncio.create_task(submit(batcher, 1))
    await store.entered.wait()
    others = [asyncio.create_task(submit(batcher, number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    store.open.set()
    assert await asyncio.gather(first, *others) == [[2], [4], [6], [8]]
    assert store.batches == [[1], [2, 3, 4]]


async def test_who_is_answered_may_join_those_who_wait() -> None:
    store = Store()
    store.seconds = 0.2
    batcher = store.batcher()
    store.open.clear()

    async def send_on(*numbers: int) -> None:
        for number in numbers:
            await submit(batcher, number)

    first = asyncio.create_task(send_on(1, 4))
    await store.entered.wait()
    others = [asyncio.create_task(send_on(*numbers)) for numbers in ((2, 5), (3, 6))]
    store.open.set()
    await asyncio.gather(first, *others)
    assert [sorted(batch) for batch in store.batches] == [[1], [2, 3, 4], [5, 6]]


async def test_who_does_not_come_again_is_not_waited_for() -> None:
    store = Store()
    store.seconds = 0.1
    batcher = store.batcher()
    first = asyncio.create_task(submit(batcher, 1))
    await store.entered.wait()
    assert [*await asyncio.gather(first, submit(batcher, 2))] == [[2], [4]]
    assert store.batches == [[1], [2]]


async def test_a_batch_has_a_size_but_no_request_is_torn() -> None:
    store = Store()
    batcher = store.batcher(batch_size=3)
    answers = await asyncio.gather(*(submit(batcher, *items) for items in ([1, 2], [3], [4, 5, 6, 7], [8])))
    assert answers == [[2, 4], [6], [8, 10, 12, 14], [16]]
    assert store.batches == [[1, 2, 3], [4, 5, 6, 7], [8]]


async def test_a_request_at_fault_is_found_and_salvaged_and_the_others_are_stored() -> None:
    store = Store()
    store.poison = {3, 7}
    batcher = store.batcher()
    answers = await asyncio.gather(
        *(submit(batcher, *values) for values in ((1, 2), (3, 4), (5, 6), (7,))), return_exceptions=True
    )
    assert answers[:3] == [[2, 4], [8], [10, 12]]
    assert isinstance(answers[3], ValueError)
    assert sorted(store.stored) == [1, 2, 5, 6]
    assert store.salvaged == [4]


async def test_when_the_graph_is_away_all_are_told_and_nothing_is_halved() -> None:
    store = Store()
    store.away = True
    batcher = store.batcher()
    answers = await asyncio.gather(submit(batcher, 1), submit(batcher, 2, 3), return_exceptions=True)
    assert [type(answer) for answer in answers] == [GraphUnavailable, GraphUnavailable]
    store.away = False
    assert await submit(batcher, 4) == [8]
    assert store.stored == [4]


async def test_what_was_submitted_is_stored_though_its_sender_has_gone() -> None:
    store = Store()
    batcher = store.batcher()
    store.open.clear()
    first, second = (asyncio.create_task(submit(batcher, number)) for number in (1, 2))
    await store.entered.wait()
    first.cancel()
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    third = asyncio.create_task(submit(batcher, 3))
    await asyncio.sleep(0)
    store.open.set()
    assert await third == [6]
    assert store.stored == [1, 2, 3]


async def test_draining_waits_until_all_is_stored() -> None:
    store = Store()
    batcher = store.batcher(batch_size=1)
    await batcher.drain()
    store.open.clear()
    tasks = [asyncio.create_task(submit(batcher, number)) for number in (1, 2, 3)]
    await store.entered.wait()
    draining = asyncio.create_task(batcher.drain())
    store.open.set()
    await draining
    assert store.stored == [1, 2, 3]
    assert await asyncio.gather(*tasks) == [[2], [4], [6]]
