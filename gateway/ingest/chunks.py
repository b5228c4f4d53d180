"""The rows of a body in pieces that are stored together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias, cast

import orjson
from starlette.types import Receive

from gateway.ingest.body import Body, Bridge, Stopped
from graph_model.ingestion.formats.model import BadFile, BadRow, Row

ReadRows: TypeAlias = Callable[[BinaryIO], Iterator[Row | BadRow]]
"""Reads rows from a stream; blocks."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a body is cut: after so many rows, or so many bytes of them. `eager`: rows that are here do not
    wait for those that are not; else the pieces depend on the body alone."""

    rows: int
    size: int
    eager: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that follow each other; it `is_whole` unless the body broke within it."""

    rows: tuple[Row | BadRow, ...]
    is_whole: bool = True


class Chunks:
    """A body, read in a thread of `threads` until it ends or `stop` is called. It is read no further ahead
    than a chunk."""

    def __init__(
        self,
        read: ReadRows,
        cut: Cut,
        receive: Receive,
        draining: asyncio.Event,
        *,
        idle: float,
        threads: Executor,
    ) -> None:
        self._read = read
        self._cut = cut
        self._bridge = Bridge()
        self._body = Body(
            receive, self._bridge, draining, idle=idle, before_waiting=self._hand_over_what_is_here
        )
        self._rows: list[Row | BadRow] = []
        self._size = 0
        self._ready: asyncio.Queue[Chunk | None] = asyncio.Queue(1)
        self.failure: BadFile | None = None
        """Why the body could not be read to its end."""
        self._reading = asyncio.get_running_loop().run_in_executor(threads, self._pump)

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        while (chunk := await self._ready.get()) is not None:
            yield chunk
        await self._reading

    async def stop(self) -> None:
        """Store no more of the body."""
        self._bridge.stop()
        await asyncio.wait((self._reading,))

    async def discard(self) -> None:
        """Take what is left of the body, once it is stopped, for as long as something comes."""
        with suppress(TimeoutError):
            await self._body.discard()

    def _pump(self) -> None:
        try:
            try:
                for row in self._read(cast(BinaryIO, self._body)):
                    self._rows.append(row)
                    self._size += _size(row)
                    if len(self._rows) >= self._cut.rows or self._size >= self._cut.size:
                        self._hand_over()
            except BadFile as failure:
                self.failure = failure
            self._hand_over(is_whole=self.failure is None)
            self._bridge.call(self._ready.put(None))
        except Stopped:
            return
        except BaseException:
            # Whoever waits is to see what is wrong.
            self._bridge.call(self._ready.put(None))
            raise

    def _hand_over_what_is_here(self) -> None:
        if self._cut.eager:
            self._hand_over()

    def _hand_over(self, *, is_whole: bool = True) -> None:
        if self._rows:
            chunk = Chunk(tuple(self._rows), is_whole)
            self._rows, self._size = [], 0
            self._bridge.call(self._ready.put(chunk))


def _size(row: Row | BadRow) -> int:
    try:
        return len(orjson.dumps(row.raw)) if isinstance(row, Row) else len(row.text)
    except TypeError:
        # Numbers of more than 64 bits are in no row that is large for its other values.
        return 100
