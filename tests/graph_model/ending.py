"""Waiting for a job's end."""

from __future__ import annotations

from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from graph_model.graph import Graph
from graph_model.jobs import store
from graph_model.jobs.model import FINAL, Job


async def ended(graph: Graph, id_: str, *, within: float = 30) -> Job:
    """The job, once it has ended. Raises RetryError when it takes longer than so many seconds."""

    async def look() -> Job | None:
        job = await store.find(graph, id_)
        return job if job is not None and job.state in FINAL else None

    waiting = AsyncRetrying(
        retry=retry_if_result(lambda job: job is None), wait=wait_fixed(0.02), stop=stop_after_delay(within)
    )
    job: Job | None = await waiting(look)
    assert job is not None
    return job
