from __future__ import annotations
import os
from random import Random
import pytest
from graph_model.graph import Graph
from graph_model.migrations import migrate
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from tests.servers.engine import wipe
from tests.graph_model.populations import *
from tests.graph_model.snapshots import snapshot


@pytest.mark.parametrize("seed", range(int(os.environ.get("S0", "0")), int(os.environ.get("S1", "10"))))
@pytest.mark.parametrize("cap", [60, 2])
async def test_x(graph: Graph, seed: int, cap: int, monkeypatch) -> None:
    monkeypatch.setattr("graph_model.identity.resolve.GENERIC_CAP", cap)
    random = Random(seed)
    sent = population(random)
    reference = None
    for n in range(3):
        if n:
            await wipe(graph)
            await migrate(graph)
        i = Ingestion(graph, threshold=Threshold(), clock=lambda: day(0))
        batches = [sent] if n == 0 else shuffled(random, sent)
        for b in batches:
            await send(i, b)
        s = await snapshot(graph)
        if reference is None:
            reference = s
        assert s == reference
