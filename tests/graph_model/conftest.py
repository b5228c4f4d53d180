"""An ingestion on the graph under test, with a clock that stands until it is moved."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import settings

from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from tests.graph_model.populations import START

# A busy machine is no failure.
settings.register_profile("patient", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("patient")


class Clock:
    """Tells the time that it was last set to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ingestion(graph: Graph, clock: Clock) -> Ingestion:
    return Ingestion(graph, threshold=Threshold(lifetime_value=500, silent_days=180), clock=clock)
