"""Reads that wait travel together, and nobody is touched by what happens to another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from graph_model.errors import GraphUnavailable
from graph_model.reading.gathering import TOGETHER, Gathering


class Shelf:
    """Answers keys with themselves in capitals; may be held up, and fails for a poison key."""

    def __init__(self) -> None:
        self.statements: list[list[str]] = []
        self.poison: set[str] = set()
        self.away = False
        self.open = asyncio.Event()
        self.open.set()
        self.entered = asyncio.Event()

    async def read(self, keys: Sequence[str]) -> list[str]:
        self.statements.append(list(keys))
        self.entered.set()
        await self.open.wait()
        if self.away:
            raise GraphUnavailable("away")
        if self.poison & set(keys):
            raise ValueError("poison")
        return [key.upper() for key in keys]


async def answer(gathering: Gathering[str], key: str) -> str:
    (found,) = await gathering.answers([key])
    return found


async def held(shelf: Shelf, gathering: Gathering[str], *keys: str) -> list[asyncio.Task[str]]:
    """Reads of which the first flies until the shelf opens, and the others wait."""
    shelf.open.clear()
    tasks = [asyncio.create_task(answer(gathering, key)) for key in keys]
    await shelf.entered.wait()
    await asyncio.sleep(0)
    return tasks


async def test_one_alone_waits_for_nobody() -> None:
    shelf = Shelf()
    gathering = Gathering(shelf.read)
    assert [await answer(gathering, "a"), await answer(gathering, "b")] == ["A", "B"]
    assert shelf.statements == [["a"], ["b"]]


async def test_while_one_statement_flies_the_next_gathers() -> None:
    shelf = Shelf()
    tasks = await held(shelf, Gathering(shelf.read), "a", "b", "c", "b")
    shelf.open.set()
    assert await asyncio.gather(*tasks) == ["A", "B", "C", "B"]
    assert shelf.statements == [["a"], ["b", "c", "b"]]


async def test_a_read_never_takes_a_statement_that_was_sent_before_it() -> None:
    shelf = Shelf()
    gathering = Gathering(shelf.read)
    (first,) = await held(shelf, gathering, "a")
    second = asyncio.create_task(answer(gathering, "a"))
    await asyncio.sleep(0)
    shelf.open.set()
    assert (await first, await second) == ("A", "A")
    assert shelf.statements == [["a"], ["a"]]


async def test_a_statement_has_a_size() -> None:
    shelf = Shelf()
    keys = [f"k{number}" for number in range(TOGETHER + 2)]
    tasks = await held(shelf, Gathering(shelf.read), *keys)
    shelf.open.set()
    assert await asyncio.gather(*tasks) == [key.upper() for key in keys]
    assert shelf.statements == [keys[:1], keys[1:-1], keys[-1:]]


async def test_who_reads_several_gets_them_all_from_one_statement() -> None:
    shelf = Shelf()
    gathering = Gathering(shelf.read)
    many = [f"k{number}" for number in range(TOGETHER)]
    first, second = await held(shelf, gathering, "a", "b")
    third, fourth = (asyncio.create_task(gathering.answers(keys)) for keys in (["c", "d"], many))
    await asyncio.sleep(0)
    shelf.open.set()
    assert await third == ["C", "D"]
    assert await fourth == [key.upper() for key in many]
    assert (await first, await second) == ("A", "B")
    assert shelf.statements == [["a"], ["b", "c", "d"], many]


async def test_a_key_at_fault_is_alone_with_its_error() -> None:
    shelf = Shelf()
    shelf.poison = {"c"}
    tasks = await held(shelf, Gathering(shelf.read), "a", "b", "c", "d")
    shelf.open.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answers[0], answers[1], answers[3]] == ["A", "B", "D"]
    assert isinstance(answers[2], ValueError)


async def test_when_the_graph_is_away_all_are_told_and_nobody_is_read_again() -> None:
    shelf = Shelf()
    gathering = Gathering(shelf.read)
    shelf.away = True
    tasks = await held(shelf, gathering, "a", "b", "c")
    shelf.open.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [GraphUnavailable] * 3
    assert len(shelf.statements) == 2
    shelf.away = False
    assert await answer(gathering, "d") == "D"


async def test_who_goes_away_is_not_read_for_and_touches_no_other() -> None:
    shelf = Shelf()
    gathering = Gathering(shelf.read)
    first, second, third = await held(shelf, gathering, "a", "b", "c")
    second.cancel()
    first.cancel()
    shelf.open.set()
    assert await third == "C"
    assert shelf.statements == [["a"], ["c"]]
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await answer(gathering, "d") == "D"


async def test_who_goes_away_in_flight_touches_no_other() -> None:
    shelf = Shelf()
    gathering = Gathering(shelf.read)
    first, second, third = await held(shelf, gathering, "a", "b", "c")
    shelf.entered.clear()
    first.cancel()
    await shelf.entered.wait()
    second.cancel()
    shelf.open.set()
    assert await third == "C"
    assert shelf.statements == [["a"], ["b", "c"]]
    assert await answer(gathering, "d") == "D"
