"""The embedded engine reads its index of ids in their order, which it does not promise: pages rely on it.

Should a version of it ever not do so, this fails, and `scans_in_order` has to go from `gateway/running.py`.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

from gateway.embedded.server import EmbeddedServer
from graph_model.graph import Graph, Transaction
from graph_model.migrations import migrate
from graph_model.reading.pages import PageOf, Pages
from graph_model.reading.statement import Statement

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PAGES = Pages(())
COUNT = 16_000
BATCH = 1_000


@asynccontextmanager
async def embedded(directory: Path) -> AsyncIterator[Graph]:
    """The graph in a directory, its server running."""
    server = EmbeddedServer(directory, command_timeout=60)
    address = await server.start()
    try:
        async with Graph(address.uri, address.user, address.password, address.database) as graph:
            await migrate(graph)
            yield graph
    finally:
        await server.stop()


async def write(graph: Graph, statement: LiteralString, rows: Sequence[Any]) -> None:
    """Run a statement for all of these `$rows`, in batches."""

    async def work(transaction: Transaction) -> None:
        await transaction.run(statement, rows=batch)

    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        await graph.write(work)


async def ids(graph: Graph, page: PageOf) -> list[str]:
    """The ids on a page that is not sorted."""
    statement: Statement = PAGES.statement(page, scans_in_order=True)
    assert "ORDER" not in statement.text
    rows, _ = await statement.read(graph)
    return [id_ for (id_,) in rows]


async def check(graph: Graph, active: set[str]) -> None:
    """That all of them come in order, at once, in pages, and between any two of them."""
    expected = sorted(active)
    assert await ids(graph, PageOf(NOW, limit=COUNT)) == expected
    chance = random.Random(len(active))
    for size in (1, 100, 1_000):
        for start in [0, len(expected) - size - 1, *(chance.randrange(len(expected)) for _ in range(10))]:
            after = [expected[start]]
            following = expected[start + 1 :]
            assert await ids(graph, PageOf(NOW, after=after, limit=size)) == following[:size]
            before = following[size // 2 : size // 2 + 1] or None
            window = following[: size // 2] if before else following[:size]
            assert await ids(graph, PageOf(NOW, after=after, before=before, limit=size)) == window


async def test_pages_by_id_come_in_order_without_being_sorted(tmp_path: Path) -> None:
    chance = random.Random(5)
    # Long ones, so that the index has many pages and is compacted.
    everybody = [f"ind_{number:0200}" for number in range(COUNT)]
    chance.shuffle(everybody)
    early, late = everybody[: COUNT * 2 // 3], everybody[COUNT * 2 // 3 :]
    async with embedded(tmp_path) as graph:
        assert await ids(graph, PageOf(NOW, limit=COUNT)) == []
        await write(graph, _CREATE, early)
        await check(graph, set(early))

        deleted, merged, renamed = (set(chance.sample(early, COUNT // 5)) for _ in range(3))
        await write(graph, "UNWIND $rows AS id MATCH (i:Individual {id: id}) DETACH DELETE i", [*deleted])
        await write(
            graph, "UNWIND $rows AS id MATCH (i:Individual {id: id}) SET i.status = 'MERGED'", [*merged]
        )
        await write(graph, _RENAME, [*renamed])
        await write(graph, _CREATE, late)
        active = {*everybody} - deleted - merged
        await check(graph, active)
    async with embedded(tmp_path) as graph:
        await check(graph, active)
        await write(graph, _CREATE, [*deleted])
        await check(graph, active | deleted)


_CREATE: LiteralString = "UNWIND $rows AS id CREATE (:Individual {id: id, status: 'ACTIVE'})"
# So much longer that it does not stay where it was.
_RENAME: LiteralString = """
UNWIND $rows AS id MATCH (i:Individual {id: id})
SET i.displayName = reduce(name = 'Ada', n IN range(1, 100) | name + ' Lovelace')
"""
