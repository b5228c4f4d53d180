"""What Prometheus reads at /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from gateway.settings import Settings
from gateway.telemetry import Instruments, open_instruments
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.watching import MAX_OPERATIONS, Telemetry
from graph_model.events.model import EventKind
from graph_model.webhooks import store
from tests.gateway.delivering import patiently, register
from tests.gateway.graphql.toy import gateway as toy_gateway
from tests.gateway.telemetry.conftest import INGEST, Client, Opener
from tests.servers.receiver import Answer, Receiver

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture(scope="module")
async def client(opened: Opener) -> AsyncIterator[Client]:
    async with opened() as client:
        yield client


async def read(client: Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample, by its name without the prefix and its labels."""
    response = await client.http.get("/metrics")
    assert response.status_code == 200
    return {
        (sample.name.removeprefix("identity_gateway_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


async def value(client: Client, name: str, **labels: str) -> float:
    """The sum of the samples of that name that carry these labels."""
    return sum(
        found
        for (sample, its), found in (await read(client)).items()
        if sample == name and frozenset(labels.items()) <= its
    )


async def test_an_operation_is_counted_by_name_kind_transport_and_code(client: Client) -> None:
    await client.post("query Counted { __typename }")
    await client.post("{ __typename }")
    await client.post("query Broken { nothing }")
    await client.post('query Fails { individuals(after: "!") { pageInfo { hasNextPage } } }')

    def counted(operation: str, kind: str, code: str) -> dict[str, str]:
        return {"operation": operation, "kind": kind, "code": code, "transport": "http"}

    for labels in (
        counted("Counted", "query", "OK"),
        counted("anonymous", "query", "OK"),
        counted("invalid", "unknown", "GRAPHQL_VALIDATION_FAILED"),
        counted("Fails", "query", "INVALID_CURSOR"),
    ):
        assert await value(client, "operations_total", **labels) == 1
    assert await value(client, "operation_duration_seconds_count", operation="Counted", kind="query") == 1


async def test_a_name_that_only_a_broken_document_gives_is_not_taken_up(client: Client) -> None:
    await client.post("query Intruder { nothing }")
    assert "Intruder" not in (await client.http.get("/metrics")).text


async def test_a_request_that_never_becomes_an_operation_is_counted_as_refused(client: Client) -> None:
    await client.http.post("/graphql", content=b"{", headers={"content-type": "application/json"})
    await client.http.post("/graphql", json=[])
    await client.http.put("/graphql")
    assert await value(client, "requests_refused_total", code="BAD_REQUEST") == 2
    assert await value(client, "requests_refused_total", code="METHOD_NOT_ALLOWED") == 1


async def test_records_batches_statements_and_events_are_counted(client: Client) -> None:
    records = [{"id": "M-1", "email": "kim@example.com"}, {"id": "M-2", "email": "ash@example.com"}, {}]
    await client.post(INGEST, input={"source": "crm", "object": "Individual", "records": records})

    labels = {"source": "crm", "object": "Individual"}
    assert await value(client, "records_total", outcome="CREATED", **labels) == 2
    assert await value(client, "records_total", outcome="REJECTED", **labels) == 1
    assert await value(client, "batch_duration_seconds_count", outcome="ok") == 1
    assert await value(client, "batch_records_sum") == 2
    assert await value(client, "records_waiting") == 0
    async for attempt in patiently():
        with attempt:
            assert await value(client, "events_total", kind="INDIVIDUAL_CREATED") == 2
    assert await value(client, "event_position") == 4
    assert await value(client, "event_lag_seconds_count") >= 1
    statements = {
        dict(labels)["statement"]: found
        for (name, labels), found in (await read(client)).items()
        if name == "statement_duration_seconds_count"
    }
    assert any(name.startswith(("MATCH Lock ", "MERGE Lock ")) for name in statements)
    assert all(len(name.rsplit(" ", 1)[1]) == 8 for name in statements)


async def test_attempts_to_send_an_event_are_counted_by_outcome(client: Client) -> None:
    async with Receiver() as receiver:
        receiver.answer(Answer(503), Answer(204))
        graph = client.gateway.services.graph
        webhook = await register(graph, receiver, EventKind.INDIVIDUAL_CREATED)
        client.gateway.services.webhooks_changed()
        record = {"id": "W-1", "email": "wren@example.com"}
        await client.post(INGEST, input={"source": "crm", "object": "Individual", "records": [record]})
        await receiver.wait_for(1)
        async for attempt in patiently():
            with attempt:
                assert await value(client, "webhook_attempts_total", outcome="HTTP 5xx") == 1
        await store.delete(graph, webhook.id)


async def test_what_is_open_is_counted_while_it_is(client: Client) -> None:
    address = f"ws{str(client.http.base_url).removeprefix('http')}/graphql"
    async with connect(address, subprotocols=["graphql-transport-ws"]):  # type: ignore[list-item]
        assert await value(client, "connections_open", transport="websocket") == 1
    async for attempt in patiently():
        with attempt:
            assert await value(client, "connections_open", transport="websocket") == 0
    body = {"query": "subscription { insightEvents { id } }"}
    headers = {"accept": "text/event-stream"}
    async with client.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        assert response.status_code == 200
        async for attempt in patiently():
            with attempt:
                assert await value(client, "operations_running", transport="sse") == 1
    async for attempt in patiently():
        with attempt:
            assert await value(client, "operations_running", transport="sse") == 0
    assert (
        await value(client, "operations_total", kind="subscription", transport="sse", code="CANCELLED") == 1
    )


async def test_whether_the_graph_answers_is_told(client: Client) -> None:
    assert await value(client, "graph_up") == 1


async def test_the_process_is_measured_too(client: Client) -> None:
    families = {
        family.name for family in text_string_to_metric_families((await client.http.get("/metrics")).text)
    }
    assert "python_info" in families
    assert "python_gc_collections" in families


async def test_the_format_is_the_one_that_is_asked_for(client: Client) -> None:
    plain = await client.http.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain")
    assert plain.headers["cache-control"] == "no-store"
    openmetrics = await client.http.get("/metrics", headers={"accept": OPENMETRICS})
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    families = parse_openmetrics(openmetrics.text)  # type: ignore[no-untyped-call]
    assert "identity_gateway_operations" in {family.name for family in families}


@pytest.mark.parametrize("version", ["", "x", "1.x", "-1", "99999999999999999999"])
async def test_a_version_that_is_none_is_no_failure(client: Client, version: str) -> None:
    accept = f"application/openmetrics-text; version={version}"
    assert (await client.http.get("/metrics", headers={"accept": accept})).status_code == 200


async def test_the_names_that_clients_choose_are_bounded() -> None:
    metrics = Metrics()
    toy = toy_gateway(telemetry=Telemetry([metrics]))
    transport = httpx.ASGITransport(toy.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://toy") as client:
        for number in range(MAX_OPERATIONS + 20):
            await client.post("/graphql", json={"query": f"query Name{number}{'x' * 200} {{ hello }}"})
    labels = {
        sample.labels["operation"]
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "identity_gateway_operations_total"
    }
    assert len(labels) == MAX_OPERATIONS + 1
    assert "other" in labels
    assert max(map(len, labels)) == 64


async def test_two_gateways_in_one_process_do_not_mix() -> None:
    first, second = Metrics(), Metrics()
    Telemetry([first]).refused("BAD_REQUEST")
    name, labels = "identity_gateway_requests_refused_total", {"code": "BAD_REQUEST"}
    assert first.registry.get_sample_value(name, labels) == 1
    assert second.registry.get_sample_value(name, labels) is None


async def test_without_metrics_there_is_no_such_page(opened: Opener) -> None:
    async with opened(metrics=False, log_level="error") as client:
        assert (await client.http.get("/metrics")).status_code == 404
        assert (await client.post("{ __typename }"))["data"] == {"__typename": "Query"}


async def test_who_goes_away_cancels_and_does_not_fail() -> None:
    metrics = Metrics()
    telemetry = Telemetry([metrics])
    entered = asyncio.Event()

    async def wait() -> None:
        with telemetry.operation("id", "websocket") as seen:
            seen.resolved("Waits", "query")
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await entered.wait()
    task.cancel()
    await asyncio.wait([task])
    labels = {"operation": "Waits", "kind": "query", "transport": "websocket", "code": "CANCELLED"}
    assert metrics.registry.get_sample_value("identity_gateway_operations_total", labels) == 1


async def test_with_everything_off_nobody_is_told_anything() -> None:
    async with open_instruments(Settings(metrics=False, log_level="error")) as instruments:
        assert instruments == Instruments(None, None, [])
