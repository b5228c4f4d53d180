"""Many writers at once, over two gateway processes: nobody becomes two people, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from benchmarks.people import Known, people
from graph_model.graph import Graph
from graph_model.ingestion.ingestion import MAX_RECORDS, Ingestion
from graph_model.insights.model import Threshold
from graph_model.migrations import migrate
from tests.graph_model.oracle import expected
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.servers.engine import Engine, empty, wipe
from tests.servers.gateway import GatewayProcess

WRITERS = 64
GATEWAYS = 2


@pytest.fixture
async def graph(neo4j_engine: Engine) -> AsyncIterator[Graph]:
    """An empty graph that several processes may share: an embedded one belongs to one process."""
    async with neo4j_engine.connect() as graph:
        await wipe(graph)
        await migrate(graph)
        yield graph


async def serially(graph: Graph, known: Sequence[Known]) -> Snapshot:
    """What one writer makes of the records, request after request."""
    ingestion = Ingestion(graph, threshold=Threshold())
    for source in sorted({each.source for each in known}):
        records = [each.record for each in known if each.source == source]
        for start in range(0, len(records), MAX_RECORDS):
            batch = records[start : start + MAX_RECORDS]
            await ingestion.ingest(source, "Individual", batch, actor="tester")
    return await snapshot(graph)


async def at_once(graph: Graph, engine: Engine, known: Sequence[Known], directory: Path) -> Snapshot:
    """What many writers make of them, each sending its share record by record to one of the gateways."""
    async with AsyncExitStack() as stack:
        gateways = []
        for number in range(GATEWAYS):
            (place := directory / f"gateway-{number}").mkdir()
            gateways.append(await GatewayProcess.start(place, engine.environment()))
            stack.push_async_callback(gateways[-1].stop)

        async def write(writer: int) -> None:
            for record, source, _ in known[writer::WRITERS]:
                await gateways[writer % GATEWAYS].ingest(source, "Individual", record)

        await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    return await snapshot(graph)


async def check_writers(graph: Graph, engine: Engine, records: int, directory: Path) -> None:
    known = Random(records).sample(
        [
            each._replace(record={"modifiedAt": "2026-01-01T00:00:00Z", **each.record})
            for each in people(records)
        ],
        records,
    )
    one = await serially(graph, known)
    await empty(graph)
    many = await at_once(graph, engine, known, directory)
    assert many.partition == one.partition
    assert many == one
    wanted = await expected(graph)
    assert (many.matches, many.golden) == (wanted.matches, wanted.individuals)


async def test_64_writers_over_two_gateways_make_the_people_that_one_makes(
    graph: Graph, neo4j_engine: Engine, tmp_path: Path
) -> None:
    await check_writers(graph, neo4j_engine, 3 * WRITERS, tmp_path)


@pytest.mark.soak
async def test_so_they_do_with_thousands_of_records(
    graph: Graph, neo4j_engine: Engine, tmp_path: Path
) -> None:
    await check_writers(graph, neo4j_engine, 50 * WRITERS, tmp_path)
