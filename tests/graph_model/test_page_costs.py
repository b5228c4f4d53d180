"""A page costs as much among many as among few, far in as at the start.

On Neo4j that is told by what a page touches, the same in every run; on the embedded engine by the time.
`make bench-pages` measures both in time, among far more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from neo4j import GraphDatabase, Session

from graph_model.graph import Graph, Transaction
from graph_model.migrations import migrate
from graph_model.reading.pages import ID, Key, PageOf, Pages
from graph_model.reading.shape import Value
from graph_model.reading.statement import Statement
from tests.servers.engine import Engine, wipe

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FEW, MANY = 2_000, 20_000
BATCH = 2_000
PAGES = Pages((Value("displayName"), Value("emails")))
ORDERS = [(Key(ID, descending),) for descending in (False, True)] + [
    (Key(Value(value), descending, value.endswith("Folded"), indexed=True), Key(ID, descending))
    for value in ("displayNameFolded", "lastNameFolded", "createdAt", "updatedAt")
    for descending in (False, True)
]


def person(number: int) -> dict[str, Any]:
    """Every tenth has no name, many share a family name, and all were updated at the same moment."""
    name = f"ada {number * 31 % 100_003:06}" if number % 10 else None
    return {
        "id": f"ind_{number * 7919 % 1_000_003:07}",
        "status": "ACTIVE" if number % 50 != 1 else "MERGED",
        "displayName": name,
        "displayNameFolded": name,
        "lastNameFolded": name and f"last {number % 40:02}",
        "emails": [f"{number}@mail.example"],
        "createdAt": f"2026-10-01T00:00:00.{number * 17 % 1_000_003:07}Z",
        "updatedAt": "2026-10-01T00:00:00.000000Z",
    }


async def create(graph: Graph, first: int, last: int) -> None:
    """Write the people of these numbers."""

    async def work(transaction: Transaction) -> None:
        await transaction.run("UNWIND $rows AS row CREATE (i:Individual) SET i = row", rows=people)

    for start in range(first, last, BATCH):
        people = [person(number) for number in range(start, min(start + BATCH, last))]
        await graph.write(work)


def pages(keys: tuple[Key, ...]) -> Iterator[tuple[str, PageOf]]:
    """Pages in an order, by where they lie: at an end, and in the midst."""
    ordered = ", ".join(f"{key.value.property}{' DESC' * key.descending}" for key in keys)
    somebody = person(FEW // 2 + 3)
    place = [somebody[key.value.property] for key in keys]
    yield f"the first by {ordered}", PageOf(NOW, keys, limit=100)
    yield f"after one by {ordered}", PageOf(NOW, keys, limit=100, after=place)
    yield f"the last by {ordered}", PageOf(NOW, keys, limit=100, backwards=True)
    yield f"before one by {ordered}", PageOf(NOW, keys, limit=100, before=place, backwards=True)


def touched(session: Session, statement: Statement) -> int:
    """How often a statement went to the store."""
    result = session.run(f"PROFILE {statement.text}", statement.parameters)
    result.single(strict=True)
    plans = [result.consume().profile]
    hits = 0
    while plans:
        plan = plans.pop() or {}
        hits += plan.get("dbHits", 0)
        plans += plan.get("children", [])
    assert hits > 0
    return hits


async def test_on_neo4j_any_page_by_an_indexed_value_costs_the_same(neo4j_engine: Engine) -> None:
    auth = (neo4j_engine.user, neo4j_engine.password)
    costs = []
    async with neo4j_engine.connect() as graph:
        await wipe(graph)
        await migrate(graph)
        with (
            GraphDatabase.driver(neo4j_engine.uri, auth=auth) as driver,
            driver.session(database=neo4j_engine.database) as session,
        ):
            for first, last in ((0, FEW), (FEW, MANY)):
                await create(graph, first, last)
                # It plans by samples, which it would take later.
                session.run("CALL db.prepareForReplanning()").consume()
                costs.append(
                    {
                        name: touched(session, PAGES.statement(page))
                        for keys in ORDERS
                        for name, page in pages(keys)
                    }
                )
        await wipe(graph)
    few, many = costs
    assert {name: (few[name], cost) for name, cost in many.items() if cost > 1.5 * few[name]} == {}
    # Nor do few only cost as much because all of them are read: those without a name are every tenth.
    assert max(many.values()) < 5_000


async def test_on_the_embedded_engine_any_page_onwards_by_id_costs_the_same(embedded_engine: Engine) -> None:
    async with embedded_engine.connect() as graph:
        await wipe(graph)
        await migrate(graph)
        await create(graph, 0, FEW)
        (few,) = await quickest(graph, PageOf(NOW, limit=100))
        await create(graph, FEW, MANY)
        far = [person(MANY - 1)["id"]]
        many = await quickest(graph, PageOf(NOW, limit=100), PageOf(NOW, limit=100, after=far))
        await wipe(graph)
    # What sorts takes eight times as long.
    assert max(many) < 3 * few


async def quickest(graph: Graph, *pages: PageOf) -> list[float]:
    """The seconds that each page takes when nothing else meets it."""
    statements = [PAGES.statement(page, scans_in_order=graph.scans_in_order) for page in pages]
    seconds: list[list[float]] = [[] for _ in statements]
    for _ in range(40):
        for statement, times in zip(statements, seconds, strict=True):
            began = perf_counter()
            await statement.read(graph)
            times.append(perf_counter() - began)
    return [min(times) for times in seconds]
