"""What a gateway answers over the network: its routes, and what every request passes before them."""

from __future__ import annotations

from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from gateway.graphql.app import GRAPHQL, graphql_interface
from gateway.graphql.connections import Connections
from gateway.graphql.operations import Operations
from gateway.graphql.requests import Transport
from gateway.health import health_routes
from gateway.ingest.endpoint import ingest_routes
from gateway.ingest.spool import Spool
from gateway.jobs.rejected import rejected_routes
from gateway.plain import Door
from gateway.settings import Settings
from gateway.shortcut import Shortcut
from gateway.telemetry import Instruments
from gateway.uploads.endpoint import upload_routes
from graph_model.jobs import store
from resolvers.context import Services
from resolvers.principal import DEVELOPMENT, Principal

LOCAL = ["localhost", "127.0.0.1", "[::1]"]
"""The names of this machine."""


def application(
    settings: Settings,
    services: Services,
    operations: Operations,
    connections: Connections,
    instruments: Instruments,
) -> ASGIApp:
    """The ASGI application, with all of its routes and middlewares."""
    spool = Spool(settings.data_dir / "spool", quota=settings.spool_quota, patience=settings.spool_patience)
    metrics = instruments.metrics
    if metrics is not None:
        metrics.watch(
            event_position=lambda: services.tail.position,
            records_waiting=lambda: services.ingestion.waiting,
            spooled_bytes=lambda: spool.used,
            requests_open=lambda: connections.open[Transport.HTTP],
            sockets_open=lambda: connections.open[Transport.WEBSOCKET],
        )
    interface = graphql_interface(
        operations,
        connections,
        authenticate=_authenticate,
        max_body_bytes=settings.max_body_bytes,
        allowed_origins=settings.allowed_origins,
        init_timeout=settings.init_timeout,
        keep_alive=settings.keep_alive,
    )
    door = Door(connections, _authenticate, settings.allowed_origins)
    app = Starlette(
        routes=[
            *interface.routes,
            *ingest_routes(
                door,
                services.ingestion,
                operations.meter,
                spool,
                most=settings.ingest_bodies,
                idle=settings.ingest_idle,
                limits=services.file_limits,
            ),
            *upload_routes(door, services.uploads, partial(store.find, services.graph)),
            *rejected_routes(door, services.graph),
            *health_routes(services.graph, connections),
            *(metrics.routes(services.graph) if metrics is not None else ()),
        ],
        middleware=[*_middleware(settings), *instruments.middleware],
    )
    http: ASGIApp = interface.http
    for class_, arguments, options in reversed(instruments.middleware):
        http = class_(http, *arguments, **options)
    return Shortcut(app, GRAPHQL, http, hosts=None if settings.insecure else LOCAL)


def _middleware(settings: Settings) -> list[Middleware]:
    middleware = [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["*"],
            expose_headers=["x-request-id", "retry-after", "etag", "ratelimit", "ratelimit-policy"],
        )
    ]
    if not settings.insecure:
        # A gateway for this machine only must not answer to a stranger's name that resolves to it.
        middleware.insert(0, Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL))
    return middleware


def _authenticate(_: HTTPConnection) -> Principal:
    return DEVELOPMENT
