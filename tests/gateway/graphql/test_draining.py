from __future__ import annotations

import asyncio

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.gateway.graphql.test_sse import EVENTS, listening
from tests.gateway.graphql.test_websocket import acknowledged, close_of, opened, subscribe
from tests.gateway.graphql.toy import gateway
from tests.gateway.serving import serve


async def test_sockets_are_closed_with_1001_and_their_generators_closed() -> None:
    running = gateway()
    async with serve(running.app) as address, acknowledged(address) as socket, opened(address) as idle:
        await subscribe(socket, "1", "subscription { endless }")
        await asyncio.wait_for(running.toy.opened.wait(), 5)
        assert await running.connections.drain(5) == 0
        assert running.toy.closed.is_set()
        assert await close_of(socket) == (1001, "Going away")
        assert await close_of(idle) == (1001, "Going away")


async def test_event_streams_end_without_complete_so_that_clients_come_back() -> None:
    running = gateway()
    async with serve(running.app) as address, listening(address, "subscription { endless }") as lines:
        await asyncio.wait_for(running.toy.opened.wait(), 5)
        assert await running.connections.drain(5) == 0
        assert running.toy.closed.is_set()
        assert [line async for line in lines] == ["event: next", 'data: {"data":{"endless":0}}', ""]


async def test_an_operation_that_runs_is_waited_for_and_answered() -> None:
    running = gateway()
    async with serve(running.app) as address, httpx.AsyncClient() as client:
        asking = asyncio.create_task(client.post(f"http://{address}/graphql", json={"query": "{ slow }"}))
        await asyncio.wait_for(running.toy.entered.wait(), 5)
        draining = asyncio.create_task(running.connections.drain(5))
        running.toy.release.set()
        assert (await asking).json()["data"] == {"slow": "done"}
        assert await draining == 0


async def test_an_operation_that_takes_too_long_is_not_waited_for() -> None:
    running = gateway()
    async with serve(running.app) as address, httpx.AsyncClient() as client:
        asking = asyncio.create_task(client.post(f"http://{address}/graphql", json={"query": "{ slow }"}))
        await asyncio.wait_for(running.toy.entered.wait(), 5)
        assert await running.connections.drain(0.01) == 1
        running.toy.release.set()
        await asking


async def test_new_sockets_and_streams_are_refused_with_503() -> None:
    running = gateway()
    async with serve(running.app) as address, httpx.AsyncClient() as client:
        assert await running.connections.drain(5) == 0
        with pytest.raises(InvalidStatus) as refused:
            async with opened(address):
                pass
        assert refused.value.response.status_code == 503
        response = await client.post(f"http://{address}/graphql", json={"query": "{ hello }"}, headers=EVENTS)
        assert response.status_code == 503
        assert response.json()["errors"][0]["extensions"]["code"] == "SHUTTING_DOWN"
