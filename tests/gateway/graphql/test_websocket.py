from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.gateway.graphql.toy import COST, gateway
from tests.gateway.serving import serve

PROTOCOL = [Subprotocol("graphql-transport-ws")]


@asynccontextmanager
async def opened(address: str, **options: Any) -> AsyncIterator[ClientConnection]:
    """A socket on which nothing was said yet."""
    settings: dict[str, Any] = {"subprotocols": PROTOCOL, "open_timeout": 5, "close_timeout": 5}
    async with connect(f"ws://{address}/graphql", **(settings | options)) as socket:
        yield socket


@asynccontextmanager
async def acknowledged(address: str, **options: Any) -> AsyncIterator[ClientConnection]:
    async with opened(address, **options) as socket:
        await send(socket, type="connection_init")
        assert await receive(socket) == {"type": "connection_ack"}
        yield socket


async def send(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def receive(socket: ClientConnection) -> Any:
    frame = await asyncio.wait_for(socket.recv(), 5)
    assert isinstance(frame, str)
    return json.loads(frame)


async def subscribe(socket: ClientConnection, id_: str, query: str, **parameters: Any) -> None:
    await send(socket, id=id_, type="subscribe", payload={"query": query, **parameters})


async def close_of(socket: ClientConnection) -> tuple[int | None, str | None]:
    """The code and the reason that the gateway closes the socket with."""
    with suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), 5)
    return socket.close_code, socket.close_reason


# Operations


async def test_a_subscription_is_next_messages_and_a_complete_message(address: str) -> None:
    async with acknowledged(address) as socket:
        assert socket.subprotocol == "graphql-transport-ws"
        await subscribe(socket, "1", "subscription ($to: Int!) { count(to: $to) }", variables={"to": 2})
        assert await receive(socket) == {"id": "1", "type": "next", "payload": {"data": {"count": 0}}}
        assert await receive(socket) == {"id": "1", "type": "next", "payload": {"data": {"count": 1}}}
        assert await receive(socket) == {"id": "1", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "data"),
    [("{ hello }", {"hello": "Hello, world!"}), ("mutation { set(value: 2) }", {"set": 2})],
)
async def test_a_query_or_mutation_is_one_next_message(address: str, query: str, data: Any) -> None:
    async with acknowledged(address) as socket:
        await subscribe(socket, "1", query)
        assert await receive(socket) == {"id": "1", "type": "next", "payload": {"data": data, **COST}}
        assert await receive(socket) == {"id": "1", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
        ("subscription ($to: Int!) { count(to: $to) }", "BAD_USER_INPUT"),
        ("subscription { forbidden }", "FORBIDDEN"),
    ],
)
async def test_what_cannot_begin_is_an_error_message_and_the_socket_lives_on(
    address: str, query: str, code: str
) -> None:
    async with acknowledged(address) as socket:
        await subscribe(socket, "1", query)
        message = await receive(socket)
        assert (message["id"], message["type"]) == ("1", "error")
        assert message["payload"][0]["extensions"]["code"] == code
        await subscribe(socket, "1", "{ hello }")
        assert (await receive(socket))["type"] == "next"


async def test_a_source_that_breaks_is_a_masked_error_message(address: str) -> None:
    async with acknowledged(address) as socket:
        with capture_logs() as logs:
            await subscribe(socket, "1", "subscription { breaks }")
            assert (await receive(socket))["type"] == "next"
            message = await receive(socket)
        assert message["type"] == "error"
        assert message["payload"][0]["message"] == "Internal server error"
        (entry,) = logs
        assert entry["request_id"] == message["payload"][0]["extensions"]["requestId"]


async def test_an_error_in_a_result_is_part_of_a_next_message(address: str) -> None:
    async with acknowledged(address) as socket:
        await subscribe(socket, "1", "{ forbidden }")
        message = await receive(socket)
        assert message["type"] == "next"
        assert message["payload"]["data"] == {"forbidden": None}
        assert message["payload"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_ping_is_answered_by_a_pong_even_before_the_init(address: str) -> None:
    async with opened(address) as socket:
        await send(socket, type="ping", payload={"at": 1})
        assert await receive(socket) == {"type": "pong"}
        await send(socket, type="pong")
        await send(socket, type="connection_init", payload=None)
        assert await receive(socket) == {"type": "connection_ack"}


async def test_the_gateway_pings_to_keep_the_socket_alive() -> None:
    async with serve(gateway(keep_alive=0.02).app) as address, acknowledged(address) as socket:
        assert await receive(socket) == {"type": "ping"}
        await send(socket, type="pong")
        assert await receive(socket) == {"type": "ping"}


async def test_a_completed_subscription_is_closed_and_its_id_is_free() -> None:
    running = gateway()
    async with serve(running.app) as address, acknowledged(address) as socket:
        await subscribe(socket, "1", "subscription { endless }")
        assert (await receive(socket))["type"] == "next"
        await asyncio.wait_for(running.toy.opened.wait(), 5)
        await send(socket, id="1", type="complete")
        await asyncio.wait_for(running.toy.closed.wait(), 5)
        await subscribe(socket, "1", "{ hello }")
        assert (await receive(socket))["payload"]["data"] == {"hello": "Hello, world!"}


async def test_completing_what_nobody_runs_is_ignored(address: str) -> None:
    async with acknowledged(address) as socket:
        await send(socket, id="unknown", type="complete")
        await subscribe(socket, "1", "{ hello }")
        assert (await receive(socket))["type"] == "next"


@pytest.mark.parametrize("abruptly", [False, True])
async def test_when_the_client_goes_the_resolvers_generators_are_closed(abruptly: bool) -> None:
    running = gateway()
    async with serve(running.app) as address:
        async with acknowledged(address) as socket:
            await subscribe(socket, "1", "subscription { endless }")
            await asyncio.wait_for(running.toy.opened.wait(), 5)
            if abruptly:
                socket.transport.abort()
        await asyncio.wait_for(running.toy.closed.wait(), 5)


async def test_a_client_that_does_not_read_holds_its_source_back() -> None:
    running = gateway()
    async with serve(running.app) as address:
        async with acknowledged(address, max_queue=1, compression=None) as socket:
            await subscribe(socket, "1", "subscription { flood }")
            before = -1
            while before != running.toy.pulled or not before:
                before = running.toy.pulled
                await asyncio.sleep(0.1)
            assert before < 1_000
            socket.transport.abort()
        await asyncio.wait_for(running.toy.closed.wait(), 5)


async def test_more_operations_than_one_socket_may_run_are_refused_each() -> None:
    running = gateway(max_operations=1)
    async with serve(running.app) as address, acknowledged(address) as socket:
        await subscribe(socket, "1", "{ slow }")
        await asyncio.wait_for(running.toy.entered.wait(), 5)
        await subscribe(socket, "2", "{ hello }")
        message = await receive(socket)
        assert (message["id"], message["type"]) == ("2", "error")
        assert message["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        running.toy.release.set()
        assert (await receive(socket))["payload"]["data"] == {"slow": "done"}


# Handshakes


@pytest.mark.parametrize("origin", [None, "own", "https://friend.example"])
async def test_a_page_of_the_gateway_or_of_a_friend_or_no_page_may_connect(
    address: str, origin: str | None
) -> None:
    own = f"http://{address}" if origin == "own" else origin
    async with acknowledged(address, origin=own and Origin(own)) as socket:
        await subscribe(socket, "1", "{ hello }")
        assert (await receive(socket))["type"] == "next"


@pytest.mark.parametrize("origin", ["https://foe.example", "null", "http://127.0.0.1", "http://127.0.0.1:1"])
async def test_403_for_a_page_of_any_other_origin(address: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(address, origin=Origin(origin)):
            pass
    assert refused.value.response.status_code == 403


# Close codes


@pytest.mark.parametrize("subprotocols", [None, [Subprotocol("graphql-ws")]])
async def test_4406_when_the_subprotocol_is_not_offered(
    address: str, subprotocols: list[Subprotocol] | None
) -> None:
    async with opened(address, subprotocols=subprotocols) as socket:
        assert await close_of(socket) == (4406, "Subprotocol not acceptable")


HELLO = {"query": "{ hello }"}
MALFORMED = [
    b'{"type":"connection_init"}',
    "",
    "{",
    "[]",
    '"x"',
    "null",
    "1",
    "{}",
    '{"type":null}',
    '{"type":["ping"]}',
    '{"type":"unknown"}',
    '{"type":"start","id":"1","payload":{"query":"{ hello }"}}',
    '{"type":"connection_ack"}',
    '{"type":"connection_init","payload":[]}',
    '{"type":"ping","payload":"x"}',
    '{"type":"pong","payload":1}',
    '{"type":"complete"}',
    '{"type":"complete","id":1}',
    '{"type":"complete","id":""}',
]
MALFORMED_SUBSCRIBES: list[dict[str, Any]] = [
    {"payload": HELLO},
    {"id": None, "payload": HELLO},
    {"id": 1, "payload": HELLO},
    {"id": [], "payload": HELLO},
    {"id": ["1"], "payload": HELLO},
    {"id": "", "payload": HELLO},
    {"id": "1"},
    {"id": "1", "payload": None},
    {"id": "1", "payload": []},
    {"id": "1", "payload": "{ hello }"},
    {"id": "1", "payload": {}},
    {"id": "1", "payload": {"query": None}},
    {"id": "1", "payload": {"query": {}}},
    {"id": "1", "payload": {**HELLO, "operationName": 1}},
    {"id": "1", "payload": {**HELLO, "variables": []}},
    {"id": "1", "payload": {**HELLO, "variables": "{}"}},
    {"id": "1", "payload": {**HELLO, "extensions": "x"}},
]


@pytest.mark.parametrize("frame", MALFORMED)
async def test_4400_for_a_malformed_frame(address: str, frame: str | bytes) -> None:
    async with opened(address) as socket:
        await socket.send(frame)
        assert (await close_of(socket))[0] == 4400


@pytest.mark.parametrize("message", MALFORMED_SUBSCRIBES)
async def test_4400_for_a_malformed_subscribe_message(address: str, message: dict[str, Any]) -> None:
    async with acknowledged(address) as socket:
        await send(socket, type="subscribe", **message)
        assert (await close_of(socket))[0] == 4400


async def test_4401_for_a_subscribe_before_the_acknowledgement(address: str) -> None:
    async with opened(address) as socket:
        await subscribe(socket, "1", "{ hello }")
        assert await close_of(socket) == (4401, "Unauthorized")


async def test_4403_when_the_principal_is_refused(address: str) -> None:
    async with opened(address, additional_headers={"x-who": "nobody"}) as socket:
        await send(socket, type="connection_init")
        assert await close_of(socket) == (4403, "Forbidden")


async def test_4408_when_no_init_comes_in_time() -> None:
    async with serve(gateway(init_timeout=0.05).app) as address, opened(address) as socket:
        assert await close_of(socket) == (4408, "Connection initialisation timeout")


async def test_4408_is_not_for_those_whose_init_came_in_time() -> None:
    async with (
        serve(gateway(init_timeout=0.05, keep_alive=0.1).app) as address,
        acknowledged(address) as socket,
    ):
        assert await receive(socket) == {"type": "ping"}


@pytest.mark.parametrize("id_", ["1", "é" * 100])
async def test_4409_for_an_id_that_is_in_use(id_: str) -> None:
    running = gateway()
    async with serve(running.app) as address, acknowledged(address) as socket:
        await subscribe(socket, id_, "subscription { endless }")
        await subscribe(socket, id_, "{ hello }")
        code, reason = await close_of(socket)
        assert code == 4409
        assert reason is not None
        assert f"Subscriber for {id_} already exists".startswith(reason)
        assert len(reason.encode()) <= 123


async def test_4429_for_a_second_init(address: str) -> None:
    async with acknowledged(address) as socket:
        await send(socket, type="connection_init")
        assert await close_of(socket) == (4429, "Too many initialisation requests")


async def test_4500_when_the_principal_cannot_be_told(address: str) -> None:
    with capture_logs() as logs:
        async with opened(address, additional_headers={"x-who": "broken"}) as socket:
            await send(socket, type="connection_init")
            assert await close_of(socket) == (4500, "Internal server error")
    assert isinstance(logs[0]["exc_info"], RuntimeError)


async def test_1009_for_a_message_that_is_too_big(address: str) -> None:
    async with acknowledged(address) as socket:
        await send(socket, type="ping", payload={"x": "x" * 100_000})
        assert (await close_of(socket))[0] == 1009
