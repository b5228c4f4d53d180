"""A filter is true of the same individuals in the graph, on either engine, and in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    get_nullable_type,
)
from graphql.utilities import coerce_input_value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_model.filters.judging import Facts, facts_of, holds, needs
from graph_model.filters.matching import matching
from graph_model.filters.model import Filter
from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.migrations import migrate
from graph_model.reading import roots
from graph_model.reading.pages import PageOf, Pages
from resolvers.filters.conditions import Reading
from resolvers.filters.inputs import conditions
from resolvers.schema import schema
from resolvers.types.individual import Individual
from tests.servers.engine import Engine, wipe

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
WHERE = cast(GraphQLInputObjectType, schema._schema.type_map["IndividualFilter"])
FIELDS = conditions(Individual)

# Texts that tell engines apart: case, accents in both encodings, signs that patterns would take for their
# own, and a character behind the first plane. Left out are the last characters of the first plane: Neo4j's
# comparisons (not its order) put them behind those of the other planes, as UTF-16 does.
TEXTS = (
    "Anna",
    "ANNA",
    "Straße",
    "STRASSE",
    "Ångström",
    "A\u030angstro\u0308m",
    "İ",
    "%_\\.*",
    "\ud7a3",
    "😀",
)
CHARACTERS = st.characters(max_codepoint=0xD7FF, exclude_characters="\0") | st.sampled_from("😀𠮷")
DAYS = [(NOW - timedelta(days=days)).isoformat() for days in (-400, -2, 0, 1, 2, 29, 30, 31, 400)]
AMOUNTS = ("0", "9.99", "10", "100.000001", "-5", "30", "29.5", "999999999999.999999")


@dataclass(frozen=True)
class Filled:
    graph: Graph
    ids: list[str]


@pytest.fixture(scope="module")
async def filled(engine: Engine) -> AsyncIterator[Filled]:
    async with engine.connect() as graph:
        await wipe(graph)
        await migrate(graph)
        ingestion = Ingestion(graph, threshold=Threshold(), default_country=None, clock=lambda: NOW)
        await ingestion.ingest("crm", "Individual", people(), actor="test")
        await ingestion.ingest("shop", "SalesOrder", orders(), actor="test")
        await ingestion.ingest("crm", "Case", cases(), actor="test")
        rows, _ = await Pages(()).statement(PageOf(NOW, limit=100)).read(graph)
        yield Filled(graph, [id_ for (id_,) in rows])
        await ingestion.drain()


def people() -> list[dict[str, Any]]:
    """One of each text, some with much and some with next to nothing."""
    found: list[dict[str, Any]] = []
    for number, text in enumerate(TEXTS):
        person: dict[str, Any] = {"id": f"p{number}", "email": [f"p{number}@Example.com"]}
        person |= {"modifiedAt": DAYS[2 + number % 7]}
        if number % 3:
            person |= {"lastName": text, "firstName": TEXTS[-number], "birthDate": f"19{70 + number}-11-01"}
            person["email"] += [f"{name}{number}@example.org" for name in ("a", "B")[: number % 3]]
        if number % 2:
            person |= {"city": text, "country": "DE", "gender": ("FEMALE", "MALE")[number % 4 == 1]}
            person |= {"latitude": number * 7.5, "longitude": number * 15.0 - 90}
        found.append(person)
    # The same person in another source, so that there are links.
    return [*found, {"id": "twin", "email": "p1@example.com", "lastName": "Twin", "customerNumber": "K-1"}]


def orders() -> list[dict[str, Any]]:
    return [
        {
            "id": f"o{number}",
            "email": f"p{number % 7}@example.com",
            "orderedAt": DAYS[number % len(DAYS)],
            "total": AMOUNTS[number % 4],
            "currency": ("EUR", "USD")[number % 2],
            "itemCount": number % 5,
            **({"status": ("PLACED", "CANCELLED")[number % 2]} if number % 3 else {}),
        }
        for number in range(20)
    ]


def cases() -> list[dict[str, Any]]:
    return [
        {"id": f"c{number}", "email": f"p{number}@example.com", "openedAt": DAYS[number], "subject": text}
        for number, text in enumerate(TEXTS[:6])
    ]


# Filters are generated from the schema's own inputs.

NUMBERS = st.integers(-2, 6)
OPERANDS: dict[str, st.SearchStrategy[Any]] = {
    "String": st.one_of(
        st.sampled_from([*TEXTS, "", "EUR", "p1@example.com", "@ex", "crm", "shop", "lifetime_value", "K-1"]),
        st.text(CHARACTERS, max_size=3),
    ),
    "ID": st.sampled_from(["ind_nobody", "x"]),
    "Int": NUMBERS,
    "Float": st.one_of(NUMBERS, st.sampled_from([0.5, 1.0, 2.25, 0.999, 45.0])),
    "Boolean": st.booleans(),
    "DateTime": st.sampled_from(DAYS),
    "Date": st.sampled_from(["1975-11-01", "1971-11-01", "2026-11-01", "0001-01-01"]),
    "Decimal": st.sampled_from(AMOUNTS),
}
PERIODS = st.one_of(
    st.fixed_dictionaries({"days": st.sampled_from([0, 1, 29, 30, 400, 19_000])}),
    st.fixed_dictionaries({"weeks": st.sampled_from([4, 10**5]), "hours": st.just(3)}),
)
CIRCLES = st.fixed_dictionaries(
    {
        "latitude": st.sampled_from([7.5, 0, -90, 22.4]),
        "longitude": st.sampled_from([-75, 180, -44.5]),
        "metres": st.sampled_from([0.5, 100_000, 1_500_000, 30_000_000]),
    }
)


@st.composite
def inputs(draw: st.DrawFn, given_type: GraphQLInputType, depth: int) -> Any:
    """A value of an input type."""
    type_: Any = get_nullable_type(given_type)
    if isinstance(type_, GraphQLList):
        return draw(st.lists(inputs(type_.of_type, depth), max_size=3))
    if isinstance(type_, GraphQLEnumType):
        return draw(st.sampled_from(sorted(type_.values)))
    if not isinstance(type_, GraphQLInputObjectType):
        return draw(OPERANDS[type_.name])
    if type_.name == "Period":
        return draw(PERIODS)
    if type_.name == "CircleInput":
        return draw(CIRCLES)
    names = sorted(type_.fields.keys() - (DEEP if depth < 3 else set()))
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)) if depth else []
    return {name: draw(inputs(type_.fields[name].type, depth - 1)) for name in chosen}


DEEP = {
    "and",
    "or",
    "not",
    "where",
    "sourceRecords",
    "links",
    "orders",
    "cases",
    "accounts",
    "webEngagements",
}
"""Fields of inputs that hold conditions on objects again."""


RUN = settings(deadline=None, suppress_health_check=list(HealthCheck))


@given(where=inputs(WHERE, depth=4))
@settings(RUN, max_examples=60)
async def test_the_graph_and_memory_agree(filled: Filled, where: dict[str, Any]) -> None:
    await check(filled, where)


@pytest.mark.soak
@given(where=inputs(WHERE, depth=5))
@settings(RUN, max_examples=1_500)
async def test_the_graph_and_memory_agree_at_length(filled: Filled, where: dict[str, Any]) -> None:
    await check(filled, where)


async def check(filled: Filled, where: dict[str, Any]) -> None:
    """The filter holds for the same individuals wherever it is asked, and a page of it holds just these."""
    filter_ = FIELDS.read(coerce_input_value(where, WHERE), "where", Reading(lambda _: None))
    in_graph = await matching(filled.graph, filter_, filled.ids, NOW)
    assert in_graph == {
        id_ for id_, facts in (await known(filled, filter_)).items() if holds(filter_, facts, NOW)
    }
    page = PageOf(NOW, filter=filter_, limit=100, counted=True)
    rows, total = await Pages(()).statement(page).read(filled.graph)
    assert [id_ for (id_,) in rows] == sorted(in_graph)
    assert total == len(in_graph)


async def known(filled: Filled, filter_: Filter) -> dict[str, Facts]:
    """What the graph says of each individual, as far as the filter needs it."""
    shape = needs(filter_)
    rows = await roots.read_by_ids(filled.graph, roots.by_ids(shape), filled.ids)
    return {
        id_: facts_of(shape, found.row)
        for id_, found in zip(filled.ids, rows, strict=True)
        if found.row is not None
    }
