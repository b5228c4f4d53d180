"""A small schema with one field for each thing that a transport has to carry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import strawberry
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from strawberry.permission import BasePermission

from gateway.graphql.app import graphql_interface
from gateway.graphql.connections import Connections
from gateway.graphql.lookup import Lookup
from gateway.graphql.metering import Meter
from gateway.graphql.operations import Operations
from gateway.telemetry.watching import Telemetry
from graph_model.errors import BadInput, Forbidden, RetryLater
from resolvers.principal import DEVELOPMENT, Principal


@dataclass
class Toy:
    """What the resolvers tell the tests, and wait for."""

    release: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    pulled: int = 0


@dataclass
class Context:
    toy: Toy
    principal: Principal
    request_id: str


Info = strawberry.Info[Context, None]


@strawberry.input(one_of=True)
class Choice:
    id: strawberry.Maybe[int]
    name: strawberry.Maybe[str]


@strawberry.enum
class IdentifierType(Enum):
    EMAIL = "EMAIL"
    COOKIE = "COOKIE"


@strawberry.type
class Person:
    name: str


class Never(BasePermission):
    message = "Not for you."

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return False


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}!"

    @strawberry.field
    def who(self, info: Info) -> list[str]:
        return [info.context.principal.id, info.context.request_id]

    @strawberry.field
    def choose(self, by: Choice) -> str:
        return f"id {by.id.value}" if by.id else f"name {by.name.value}" if by.name else "nothing"

    @strawberry.field
    def number(self, n: int) -> int:
        return n

    @strawberry.field
    def person(self, type: IdentifierType, value: str, issuer: str | None = None) -> Person | None:
        if value == "shared":
            raise BadInput("Several people share it.", code="AMBIGUOUS_IDENTIFIER")
        if value == "nobody":
            return None
        return Person(name=f"{type.value}, {value}, {issuer}")

    @strawberry.field
    def fails(self) -> str:
        raise RuntimeError("the secret of the house")

    @strawberry.field
    def too_large(self) -> int | None:
        return 4_000_000_123

    @strawberry.field
    def forbidden(self) -> str | None:
        raise Forbidden("profile:read is needed.")

    guarded: str | None = strawberry.field(default="never", permission_classes=[Never])

    @strawberry.field
    def busy(self) -> str | None:
        raise RetryLater("Too much is waiting.", retry_after=1.5)

    @strawberry.field
    async def slow(self, info: Info) -> str:
        info.context.toy.entered.set()
        try:
            await info.context.toy.release.wait()
        except asyncio.CancelledError:
            info.context.toy.closed.set()
            raise
        return "done"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def set(self, value: int) -> int:
        return value

    @strawberry.mutation
    async def keep(self, info: Info) -> str:
        info.context.toy.entered.set()
        await info.context.toy.release.wait()
        info.context.toy.closed.set()
        return "kept"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def endless(self, info: Info) -> AsyncGenerator[int]:
        try:
            yield 0
            info.context.toy.opened.set()
            await asyncio.Event().wait()
        finally:
            info.context.toy.closed.set()

    @strawberry.subscription
    async def flood(self, info: Info) -> AsyncGenerator[str]:
        try:
            while True:
                info.context.toy.pulled += 1
                yield "x" * 100_000
        finally:
            info.context.toy.closed.set()

    @strawberry.subscription
    async def breaks(self) -> AsyncGenerator[int]:
        yield 0
        raise RuntimeError("the secret of the house")

    @strawberry.subscription
    async def forbidden(self) -> AsyncGenerator[int]:
        raise Forbidden("profile:read is needed.")
        yield 0


COST = {"extensions": {"cost": {"requested": 1, "limit": Meter().limit}}}
"""What the response of an operation with one field says of its cost."""

SCHEMA = strawberry.Schema(Query, Mutation, Subscription)


def authenticate(connection: HTTPConnection) -> Principal:
    match connection.headers.get("x-who"):
        case "nobody":
            raise Forbidden("Who are you?")
        case "too many":
            raise RetryLater("Too much is waiting.", retry_after=3)
        case "broken":
            raise RuntimeError("the secret of the house")
    return DEVELOPMENT


@dataclass
class Gateway:
    """A toy gateway: its application, and what is behind it."""

    app: Starlette
    toy: Toy
    connections: Connections


def gateway(
    *,
    lookup: Lookup | None = None,
    meter: Meter | None = None,
    timeout: float = 40,
    telemetry: Telemetry | None = None,
    **options: Any,
) -> Gateway:
    """An application with the GraphQL routes over the toy schema."""
    toy = Toy()
    connections = Connections()
    operations = Operations(
        SCHEMA,
        lambda principal, request_id: Context(toy, principal, request_id),
        meter=meter or Meter(),
        timeout=timeout,
        lookup=lookup,
        telemetry=telemetry,
    )
    settings: dict[str, Any] = {
        "authenticate": authenticate,
        "max_body_bytes": 100_000,
        "allowed_origins": frozenset({"https://friend.example"}),
    }
    app = Starlette(routes=graphql_interface(operations, connections, **(settings | options)).routes)
    return Gateway(app, toy, connections)
