"""GraphQL over websockets: the subprotocol graphql-transport-ws, and only that.

Protocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from gateway.graphql.connections import Connections
from gateway.graphql.errors import Code, error, present
from gateway.graphql.operations import Operations
from gateway.graphql.origin import same_origin
from gateway.graphql.requests import OperationRequest, Transport, request_id
from graph_model.errors import BadInput, Forbidden
from resolvers.principal import Principal

SUBPROTOCOL = "graphql-transport-ws"
REASON_BYTES = 123
"""The longest reason that a close frame holds (RFC 6455, section 5.5)."""


class Close(Exception):
    """The socket ends with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:REASON_BYTES].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class WebSocketEndpoint:
    """The ASGI application of /graphql for websockets; each one is served by a `Session` of its own.

    Refuses the handshake with 403 for a page of an origin that is neither the gateway's own nor in
    `allowed_origins`, and with 503 while the gateway drains. `init_timeout` (for `connection_init` to come)
    and `keep_alive` (between pings) are in seconds; at most `max_operations` run on one socket.
    """

    operations: Operations
    connections: Connections
    authenticate: Callable[[HTTPConnection], Principal]
    max_message_bytes: int
    allowed_origins: Collection[str]
    init_timeout: float
    keep_alive: float
    max_operations: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if not same_origin(websocket.headers, self.allowed_origins):
            await _deny(websocket, 403, Code.FORBIDDEN, "Pages of this origin may not connect.")
        elif self.connections.draining.is_set():
            await _deny(websocket, 503, Code.SHUTTING_DOWN, "The gateway is shutting down: connect again.")
        elif SUBPROTOCOL not in websocket.scope["subprotocols"]:
            # A browser cannot see why a handshake was refused, but it can see a close code.
            await websocket.accept()
            await websocket.close(4406, "Subprotocol not acceptable")
        else:
            await websocket.accept(SUBPROTOCOL)
            with self.connections.held(Transport.WEBSOCKET):
                await Session(self, websocket).run()


class Session:
    """One socket: reads messages, and runs each operation as a task that ends with the socket.

    Whatever ends the socket is an exception in one of the tasks: the task group then cancels all the
    others, which closes the generators behind them, and only then is the close frame sent.
    """

    def __init__(self, endpoint: WebSocketEndpoint, websocket: WebSocket) -> None:
        self._endpoint = endpoint
        self._websocket = websocket
        self._sending = asyncio.Lock()
        self._tasks = asyncio.TaskGroup()
        self._init_deadline: asyncio.Task[None] | None = None
        self._principal: Principal | None = None
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Serves the socket until it is closed by either side."""
        close: Close | None = None
        try:
            async with self._tasks:
                self._init_deadline = self._tasks.create_task(self._await_init())
                self._tasks.create_task(self._await_draining())
                while True:
                    await self._handle(await self._receive())
        except* WebSocketDisconnect:
            pass
        except* Close as closes:
            close = _first(closes)
        if close and self._websocket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect):
                await self._websocket.close(close.code, close.reason)

    async def _await_init(self) -> None:
        await asyncio.sleep(self._endpoint.init_timeout)
        raise Close(4408, "Connection initialisation timeout")

    async def _await_draining(self) -> None:
        await self._endpoint.connections.draining.wait()
        raise Close(1001, "Going away")

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self._endpoint.keep_alive)
            await self._send({"type": "ping"})

    async def _receive(self) -> dict[str, Any]:
        frame = await self._websocket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame["code"])
        text = frame.get("text")
        if text is None:
            raise Close(4400, "Messages must be text")
        if len(text) > self._endpoint.max_message_bytes:
            raise Close(1009, "Message too big")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Close(4400, "Messages must be JSON") from None
        if not isinstance(message, dict):
            raise Close(4400, "Messages must be JSON objects")
        return message

    async def _send(self, message: dict[str, Any]) -> None:
        # One frame after the other: a client that reads slowly holds all of its operations back.
        async with self._sending:
            if self._websocket.application_state is not WebSocketState.CONNECTED:
                raise WebSocketDisconnect(1006)
            await self._websocket.send_text(orjson.dumps(message).decode())

    async def _handle(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "subscribe", "id": str(id_), "payload": dict(payload)} if id_:
                await self._subscribe(id_, payload)
            case {"type": "complete", "id": str(id_)} if id_:
                if task := self._running.pop(id_, None):
                    task.cancel()
            case {"type": "connection_init" | "ping" | "pong" as type_} if isinstance(
                message.get("payload"), dict | None
            ):
                if type_ == "connection_init":
                    await self._init()
                elif type_ == "ping":
                    await self._send({"type": "pong"})
            case _:
                raise Close(4400, "Invalid message")

    async def _init(self) -> None:
        if self._init_deadline is None:
            raise Close(4429, "Too many initialisation requests")
        self._init_deadline.cancel()
        self._init_deadline = None
        try:
            self._principal = self._endpoint.authenticate(self._websocket)
        except Forbidden:
            raise Close(4403, "Forbidden") from None
        except Exception as exception:
            present(exception, request_id())
            raise Close(4500, "Internal server error") from None
        await self._send({"type": "connection_ack"})
        self._tasks.create_task(self._ping())

    async def _subscribe(self, id_: str, payload: dict[str, Any]) -> None:
        if self._principal is None:
            raise Close(4401, "Unauthorized")
        if id_ in self._running:
            raise Close(4409, f"Subscriber for {id_} already exists")
        try:
            request = OperationRequest.parse(payload)
        except BadInput as bad:
            raise Close(4400, bad.message) from None
        if len(self._running) >= self._endpoint.max_operations:
            message = f"A socket may run {self._endpoint.max_operations} operations at a time."
            await self._send(_error(id_, [error(message, Code.TOO_MANY_OPERATIONS)]))
            return
        self._running[id_] = self._tasks.create_task(self._operate(id_, request, self._principal))

    async def _operate(self, id_: str, request: OperationRequest, principal: Principal) -> None:
        request_id_ = request_id()
        last: dict[str, Any] = {"id": id_, "type": "complete"}
        try:
            client = self._websocket.client
            stream = self._endpoint.operations.stream(
                request,
                principal,
                request_id_,
                address=client.host if client else None,
                transport=Transport.WEBSOCKET,
            )
            async with aclosing(stream) as results:
                async for result in results:
                    if not result.began:
                        last = _error(id_, result.errors)
                        break
                    await self._send({"id": id_, "type": "next", "payload": result.payload()})
        except WebSocketDisconnect:
            raise
        except Exception as exception:
            last = _error(id_, [present(exception, request_id_)])
        if self._running.get(id_) is asyncio.current_task():
            # The client may use the id again as soon as it has read the last message.
            del self._running[id_]
            await self._send(last)


def _error(id_: str, errors: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": id_, "type": "error", "payload": errors}


def _first(group: BaseExceptionGroup[Close]) -> Close:
    exception = group.exceptions[0]
    return _first(exception) if isinstance(exception, BaseExceptionGroup) else exception


async def _deny(websocket: WebSocket, status: int, code: Code, message: str) -> None:
    body = orjson.dumps({"errors": [error(message, code)]})
    await websocket.send_denial_response(Response(body, status, media_type="application/json"))
