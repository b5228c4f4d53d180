"""The same records give the same people, whatever the order, the batches and the number of writers.

Of the seeds at least one notices each thing that was left out on trial: locks, re-decided identifiers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from random import Random

import pytest

from graph_model.graph import Graph
from graph_model.identity import resolve
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.migrations import migrate
from tests.graph_model import profiles
from tests.graph_model.conftest import Clock
from tests.graph_model.populations import START, Sent, order, person, population, send, shuffled
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.servers.engine import Engine, wipe


async def resolved(graph: Graph, ingestion: Ingestion, batches: Sequence[Sequence[Sent]]) -> Snapshot:
    """What comes of the batches in an empty graph, after checking that no id was ever lost."""
    await wipe(graph)
    await migrate(graph)
    known: set[str] = set()
    for batch in batches:
        known |= {result.individual_id for result in await send(ingestion, batch) if result.individual_id}
        assert (await profiles.by_ids(graph, sorted(known))).keys() == known
    return await snapshot(graph)


@pytest.mark.parametrize("seed", range(3))
async def test_the_order_and_the_batches_do_not_matter(graph: Graph, ingestion: Ingestion, seed: int) -> None:
    random = Random(seed)
    sent = population(random)
    expected = await resolved(graph, ingestion, [sent])
    assert await resolved(graph, ingestion, shuffled(random, sent)) == expected


@pytest.mark.parametrize("seed", [13, 28])
async def test_nor_do_they_where_identifiers_cross_the_cap_in_both_directions(
    graph: Graph, ingestion: Ingestion, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve, "GENERIC_CAP", 2)
    random = Random(seed)
    sent = population(random)
    expected = await resolved(graph, ingestion, [sent])
    assert await resolved(graph, ingestion, shuffled(random, sent)) == expected


async def test_nor_does_the_number_of_writers(
    graph: Graph, engine: Engine, ingestion: Ingestion, clock: Clock
) -> None:
    """Each writer is a process of its own as far as Neo4j can see; the embedded engine has one process
    only, whose callers share a queue."""
    random = Random(7)
    sent = population(random, records=12, objects=8)
    expected = await resolved(graph, ingestion, [sent])
    await wipe(graph)
    await migrate(graph)
    mixed = random.sample(sent, len(sent))
    async with AsyncExitStack() as stack:
        writers = [ingestion] * 3
        if engine.name == "neo4j":
            graphs = [await stack.enter_async_context(engine.connect()) for _ in writers]
            writers = [Ingestion(each, threshold=Threshold(), clock=clock) for each in graphs]

        async def write(writer: Ingestion, part: Sequence[Sent]) -> None:
            for record in part:
                await send(writer, [record])

        parts = [mixed[place :: len(writers)] for place in range(len(writers))]
        await asyncio.gather(*(write(*each) for each in zip(writers, parts, strict=True)))
    assert await snapshot(graph) == expected


async def test_nor_does_it_when_the_clock_is_looked_at(
    graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    """Thresholds are swept, in between and at the same time, as days pass between the records."""
    sent = [
        record
        for number in range(6)
        for email in (f"{number}@mail.example",)
        for record in (
            person(f"{number}", email=email),
            order(f"{number}", email=email, ordered=-10 * number, total="700.00"),
        )
    ]
    clock.now = end = START + timedelta(days=20 * len(sent))
    expected = await resolved(graph, ingestion, [sent])
    await wipe(graph)
    await migrate(graph)
    clock.now = START

    async def write() -> None:
        for record in sent:
            await send(ingestion, [record])
            clock.now += timedelta(days=20)

    async def sweep(until: asyncio.Task[None]) -> int:
        written = 0
        while not until.done():
            written += await ingestion.sweep()
        return written

    writing = asyncio.create_task(write())
    assert await sweep(writing) > 0
    await writing
    assert clock.now == end
    await ingestion.sweep()
    assert await snapshot(graph) == expected
