"""How the gateway is seen from outside: lines in the log, Prometheus's metrics, OpenTelemetry's traces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.middleware import Middleware

from gateway.settings import Settings
from gateway.telemetry.lines import Lines
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.watching import Sink, Telemetry


@dataclass(frozen=True, slots=True)
class Instruments:
    """What the settings switch on; `telemetry` is None if that is nothing."""

    telemetry: Telemetry | None
    metrics: Metrics | None
    middleware: list[Middleware]


@asynccontextmanager
async def open_instruments(settings: Settings) -> AsyncIterator[Instruments]:
    """The instruments; at the end, what they hold back is sent."""
    sinks: list[Sink] = []
    metrics = Metrics() if settings.metrics else None
    if metrics is not None:
        sinks.append(metrics)
    if settings.log_level != "error":
        operations = settings.log_level != "warning"
        sinks.append(Lines(slow_statement=settings.slow_statement, operations=operations))
    if not settings.otel:
        yield Instruments(Telemetry(sinks) if sinks else None, metrics, [])
        return
    from gateway.telemetry.tracing import TraceContext, Tracing

    tracing = Tracing.from_environment(_graph_attributes(settings))
    try:
        yield Instruments(Telemetry([*sinks, tracing]), metrics, [Middleware(TraceContext)])
    finally:
        await tracing.close()


def _graph_attributes(settings: Settings) -> dict[str, str | int]:
    if settings.neo4j_uri is None:
        return {"db.system.name": "arcadedb"}
    address = urlsplit(settings.neo4j_uri)
    return {
        "db.system.name": "neo4j",
        "db.namespace": settings.neo4j_database,
        "server.address": address.hostname or "",
        "server.port": address.port or 7687,
    }
