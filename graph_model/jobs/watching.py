"""Watching jobs as they go, whichever process runs them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import LiteralString

import structlog

from graph_model.errors import GatewayError
from graph_model.graph import Graph
from graph_model.jobs import store
from graph_model.jobs.lifecycle import NOT_FOUND
from graph_model.jobs.model import FINAL, Job
from graph_model.jobs.rows import ROW, job_of

_WATCHED: LiteralString = "UNWIND $ids AS id MATCH (j:Job {id: id}) RETURN collect(" + ROW + ")"

_log = structlog.get_logger(__name__)


class Watch:
    """Reads the jobs that somebody watches, all in one statement: every `poll` seconds, and at once when this
    process has done something for a job (`wake`). While nobody watches it reads nothing."""

    def __init__(self, graph: Graph, *, poll: float = 1.0) -> None:
        self._graph = graph
        self._poll = poll
        self._watched: Counter[str] = Counter()
        self._latest: dict[str, Job | None] = {}
        self._wake = asyncio.Event()
        self._begun = asyncio.Event()
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Look at the jobs now."""
        self._wake.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            if not self._watched:
                self._begun.clear()
                await self._begun.wait()
            self._wake.clear()
            try:
                await self._look()
            except GatewayError as error:
                _log.warning("jobs_unreadable", code=error.code)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._wake.wait()

    async def follow(self, id_: str) -> AsyncGenerator[Job, None]:
        """The job as it is, and again whenever it has changed, until it has ended or is deleted; of changes
        that follow each other quickly only the last. Raises BadInput if there is no such job."""
        self._watched[id_] += 1
        self._begun.set()
        try:
            job = await store.find(self._graph, id_)
            if job is None:
                raise NOT_FOUND
            while True:
                yield job
                if job.state in FINAL:
                    return
                while (found := self._latest.get(id_, job)) == job:
                    await self._news.wait()
                if found is None:
                    return
                job = found
        finally:
            self._watched[id_] -= 1
            if not self._watched[id_]:
                del self._watched[id_]
                self._latest.pop(id_, None)

    async def _look(self) -> None:
        ids = list(self._watched)
        found = {job.id: job for job in map(job_of, await self._graph.read(_WATCHED, ids=ids))}
        self._latest = {id_: found.get(id_) for id_ in ids if id_ in self._watched}
        self._news.set()
        self._news = asyncio.Event()
