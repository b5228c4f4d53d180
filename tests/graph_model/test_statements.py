"""What things cost in statements: a batch as much as a record, a page of people as much as one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from graph_model.graph import Graph
from graph_model.identity.lookup import parse_identifier
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.metadata import catalogue
from graph_model.metadata.objects import IdentifierType
from tests.graph_model import profiles
from tests.graph_model.conftest import Clock
from tests.graph_model.counting import CountingGraph
from tests.graph_model.populations import Sent, invented_name, order, person, send, visit
from tests.servers.engine import Engine


@pytest.fixture
async def counting(graph: Graph, engine: Engine) -> AsyncIterator[CountingGraph]:
    """A counting connection to the graph under test."""
    async with CountingGraph(engine) as counting:
        yield counting


def households(first: int, last: int) -> list[Sent]:
    """People with two records, a phone that is shared, an order and a device."""
    return [
        sent
        for number in range(first, last)
        for name in (invented_name(number),)
        for email, phone in (
            (f"{name}@mail.example".lower(), f"+49 30 {number * 7_919_777 % 9_000_000 + 10**6}"),
        )
        for sent in (
            person(f"a{number}", email=email, phone=phone, firstName="Ada", lastName=name),
            person(f"b{number}", email=email, deviceId=f"device-{number}"),
            person(f"c{number}", phone=phone, firstName="Otto", lastName=name),
            order(f"{number}", email=email, ordered=-200, total="700.00"),
            visit(f"{number}", deviceId=f"device-{number}"),
        )
    ]


def cost(counting: CountingGraph) -> int:
    """How many statements ran, but for the catalogue's, which is looked at once a second in any case."""
    return sum("Catalogue" not in statement for statement in counting.statements)


async def test_a_batch_costs_as_many_statements_as_a_household(
    counting: CountingGraph, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine a second may end within a batch, which waits for the catalogue then, and is two.
    monkeypatch.setattr(catalogue, "FRESH", 3_600)
    ingestion = Ingestion(counting, threshold=Threshold(), clock=clock)
    await send(ingestion, households(80, 81))
    costs = []
    for batch in (households(0, 1), households(1, 41), households(50, 51), households(60, 80)):
        counting.statements.clear()
        await send(ingestion, batch)
        costs.append(cost(counting))
    assert len(set(costs)) == 1, costs
    assert costs[0] <= 30
    counting.statements.clear()
    await send(ingestion, households(0, 20))
    assert cost(counting) <= 7


async def test_every_read_of_profiles_is_one_statement(counting: CountingGraph, ingestion: Ingestion) -> None:
    results = await send(ingestion, households(0, 20))
    ids = sorted({result.individual_id for result in results if result.individual_id})
    email = parse_identifier(IdentifierType.EMAIL, f"{invented_name(7)}@mail.example", None)
    assert len(await profiles.page(counting, after="", limit=100)) == len(ids)
    assert (await profiles.by_ids(counting, ids)).keys() == set(ids)
    assert await profiles.by_identifier(counting, email) is not None
    assert len(counting.statements) == 3
