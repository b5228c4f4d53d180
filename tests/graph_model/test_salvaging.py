"""Finding what is at fault among many."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.errors import GraphUnavailable
from graph_model.ingestion.salvaging import find_faulty

POISON = ValueError("poison")


class Attempts:
    """Refuses whatever holds poison, or both ends of a pair."""

    def __init__(self, poison: frozenset[int], pairs: Sequence[tuple[int, int]] = ()) -> None:
        self._poison = poison
        self._pairs = pairs
        self.sizes: list[int] = []

    async def __call__(self, items: Sequence[int]) -> None:
        self.sizes.append(len(items))
        together = set(items)
        if self._poison & together or any({one, other} <= together for one, other in self._pairs):
            raise POISON


@given(
    st.integers(1, 60).flatmap(
        lambda n: st.tuples(st.just(n), st.frozensets(st.integers(0, n - 1), min_size=1))
    )
)
async def test_exactly_the_items_at_fault_are_found(case: tuple[int, frozenset[int]]) -> None:
    count, poison = case
    faulty = await find_faulty(range(count), Attempts(poison), POISON)
    assert faulty == dict.fromkeys(poison, POISON)


async def test_one_among_many_costs_little() -> None:
    attempts = Attempts(frozenset({700}))
    await find_faulty(range(1_000), attempts, POISON)
    # Twice for each halving, and once for all the others together.
    assert len(attempts.sizes) <= 21
    assert sum(attempts.sizes) <= 3_000


@given(st.integers(2, 30), st.data())
async def test_what_remains_can_always_be_stored_together(count: int, data: st.DataObject) -> None:
    numbers = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4))
    attempts = Attempts(frozenset(data.draw(st.frozensets(numbers, max_size=3))), pairs)
    faulty = await find_faulty(range(count), attempts, POISON)
    if rest := [number for number in range(count) if number not in faulty]:
        await attempts(rest)


async def test_that_the_graph_is_away_is_nobodys_fault() -> None:
    async def away(_: Sequence[int]) -> None:
        raise GraphUnavailable("away")

    with pytest.raises(GraphUnavailable):
        await find_faulty(range(4), away, POISON)
