"""Subscribers as services write them: over graphql-transport-ws, and over server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import websockets

from tests.servers.gateway import GatewayProcess


@asynccontextmanager
async def websocket_events(
    gateway: GatewayProcess, document: str, **variables: Any
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The payloads of a subscription. It has begun on entry: a ping sent behind it has been answered."""
    async with websockets.connect(gateway.websocket_url, subprotocols=[GRAPHQL_WS]) as socket:
        await _send(socket, {"type": "connection_init"})
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        await _send(
            socket,
            {"id": "1", "type": "subscribe", "payload": {"query": document, "variables": variables}},
        )
        yield _payloads(socket)


@asynccontextmanager
async def sse_events(
    gateway: GatewayProcess, document: str, **variables: Any
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The payloads of a subscription over server-sent events, in distinct connections mode."""
    async with (
        httpx.AsyncClient(timeout=30) as client,
        client.stream(
            "POST",
            f"{gateway.url}/graphql",
            json={"query": document, "variables": variables},
            headers={"accept": "text/event-stream"},
        ) as response,
    ):
        assert response.status_code == 200

        async def payloads() -> AsyncIterator[dict[str, Any]]:
            async for line in response.aiter_lines():
                if line.startswith("data:") and (text := line.removeprefix("data:").strip()):
                    yield json.loads(text)

        yield payloads()


GRAPHQL_WS = websockets.Subprotocol("graphql-transport-ws")


async def _send(socket: websockets.ClientConnection, message: dict[str, Any]) -> None:
    await socket.send(json.dumps(message))


async def _payloads(socket: websockets.ClientConnection) -> AsyncIterator[dict[str, Any]]:
    async for frame in socket:
        message = json.loads(frame)
        if message["type"] == "ping":
            await _send(socket, {"type": "pong"})
        elif message["type"] == "complete":
            return
        else:
            assert message["type"] == "next", message
            yield message["payload"]
