"""The gateway as a whole: what it starts, in which order, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from starlette.types import ASGIApp

from gateway.application import application
from gateway.background import Cleaning, forever, job_runner, running_jobs, sweeping
from gateway.embedded.server import EmbeddedServer
from gateway.graphql.connections import Connections
from gateway.graphql.limits import Limits
from gateway.graphql.lookup import Lookup
from gateway.graphql.manifest import read_manifest
from gateway.graphql.metering import Meter
from gateway.graphql.operations import Operations
from gateway.graphql.rate import Rate, RateLimiter
from gateway.settings import Settings
from gateway.telemetry import open_instruments
from gateway.telemetry.watching import Telemetry
from gateway.webhooks.deliverer import Deliverer
from gateway.webhooks.signing import new_secret, parse_secret
from graph_model import times
from graph_model.events.tail import Tail
from graph_model.graph import Graph
from graph_model.ingestion.admission import Room
from graph_model.ingestion.formats.model import Limits as FileLimits
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.uploads import Uploads
from graph_model.insights.model import Threshold
from graph_model.jobs.watching import Watch
from graph_model.metadata.catalogue import Catalogues
from graph_model.migrations import migrate
from graph_model.observer import Observer
from graph_model.reading.together import Together
from resolvers.context import Context, Services
from resolvers.planning.operation import compile_operation
from resolvers.schema import schema

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A started gateway: the ASGI application, and what is behind it."""

    app: ASGIApp
    services: Services
    operations: Operations
    connections: Connections

    async def drain(self, deadline: float) -> None:
        """Not ready from now on: end sockets and streams, finish requests and batches, within `deadline`
        seconds."""
        end = asyncio.get_running_loop().time() + deadline
        if still_open := await self.connections.drain(deadline):
            _log.warning("connections_cut", count=still_open)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(end):
                await self.operations.drain()
                await self.services.ingestion.drain()


@asynccontextmanager
async def open_graph(settings: Settings, observer: Observer | None = None) -> AsyncIterator[Graph]:
    """The graph that the settings name, or the embedded one, its schema up to date, watched by `observer`.

    Raises EmbeddedServerError if that one cannot be started, GraphUnavailable if the graph does not answer.
    """
    server: EmbeddedServer | None = None
    if settings.neo4j_uri is None:
        server = EmbeddedServer(
            settings.data_dir, heap=settings.embedded_heap, command_timeout=settings.statement_timeout
        )
        address = await server.start()
        uri, user, password, database = address.uri, address.user, address.password, address.database
    else:
        uri, user, database = settings.neo4j_uri, settings.neo4j_user, settings.neo4j_database
        password = settings.neo4j_password.get_secret_value()
    try:
        async with Graph(
            uri,
            user,
            password,
            database,
            patience=settings.graph_patience,
            statement_timeout=settings.statement_timeout,
            scans_in_order=server is not None,
            observer=observer,
        ) as graph:
            for migration in await migrate(graph):
                _log.info("migration_applied", number=migration.number, name=migration.name)
            yield graph
    finally:
        if server is not None:
            await server.stop()


@asynccontextmanager
async def open_gateway(
    settings: Settings, *, clock: Callable[[], datetime] = times.utc_now
) -> AsyncIterator[Gateway]:
    """A gateway that works: its graph open, its outbox tailed, its webhooks delivered, its clock watched.

    Raises ManifestError if the trusted documents cannot be read, and what `open_graph` does.
    """
    lookup = Lookup(
        read_manifest(settings.trusted_documents) if settings.trusted_documents else None,
        trusted_only=settings.trusted_only,
        automatic=settings.persisted_queries,
    )
    async with (
        open_instruments(settings) as instruments,
        open_graph(settings, instruments.telemetry) as graph,
    ):
        tail = Tail(graph, poll=settings.event_poll, observer=instruments.telemetry)
        catalogues = Catalogues(graph)
        ingestion = Ingestion(
            graph,
            catalogues=catalogues,
            threshold=Threshold(
                lifetime_value=settings.threshold_lifetime_value, silent_days=settings.threshold_silent_days
            ),
            default_country=settings.default_country,
            clock=clock,
            room=Room(settings.waiting_records, settings.waiting_bytes),
            observer=instruments.telemetry,
        )
        uploads = await asyncio.to_thread(
            Uploads, settings.uploads_dir or settings.data_dir / "uploads", quota=settings.upload_quota
        )
        deliverer = Deliverer(
            graph,
            tail,
            source=settings.event_source,
            clock=clock,
            timeout=settings.webhook_timeout,
            at_once=settings.webhook_at_once,
            most_held=settings.webhook_most_held,
            telemetry=instruments.telemetry,
        )
        limits = FileLimits(ratio=settings.max_expansion)
        job_watch = Watch(graph)
        cleaning = Cleaning(
            graph, uploads, clock, keep=settings.upload_keep, interval=settings.sweep_interval
        )

        runner = job_runner(
            settings,
            graph,
            ingestion,
            catalogues,
            uploads,
            limits,
            clock,
            on_commit=job_watch.wake,
            observer=instruments.telemetry,
        )
        services = Services(
            graph=graph,
            catalogues=catalogues,
            together=Together(graph),
            ingestion=ingestion,
            uploads=uploads,
            file_limits=limits,
            tail=tail,
            clock=clock,
            default_country=settings.default_country,
            webhooks_changed=deliverer.refresh,
            jobs_changed=runner.refresh,
            files_changed=cleaning.refresh,
            job_watch=job_watch,
            new_secret=new_secret,
            check_secret=parse_secret,
        )
        operations = _operations(settings, services, lookup, instruments.telemetry)
        connections = Connections()
        tasks = [
            asyncio.create_task(forever(work), name=work.__qualname__)
            for work in (
                tail.run,
                deliverer.run,
                running_jobs(runner, graph, clock),
                job_watch.run,
                cleaning.run,
                sweeping(ingestion, graph, clock, settings.sweep_interval),
            )
        ]
        try:
            app = application(settings, services, operations, connections, instruments)
            yield Gateway(app, services, operations, connections)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _operations(
    settings: Settings, services: Services, lookup: Lookup, telemetry: Telemetry | None
) -> Operations:
    rate = Rate(settings.rate_points, settings.rate_burst)
    return Operations(
        schema,
        lambda principal, request_id: Context(principal, request_id, services),
        limits=Limits(
            tokens=settings.max_tokens,
            depth=settings.max_depth,
            aliases=settings.max_aliases,
            directives=settings.max_directives,
            fields=settings.max_fields,
        ),
        meter=Meter(settings.max_cost, RateLimiter(rate) if rate.points else None),
        timeout=settings.operation_timeout,
        introspection=settings.introspection,
        lookup=lookup,
        telemetry=telemetry,
        compile_operation=partial(compile_operation, schema._schema),
    )
