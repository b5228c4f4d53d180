"""Slow clients and a slow graph: nobody hangs, memory is bounded, and nothing is answered twice."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from graph_model.graph import Graph
from tests.servers.engine import Engine, wipe
from tests.servers.gateway import INGEST, GatewayProcess
from tests.servers.relay import HoldingRelay

NDJSON = {"content-type": "application/x-ndjson"}
# What is slow here is between the gateway and the graph, whichever that is.
pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)


@pytest.fixture
async def graph(engine: Engine) -> AsyncIterator[Graph]:
    async with engine.connect() as graph:
        await wipe(graph)
        yield graph


@pytest.fixture
async def relay(engine: Engine, graph: Graph) -> AsyncIterator[HoldingRelay]:
    """On the way from gateways to the graph."""
    async with HoldingRelay(engine.uri) as relay:
        yield relay
        relay.answering.set()


def people(count: int) -> list[dict[str, Any]]:
    return [{"id": f"P-{n}", "firstName": "Ada", "email": f"p{n}@mail.example"} for n in range(count)]


async def metric(gateway: GatewayProcess, name: str) -> float:
    text = (await gateway.client.get("/metrics")).text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    )


async def memory(gateway: GatewayProcess) -> float:
    return await metric(gateway, "process_resident_memory_bytes")


def patiently(within: float = 30) -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception_type(AssertionError),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(within),
        reraise=True,
    )


def raw_request(port: int, path: str, length: int) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-ndjson\r\n"
        f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode()


async def send_all_then_read(gateway: GatewayProcess, body: bytes, *, logged: str | None = None) -> list[Any]:
    """The lines of the answer, of which nothing is read before the last byte is sent, and before the gateway
    has `logged` that."""
    port = httpx.URL(gateway.url).port
    assert port is not None
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", port))
        async with asyncio.timeout(120):
            await loop.sock_sendall(client, raw_request(port, "/ingest/crm/Individual", len(body)) + body)
            # More of the answer is waiting than fits into any buffer of the kernel's.
            async for attempt in patiently():
                with attempt:
                    assert await metric(gateway, "identity_gateway_spooled_bytes") > 10_000_000
                    assert logged is None or logged in (gateway.directory / "gateway.log").read_text()
            answer = bytearray()
            while data := await loop.sock_recv(client, 1 << 20):
                answer += data
    head, _, rest = bytes(answer).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    return [json.loads(line) for line in _dechunked(rest).splitlines()]


def _dechunked(data: bytes) -> bytes:
    pieces: list[bytes] = []
    place = 0
    while True:
        end = data.index(b"\r\n", place)
        size = int(data[place:end], 16)
        if not size:
            return b"".join(pieces)
        pieces.append(data[end + 2 : end + 2 + size])
        place = end + 2 + size + 2


async def test_a_client_that_sends_all_before_it_reads_does_not_hang(
    engine: Engine, graph: Graph, tmp_path: Path
) -> None:
    gateway = await GatewayProcess.start(tmp_path, engine.environment())
    try:
        count = 250_000
        before = await memory(gateway)

        *lines, last = await send_all_then_read(gateway, b"nonsense, and not much of it\n" * count)

        assert [line["line"] for line in lines] == list(range(1, count + 1))
        assert last == {"summary": {"rows": count, "outcomes": {"REJECTED": count}, "complete": True}}
        assert await metric(gateway, "identity_gateway_spooled_bytes") == 0
        assert list((tmp_path / "data" / "spool").iterdir()) == []
        assert await memory(gateway) < before + 150_000_000
    finally:
        await gateway.stop()


async def test_who_never_reads_is_told_when_the_spool_is_full(
    engine: Engine, graph: Graph, tmp_path: Path
) -> None:
    environment = engine.environment() | {"GATEWAY_SPOOL_QUOTA": "11000000", "GATEWAY_SPOOL_PATIENCE": "0.2"}
    gateway = await GatewayProcess.start(tmp_path, environment)
    try:
        body = b"nonsense, and not much of it\n" * 250_000
        *lines, last = await send_all_then_read(gateway, body, logged="ingest_spool_full")

        assert last["summary"]["complete"] is False
        assert last["summary"]["error"]["code"] == "SPOOL_FULL"
        assert last["summary"]["error"]["afterLine"] == lines[-1]["line"]
        assert len(lines) < 250_000
    finally:
        await gateway.stop()


async def test_a_graph_that_stalls_pushes_back_and_costs_no_memory(
    engine: Engine, graph: Graph, relay: HoldingRelay, tmp_path: Path
) -> None:
    environment = engine.environment() | {"NEO4J_URI": relay.uri, "GATEWAY_WAITING_RECORDS": "3000"}
    gateway = await GatewayProcess.start(tmp_path, environment)
    try:
        records = people(500)

        async def send() -> httpx.Response:
            payload = {"source": "crm", "object": "Individual", "records": records}
            return await gateway.client.post(
                "/graphql", json={"query": INGEST, "variables": {"input": payload}}
            )

        async def stream() -> httpx.Response:
            body = b"".join(json.dumps(record).encode() + b"\n" for record in records)
            return await gateway.client.post("/ingest/crm/Individual", content=body, headers=NDJSON)

        assert "errors" not in (await send()).json()
        relay.answering.clear()
        waiting = [asyncio.create_task(send()) for _ in range(6)]
        async for attempt in patiently():
            with attempt:
                assert await metric(gateway, "identity_gateway_records_waiting") == 3_000
        before = await memory(gateway)
        for _ in range(40):
            refused = await send()
            (error,) = refused.json()["errors"]
            assert error["extensions"]["code"] == "RETRY_LATER"
            assert int(refused.headers["retry-after"]) >= error["extensions"]["retryAfter"] >= 1
        refused = await stream()
        assert refused.status_code == 503
        assert refused.json()["errors"][0]["extensions"]["code"] == "RETRY_LATER"
        assert int(refused.headers["retry-after"]) >= 1
        assert await memory(gateway) < before + 50_000_000

        relay.answering.set()
        for answer in await asyncio.gather(*waiting):
            assert "errors" not in answer.json()
        assert "errors" not in (await send()).json()
        assert await metric(gateway, "identity_gateway_records_waiting") == 0
    finally:
        relay.answering.set()
        await gateway.stop()


async def test_a_body_that_arrives_while_the_graph_stalls_waits_and_is_stored(
    engine: Engine, graph: Graph, relay: HoldingRelay, tmp_path: Path
) -> None:
    environment = engine.environment() | {"NEO4J_URI": relay.uri, "GATEWAY_WAITING_RECORDS": "300"}
    gateway = await GatewayProcess.start(tmp_path, environment)
    try:
        held = asyncio.Event()

        async def body() -> AsyncIterator[bytes]:
            for record in people(2_000):
                yield json.dumps(record).encode() + b"\n"
                if record["id"] == "P-400":
                    # The gateway knows by then what may be sent, which it also asks the graph for.
                    async for attempt in patiently():
                        with attempt:
                            assert await graph.read("MATCH (r:SourceRecord) RETURN count(r)") > 0
                    relay.answering.clear()
                    held.set()

        streaming = asyncio.create_task(
            gateway.client.post("/ingest/crm/Individual", content=body(), headers=NDJSON)
        )
        await held.wait()
        async for attempt in patiently():
            with attempt:
                # How many of a body come at once depends on the machine; 300 are the most there is room for.
                assert 0 < await metric(gateway, "identity_gateway_records_waiting") <= 300
        assert not streaming.done()
        relay.answering.set()
        last = json.loads((await streaming).text.splitlines()[-1])
        assert last == {"summary": {"rows": 2_000, "outcomes": {"CREATED": 2_000}, "complete": True}}
    finally:
        relay.answering.set()
        await gateway.stop()


async def test_a_gateway_that_is_killed_before_it_answers_answers_the_same_after_it(
    engine: Engine, graph: Graph, tmp_path: Path
) -> None:
    gateway = await GatewayProcess.start(tmp_path, engine.environment())
    input_ = {"source": "crm", "object": "Individual", "records": people(3), "idempotencyKey": "killed"}
    async with HoldingRelay(gateway.url) as relay:
        relay.answering.clear()
        async with httpx.AsyncClient(base_url=relay.uri, timeout=60) as client:
            lost = asyncio.create_task(
                client.post("/graphql", json={"query": INGEST, "variables": {"input": input_}})
            )
            async for attempt in patiently():
                with attempt:
                    assert await graph.read("MATCH (q:IdempotentRequest) RETURN count(q)") == 1
            await gateway.kill()
            await relay.cut()
            relay.answering.set()
            with pytest.raises(httpx.TransportError):
                await lost
    gateway = await GatewayProcess.start(tmp_path, engine.environment())
    try:
        data = await gateway.query(INGEST, input=input_)
        results = data["ingestRecords"]["results"]
        assert [result["outcome"] for result in results] == ["CREATED"] * 3
        assert await gateway.query(INGEST, input=input_) == data
        other = await gateway.query(INGEST, input=input_ | {"records": people(2)})
        assert other["ingestRecords"]["results"] == []
        assert other["ingestRecords"]["userErrors"] == [
            {
                "code": "IDEMPOTENCY_MISMATCH",
                "message": "Another request was sent with this idempotency key.",
                "path": ["idempotencyKey"],
            }
        ]
    finally:
        await gateway.stop()


async def test_a_body_that_is_being_sent_when_the_gateway_ends_says_how_far_it_came(
    engine: Engine, graph: Graph, tmp_path: Path
) -> None:
    gateway = await GatewayProcess.start(tmp_path, engine.environment())
    port = httpx.URL(gateway.url).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        body = b'{"id": "E-1", "firstName": "Ada"}\n'
        assert port is not None
        writer.write(raw_request(port, "/ingest/crm/Individual", 10 * len(body)) + body)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        async with asyncio.timeout(20):
            status = await gateway.stop()
            rest = await reader.read()
        assert status == 0, gateway.log()
        *lines, last = [json.loads(line) for line in _dechunked(rest).splitlines()]
        assert [line["outcome"] for line in lines] == ["CREATED"]
        assert last["summary"]["error"]["code"] == "SHUTTING_DOWN"
        assert last["summary"]["error"]["afterLine"] == 1
    finally:
        writer.close()
        await gateway.kill()


async def test_a_client_that_breaks_off_has_stored_what_it_sent(
    engine: Engine, graph: Graph, tmp_path: Path
) -> None:
    gateway = await GatewayProcess.start(tmp_path, engine.environment())
    port = httpx.URL(gateway.url).port
    try:
        assert port is not None
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        body = b'{"id": "E-1", "firstName": "Ada"}\n{"id": "E-2", "first'
        writer.write(raw_request(port, "/ingest/crm/Individual", 10_000) + body)
        await writer.drain()
        async for attempt in patiently():
            with attempt:
                assert await graph.read("MATCH (r:SourceRecord) RETURN count(r)") == 1
        writer.transport.abort()
        # Whatever is left of it goes: another body finds its place.
        async for attempt in patiently():
            with attempt:
                assert await metric(gateway, "identity_gateway_connections_open") <= 1
        answer = await gateway.client.post("/ingest/crm/Individual", content=b"", headers=NDJSON)
        assert answer.status_code == 200
    finally:
        await gateway.stop()
