"""What is compressed, and for whom."""

from __future__ import annotations

import gzip
from typing import Any

import httpx
import pytest

from gateway.graphql.lookup import Lookup
from gateway.graphql.manifest import TrustedDocuments
from tests.gateway.graphql.test_sse import EVENTS
from tests.gateway.graphql.toy import COST, gateway
from tests.gateway.serving import serve

GREETING = "query ($name: String!) { hello(name: $name) }"
LONG = {"query": GREETING, "variables": {"name": "Anna" * 1_000}}
ANSWER = {"data": {"hello": f"Hello, {'Anna' * 1_000}!"}, **COST}
GZIP = {"accept-encoding": "gzip"}


async def raw(
    client: httpx.AsyncClient, body: Any, accept_encoding: str | None
) -> tuple[httpx.Headers, bytes]:
    """The answer's headers, and its body as it came over the wire."""
    request = client.build_request("POST", "/graphql", json=body)
    del request.headers["accept-encoding"]
    if accept_encoding is not None:
        request.headers["accept-encoding"] = accept_encoding
    response = await client.send(request, stream=True)
    content = b"".join([chunk async for chunk in response.aiter_raw()])
    assert int(response.headers["content-length"]) == len(content)
    return response.headers, content


@pytest.mark.parametrize(
    "accept_encoding", ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.5", "*", "identity, *;q=0.1"]
)
async def test_a_long_answer_is_compressed_for_who_accepts_it(
    client: httpx.AsyncClient, accept_encoding: str
) -> None:
    headers, content = await raw(client, LONG, accept_encoding)
    assert headers["content-encoding"] == "gzip"
    assert len(content) < 500
    assert httpx.Response(200, content=gzip.decompress(content)).json() == ANSWER


@pytest.mark.parametrize(
    "accept_encoding", [None, "", "identity", "br", "gzip;q=0", "*;q=0", "gzip;q=0, *", "x-gzip2"]
)
async def test_it_is_sent_as_it_is_to_who_does_not(
    client: httpx.AsyncClient, accept_encoding: str | None
) -> None:
    headers, content = await raw(client, LONG, accept_encoding)
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"
    assert httpx.Response(200, content=content).json() == ANSWER


async def test_a_short_answer_is_not_compressed(client: httpx.AsyncClient) -> None:
    headers, _ = await raw(client, {"query": "{ hello }"}, "gzip")
    assert "content-encoding" not in headers
    assert "vary" not in headers


@pytest.mark.parametrize("headers", [EVENTS | GZIP, EVENTS | {"accept-encoding": "*"}])
async def test_an_event_stream_is_never_compressed(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await client.post("/graphql", json=LONG, headers=headers)
    assert "content-encoding" not in response.headers
    assert "AnnaAnna" in response.text


async def test_the_compressed_form_of_a_trusted_document_has_a_tag_of_its_own() -> None:
    lookup = Lookup(TrustedDocuments.of({"greeting": GREETING}))
    parameters = {"documentId": "greeting", "variables": f'{{"name": "{"Anna" * 1_000}"}}'}
    plain = {"accept-encoding": "identity"}
    async with (
        serve(gateway(lookup=lookup).app) as address,
        httpx.AsyncClient(base_url=f"http://{address}") as client,
    ):
        tags = {}
        for name, headers in (("plain", plain), ("gzip", GZIP)):
            first = await client.get("/graphql", params=parameters, headers=headers)
            tags[name] = first.headers["etag"]
            assert "Accept-Encoding" in first.headers["vary"]
            again = await client.get(
                "/graphql", params=parameters, headers=headers | {"if-none-match": tags[name]}
            )
            assert (again.status_code, again.content) == (304, b"")
            assert "content-encoding" not in again.headers
        assert tags["plain"] != tags["gzip"]
