from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from gateway.graphql.deadline import Deadline
from graph_model.errors import OperationTimeout
from graph_model.graph import Graph
from tests.gateway.graphql.toy import gateway
from tests.gateway.serving import serve
from tests.servers.engine import Engine

SHORT = 0.05


async def post(address: str, query: str) -> Any:
    async with httpx.AsyncClient() as client:
        response = await client.post(f"http://{address}/graphql", json={"query": query})
    assert response.status_code == 200
    return response.json()


async def test_a_query_is_stopped_when_its_time_is_over_and_its_client_told() -> None:
    made = gateway(timeout=SHORT)
    async with serve(made.app) as address:
        answer = await post(address, "{ slow }")
    assert made.toy.closed.is_set()
    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "OPERATION_TIMEOUT"}
    assert error["message"] == "The operation was stopped after 0.05 seconds."


async def test_a_mutation_goes_on_when_its_time_is_over_and_its_client_told() -> None:
    made = gateway(timeout=SHORT)
    async with serve(made.app) as address:
        answer = await post(address, "mutation { keep }")
        assert answer["errors"][0]["extensions"] == {"code": "OPERATION_TIMEOUT"}
        assert "sending it again is safe" in answer["errors"][0]["message"]
        made.toy.release.set()
        async with asyncio.timeout(10):
            await made.toy.closed.wait()


async def test_draining_waits_for_the_mutations_that_go_on() -> None:
    release, stored = asyncio.Event(), []

    async def work() -> None:
        await release.wait()
        stored.append(1)

    deadline = Deadline(SHORT)
    with pytest.raises(OperationTimeout):
        await deadline.mutation(work())
    draining = asyncio.create_task(deadline.drain())
    release.set()
    await draining
    assert stored == [1]


async def test_what_is_in_time_is_answered_as_it_is() -> None:
    async def work() -> int:
        return 1

    async def fails() -> int:
        raise TimeoutError("of its own")

    deadline = Deadline(60)
    assert [await deadline.query(work()), await deadline.mutation(work())] == [1, 1]
    for run in (deadline.query, deadline.mutation):
        with pytest.raises(TimeoutError, match="of its own"):
            await run(fails())
    await deadline.drain()


SLOW = "UNWIND range(1, 30000) AS a UNWIND range(1, 30000) AS b WITH a WHERE b < 0 RETURN count(a)"


async def test_a_statement_that_takes_too_long_is_stopped_and_the_graph_goes_on_answering(
    graph: Graph, engine: Engine
) -> None:
    with pytest.raises(OperationTimeout):
        await Deadline(0.5).query(graph.read(SLOW))
    assert await graph.read("RETURN 1") == 1
    if engine.name == "neo4j":
        running = (
            "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery STARTS WITH 'UNWIND' RETURN count(*)"
        )
        until_gone = AsyncRetrying(
            retry=retry_if_result(bool), wait=wait_fixed(0.05), stop=stop_after_delay(10)
        )
        await until_gone(graph.read, running)
