"""Who may take the short way to /graphql, and that everybody else is looked at."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from gateway.shortcut import Shortcut

LOCAL = ["localhost", "127.0.0.1", "[::1]"]
HOST = (b"host", b"127.0.0.1:8000")


async def way(hosts: list[str] | None, *headers: tuple[bytes, bytes], **scope: Any) -> str:
    """Which of the two applications was called."""
    called = []

    async def short(_: Scope, __: Receive, ___: Send) -> None:
        called.append("short")

    async def long(_: Scope, __: Receive, ___: Send) -> None:
        called.append("long")

    async def receive() -> dict[str, Any]:
        raise AssertionError

    async def send(_: Any) -> None:
        raise AssertionError

    request = {"type": "http", "path": "/graphql", "method": "POST", "headers": list(headers)}
    await Shortcut(long, "/graphql", short, hosts=hosts)(request | scope, receive, send)
    (name,) = called
    return name


@pytest.mark.parametrize("host", [b"localhost", b"localhost:8000", b"127.0.0.1:80", b"[::1]", b"[::1]:8000"])
async def test_a_programs_post_takes_the_short_way(host: bytes) -> None:
    assert await way(LOCAL, (b"content-type", b"application/json"), (b"host", host)) == "short"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"host", b"evil.example")],
        [(b"host", b"127.0.0.1.evil.example")],
        [(b"host", b"localhost:8000@evil.example")],
        [HOST, (b"host", b"evil.example")],
        [(b"host", b"evil.example"), HOST],
        [HOST, (b"origin", b"http://127.0.0.1:8000")],
    ],
)
async def test_a_page_or_a_strange_name_goes_the_long_way(headers: list[tuple[bytes, bytes]]) -> None:
    assert await way(LOCAL, *headers) == "long"


@pytest.mark.parametrize(
    "scope", [{"method": "GET"}, {"path": "/profiles/a/b/c"}, {"type": "websocket"}, {"type": "lifespan"}]
)
async def test_what_is_no_post_to_graphql_goes_the_long_way(scope: dict[str, str]) -> None:
    assert await way(LOCAL, HOST, **scope) == "long"


async def test_any_name_will_do_where_hosts_are_not_limited() -> None:
    assert await way(None, (b"host", b"gateway.example:443")) == "short"
