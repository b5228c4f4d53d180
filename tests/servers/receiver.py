"""A webhook receiver: a real HTTP server that remembers what it was sent and answers as it is told."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import orjson
from aiohttp import web
from multidict import CIMultiDictProxy


@dataclass(frozen=True)
class Received:
    """A request as it came: `body` is what was signed. `at` is the event loop's time in seconds."""

    path: str
    headers: CIMultiDictProxy[str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        """The webhook-id header."""
        return self.headers["webhook-id"]

    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What a request is answered with, once `when` (if any) is set."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    when: asyncio.Event | None = None


class Receiver:
    """Listens on a free loopback port while it is entered as a context.

    Requests are answered with the answers given to `answer`, one each, and then with `otherwise`.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.otherwise = Answer()
        self.url = ""
        self._answers: deque[Answer] = deque()
        self._changed = asyncio.Condition()

    def answer(self, *answers: Answer) -> None:
        """Answer the next requests so."""
        self._answers.extend(answers)

    async def wait_for(
        self, wanted: int | Callable[[list[Received]], bool], within: float = 20.0
    ) -> list[Received]:
        """All requests so far, once there are as many as wanted, or as soon as `wanted` says so.

        Raises AssertionError, naming what did come, after `within` seconds.
        """
        condition = (
            (lambda: len(self.received) >= wanted)
            if isinstance(wanted, int)
            else lambda: wanted(self.received)
        )
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(condition)
        except TimeoutError:
            raise AssertionError(f"after {within:g} s the receiver had only {self.received}") from None
        return list(self.received)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0]
        self.url = f"http://{host}:{port}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        now = asyncio.get_running_loop().time()
        answer = self._answers.popleft() if self._answers else self.otherwise
        async with self._changed:
            self.received.append(Received(request.path, request.headers, body, now))
            self._changed.notify_all()
        if answer.when is not None:
            await answer.when.wait()
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body)
