"""Finding what is at fault when things that are to be stored together cannot be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from graph_model.errors import GatewayError

Item = TypeVar("Item")
Attempt = Callable[[Sequence[Item]], Awaitable[object]]
"""Tries to store some of them without doing so; raises what is wrong."""


async def find_faulty(
    items: Sequence[Item], attempt: Attempt[Item], failure: Exception
) -> dict[int, Exception]:
    """The places of the items at fault, with the exception that each raises: the others can be stored
    together. `failure` is what all of them together raised.

    They are found by halving, so that a few among many cost little. Items that fail only together, each half
    of them being right by itself, are all at fault. Raises a GatewayError of `attempt`: it is nobody's fault.
    """
    faulty: dict[int, Exception] = {}
    places = list(range(len(items)))
    problem: Exception | None = failure
    while problem is not None:
        found = await _halves(items, places, attempt, problem)
        faulty |= found or dict.fromkeys(places, problem)
        places = [place for place in places if place not in faulty]
        problem = await _problem([items[place] for place in places], attempt)
    return faulty


async def _halves(
    items: Sequence[Item], places: Sequence[int], attempt: Attempt[Item], failure: Exception
) -> dict[int, Exception]:
    if len(places) <= 1:
        return dict.fromkeys(places, failure)
    middle = len(places) // 2
    faulty: dict[int, Exception] = {}
    for half in (places[:middle], places[middle:]):
        if (problem := await _problem([items[place] for place in half], attempt)) is not None:
            faulty |= await _halves(items, half, attempt, problem)
    return faulty


async def _problem(items: Sequence[Item], attempt: Attempt[Item]) -> Exception | None:
    try:
        if items:
            await attempt(items)
    except GatewayError:
        raise
    except Exception as error:
        return error
    return None
