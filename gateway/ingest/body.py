"""A body that is still arriving, as a file that a thread reads from."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.types import Receive

from graph_model.ingestion.formats.model import BadFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

T = TypeVar("T")

_LINGER = 1.0


class Stopped(Exception):
    """Nobody wants to know the rest."""


class Bridge:
    """From one thread to the event loop that makes this, and back, until it is stopped."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._guard = Lock()
        self._waiting_for: Future[Any] | None = None
        self._stopped = False

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns, which runs in the event loop while the thread waits. Raises Stopped."""
        with self._guard:
            if self._stopped:
                coroutine.close()
                raise Stopped
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
            self._waiting_for = future
        try:
            return future.result()
        except BaseException:
            if self._stopped:
                raise Stopped from None
            raise

    def stop(self) -> None:
        """Let the thread wait for nothing any more."""
        with self._guard:
            self._stopped = True
            if self._waiting_for is not None:
                self._waiting_for.cancel()


class Body(io.RawIOBase):
    """The bytes of a request's body. Reading blocks the thread until there are some; `before_waiting` is
    called in it each time before. It ends with BadFile where the client breaks off or sends nothing for
    `idle` seconds, and where the gateway begins to drain."""

    def __init__(
        self,
        receive: Receive,
        bridge: Bridge,
        draining: asyncio.Event,
        *,
        idle: float,
        before_waiting: Callable[[], None],
    ) -> None:
        self._receive = receive
        self._bridge = bridge
        self._draining = draining
        self._idle = idle
        self._before_waiting = before_waiting
        self._ahead = memoryview(b"")
        self._more = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        while not self._ahead and self._more:
            self._before_waiting()
            self._ahead = memoryview(self._bridge.call(self._arrival()))
        found = self._ahead[: len(view)]
        view[: len(found)] = found
        self._ahead = self._ahead[len(found) :]
        return len(found)

    def read1(self, size: int = -1, /) -> bytes:
        """At most so many bytes, as soon as there are some; none at the end."""
        buffer = bytearray(size if size >= 0 else io.DEFAULT_BUFFER_SIZE)
        return bytes(buffer[: self.readinto(buffer)])

    async def discard(self) -> None:
        """Take the rest and forget it: a client that sends all before it reads would never come to read why
        the body is not read, and closing a connection on what it sent takes the answer from it."""
        with suppress(BadFile):
            while self._more:
                async with asyncio.timeout(_LINGER if self._draining.is_set() else self._idle):
                    self._taken(await self._receive())

    async def _arrival(self) -> bytes:
        if self._draining.is_set():
            raise BadFile("SHUTTING_DOWN", "The gateway is shutting down; send the rest again.")
        receiving = asyncio.ensure_future(self._receive())
        draining = asyncio.ensure_future(self._draining.wait())
        body: bytes | None = None
        try:
            await asyncio.wait((receiving, draining), timeout=self._idle, return_when=asyncio.FIRST_COMPLETED)
        finally:
            draining.cancel()
            if not receiving.cancel():
                # Even if nobody wants it any more it was the last of the body, or it was not.
                body = self._taken(receiving.result())
        if body is not None:
            return body
        if self._draining.is_set():
            return await self._arrival()
        raise BadFile("BODY_TIMEOUT", f"Nothing was sent for {self._idle:g} seconds.")

    def _taken(self, message: Any) -> bytes:
        self._more = message.get("more_body", False)
        if message["type"] == "http.disconnect":
            raise BadFile("BODY_BROKEN_OFF", "The client broke off.")
        body: bytes = message.get("body", b"")
        return body
