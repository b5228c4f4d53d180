"""SIGTERM: no new work, running work is finished, sockets are told, and it ends in time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import websockets

from tests.servers.engine import Engine, wipe
from tests.servers.gateway import INGEST, GatewayProcess
from tests.servers.relay import Relay
from tests.servers.subscriber import GRAPHQL_WS


@pytest.fixture
async def gateway(engine: Engine, tmp_path: Path) -> AsyncIterator[GatewayProcess]:
    async with engine.connect() as graph:
        await wipe(graph)
    gateway = await GatewayProcess.start(tmp_path, engine.environment())
    try:
        yield gateway
    finally:
        await gateway.kill()


async def test_the_gateway_ends_in_good_order(gateway: GatewayProcess) -> None:
    records = [{"id": f"T-{n}", "firstName": "Tom", "email": f"tom{n}@example.com"} for n in range(500)]
    variables = {"input": {"source": "crm", "object": "Individual", "records": records}}
    async with (
        httpx.AsyncClient(base_url=gateway.url, timeout=30) as client,
        websockets.connect(gateway.websocket_url, subprotocols=[GRAPHQL_WS]) as socket,
    ):
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        document = "subscription { insightEvents(kinds: [INDIVIDUAL_CREATED]) { id } }"
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": document}}))
        writing = asyncio.create_task(client.post("/graphql", json={"query": INGEST, "variables": variables}))
        # The batch is on its way once the gateway has read it; another request behind it says so.
        await client.get("/healthz")

        async with asyncio.timeout(20):
            status = await gateway.stop()
        answer = (await writing).json()
        async for _ in socket:
            pass

    assert status == 0, gateway.log()
    assert socket.close_code == 1001
    assert {result["outcome"] for result in answer["data"]["ingestRecords"]["results"]} == {"CREATED"}


async def test_liveness_readiness_and_the_schema_are_served(gateway: GatewayProcess) -> None:
    schema = Path(__file__).parents[2] / "schema.graphql"
    assert (await gateway.client.get("/healthz")).json() == {"status": "ok"}
    assert (await gateway.client.get("/readyz")).json() == {"status": "ready"}
    assert (await gateway.client.get("/schema.graphql")).text == schema.read_text()


async def test_the_gateway_is_not_ready_while_the_graph_is_away(engine: Engine, tmp_path: Path) -> None:
    async with Relay(engine.uri) as relay:
        gateway = await GatewayProcess.start(tmp_path, engine.environment() | {"NEO4J_URI": relay.uri})
        try:
            await relay.cut()
            await gateway.wait_ready(ready=False)
            assert (await gateway.client.get("/healthz")).status_code == 200
            await relay.mend()
            await gateway.wait_ready()
        finally:
            await gateway.stop()


async def test_a_graph_that_stays_away_is_a_clear_error_and_nothing_of_ours(
    engine: Engine, tmp_path: Path
) -> None:
    async with Relay(engine.uri) as relay:
        environment = engine.environment() | {"NEO4J_URI": relay.uri, "GATEWAY_GRAPH_PATIENCE": "1"}
        gateway = await GatewayProcess.start(tmp_path, environment)
        try:
            await relay.cut()
            answer = await gateway.post(
                INGEST, input={"source": "crm", "object": "Individual", "records": [{"id": "1"}]}
            )
            assert answer["errors"][0]["extensions"]["code"] == "GRAPH_UNAVAILABLE"
            await relay.mend()
        finally:
            await gateway.stop()


async def test_a_host_name_that_is_not_this_machines_is_refused(gateway: GatewayProcess) -> None:
    response = await gateway.client.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"host": "attacker.example"}
    )
    assert response.status_code == 400


async def test_a_page_of_an_allowed_origin_may_read_the_answer_to_its_post(
    engine: Engine, tmp_path: Path
) -> None:
    friend, stranger = "https://app.example.com", "https://other.example.com"
    environment = engine.environment() | {"GATEWAY_ALLOWED_ORIGINS": friend}
    gateway = await GatewayProcess.start(tmp_path, environment)
    try:
        for origin, allowed in ((friend, friend), (stranger, None)):
            answer = await gateway.client.post(
                "/graphql", json={"query": "{ __typename }"}, headers={"origin": origin}
            )
            assert answer.headers.get("access-control-allow-origin") == allowed
    finally:
        await gateway.stop()
