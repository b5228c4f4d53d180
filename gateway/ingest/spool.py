"""What a client has not taken yet: a little in memory, the rest in a file.

A client that sends all of its body before it reads an answer must not hang, and must not cost memory. The
files have no names: they go with their process, whatever ends it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from graph_model.errors import GatewayError

_BLOCK = 65_536
_SEGMENT = 4_000_000


class SpoolFull(GatewayError):
    """The client has not read for too long, and no more of the answer can be kept for it."""

    code = "SPOOL_FULL"


class Spool:
    """Disk for answers that are not taken: files in `directory`, which is made, of `quota` bytes together.
    Of each answer `memory` bytes do without; one waits `patience` seconds for room."""

    def __init__(
        self, directory: Path, *, quota: int, memory: int = 4 * _BLOCK, patience: float = 30.0
    ) -> None:
        self.memory = memory
        self.used = 0
        self._directory = directory
        self._quota = quota
        self._patience = patience
        self._given = asyncio.Event()

    async def take(self, size: int) -> None:
        """Take so many bytes. Raises SpoolFull when nobody has given any back for too long."""
        while self.used + size > self._quota:
            self._given.clear()
            try:
                async with asyncio.timeout(self._patience):
                    await self._given.wait()
            except TimeoutError:
                raise SpoolFull("Too much of the answer is not read; read it while you send.") from None
        self.used += size

    def give(self, size: int) -> None:
        """Give bytes back."""
        self.used -= size
        self._given.set()

    def file(self) -> IO[bytes]:
        """A file without a name."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=self._directory, buffering=0)


@dataclass(slots=True)
class _Segment:
    file: IO[bytes]
    read: int = 0
    written: int = 0

    def append(self, data: bytes) -> None:
        self.file.seek(self.written)
        self.file.write(data)
        self.written += len(data)

    def next(self) -> bytes:
        self.file.seek(self.read)
        data = self.file.read(_BLOCK)
        self.read += len(data)
        return data


class SpooledAnswer:
    """An answer between who makes it and who takes it, in order. Close it with `close()`."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._ahead: deque[bytes] = deque()
        self._held = 0
        # What is taken off them is given back, so a reader that is only slow does not fill the disk.
        self._segments: deque[_Segment] = deque()
        self._file_turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._last: bytes | None = None

    async def put(self, data: bytes) -> None:
        """Add to the answer. Raises SpoolFull when there is no room for it and the client does not read."""
        if not self._segments and self._held + len(data) <= self._spool.memory:
            self._ahead.append(data)
            self._held += len(data)
        else:
            await self._spool.take(len(data))
            async with self._file_turn:
                if not self._segments or self._segments[-1].written >= _SEGMENT:
                    self._segments.append(_Segment(await asyncio.to_thread(self._spool.file)))
                await asyncio.to_thread(self._segments[-1].append, data)
        self._changed.set()

    def end(self, last: bytes = b"") -> None:
        """There is no more but this."""
        self._last = last
        self._changed.set()

    async def taken(self) -> AsyncIterator[bytes]:
        """The answer, piece by piece, to its end."""
        while True:
            if self._ahead:
                data = b"".join(self._ahead)
                self._ahead.clear()
                self._held = 0
                yield data
            elif self._segments:
                yield await self._next()
            elif self._last is not None:
                yield self._last
                return
            else:
                self._changed.clear()
                await self._changed.wait()

    def close(self) -> None:
        """Give back what it took."""
        while self._segments:
            self._drop()

    async def _next(self) -> bytes:
        async with self._file_turn:
            first = self._segments[0]
            data = await asyncio.to_thread(first.next)
            if first.read == first.written:
                self._drop()
        return data

    def _drop(self) -> None:
        segment = self._segments.popleft()
        segment.file.close()
        self._spool.give(segment.written)
