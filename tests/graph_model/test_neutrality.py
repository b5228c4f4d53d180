"""The same records give the same people, whatever the order, the batches and the number of writers.

Of the seeds at least one notices each thing that was left out on trial: locks, re-decided identifiers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph_model.graph import Graph
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.rulesets.model import Ruleset
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.migrations import migrate
from tests.graph_model import profiles
from tests.graph_model.conftest import Clock
from tests.graph_model.oracle import expected
from tests.graph_model.populations import START, Sent, order, person, population, send, shuffled
from tests.graph_model.rulesets import SMALL_CAPS, use
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.servers.engine import Engine, empty, wipe


async def resolved(graph: Graph, ingestion: Ingestion, batches: Sequence[Sequence[Sent]]) -> Snapshot:
    """What comes of the batches in an empty graph, after checking that no id was ever lost."""
    await wipe(graph)
    await migrate(graph)
    known: set[str] = set()
    for batch in batches:
        known |= {result.individual_id for result in await send(ingestion, batch) if result.individual_id}
        found = await profiles.by_ids(graph, sorted(known))
        assert found.keys() | await profiles.gone(graph, sorted(known)) == known
    return await snapshot(graph)


@pytest.fixture(scope="module")
async def shared(engine: Engine) -> AsyncIterator[Graph]:
    """A graph for many examples, which begin without records."""
    async with engine.connect() as graph:
        await wipe(graph)
        await migrate(graph)
        yield graph


SMALLEST_CAPS = SMALL_CAPS.model_copy(update={"name": "smallest caps", "key_cap": 2})
RULESETS = {ruleset.name: ruleset for ruleset in (DEFAULT, SMALL_CAPS, SMALLEST_CAPS)}
# Populations are small enough to be read as they are, and to shrink them would take long.
AT_LENGTH = settings(
    max_examples=300,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
BRIEFLY = settings(AT_LENGTH, max_examples=8, derandomize=True)


async def check_neutrality(graph: Graph, ruleset: Ruleset, random: Random) -> None:
    """Whatever the order and the batches, what is in the graph is what the records come to, from scratch."""
    ingestion = Ingestion(graph, threshold=Threshold(lifetime_value=500, silent_days=180), clock=Clock())
    sent = population(random, deleted=0.25)
    snapshots: list[Snapshot] = []
    for batches in ([sent], shuffled(random, sent)):
        await empty(graph)
        await use(graph, ruleset)
        for batch in batches:
            await send(ingestion, batch)
        snapshots.append(await snapshot(graph))
        found = await expected(graph)
        assert snapshots[-1].matches == found.matches
        assert snapshots[-1].golden == found.individuals
    assert snapshots[1] == snapshots[0]


@given(st.sampled_from(sorted(RULESETS)), st.integers(0, 10**6))
@BRIEFLY
async def test_the_order_the_batches_updates_and_deletions_do_not_matter(
    shared: Graph, ruleset: str, seed: int
) -> None:
    await check_neutrality(shared, RULESETS[ruleset], Random(seed))


@pytest.mark.soak
@given(st.sampled_from(sorted(RULESETS)), st.integers(0, 10**6))
@AT_LENGTH
async def test_nor_do_they_at_length(shared: Graph, ruleset: str, seed: int) -> None:
    await check_neutrality(shared, RULESETS[ruleset], Random(seed))


@pytest.mark.parametrize("seed", range(3))
async def test_no_id_is_lost_on_the_way(graph: Graph, ingestion: Ingestion, seed: int) -> None:
    random = Random(seed)
    await resolved(graph, ingestion, shuffled(random, population(random, deleted=0.25)))


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
