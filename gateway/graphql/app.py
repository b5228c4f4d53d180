"""The GraphQL interface: its routes, and the short way to one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from gateway.graphql.connections import Connections
from gateway.graphql.graphiql import Assets, page
from gateway.graphql.http import HTTPEndpoint
from gateway.graphql.messages import Answer
from gateway.graphql.operations import Operations
from gateway.graphql.profiles import PATH, ProfileEndpoint
from gateway.graphql.websocket import WebSocketEndpoint
from resolvers.principal import Principal

GRAPHQL = "/graphql"


@dataclass(frozen=True, slots=True)
class Interface:
    """`routes` are all of the interface; `http` is what answers /graphql over HTTP."""

    http: HTTPEndpoint
    routes: list[BaseRoute]


def graphql_interface(
    operations: Operations,
    connections: Connections,
    *,
    authenticate: Callable[[HTTPConnection], Principal],
    max_body_bytes: int,
    allowed_origins: Collection[str],
    init_timeout: float = 5,
    keep_alive: float = 12,
    max_operations: int = 100,
) -> Interface:
    """/graphql over HTTP, server-sent events and websockets, /profiles, and GraphiQL on / and on /graphql,
    unless only trusted documents are executed.

    `authenticate` is asked once for each HTTP request and once for each socket, on its `connection_init`;
    it raises `Forbidden` for nobody. `max_body_bytes` bounds a request's body and a websocket message;
    pages of `allowed_origins` (such as `https://app.example.com`) may open sockets and send GET requests
    besides the gateway's own; `init_timeout` and `keep_alive` are in seconds; `max_operations` bounds what
    runs at the same time on one socket.
    """
    http, profiles = (
        endpoint(
            operations,
            connections,
            authenticate=authenticate,
            max_body_bytes=max_body_bytes,
            allowed_origins=allowed_origins,
            keep_alive=keep_alive,
        )
        for endpoint in (HTTPEndpoint, ProfileEndpoint)
    )
    websocket = WebSocketEndpoint(
        operations,
        connections,
        authenticate=authenticate,
        max_message_bytes=max_body_bytes,
        allowed_origins=allowed_origins,
        init_timeout=init_timeout,
        keep_alive=keep_alive,
        max_operations=max_operations,
    )
    graphiql = [Route("/", _home), Mount("/static/graphiql", Assets())]
    routes = [
        Route(GRAPHQL, http),
        WebSocketRoute(GRAPHQL, websocket),
        Route(PATH, profiles),
        *([] if operations.lookup.trusted_only else graphiql),
    ]
    return Interface(http, routes)


async def _home(_: Request) -> Answer:
    return page()
