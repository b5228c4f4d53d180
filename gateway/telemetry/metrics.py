"""Metrics in the formats of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/."""

from __future__ import annotations

import asyncio
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, choose_encoder, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.telemetry.watching import CANCELLED, Attempt, Batch, Operation, Sink, Statement
from graph_model import times
from graph_model.graph import Graph

PREFIX = "identity_gateway"

_QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)
_SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000)


class Metrics(Sink):
    """Counts in a registry of its own, so that several gateways in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._operations = self._counter(
            "operations", "Operations that ended.", "operation", "kind", "transport", "code"
        )
        self._operation_seconds = self._histogram(
            "operation_duration_seconds", "Seconds that an operation took.", _QUICK, "operation", "kind"
        )
        self._running = self._gauge("operations_running", "Operations that run now.", "transport")
        self._refused = self._counter(
            "requests_refused", "Requests that were refused before they were operations.", "code"
        )
        self._statement_seconds = self._histogram(
            "statement_duration_seconds", "Seconds that a statement took.", _QUICK, "statement", "outcome"
        )
        self._batch_seconds = self._histogram(
            "batch_duration_seconds", "Seconds that a batch took to be stored.", _SLOW, "outcome"
        )
        self._batch_records = self._histogram("batch_records", "Records in a batch.", _SIZES)
        self._records = self._counter("records", "Records ingested.", "source", "object", "outcome")
        self._events = self._counter("events", "Events read from the outbox.", "kind")
        self._event_lag = self._histogram(
            "event_lag_seconds", "Seconds from an event's time until this process read it.", _SLOW
        )
        self._attempts = self._counter("webhook_attempts", "Attempts to send an event.", "outcome")
        self._attempt_seconds = self._histogram(
            "webhook_attempt_duration_seconds", "Seconds that an attempt to send an event took.", _SLOW
        )
        self._graph_up = self._gauge("graph_up", "Whether the graph answered when this was asked for.")
        self._event_position = self._gauge("event_position", "Number of the newest event read.")
        self._records_waiting = self._gauge("records_waiting", "Records that are not stored yet.")
        self._spooled = self._gauge(
            "spooled_bytes", "Bytes of answers on disk that their clients have not read yet."
        )
        self._open = self._gauge("connections_open", "Open requests (streams too) and sockets.", "transport")

    def watch(
        self,
        *,
        event_position: Callable[[], int],
        records_waiting: Callable[[], int],
        spooled_bytes: Callable[[], int],
        requests_open: Callable[[], int],
        sockets_open: Callable[[], int],
    ) -> None:
        """Where to look, whenever the metrics are asked for."""
        self._event_position.set_function(event_position)
        self._records_waiting.set_function(records_waiting)
        self._spooled.set_function(spooled_bytes)
        self._open.labels("http").set_function(requests_open)
        self._open.labels("websocket").set_function(sockets_open)

    def routes(self, graph: Graph) -> list[BaseRoute]:
        """/metrics, in the format that the request accepts: Prometheus's text or OpenMetrics."""

        async def metrics(request: Request) -> Response:
            self._graph_up.set(await graph.is_ready(within=1.0))
            try:
                encode, content_type = choose_encoder(request.headers.get("accept", ""))
            except (ValueError, TypeError):  # The library's, for a version that is none.
                encode, content_type = generate_latest, CONTENT_TYPE_LATEST
            body = await asyncio.to_thread(encode, self.registry)
            return Response(body, headers={"content-type": content_type, "cache-control": "no-store"})

        return [Route("/metrics", metrics)]

    @contextmanager
    def operation(self, operation: Operation) -> Iterator[None]:
        """Count it."""
        running = self._running.labels(operation.transport)
        running.inc()
        try:
            yield
        finally:
            running.dec()
            kind = operation.kind or "unknown"
            self._operations.labels(operation.label, kind, operation.transport, operation.code or "OK").inc()
            self._operation_seconds.labels(operation.label, kind).observe(operation.seconds)

    @contextmanager
    def batch(self, batch: Batch) -> Iterator[None]:
        """Count it."""
        try:
            yield
        finally:
            self._batch_seconds.labels(_outcome(batch.code)).observe(batch.seconds)
            self._batch_records.observe(batch.size)

    @contextmanager
    def attempt(self, attempt: Attempt) -> Iterator[None]:
        """Count it."""
        try:
            yield
        finally:
            self._attempts.labels(attempt.outcome).inc()
            self._attempt_seconds.observe(attempt.seconds)

    def statement(self, statement: Statement) -> None:
        """Count it."""
        self._statement_seconds.labels(statement.label, _outcome(statement.code)).observe(statement.seconds)

    def records(self, source: str, object_name: str, outcomes: Iterable[str]) -> None:
        """Count them."""
        for outcome, count in Tally(outcomes).items():
            self._records.labels(source, object_name, outcome).inc(count)

    def events(self, kinds: Sequence[str], since: str) -> None:
        """Count them; how late they are is told by the oldest."""
        for kind, count in Tally(kinds).items():
            self._events.labels(kind).inc(count)
        lag = (times.utc_now() - times.from_text(since)).total_seconds()
        self._event_lag.observe(max(0.0, lag))

    def refused(self, code: str) -> None:
        """Count it."""
        self._refused.labels(code).inc()

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", meaning, labels, registry=self.registry, buckets=buckets)


def _outcome(code: str | None) -> str:
    return "ok" if code is None else "cancelled" if code == CANCELLED else "failed"
