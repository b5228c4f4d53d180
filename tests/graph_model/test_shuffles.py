"""Populations as they are: three fixed shuffles of each give identical partitions and evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from random import Random

import pytest

from benchmarks.matching.datasets import DATA, Labelled, load
from benchmarks.people import people
from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.migrations import migrate
from graph_model.records.model import Outcome
from tests.graph_model.oracle import expected
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.servers.engine import Engine, empty, wipe

SHUFFLES = range(3)
SIZES = (1, 7, 50, 200)


@pytest.fixture(scope="module")
async def shared(engine: Engine) -> AsyncIterator[Graph]:
    async with engine.connect() as graph:
        await wipe(graph)
        await migrate(graph)
        yield graph


async def ingested(graph: Graph, records: Sequence[Labelled], random: Random) -> Snapshot:
    """What comes of the records, shuffled, in requests of all sizes. A third of them come in an earlier
    version first, which knows no more than the name."""
    ingestion = Ingestion(graph, threshold=Threshold())
    await empty(graph)
    order = random.sample(records, len(records))
    while order:
        batch, order = order[: (size := random.choice(SIZES))], order[size:]
        for source, object_name in sorted({(each.source, each.object) for each in batch}):
            sent = [each.record for each in batch if (each.source, each.object) == (source, object_name)]
            later = [{**record, "modifiedAt": "2026-01-02T00:00:00Z"} for record in sent]
            early = [
                {"id": record["id"], "modifiedAt": "2026-01-01T00:00:00Z", "lastName": record["lastName"]}
                for record in sent
                if "lastName" in record and random.random() < 1 / 3
            ]
            for version in (early, later):
                results = await ingestion.ingest(source, object_name, version, actor="tester")
                assert [result for result in results if result.outcome is Outcome.REJECTED] == []
    return await snapshot(graph)


async def check_shuffles(graph: Graph, records: Sequence[Labelled]) -> None:
    first, *others = [await ingested(graph, records, Random(seed)) for seed in SHUFFLES]
    for other in others:
        assert other.partition == first.partition
        assert other == first
    wanted = await expected(graph)
    assert first.matches == wanted.matches
    assert first.golden == wanted.individuals


async def test_three_shuffles_of_households_are_the_same_people(shared: Graph) -> None:
    known = [Labelled(record, source, "Individual", person) for record, source, person in people(160, seed=4)]
    await check_shuffles(shared, known)


@pytest.mark.soak
@pytest.mark.parametrize("name", ["fake_1000", "febrl3"])
async def test_three_shuffles_of_a_labelled_set_are_the_same_people(shared: Graph, name: str) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"{name} is not in {DATA}")
    await check_shuffles(shared, load(name))
