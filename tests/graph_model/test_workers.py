"""Computations in processes of their own."""

from __future__ import annotations

import asyncio
import os

import pytest

from graph_model.errors import BadInput
from graph_model.workers import Tell, WorkerLost, compute


def add_up(tell: Tell, numbers: list[int]) -> tuple[int, int]:
    total = 0
    for place, number in enumerate(numbers, start=1):
        total += number
        tell(place, len(numbers))
    return total, os.getpid()


def refuse(_: Tell) -> None:
    raise BadInput("Nothing to add up.", code="TOO_FEW")


def fail(_: Tell, secret: str) -> None:
    raise ValueError(secret)


def vanish(_: Tell) -> None:
    os._exit(1)


def never_end(tell: Tell) -> None:
    tell(os.getpid(), os.getpid())
    while True:
        os.getpid()


async def ignore(_: int, __: int) -> None:
    pass


async def test_an_answer_comes_from_another_process_and_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []

    async def report(done: int, total: int) -> None:
        told.append((done, total))

    total, process = await compute(add_up, report, [1, 2, 3, 4])
    assert total == 10
    assert process != os.getpid()
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


async def test_what_it_refuses_is_refused_here() -> None:
    with pytest.raises(BadInput) as caught:
        await compute(refuse, ignore)
    assert (caught.value.code, caught.value.message) == ("TOO_FEW", "Nothing to add up.")


async def test_a_failure_says_where_it_was_and_nothing_of_the_data() -> None:
    with pytest.raises(RuntimeError, match="ValueError at fail") as caught:
        await compute(fail, ignore, "ada@mail.example")
    assert "ada" not in str(caught.value)


async def test_a_process_that_is_gone_is_missed() -> None:
    with pytest.raises(WorkerLost):
        await compute(vanish, ignore)


async def test_who_is_cancelled_leaves_no_process_behind() -> None:
    process: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def report(done: int, _: int) -> None:
        process.set_result(done)

    computing = asyncio.create_task(compute(never_end, report))
    await process
    computing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await computing
    with pytest.raises(ProcessLookupError):
        os.kill(process.result(), 0)
