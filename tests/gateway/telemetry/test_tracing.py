"""What OpenTelemetry is told, as a collector receives it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import ValidationError

from gateway.settings import Settings
from gateway.telemetry.tracing import Tracing
from gateway.telemetry.watching import Telemetry
from graph_model.events.model import EventKind
from tests.gateway.delivering import register
from tests.gateway.telemetry.conftest import INGEST, Opener
from tests.servers.engine import Engine
from tests.servers.receiver import Receiver

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
PERSON = "quentin.zyx@example.com"


@dataclass
class Collected:
    """What the collector and the webhook's receiver had got when the gateway had ended."""

    spans: list[Span] = field(default_factory=list)
    metrics: set[str] = field(default_factory=set)
    resource: dict[str, Any] = field(default_factory=dict)
    raw: bytes = b""
    traceparent: str = ""

    def span(self, name: str, trace: str | None = None) -> Span:
        """The only span of that name (and of that trace)."""
        (found,) = [span for span in self.spans if span.name == name and trace in (None, span.trace_id.hex())]
        return found

    def children(self, parent: Span) -> list[Span]:
        """The spans under that one."""
        return [span for span in self.spans if span.parent_span_id == parent.span_id]


def attributes(span: Span) -> dict[str, Any]:
    """Its attributes as plain values."""
    return {
        item.key: getattr(item.value, item.value.WhichOneof("value") or "string_value")
        for item in span.attributes
    }


@pytest.fixture(scope="module")
async def collected(opened: Opener) -> Collected:
    """A story told to a collector: a query within a trace, an operation that fails, records, an event."""
    collected = Collected()
    with pytest.MonkeyPatch.context() as patch:
        async with Receiver() as collector, Receiver() as receiver:
            patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.removesuffix("/hook"))
            patch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=tests")
            async with opened(otel=True) as client:
                await register(client.gateway.services.graph, receiver, EventKind.INDIVIDUAL_CREATED)
                client.gateway.services.webhooks_changed()
                traceparent = f"00-{TRACE}-{PARENT}-01"
                await client.post(
                    "query ByEmail($by: IndividualBy!) { individual(by: $by) { id emails } }",
                    {"traceparent": traceparent, "x-request-id": "the-request"},
                    by={"identifier": {"type": "EMAIL", "value": PERSON}},
                )
                await client.post(f'query Broken {{ individual(by: "{PERSON}") {{ id }} }}')
                record = {"id": "T-1", "firstName": "Quentin", "email": PERSON}
                await client.post(
                    INGEST, input={"source": "crm", "object": "Individual", "records": [record]}
                )
                (event,) = await receiver.wait_for(1)
                collected.traceparent = event.headers["traceparent"]
        for request in collector.received:
            collected.raw += request.body
            if request.path == "/v1/traces":
                for resource_spans in ExportTraceServiceRequest.FromString(request.body).resource_spans:
                    collected.resource = {
                        item.key: item.value.string_value for item in resource_spans.resource.attributes
                    }
                    for scope in resource_spans.scope_spans:
                        collected.spans += scope.spans
            else:
                assert request.path == "/v1/metrics"
                for resource_metrics in ExportMetricsServiceRequest.FromString(request.body).resource_metrics:
                    for scope_metrics in resource_metrics.scope_metrics:
                        collected.metrics |= {metric.name for metric in scope_metrics.metrics}
    return collected


def test_an_operation_is_a_server_span_in_the_trace_that_the_request_names(collected: Collected) -> None:
    span = collected.span("query", TRACE)
    assert span.parent_span_id.hex() == PARENT
    assert span.kind == Span.SPAN_KIND_SERVER
    assert attributes(span) == {
        "graphql.operation.type": "query",
        "graphql.operation.name": "ByEmail",
        "identity_gateway.transport": "http",
        "identity_gateway.request_id": "the-request",
        "identity_gateway.cost": 3,
    }


def test_its_statements_are_client_spans_within_it(collected: Collected) -> None:
    operation = collected.span("query", TRACE)
    statements = collected.children(operation)
    assert statements
    for statement in statements:
        assert statement.trace_id.hex() == TRACE
        assert statement.kind == Span.SPAN_KIND_CLIENT
        found = attributes(statement)
        assert found["db.system.name"] == "neo4j"
        assert found["db.query.summary"] == statement.name
        assert "$" in found["db.query.text"]
        assert operation.start_time_unix_nano <= statement.start_time_unix_nano
        assert statement.end_time_unix_nano <= operation.end_time_unix_nano


def test_a_document_that_is_not_valid_gives_a_span_without_a_name(collected: Collected) -> None:
    span = collected.span("GraphQL Operation")
    assert attributes(span)["error.type"] == "GRAPHQL_VALIDATION_FAILED"
    assert "graphql.operation.name" not in attributes(span)
    # The client's mistake, not ours.
    assert span.status.code == Status.STATUS_CODE_UNSET


def test_a_batch_is_a_trace_of_its_own_linked_to_the_mutation_that_waits(collected: Collected) -> None:
    batch, mutation = collected.span("batch"), collected.span("mutation")
    assert not batch.parent_span_id
    assert batch.trace_id != mutation.trace_id
    assert [link.span_id for link in batch.links] == [mutation.span_id]
    assert attributes(batch)["identity_gateway.batch.size"] == 1
    assert len(collected.children(batch)) > 3


def test_an_event_carries_the_context_of_its_attempt(collected: Collected) -> None:
    span = collected.span("POST")
    context = f"00-{span.trace_id.hex()}-{span.span_id.hex()}-"
    assert collected.traceparent.startswith(context)
    assert span.kind == Span.SPAN_KIND_CLIENT
    assert attributes(span)["server.address"] == "127.0.0.1"


def test_durations_are_metrics_too(collected: Collected) -> None:
    assert collected.metrics == {"identity_gateway.operation.duration", "db.client.operation.duration"}


def test_the_service_has_a_name_unless_one_is_set(collected: Collected) -> None:
    assert collected.resource["service.name"] == "identity-gateway"
    assert collected.resource["deployment.environment.name"] == "tests"


def test_nothing_personal_is_told(collected: Collected) -> None:
    assert collected.spans
    for secret in (PERSON, "Quentin", "quentin"):
        assert secret.encode() not in collected.raw


async def test_a_failure_of_ours_is_an_error_without_its_message() -> None:
    exporter = InMemorySpanExporter()
    telemetry = Telemetry([Tracing({}, spans=SimpleSpanProcessor(exporter), metrics=InMemoryMetricReader())])

    async def fail() -> None:
        with telemetry.operation("id", "http") as seen:
            seen.resolved("Fails", "query")
            telemetry.statement("MATCH (n:Secret) RETURN n", 0.25, ValueError(PERSON))
            raise ValueError(PERSON)

    with pytest.raises(ValueError, match=PERSON):
        await fail()
    statement, operation = exporter.get_finished_spans()
    assert statement.parent is not None
    assert statement.parent.span_id == operation.context.span_id
    assert (statement.end_time or 0) - (statement.start_time or 0) == 250_000_000
    assert (statement.attributes or {})["error.type"] == "ValueError"
    assert (operation.attributes or {})["error.type"] == "INTERNAL_SERVER_ERROR"
    for span in (statement, operation):
        assert not span.status.is_ok
        assert PERSON not in span.to_json()


async def test_operations_side_by_side_are_not_in_each_others_traces() -> None:
    exporter = InMemorySpanExporter()
    telemetry = Telemetry([Tracing({}, spans=SimpleSpanProcessor(exporter))])
    both = asyncio.Barrier(2)

    async def operate(name: str) -> None:
        with telemetry.operation(name, "websocket"):
            await both.wait()
            telemetry.statement(f"MATCH (:{name})", 0.001, None)
            await both.wait()

    await asyncio.gather(operate("A"), operate("B"))
    spans = {span.context.span_id: span for span in exporter.get_finished_spans()}
    for span in spans.values():
        if span.parent is not None:
            parent = spans[span.parent.span_id]
            assert span.name.split()[1] == (parent.attributes or {})["identity_gateway.request_id"]


async def test_a_collector_that_is_away_does_not_hold_up_the_end(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver() as receiver:
        address = receiver.url.removesuffix("/hook")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    async with asyncio.timeout(6), opened(otel=True) as client:
        assert (await client.post("{ __typename }"))["data"] == {"__typename": "Query"}


WHILE_OFF = """
import asyncio, sys
import httpx
import gateway.commands
from gateway.running import open_gateway
from gateway.settings import Settings

async def main():
    async with open_gateway(Settings()) as gateway:
        transport = httpx.ASGITransport(gateway.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answer = await client.post("/graphql", json={"query": "{ individuals { edges { cursor } } }"})
            assert answer.json()["data"] == {"individuals": {"edges": []}}, answer.text

asyncio.run(main())
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""


async def test_while_it_is_off_nothing_of_opentelemetry_is_imported(
    opened: Opener, embedded_engine: Engine
) -> None:
    async with opened():
        pass  # Leaves an empty graph with its schema.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WHILE_OFF),
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)} | embedded_engine.environment(),
        stderr=subprocess.PIPE,
    )
    _, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()


def test_without_its_packages_it_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ValidationError, match=r"pip install 'identity-gateway\[otel\]'"):
        Settings(otel=True)
