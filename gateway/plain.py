"""What the endpoints of plain HTTP have in common: who may ask, how a refusal looks, how they end.

They are for programs. A web page of another origin is refused, unless it is one that the gateway allows.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from gateway.graphql.connections import Connections
from gateway.graphql.errors import Code, present
from gateway.graphql.http import STATUS, Refused
from gateway.graphql.messages import Answer, Incoming
from gateway.graphql.origin import same_origin
from gateway.graphql.requests import Transport, request_id
from graph_model.errors import Forbidden, RetryLater
from resolvers.principal import Principal, Scope

Handle: TypeAlias = Callable[[Incoming, Principal], Awaitable[ASGIApp]]
"""Answers a request of a principal who may ask; raises `Refused`, or an error of the identity graph."""

_STATUS: Mapping[str, int] = STATUS | {
    "NOT_FOUND": 404,
    "JOB_NOT_OPEN": 409,
    "WRONG_GATEWAY": 421,
    "UPLOAD_QUOTA_EXCEEDED": 507,
    "IDEMPOTENCY_MISMATCH": 422,
    "SHUTTING_DOWN": 503,
    "BODY_TIMEOUT": 408,
    "SPOOL_FULL": 503,
}


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let in: `authenticate` tells who sent a request and raises `Forbidden` for nobody; pages of
    `allowed_origins` may ask besides programs. `connections` counts what is open."""

    connections: Connections
    authenticate: Callable[[HTTPConnection], Principal]
    allowed_origins: Collection[str]


class PlainEndpoint:
    """An ASGI application that answers requests of principals who hold `scope`, as `handle` does.

    Whatever is refused is refused as /graphql does it: JSON with a code. Every answer names its request's id
    in `X-Request-Id` and is kept by no cache.
    """

    def __init__(self, door: Door, scope: Scope, handle: Handle) -> None:
        self._door = door
        self._scope = scope
        self._handle = handle

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        request = Incoming(scope, receive)
        id_ = scope["request_id"] = request_id(request.fields.get("x-request-id"))
        with self._door.connections.held(Transport.HTTP):
            try:
                response = await self._respond(request, id_)
            except ClientDisconnect:
                return
            await response(scope, receive, _with_headers(send, id_))

    async def _respond(self, request: Incoming, id_: str) -> ASGIApp:
        try:
            if self._door.connections.draining.is_set():
                raise Refused(503, Code.SHUTTING_DOWN, "The gateway is shutting down: connect again.")
            if not same_origin(request.fields, self._door.allowed_origins):
                raise Refused(403, Code.FORBIDDEN, "Pages of other sites may not ask this.")
            principal = self._door.authenticate(request)
            if self._scope not in principal.scopes:
                raise Forbidden(f"This needs the scope {self._scope}.")
            return await self._handle(request, principal)
        except ClientDisconnect:
            raise
        except Refused as refused:
            return _refusal(request, refused.entry, refused.status, refused.headers)
        except Exception as exception:
            entry = present(exception, id_)
            status = _STATUS.get(entry["extensions"]["code"], 400)
            headers = {}
            if isinstance(exception, RetryLater):
                headers["retry-after"] = str(max(1, math.ceil(exception.retry_after)))
            return _refusal(request, entry, status, headers)


def answered(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    type_ = {"content-type": "application/json; charset=utf-8"}
    return Answer(status, type_ | dict(headers or {}), orjson.dumps(content))


def _refusal(request: Incoming, entry: Any, status: int, headers: Mapping[str, str]) -> Answer:
    # Who waited for leave to send the body may now send it or not, so nobody knows what comes next.
    closing = {"connection": "close"} if "expect" in request.fields else {}
    return answered({"errors": [entry]}, status, {**headers, **closing})


def only(methods: str) -> Refused:
    """The refusal of another method than these."""
    return Refused(405, Code.METHOD_NOT_ALLOWED, f"Only {methods} are accepted.", {"allow": methods})


def _with_headers(send: Send, id_: str) -> Send:
    common = [
        (b"x-request-id", id_.encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]

    async def send_with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *common]}
        await send(message)

    return send_with_headers
