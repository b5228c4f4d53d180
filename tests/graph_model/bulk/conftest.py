from __future__ import annotations

from pathlib import Path

import pytest

from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.uploads import Uploads
from tests.graph_model.bulk.files import Files


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", quota=100_000_000)


@pytest.fixture
def files(graph: Graph, ingestion: Ingestion, uploads: Uploads) -> Files:
    return Files(graph, ingestion, uploads)
