"""Answers that are not taken yet."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ingest.spool import Spool, SpooledAnswer, SpoolFull


async def rest_of(answer: SpooledAnswer) -> bytes:
    return b"".join([data async for data in answer.taken()])


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.integers(0, 3)), max_size=30),
    st.integers(0, 60),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
async def test_whatever_is_put_is_taken_in_order(
    tmp_path: Path, puts: list[tuple[bytes, int]], memory: int
) -> None:
    spool = Spool(tmp_path, quota=10_000, memory=memory)
    answer = SpooledAnswer(spool)
    taken, taking = [], answer.taken()
    unread = 0
    for data, reads in puts:
        await answer.put(data)
        unread += len(data)
        for _ in range(reads):
            if unread:
                taken.append(await anext(taking))
                unread -= len(taken[-1])
    answer.end(b"last")
    taken += [data async for data in taking]
    assert b"".join(taken) == b"".join(data for data, _ in puts) + b"last"
    answer.close()
    assert spool.used == 0


async def test_a_file_is_used_only_for_what_does_not_fit_into_memory(tmp_path: Path) -> None:
    directory = tmp_path / "spool"
    spool = Spool(directory, quota=100, memory=10)
    answer = SpooledAnswer(spool)
    await answer.put(b"x" * 10)
    assert not directory.exists()
    await answer.put(b"y" * 10)
    assert spool.used == 10
    # It has no name by which it could be left behind.
    assert list(directory.iterdir()) == []
    answer.end()
    assert await rest_of(answer) == b"x" * 10 + b"y" * 10
    assert spool.used == 0


async def test_a_full_spool_waits_for_readers_and_then_says_so(tmp_path: Path) -> None:
    spool = Spool(tmp_path, quota=20, memory=0, patience=0.1)
    one, other = SpooledAnswer(spool), SpooledAnswer(spool)
    await one.put(b"x" * 20)
    putting = asyncio.create_task(other.put(b"y"))
    await asyncio.sleep(0)
    one.end()
    await rest_of(one)
    await putting
    with pytest.raises(SpoolFull):
        await other.put(b"y" * 20)
    other.end(b"z")
    assert await rest_of(other) == b"yz"


async def test_an_answer_that_is_given_up_gives_back_what_it_took(tmp_path: Path) -> None:
    spool = Spool(tmp_path, quota=20, memory=0)
    answer = SpooledAnswer(spool)
    await answer.put(b"x" * 20)
    answer.close()
    assert spool.used == 0
