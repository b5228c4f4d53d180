"""Server-sent events: the distinct connections mode of graphql-sse.

Protocol: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. Everything that is wrong with an
operation arrives as a `next` event, because a browser's EventSource shows its page no other status than 200.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import aclosing
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from gateway.graphql.accept import Media
from gateway.graphql.connections import Connections
from gateway.graphql.errors import present
from gateway.graphql.operations import Result


class EventStream:
    """A response that sends each result as an event, and a comment every `keep_alive` seconds.

    The next result is asked for when the last one was taken by the transport, so a slow client holds its
    own stream back and no more. When the gateway drains the stream ends without `complete`, upon which
    clients connect again; when the client goes the results are closed at once.
    """

    def __init__(
        self,
        results: AsyncGenerator[Result],
        connections: Connections,
        *,
        keep_alive: float,
        request_id: str,
        headers: Mapping[str, str],
    ) -> None:
        self._results = results
        self._connections = connections
        self._keep_alive = keep_alive
        self._request_id = request_id
        self._headers = {
            **headers,
            "content-type": f"{Media.EVENTS}; charset=utf-8",
            # Tells nginx, and those who follow it, not to hold events back.
            "x-accel-buffering": "no",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _until_first(
            self._send_events(send),
            self._send_comments(send),
            _until_disconnect(receive),
            self._connections.draining.wait(),
        )
        await send({"type": "http.response.body", "body": b""})

    async def _send_events(self, send: Send) -> None:
        try:
            async with aclosing(self._results):
                async for result in self._results:
                    await _send_chunk(send, _event(result.payload()))
        except OSError:
            return  # The client has gone.
        except Exception as exception:
            await _send_chunk(send, _event({"errors": [present(exception, self._request_id)]}))
        # EventSource only shows its page an event that has data, be it empty.
        await _send_chunk(send, b"event: complete\ndata: \n\n")

    async def _send_comments(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self._keep_alive)
            await _send_chunk(send, b":\n\n")


def _event(payload: Mapping[str, Any]) -> bytes:
    return b"event: next\ndata: " + orjson.dumps(payload) + b"\n\n"


async def _send_chunk(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until_first(*coroutines: Coroutine[Any, Any, Any]) -> None:
    """Runs all until the first one ends, then cancels and awaits the others."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
