"""Running the job that normalises anew what is stored."""

from __future__ import annotations

from graph_model.graph import Graph
from graph_model.identity.normalise import NORMALISER_VERSION
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.normalising_job import NormaliseRecords, ask_for_it
from graph_model.jobs import store as jobs
from graph_model.jobs.listing import newest
from graph_model.jobs.model import JobKind, JobState
from graph_model.jobs.runner import Run
from tests.graph_model.populations import START


async def normalise(graph: Graph, ingestion: Ingestion) -> None:
    """Run the job that the gateway asks for at its start."""
    assert await ask_for_it(graph, now=START) is True
    assert await ask_for_it(graph, now=START) is False
    (job,) = await newest(graph, limit=1, kinds=[JobKind.NORMALISE_RECORDS])
    leased = await jobs.lease(graph, job.id, owner="one", now=START, seconds=60)
    assert leased is not None
    run = Run(graph, leased, owner="one", clock=lambda: START, lease_seconds=60, on_commit=lambda: None)
    result = await NormaliseRecords(ingestion.exclusively, page=3)(run)
    await run.finish(JobState.JOB_COMPLETE, result=result)
    assert result == {"normaliser": NORMALISER_VERSION}
    assert await ask_for_it(graph, now=START) is False
