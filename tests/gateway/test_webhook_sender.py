from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.webhooks.schedule import DAY
from gateway.webhooks.sender import Outcome, client_session, send
from gateway.webhooks.signing import new_secret, signed_headers
from graph_model.events.model import Event, EventKind
from graph_model.webhooks.model import Webhook
from tests.servers.receiver import Answer, Receiver

NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
SECRET = new_secret()
EVENT = Event(
    "evt_1", 7, EventKind.INDIVIDUAL_CREATED, "ind_1", "2026-11-01T09:29:59.000000Z", {"records": 2}
)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with client_session(timeout=5.0, connections=10) as http:
        yield http


async def attempt(http: aiohttp.ClientSession, url: str) -> Outcome:
    webhook = Webhook("whk_1", url, SECRET, tuple(EventKind), created_at="")
    return await send(http, webhook, EVENT, source="/here", now=NOW)


@asynccontextmanager
async def raw_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A server that says what `talk` says to each connection, and closes it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, writer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield "127.0.0.1:{1}".format(*server.sockets[0].getsockname())


async def test_what_is_sent_is_what_is_signed(receiver: Receiver, http: aiohttp.ClientSession) -> None:
    assert await attempt(http, receiver.url) == Outcome()

    [request] = receiver.received
    signed = signed_headers(SECRET, message_id="evt_1", timestamp=int(NOW.timestamp()), body=request.body)
    assert {name: request.headers[name] for name in signed} == signed
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert request.headers["user-agent"] == "identity-gateway"
    assert request.json()["data"] == {"records": 2}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_status_of_success_is_one(
    receiver: Receiver, http: aiohttp.ClientSession, status: int
) -> None:
    receiver.answer(Answer(status))

    assert await attempt(http, receiver.url) == Outcome()


@pytest.mark.parametrize("status", [304, 400, 404, 500, 502])
async def test_every_other_status_is_a_failure(
    receiver: Receiver, http: aiohttp.ClientSession, status: int
) -> None:
    receiver.answer(Answer(status, {"Retry-After": "60"}))

    assert await attempt(http, receiver.url) == Outcome(f"HTTP {status}")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(
    receiver: Receiver, http: aiohttp.ClientSession, status: int
) -> None:
    receiver.answer(Answer(status, {"Location": "/elsewhere"}))

    assert await attempt(http, receiver.url) == Outcome(f"HTTP {status}")
    assert [request.path for request in receiver.received] == ["/hook"]


async def test_a_receiver_that_is_gone_is_a_final_failure(
    receiver: Receiver, http: aiohttp.ClientSession
) -> None:
    receiver.answer(Answer(410))

    assert await attempt(http, receiver.url) == Outcome("HTTP 410", final=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("Sun, 01 Nov 2026 09:31:00 GMT", 60.0), ("8640000", DAY), ("later", 0.0)],
)
async def test_a_busy_receiver_says_when_to_come_back(
    receiver: Receiver, http: aiohttp.ClientSession, status: int, header: str, seconds: float
) -> None:
    receiver.answer(Answer(status, {"Retry-After": header}))

    assert await attempt(http, receiver.url) == Outcome(f"HTTP {status}", retry_after=seconds)


async def test_cookies_are_not_sent_back(receiver: Receiver, http: aiohttp.ClientSession) -> None:
    receiver.answer(Answer(200, {"Set-Cookie": "who=you; Path=/"}))

    await attempt(http, receiver.url)
    await attempt(http, receiver.url)

    assert "cookie" not in receiver.received[1].headers


async def test_an_answer_without_end_is_a_success_all_the_same(http: aiohttp.ClientSession) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + bytes(100_000))
        await reader.read()

    async with raw_server(talk) as address:
        assert await attempt(http, f"http://{address}/") == Outcome()


async def test_a_receiver_that_is_too_slow_is_a_timeout(receiver: Receiver) -> None:
    receiver.answer(Answer(when=asyncio.Event()))

    async with client_session(timeout=0.2, connections=1) as http:
        assert await attempt(http, receiver.url) == Outcome("timeout")


async def test_a_receiver_that_hangs_up_has_lost_the_connection(http: aiohttp.ClientSession) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with raw_server(talk) as address:
        assert await attempt(http, f"http://{address}/") == Outcome("connection lost")


async def test_an_answer_that_is_not_http_is_named_so(http: aiohttp.ClientSession) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
        await reader.read()

    async with raw_server(talk) as address:
        assert await attempt(http, f"http://{address}/") == Outcome("not an HTTP response")


async def test_a_server_without_tls_fails_to_be_https(
    receiver: Receiver, http: aiohttp.ClientSession
) -> None:
    assert await attempt(http, receiver.url.replace("http:", "https:")) == Outcome("TLS failed")


async def test_a_port_where_nobody_listens_refuses(http: aiohttp.ClientSession) -> None:
    async with Receiver() as receiver:
        url = receiver.url

    assert await attempt(http, url) == Outcome("connection refused")


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "https://[::1/", f"https://{'a' * 64}.example/"])
async def test_an_address_that_cannot_be_one_is_named_so(http: aiohttp.ClientSession, url: str) -> None:
    assert await attempt(http, url) == Outcome("address not usable")


class EmptyDirectory(AbstractResolver):
    """Knows no name, with or without a network."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        raise OSError(f"{host} is unknown")

    async def close(self) -> None:
        pass


async def test_a_name_that_nobody_has_is_not_found() -> None:
    connector = aiohttp.TCPConnector(resolver=EmptyDirectory())
    async with aiohttp.ClientSession(connector=connector) as http:
        assert await attempt(http, "https://receiver.invalid/") == Outcome("host not found")
