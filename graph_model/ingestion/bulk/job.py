"""The job that stores files: while a chunk is being committed, the next rows are read and prepared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from graph_model.errors import BadInput, GatewayError
from graph_model.identity.anticipation import anticipate
from graph_model.ingestion.bulk.model import Assignment, Position, Reached
from graph_model.ingestion.bulk.reading import Item, Load, Reader, Wanted
from graph_model.ingestion.bulk.sending import received, sending_reader
from graph_model.ingestion.bulk.storing import Storing
from graph_model.ingestion.bulk.touched import Touched
from graph_model.ingestion.formats.model import Format, Limits
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.preparing import catalogue_for
from graph_model.ingestion.uploads import Uploads
from graph_model.jobs.runner import Run
from graph_model.metadata.catalogue import Catalogue, Catalogues
from graph_model.metadata.objects import Category
from graph_model.metadata.registry import Registry
from graph_model.observer import Observer
from graph_model.workers import Companion

CHUNK = 500
"""Rows in one transaction, of what is compared with others."""
LARGE_CHUNK = 2_000
"""Rows of anything else."""
SHARED_CHUNK = 100
"""Rows in one transaction while other writers wait for their turn."""
APART = 8_000_000
"""Bytes of files from which on a process of its own reads them: it takes seconds to start."""

TOUCHED = "touched"
"""The file beside a job's parts that counts individuals."""

Ask: TypeAlias = Callable[[Wanted, Registry], Awaitable[Load]]
"""Reads a load, whose rows are prepared by that registry."""


class IngestFiles:
    """Stores the rows of a job's parts, in order, in chunks: each is one transaction with the job's progress,
    so that it goes on behind the last one whatever ends this process, and every other writer has its turn
    between two. A file that cannot be read on ends the job as failed; what came before stays stored.
    """

    def __init__(
        self,
        ingestion: Ingestion,
        catalogues: Catalogues,
        uploads: Uploads,
        *,
        default_country: str | None = None,
        limits: Limits | None = None,
        observer: Observer | None = None,
        chunk: int = CHUNK,
        large_chunk: int = LARGE_CHUNK,
        shared_chunk: int = SHARED_CHUNK,
        apart: int = APART,
    ) -> None:
        self._ingestion = ingestion
        self._catalogues = catalogues
        self._uploads = uploads
        self._default_country = default_country
        self._limits = limits or Limits()
        self._observer = observer
        self._chunk = chunk
        self._large_chunk = large_chunk
        self._shared_chunk = shared_chunk
        self._apart = apart

    async def __call__(self, run: Run) -> dict[str, Any]:
        assignment = Assignment.of(run.job.input)
        reached = Reached.of(run.progress.resume_point)
        paths = await self._paths(run.job.id, assignment)
        # Whatever was registered before the upload was complete is known.
        await self._catalogues.renew()
        with Touched(self._uploads.folder(run.job.id) / TOUCHED, reached.counts.rows) as touched:
            storing = Storing(
                run,
                assignment,
                touched,
                self._ingestion,
                default_country=self._default_country,
                observer=self._observer,
            )
            async with self._reading(run, assignment, reached, paths) as ask:

                async def read(wanted: Wanted, registry: Registry) -> Load:
                    load = await ask(wanted, registry)
                    await _anticipate(run, load)
                    return load

                await self._store_all(assignment, storing, read)
        return storing.reached.as_resume_point()

    async def abandon(self, run: Run) -> None:
        """What was stored stays."""

    async def _paths(self, job_id: str, assignment: Assignment) -> list[Path]:
        found = {part.number: part for part in await self._uploads.parts(job_id)}
        for number, size in assignment.parts:
            if number not in found or found[number].size != size:
                raise BadInput(f"Part {number} of the job is not there any more.", code="FILES_MISSING")
        return [found[number].path for number, _ in assignment.parts]

    @asynccontextmanager
    async def _reading(
        self, run: Run, assignment: Assignment, reached: Reached, paths: Sequence[Path]
    ) -> AsyncIterator[Ask]:
        args = (assignment, paths, reached.position, reached.counts.rows)
        options: dict[str, Any] = {
            "actor": run.job.actor,
            "default_country": self._default_country,
            "limits": self._limits,
        }
        # A Parquet file can make its reader take what memory there is, or end it.
        if assignment.format is Format.PARQUET or assignment.size - reached.position.bytes >= self._apart:
            async with Companion(sending_reader, *args, **options) as companion:

                async def ask(wanted: Wanted, registry: Registry) -> Load:
                    return received(await companion.ask(wanted), registry)

                yield ask
        else:
            here = Reader(*args, **options)
            yield lambda wanted, _: asyncio.to_thread(here, wanted)

    async def _store_all(self, assignment: Assignment, storing: Storing, ask: Ask) -> None:
        async with aclosing(self._loads(assignment, ask)) as loads:
            async for load in loads:
                for items, position in self._chunks(load, storing):
                    await storing.store(items, position)
                if load.failure is not None:
                    code, message = load.failure
                    raise BadInput(message, code=code)
                if load.ended:
                    await storing.finish(load.position)

    async def _loads(self, assignment: Assignment, ask: Ask) -> AsyncGenerator[Load, None]:
        """Load after load, the next of which is being read while one is used."""
        given: Catalogue | None = None

        async def following() -> Load:
            nonlocal given
            catalogue = await catalogue_for(self._catalogues, assignment.source, assignment.object)
            new, given = (None if catalogue is given else catalogue), catalogue
            wanted = Wanted(self._size(assignment, catalogue), new)
            return await ask(wanted, catalogue.registry)

        reading = asyncio.create_task(following(), name="rows")
        try:
            while True:
                load = await reading
                if not load.ended:
                    reading = asyncio.create_task(following(), name="rows")
                yield load
                if load.ended:
                    return
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await reading

    def _size(self, assignment: Assignment, catalogue: Catalogue) -> int:
        """How many rows are stored at once where nobody else waits."""
        registered = catalogue.sources.get(assignment.source)
        targets = registered.objects[assignment.object].targets if registered is not None else ()
        names = [target.object for target in targets] or [assignment.object]
        found = [catalogue.registry.find(name) for name in names]
        is_compared = any(item is None or item.category is Category.PROFILE for item in found)
        return self._chunk if is_compared else self._large_chunk

    def _chunks(self, load: Load, storing: Storing) -> Iterator[tuple[list[Item], Position]]:
        """The rows of a load, and where the files are behind them, all at once or, while others wait, some
        at a time."""
        start = 0
        while start < len(load.items):
            size = self._shared_chunk if self._ingestion.waiting else len(load.items)
            items = list(load.items[start : start + size])
            start += len(items)
            last = items[-1]
            here = replace(storing.reached.position, part=last.part, row=last.number)
            yield items, load.position if start == len(load.items) else here


async def _anticipate(run: Run, load: Load) -> None:
    """Weigh what the rows will be compared with, while the load before them is being stored."""
    submissions = (submission for item in load.items for submission in item.row.submissions)
    with suppress(GatewayError):  # Whoever stores them meets it, too.
        await anticipate(
            run.graph, [(each.record, each.features) for each in submissions if each.features is not None]
        )
