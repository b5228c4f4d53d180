"""One body and its answer: rows are read, stored and told of at the same time, each as fast as it can be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeAlias

import structlog
from starlette.types import Receive, Scope, Send

from gateway.graphql.errors import present
from gateway.ingest.chunks import Chunk, Chunks
from gateway.ingest.lines import Tally
from gateway.ingest.spool import SpooledAnswer, SpoolFull
from graph_model.ingestion.formats.model import Row
from graph_model.records.model import RecordResult

StoreChunk: TypeAlias = Callable[[int, Chunk, list[Any]], Awaitable[list[RecordResult]]]
"""Stores the rows that could be read of a chunk, the first of which is number 0."""

_log = structlog.get_logger(__name__)


class Exchange:
    """An ASGI application that answers with what becomes of the rows, which `begin` begins to store.

    While one chunk is being committed the next is prepared. The client may take its time, but has to take
    something every `idle` seconds. `ended` is called when all is over.
    """

    def __init__(
        self,
        chunks: Chunks,
        store: StoreChunk,
        answer: SpooledAnswer,
        *,
        request_id: str,
        idle: float,
        ended: Callable[[], None],
    ) -> None:
        self._chunks = chunks
        self._store = store
        self._answer = answer
        self._request_id = request_id
        self._idle = idle
        self._ended = ended
        self._tally = Tally()
        self._untold = b""
        self._stored: asyncio.Queue[asyncio.Task[list[tuple[int, Any]]] | None] = asyncio.Queue(1)
        self._flying: set[asyncio.Task[Any]] = set()
        self._working: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()
        self._failure: Exception | None = None

    async def begin(self) -> None:
        """Wait until there is something to answer with. Raises what is wrong if that is all there is to
        say."""
        self._working = asyncio.create_task(self._work(), name="ingest")
        try:
            await self._begun.wait()
        except asyncio.CancelledError:
            await self._end()
            raise
        if self._failure is not None and not self._tally.rows:
            await self._working
            await self._end()
            raise self._failure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/x-ndjson"), (b"x-accel-buffering", b"no")]
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async for data in self._answer.taken():
                async with asyncio.timeout(self._idle):
                    await send({"type": "http.response.body", "body": data, "more_body": True})
            if self._working is not None:
                await self._working
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            _log.warning("ingest_answer_not_read", request_id=self._request_id)
        finally:
            await self._end()

    async def _end(self) -> None:
        if self._working is not None:
            self._working.cancel()
            with suppress(asyncio.CancelledError):
                await self._working
        self._answer.close()
        self._ended()

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed())
                group.create_task(self._tell())
            self._failure = self._chunks.failure
        except ExceptionGroup as failures:
            self._failure = _first(failures)
            if isinstance(self._failure, SpoolFull):
                _log.warning("ingest_spool_full", request_id=self._request_id)
        finally:
            await self._chunks.stop()
            # What was submitted is stored, whether or not there is somebody to tell.
            await asyncio.gather(*self._flying, return_exceptions=True)
            error = present(self._failure, self._request_id) if self._failure is not None else None
            # What is stored is told of, even where the spool is full.
            self._answer.end(self._untold + self._tally.summary(error))
            self._begun.set()
        await self._chunks.discard()

    async def _feed(self) -> None:
        number = 0
        async for chunk in self._chunks:
            storing = asyncio.create_task(self._results(number, chunk))
            self._flying.add(storing)
            storing.add_done_callback(self._flying.discard)
            await self._stored.put(storing)
            number += 1
        await self._stored.put(None)

    async def _tell(self) -> None:
        while (storing := await self._stored.get()) is not None:
            self._untold = self._tally.lines(await storing)
            await self._answer.put(self._untold)
            self._untold = b""
            self._begun.set()

    async def _results(self, number: int, chunk: Chunk) -> list[tuple[int, Any]]:
        rows = [row.raw for row in chunk.rows if isinstance(row, Row)]
        results = iter(await self._store(number, chunk, rows) if rows else ())
        return [(row.number, next(results) if isinstance(row, Row) else row) for row in chunk.rows]


def _first(group: ExceptionGroup[Exception]) -> Exception:
    exception = group.exceptions[0]
    return _first(exception) if isinstance(exception, ExceptionGroup) else exception
