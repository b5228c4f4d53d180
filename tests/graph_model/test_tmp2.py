from __future__ import annotations
import asyncio, time
from contextlib import AsyncExitStack
from random import Random
import pytest
from graph_model.graph import Graph
from graph_model.migrations import migrate
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from tests.servers.engine import wipe, Engine
from tests.graph_model.populations import *
from tests.graph_model.snapshots import snapshot


@pytest.mark.parametrize("seed", range(12))
async def test_x(graph: Graph, engine: Engine, seed: int, monkeypatch) -> None:
    random = Random(seed)
    sent = population(random, records=10, objects=6)
    i = Ingestion(graph, threshold=Threshold(), clock=lambda: day(0))
    await send(i, sent)
    ref = await snapshot(graph)
    await wipe(graph)
    await migrate(graph)
    t = time.time()
    async with AsyncExitStack() as stack:
        graphs = [await stack.enter_async_context(engine.connect()) for _ in range(4)]

        async def writer(g, part):
            i = Ingestion(g, threshold=Threshold(), clock=lambda: day(0))
            for s in part:
                await send(i, [s])

        mixed = random.sample(sent, len(sent))
        await asyncio.gather(*(writer(g, mixed[n::4]) for n, g in enumerate(graphs)))
    print(engine.name, len(sent), time.time() - t)
    s = await snapshot(graph)
    assert s == ref
