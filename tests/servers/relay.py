"""A relay in front of a server, to take the server away from whoever is connected through it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit


class Relay:
    """Passes connections on to a server, from a free loopback port, while it is entered as a context."""

    def __init__(self, uri: str) -> None:
        """`uri` is the server's, with its port."""
        self._target = urlsplit(uri)
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def uri(self) -> str:
        """The server's address by way of the relay."""
        return f"{self._target.scheme}://127.0.0.1:{self._port}"

    async def cut(self) -> None:
        """Break all connections and take no new ones."""
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def mend(self) -> None:
        """Take connections again, on the same port."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        ends = {writer, far_writer}
        self._writers |= ends
        try:
            await self._between(reader, writer, far_reader, far_writer)
        finally:
            self._writers -= ends
            for end in ends:
                end.close()

    async def _between(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))


class HoldingRelay(Relay):
    """A relay that holds back what the server answers while `answering` is not set."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.answering = asyncio.Event()
        self.answering.set()

    async def _between(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        await asyncio.gather(_pass_on(reader, far_writer), self._answer(far_reader, writer))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self.answering.wait()
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except OSError:
            writer.transport.abort()


class CommitRelay(Relay):
    """A relay that counts the COMMIT messages of Bolt, and can strike at one of them."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.commits = 0
        self._strike_at = 0
        self._strike: Callable[[], None] = lambda: None
        self._is_stored = False

    def strike(self, after: int, call: Callable[[], None], *, is_stored: bool) -> None:
        """Call this at the COMMIT that is so many further on, of which neither the client nor, unless
        `is_stored`, the server hears any more."""
        self._strike_at, self._strike, self._is_stored = self.commits + after, call, is_stored

    async def _between(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        answers = asyncio.create_task(_pass_on(far_reader, writer))
        try:
            while data := await reader.read(65_536):
                if data.endswith(_COMMIT):
                    self.commits += 1
                    if self.commits == self._strike_at:
                        await _end(answers)
                        if self._is_stored:
                            far_writer.write(data)
                            await far_reader.read(1)
                        self._strike()
                        far_writer.transport.abort()
                        writer.transport.abort()
                        return
                far_writer.write(data)
                await far_writer.drain()
            far_writer.write_eof()
            await answers
        except OSError:
            writer.transport.abort()
        finally:
            await _end(answers)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


_COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""A chunk of two bytes, a structure of no fields with the signature of COMMIT, and the end of the message."""


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()
