"""Pages in any order, from any place, either way: together they are the whole list, each thing once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cmp_to_key
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_model.filters.model import Compare, Filter, Operator
from graph_model.graph import Graph, Transaction
from graph_model.migrations import migrate
from graph_model.reading.pages import ID, Key, PageOf, Pages, Place
from graph_model.reading.shape import Value
from tests.servers.engine import Engine, wipe

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LAST_NAME, CITY, CREATED = Value("lastNameFolded"), Value("city"), Value("createdAt")
PAGES = Pages((Value("id"),))
PEOPLE = [
    {
        "id": f"ind_{number * 7 % 41:02d}",
        "lastNameFolded": (None, "schneider", "", "müller", "mueller", "z")[number % 6],
        "city": (None, "Aachen", "Zürich")[number % 3],
        "createdAt": f"2026-10-{number // 4 + 1:02d}",
        "status": "ACTIVE" if number % 10 else "MERGED",
    }
    for number in range(41)
]


@pytest.fixture(scope="module")
async def filled(engine: Engine) -> AsyncIterator[Graph]:
    async with engine.connect() as graph:
        await wipe(graph)
        await migrate(graph)
        await create(graph, PEOPLE)
        yield graph


async def create(graph: Graph, people: Sequence[dict[str, Any]]) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run("UNWIND $rows AS row CREATE (i:Individual) SET i = row", rows=people)

    await graph.write(work)


async def read(graph: Graph, page: PageOf) -> tuple[list[Place], int | None]:
    statement = PAGES.statement(page, scans_in_order=graph.scans_in_order)
    rows, total = await statement.read(graph)
    return [place for _, *place in rows], total


def in_order(keys: Sequence[Key], people: Sequence[dict[str, Any]] = PEOPLE) -> list[list[Any]]:
    """The places of all active people, as the rules say."""

    def compare(one: list[Any], other: list[Any]) -> int:
        for key, left, right in zip(keys, one, other, strict=True):
            if left != right:
                if left is None or right is None:
                    return 1 if left is None else -1
                return (1 if left > right else -1) * (-1 if key.descending else 1)
        return 0

    places = [
        [person[key.value.property] for key in keys] for person in people if person["status"] == "ACTIVE"
    ]
    return sorted(places, key=cmp_to_key(compare))


KEYS = st.builds(
    lambda values, ways: tuple(
        Key(value, way, value in (LAST_NAME, CITY), value in (LAST_NAME, CREATED))
        for value, way in zip([*values, ID], ways, strict=False)
    ),
    st.lists(st.sampled_from([LAST_NAME, CITY, CREATED]), max_size=3, unique=True),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
IN_ONE_CITY = Compare(CITY, Operator.EQUAL, "Aachen")
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@given(keys=KEYS, size=st.integers(1, 50), backwards=st.booleans())
@MANY
async def test_pages_are_the_whole_list_either_way(
    filled: Graph, keys: tuple[Key, ...], size: int, backwards: bool
) -> None:
    expected = in_order(keys)
    page = PageOf(NOW, keys, limit=size, backwards=backwards)
    found: list[Place] = []
    while True:
        places, _ = await read(filled, page)
        found += places
        if len(places) < size:
            break
        page = replace(page, before=places[-1]) if backwards else replace(page, after=places[-1])
    assert found == (expected[::-1] if backwards else expected)


@given(keys=KEYS, data=st.data(), backwards=st.booleans(), filtered=st.booleans())
@MANY
async def test_a_page_lies_between_its_places(
    filled: Graph, keys: tuple[Key, ...], data: st.DataObject, backwards: bool, filtered: bool
) -> None:
    expected = in_order(keys)
    places = st.none() | st.integers(0, len(expected) - 1)
    start, end, limit = data.draw(places), data.draw(places), data.draw(st.integers(1, 50))
    filter_: Filter = IN_ONE_CITY if filtered else PageOf(NOW).filter
    page = PageOf(
        NOW,
        keys,
        filter_,
        after=None if start is None else expected[start],
        before=None if end is None else expected[end],
        backwards=backwards,
        limit=limit,
        counted=True,
    )
    matching = {person["id"] for person in PEOPLE if not filtered or person["city"] == "Aachen"}
    inside = [
        place for place in expected[slice(None if start is None else start + 1, end)] if place[-1] in matching
    ]
    total = sum(place[-1] in matching for place in expected)
    assert await read(filled, page) == ((inside[::-1] if backwards else inside)[:limit], total)


async def test_a_place_survives_inserts_and_deletes(graph: Graph) -> None:
    keys = (Key(LAST_NAME, nullable=True, indexed=True), Key(ID))
    await create(graph, PEOPLE)
    first, _ = await read(graph, PageOf(NOW, keys, limit=10))
    here = first[-1]
    arriving = [
        {"id": f"ind_9{number}", "lastNameFolded": name, "city": None, "createdAt": "", "status": "ACTIVE"}
        for number, name in enumerate(["", "zz", None])
    ]
    await create(graph, arriving)
    gone = {place[-1] for place in first[5:]}  # Among them the place itself.

    async def leave(transaction: Transaction) -> None:
        await transaction.run("UNWIND $ids AS id MATCH (i:Individual {id: id}) DELETE i", ids=sorted(gone))

    await graph.write(leave)
    then, _ = await read(graph, PageOf(NOW, keys, after=here, limit=50))
    left = [person for person in [*PEOPLE, *arriving] if person["id"] not in gone]
    everything = in_order(keys, left)
    before = [place for place in everything if place in first or place[-1] == "ind_90"]
    assert then == [place for place in everything if place not in before]
