"""Jobs that ingest files, as tests make and run them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson

from graph_model.graph import Graph
from graph_model.ingestion.bulk import actions
from graph_model.ingestion.bulk.job import IngestFiles
from graph_model.ingestion.bulk.model import Assignment, Counts, Reached
from graph_model.ingestion.formats.model import Format
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.uploads import Uploads
from graph_model.jobs.model import Job, JobKind
from graph_model.jobs.runner import Runner
from graph_model.metadata.catalogue import Catalogues
from graph_model.records.model import Mode
from tests.graph_model.ending import ended
from tests.graph_model.populations import START


class Files:
    """Uploads files and runs the jobs that they are for; `options` go to the work."""

    def __init__(self, graph: Graph, ingestion: Ingestion, uploads: Uploads, **options: Any) -> None:
        self.graph = graph
        self.uploads = uploads
        self.catalogues = Catalogues(graph)
        self.work = IngestFiles(ingestion, self.catalogues, uploads, **options)

    async def opened(
        self,
        *parts: bytes,
        source: str = "crm",
        object_name: str = "Individual",
        mode: Mode = Mode.UPSERT,
        format: Format = Format.NDJSON,
        **options: Any,
    ) -> Job:
        """An open job with these parts."""
        assignment = Assignment(source, object_name, mode, format, **options)
        job = await actions.create(
            self.graph, self.catalogues, self.uploads, assignment, actor="tester", now=START
        )
        for number, content in enumerate(parts, start=1):
            await self.uploads.write(job.id, number, _once(content))
        return job

    async def completed(self, *parts: bytes, now: datetime = START, **options: Any) -> Job:
        """A job with these parts, ready to be run, which came in at that time."""
        job = await self.opened(*parts, **options)
        return await actions.complete(self.graph, self.uploads, job.id, now=now)

    async def run(self, id_: str, *, clock: Any = None, within: float = 60) -> Job:
        """The job at its end."""
        runner = self.runner(clock)
        running = asyncio.create_task(runner.run())
        try:
            return await ended(self.graph, id_, within=within)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    def runner(self, clock: Any = None) -> Runner:
        """What runs the jobs."""
        options = {} if clock is None else {"clock": clock}
        return Runner(self.graph, {JobKind.INGEST: self.work}, poll=0.05, holder=self.uploads.id, **options)

    async def ingest(self, *parts: bytes, **options: Any) -> Job:
        """A job that ran."""
        return await self.run((await self.completed(*parts, **options)).id)


def counts(job: Job) -> Counts:
    """What became of the rows."""
    return Reached.of(job.progress.resume_point).counts


def lines(rows: Iterable[Any]) -> bytes:
    """Rows as NDJSON."""
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def people(count: int, *, start: int = 0, modified_at: datetime | None = None) -> list[dict[str, Any]]:
    """So many records, every two of which are one person."""
    return [
        {"id": f"B-{number}", "firstName": "Kim", "email": f"kim{number // 2}@example.com"}
        | ({} if modified_at is None else {"modifiedAt": modified_at.isoformat()})
        for number in range(start, start + count)
    ]


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
