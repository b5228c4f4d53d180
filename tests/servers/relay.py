"""A relay in front of a server, to take the server away from whoever is connected through it."""

from __future__ import annotations

import asyncio
from typing import Self
from urllib.parse import urlsplit


class Relay:
    """Passes connections on to a server, from a free loopback port, while it is entered as a context."""

    def __init__(self, uri: str) -> None:
        """`uri` is the server's, with its port."""
        self._target = urlsplit(uri)
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self.answering = asyncio.Event()
        """While it is not set, what the server answers is held back."""
        self.answering.set()

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
            asked = asyncio.Event()
            asked.set()
            await asyncio.gather(
                _pass_on(reader, far_writer, asked), _pass_on(far_reader, writer, self.answering)
            )
        finally:
            self._writers -= ends
            for end in ends:
                end.close()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, may_pass: asyncio.Event
) -> None:
    try:
        while data := await reader.read(65_536):
            await may_pass.wait()
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()
