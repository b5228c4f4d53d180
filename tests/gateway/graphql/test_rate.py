from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect

from gateway.graphql.metering import Meter
from gateway.graphql.rate import Bucket, Rate, RateLimiter, spend
from resolvers.principal import DEVELOPMENT
from tests.gateway.graphql.toy import gateway
from tests.gateway.serving import serve

RATE = Rate(points=10, burst=100)
FULL = Bucket(level=100, at=0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_full_bucket_is_spent_at_once_and_no_further() -> None:
    empty, allowance = spend(FULL, 100, 0, RATE)
    assert allowance.granted
    assert (allowance.remaining, allowance.reset) == (0, 10)
    _, allowance = spend(empty, 5, 0, RATE)
    assert not allowance.granted
    assert allowance.retry_after == 0.5


def test_points_come_back_with_time_up_to_the_burst() -> None:
    empty, _ = spend(FULL, 100, 0, RATE)
    assert spend(empty, 5, 0.5, RATE)[1].granted
    assert spend(empty, 0, 1_000, RATE)[1].remaining == 100


def test_what_was_refused_takes_nothing() -> None:
    bucket, _ = spend(FULL, 60, 0, RATE)
    after, allowance = spend(bucket, 60, 0, RATE)
    assert (allowance.granted, after) == (False, bucket)


def test_what_costs_more_than_a_full_bucket_takes_all_of_it() -> None:
    empty, allowance = spend(FULL, 1_000, 0, RATE)
    assert allowance.granted
    assert empty.level == 0


@given(st.lists(st.tuples(st.floats(0, 20, allow_nan=False), st.integers(0, 100)), max_size=30))
def test_nobody_spends_more_than_the_burst_and_the_rate(steps: list[tuple[float, int]]) -> None:
    bucket, now, spent = FULL, 0.0, 0
    for pause, points in steps:
        now += pause
        bucket, allowance = spend(bucket, points, now, RATE)
        spent += points if allowance.granted else 0
        assert 0 <= bucket.level <= RATE.burst
        assert spent <= RATE.burst + now * RATE.points + 1e-6
        if not allowance.granted:
            assert spend(bucket, points, now + allowance.retry_after + 1e-6, RATE)[1].granted


def test_each_client_has_a_bucket_of_its_own() -> None:
    limiter = RateLimiter(RATE, clock=Clock())
    assert limiter.spend("a", 100).granted
    assert not limiter.spend("a", 1).granted
    assert limiter.spend("b", 100).granted


def test_the_least_recently_seen_clients_are_forgotten_first() -> None:
    limiter = RateLimiter(RATE, max_clients=2, clock=Clock())
    for client in ("a", "b", "a", "c"):
        limiter.spend(client, 10)
    assert limiter.spend("a", 0).remaining == 80
    assert limiter.spend("b", 0).remaining == 100


def test_clients_are_told_apart_by_principal_and_only_developers_by_address() -> None:
    meter = Meter(limiter=RateLimiter(RATE, clock=Clock()))
    somebody = replace(DEVELOPMENT, id="somebody")
    assert meter.charge(100, somebody, "::1").refusal() is None
    assert meter.charge(1, somebody, "::2").refusal() is not None
    assert meter.charge(100, DEVELOPMENT, "::1").refusal() is None
    assert meter.charge(100, DEVELOPMENT, "::2").refusal() is None


def test_an_operation_that_costs_too_much_takes_no_points() -> None:
    meter = Meter(limit=50, limiter=RateLimiter(RATE, clock=Clock()))
    refusal = meter.charge(51, DEVELOPMENT, None).refusal()
    assert refusal is not None
    assert refusal["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert "51 points; the limit is 50" in refusal["message"]
    allowance = meter.charge(50, DEVELOPMENT, None).allowance
    assert allowance is not None
    assert allowance.remaining == 50


async def test_over_http_a_client_over_its_rate_is_told_when_to_come_back() -> None:
    clock = Clock()
    meter = Meter(limiter=RateLimiter(Rate(points=0.5, burst=3), clock=clock))
    async with serve(gateway(meter=meter).app) as address, httpx.AsyncClient() as client:

        async def ask() -> httpx.Response:
            return await client.post(f"http://{address}/graphql", json={"query": "{ hello a: hello }"})

        response = await ask()
        assert response.json()["extensions"] == {"cost": {"requested": 2, "limit": 500_000}}
        assert response.headers["ratelimit-policy"] == '"points";q=3;w=6'
        assert response.headers["ratelimit"] == '"points";r=1;t=4'
        response = await ask()
        assert response.status_code == 429
        assert response.headers["retry-after"] == "2"
        assert response.headers["ratelimit"] == '"points";r=1;t=4'
        assert "data" not in response.json()
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 2}
        clock.now += 2
        assert (await ask()).status_code == 200


async def test_on_a_websocket_a_client_over_its_rate_gets_an_error_and_keeps_its_socket() -> None:
    meter = Meter(limiter=RateLimiter(Rate(points=1, burst=1), clock=Clock()))
    async with (
        serve(gateway(meter=meter).app) as address,
        connect(f"ws://{address}/graphql", subprotocols=["graphql-transport-ws"]) as socket,  # type: ignore[list-item]
    ):
        await socket.send('{"type": "connection_init"}')
        types = [orjson.loads(await socket.recv())["type"]]
        for id_, query in (("1", "{ hello }"), ("2", "{ hello }"), ("3", "subscription { count(to: 1) }")):
            message = {"type": "subscribe", "id": id_, "payload": {"query": query}}
            await socket.send(orjson.dumps(message).decode())
        last: list[Any] = []
        async with asyncio.timeout(10):
            while len(last) < 2:
                message = orjson.loads(await socket.recv())
                types.append(message["type"])
                last += [message] if message["type"] == "error" else []
        assert types[0] == "connection_ack"
        assert [entry["extensions"]["code"] for message in last for entry in message["payload"]] == [
            "RATE_LIMITED",
            "RATE_LIMITED",
        ]


@pytest.mark.parametrize("query", ["{ hello }", "{ fails }"])
async def test_every_answer_of_an_operation_that_began_names_its_cost(
    client: httpx.AsyncClient, query: str
) -> None:
    response = await client.post("/graphql", json={"query": query})
    assert response.json()["extensions"] == {"cost": {"requested": 1, "limit": 500_000}}
    assert "ratelimit" not in response.headers
