"""What waits to be stored is bounded."""

from __future__ import annotations

import asyncio

import pytest

from graph_model.errors import RetryLater
from graph_model.ingestion.admission import Room


async def test_who_comes_when_too_many_rows_wait_is_sent_away() -> None:
    room = Room(rows=3)
    first = await room.take(2, 10)
    with pytest.raises(RetryLater):
        await room.take(2, 10)
    await room.take(1, 10)
    first.release()
    await room.take(2, 10)
    assert room.rows == 3


async def test_who_comes_when_too_many_bytes_wait_is_sent_away() -> None:
    room = Room(size=100)
    first = await room.take(1, 60)
    with pytest.raises(RetryLater):
        await room.take(1, 60)
    first.release()
    await room.take(1, 60)


async def test_a_request_larger_than_the_room_is_taken_when_it_is_alone() -> None:
    room = Room(rows=2, size=10)
    whole = await room.take(3, 20)
    with pytest.raises(RetryLater):
        await room.take(1, 1)
    whole.release()
    await room.take(1, 1)


async def test_a_place_that_is_released_twice_is_given_back_once() -> None:
    room = Room(rows=3)
    place = await room.take(2, 10)
    await room.take(1, 10)
    place.release()
    place.release()
    assert room.rows == 1


async def test_the_patient_wait_until_there_is_room() -> None:
    room = Room(rows=2)
    first = await room.take(2, 10)
    second, third = (asyncio.create_task(room.take(2, 10, patient=True)) for _ in range(2))
    await asyncio.sleep(0)
    assert not second.done()
    first.release()
    place = await second
    assert not third.done()
    place.release()
    await third
    assert room.rows == 2


async def test_who_is_sent_away_is_told_how_long_it_will_take() -> None:
    room = Room(rows=1_000)
    await room.take(1_000, 10)
    with pytest.raises(RetryLater) as unknown:
        await room.take(1, 1)
    assert unknown.value.retry_after == 1.0
    with room.storing(10):
        await asyncio.sleep(0.05)
    with pytest.raises(RetryLater) as known:
        await room.take(1, 1)
    # At least 0.05 s for 10 rows make 5 s for 1,000.
    assert 4.9 <= known.value.retry_after <= 60.0
