"""Traces and metrics for OpenTelemetry. Imported only when that is switched on: it needs the extra `otel`.

Names follow the semantic conventions for GraphQL servers (https://opentelemetry.io/docs/specs/semconv/graphql/)
and for database clients (https://opentelemetry.io/docs/specs/semconv/db/); what they have no name for begins
with `identity_gateway`. Exceptions are never recorded in spans, because their messages may quote a person's
data.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.parse import urlsplit

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.telemetry.watching import CANCELLED, Attempt, Batch, Operation, Sink, Statement

SCOPE = "identity_gateway"
OUR_FAULT = frozenset({"INTERNAL_SERVER_ERROR", "GRAPH_UNAVAILABLE"})
"""Codes that make an operation's span one of an error; the others are the client's."""

GRACE = 3.0
"""Seconds that the export at the end may take."""

_W3C = TraceContextTextMapPropagator()
_BOUNDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)
"""Advised by the convention for `db.client.operation.duration`."""


class Tracing(Sink):
    """Spans go to `spans`, metrics to `metrics`, if given. `graph` are the attributes of statements: system,
    name and address of the database."""

    def __init__(
        self, graph: Attributes, *, spans: SpanProcessor | None = None, metrics: MetricReader | None = None
    ) -> None:
        resource = Resource.create()
        if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: "identity-gateway"}))
        self._graph = dict(graph or {})
        self._tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        if spans is not None:
            self._tracers.add_span_processor(spans)
        self._meters = MeterProvider(
            [] if metrics is None else [metrics], resource=resource, shutdown_on_exit=False
        )
        self._tracer = self._tracers.get_tracer(SCOPE)
        meter = self._meters.get_meter(SCOPE)
        self._operation_seconds = meter.create_histogram(
            "identity_gateway.operation.duration",
            "s",
            "Duration of GraphQL operations.",
            explicit_bucket_boundaries_advisory=_BOUNDS,
        )
        self._statement_seconds = meter.create_histogram(
            "db.client.operation.duration",
            "s",
            "Duration of database client operations.",
            explicit_bucket_boundaries_advisory=_BOUNDS,
        )

    @classmethod
    def from_environment(cls, graph: Attributes) -> Tracing:
        """Exports over OTLP as OpenTelemetry's own variables (`OTEL_…`) say."""
        return cls(
            graph,
            spans=BatchSpanProcessor(OTLPSpanExporter()) if _is_wanted("OTEL_TRACES_EXPORTER") else None,
            metrics=(
                PeriodicExportingMetricReader(OTLPMetricExporter())
                if _is_wanted("OTEL_METRICS_EXPORTER")
                else None
            ),
        )

    async def close(self) -> None:
        """Export what is left, within a few seconds."""
        # The exporters try for longer and cannot be cancelled: daemon threads do not hold up the process.
        closing = [
            Thread(target=provider.shutdown, daemon=True) for provider in (self._tracers, self._meters)
        ]
        for thread in closing:
            thread.start()
        await asyncio.gather(*(asyncio.to_thread(thread.join, GRACE) for thread in closing))

    @contextmanager
    def operation(self, operation: Operation) -> Iterator[None]:
        """A span of the kind server, in the request's trace if it named one."""
        with self._span("GraphQL Operation", SpanKind.SERVER) as span:
            try:
                yield
            finally:
                shared = {
                    "identity_gateway.transport": operation.transport,
                    **({"graphql.operation.type": operation.kind} if operation.kind else {}),
                    **({"error.type": operation.code} if operation.code else {}),
                }
                self._operation_seconds.record(
                    operation.seconds, {"graphql.operation.name": operation.label, **shared}
                )
                span.update_name(operation.kind or "GraphQL Operation")
                span.set_attributes({"identity_gateway.request_id": operation.request_id, **shared})
                if operation.name:
                    span.set_attribute("graphql.operation.name", operation.name)
                if isinstance(operation.cost, int | float):
                    span.set_attribute("identity_gateway.cost", operation.cost)
                if operation.code in OUR_FAULT:
                    span.set_status(Status(StatusCode.ERROR))

    @contextmanager
    def batch(self, batch: Batch) -> Iterator[None]:
        """A trace of its own, linked to those of the operations that wait for it."""
        found = [submitter.run(trace.get_current_span).get_span_context() for submitter in batch.submitters]
        links = [Link(operation) for operation in found if operation.is_valid]
        with self._span("batch", SpanKind.INTERNAL, links=links) as span:
            try:
                yield
            finally:
                span.set_attribute("identity_gateway.batch.size", batch.size)
                _fail(span, batch.code)

    @contextmanager
    def attempt(self, attempt: Attempt) -> Iterator[None]:
        """A span of the kind client, whose context the event carries to its receiver."""
        with self._span("POST", SpanKind.CLIENT) as span:
            _W3C.inject(attempt.headers)
            try:
                yield
            finally:
                span.set_attributes(
                    {"http.request.method": "POST", "identity_gateway.webhook": attempt.webhook}
                )
                if host := _host(attempt.url):
                    span.set_attribute("server.address", host)
                _fail(span, None if attempt.outcome == "taken" else attempt.outcome)

    def statement(self, statement: Statement) -> None:
        """A span of the kind client that has just ended, in whatever span is current."""
        end = time.time_ns()
        failed = {"error.type": statement.code} if statement.code else {}
        span = self._tracer.start_span(
            statement.name,
            kind=SpanKind.CLIENT,
            start_time=end - int(statement.seconds * 1e9),
            attributes={
                **self._graph,
                "db.query.summary": statement.name,
                "db.query.text": statement.text,
            },
        )
        _fail(span, statement.code)
        span.end(end)
        self._statement_seconds.record(
            statement.seconds, {**self._graph, "db.query.summary": statement.label, **failed}
        )

    @contextmanager
    def _span(self, name: str, kind: SpanKind, links: list[Link] | None = None) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name, kind=kind, links=links, record_exception=False, set_status_on_exception=False
        ) as span:
            yield span


class TraceContext:
    """ASGI middleware: what is done for an HTTP request belongs to the trace that its `traceparent` names
    (https://www.w3.org/TR/trace-context/). A websocket is not part of a trace: it lasts for many."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        carrier = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in (b"traceparent", b"tracestate")
        }
        token = context.attach(_W3C.extract(carrier))
        try:
            await self._app(scope, receive, send)
        finally:
            context.detach(token)


def _fail(span: Span, code: str | None) -> None:
    if code is not None:
        span.set_attribute("error.type", code)
        if code != CANCELLED:
            span.set_status(Status(StatusCode.ERROR))


def _is_wanted(variable: str) -> bool:
    return os.environ.get(variable, "otlp").strip().lower() != "none"


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
