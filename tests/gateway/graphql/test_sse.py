from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.gateway.graphql.toy import COST, gateway
from tests.gateway.serving import serve

EVENTS = {"accept": "text/event-stream"}


@asynccontextmanager
async def listening(address: str, query: str) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of an event stream, as they come."""
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream("POST", f"http://{address}/graphql", json={"query": query}, headers=EVENTS) as response,
    ):
        assert response.status_code == 200
        yield response.aiter_lines()


async def events(client: httpx.AsyncClient, query: str) -> list[tuple[str, Any]]:
    response = await client.post("/graphql", json={"query": query}, headers=EVENTS)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["x-request-id"]
    parts = [part.split("\n") for part in response.text.removesuffix("\n\n").split("\n\n")]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ") or "null"))
        for name, data in parts
    ]


async def test_each_result_is_a_next_event_and_the_end_is_a_complete_event(client: httpx.AsyncClient) -> None:
    assert await events(client, "subscription { count(to: 2) }") == [
        ("next", {"data": {"count": 0}}),
        ("next", {"data": {"count": 1}}),
        ("complete", None),
    ]


async def test_queries_and_mutations_are_streams_of_one_result(client: httpx.AsyncClient) -> None:
    query = [("next", {"data": {"hello": "Hello, world!"}, **COST}), ("complete", None)]
    assert await events(client, "{ hello }") == query
    mutation = [("next", {"data": {"set": 4}, **COST}), ("complete", None)]
    assert await events(client, "mutation { set(value: 4) }") == mutation


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($to: Int!) { count(to: $to) }", "BAD_USER_INPUT"),
        ("subscription { forbidden }", "FORBIDDEN"),
    ],
)
async def test_what_cannot_begin_is_a_next_event_with_the_error(
    client: httpx.AsyncClient, query: str, code: str
) -> None:
    (name, answer), end = await events(client, query)
    assert (name, end) == ("next", ("complete", None))
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == code


async def test_a_source_that_breaks_is_a_masked_error_and_the_end(client: httpx.AsyncClient) -> None:
    first, (name, answer), end = await events(client, "subscription { breaks }")
    assert (first, name, end) == (("next", {"data": {"breaks": 0}}), "next", ("complete", None))
    assert answer["errors"][0]["message"] == "Internal server error"


async def test_a_request_that_is_no_operation_is_refused_with_a_status(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={}, headers=EVENTS)
    assert (response.status_code, response.headers["content-type"]) == (
        400,
        "application/json; charset=utf-8",
    )


async def test_a_page_may_open_an_event_source_by_get_but_not_mutate_by_it(client: httpx.AsyncClient) -> None:
    async def get(query: str) -> str:
        return (await client.get("/graphql", params={"query": query}, headers=EVENTS)).text

    assert await get("subscription { count(to: 0) }") == "event: complete\ndata: \n\n"
    assert "METHOD_NOT_ALLOWED" in await get("mutation { set(value: 1) }")


async def test_a_stream_without_events_carries_comments() -> None:
    async with (
        serve(gateway(keep_alive=0.02).app) as address,
        listening(address, "subscription { endless }") as lines,
    ):
        assert [line async for line in _until(lines, ":")][-1] == ":"


async def test_when_the_client_goes_the_resolvers_generator_is_closed() -> None:
    running = gateway()
    async with serve(running.app) as address:
        async with listening(address, "subscription { endless }"):
            await asyncio.wait_for(running.toy.opened.wait(), 5)
        await asyncio.wait_for(running.toy.closed.wait(), 5)


async def test_a_client_that_does_not_read_holds_its_source_back() -> None:
    running = gateway()
    async with serve(running.app) as address:
        async with listening(address, "subscription { flood }") as lines:
            assert await anext(lines) == "event: next"
            pulled = await _settled(running)
            assert pulled < 1_000
        await asyncio.wait_for(running.toy.closed.wait(), 5)


async def _settled(running: Any) -> int:
    """How many events the source had given when it stopped giving."""
    before = -1
    while before != running.toy.pulled:
        before = running.toy.pulled
        await asyncio.sleep(0.1)
    return before


async def _until(lines: AsyncIterator[str], last: str) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line == last:
            return
