"""What the 61 audits of tests/clients do not ask: broken requests, limits, other sites' pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

RESPONSE = {"accept": "application/graphql-response+json"}
JSON = {"content-type": "application/json"}
HELLO = {"query": "{ hello }"}
MUTATION = {"query": "mutation { set(value: 1) }"}


def the_code(response: httpx.Response) -> str:
    assert response.headers["content-type"].startswith(
        ("application/json", "application/graphql-response+json")
    )
    answer = response.json()
    assert "data" not in answer
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"x"',
        b"1",
        b"[]",
        b'[{"query": "{ hello }"}]',
        b"{",
        b"{}",
        b'{"query": ""}',
        b'{"query": "\xff"}',
        pytest.param(b"[" * 100_000, id="nested"),
    ],
)
async def test_a_broken_body_is_a_400_in_json(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/graphql", content=body, headers=JSON)
    assert (response.status_code, the_code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"query": "{ hello }", "variables": "{"},
        {"query": "{ hello }", "variables": "[]"},
        {"query": "{ hello }", "extensions": "1"},
    ],
)
async def test_a_broken_query_string_is_a_400_in_json(
    client: httpx.AsyncClient, parameters: dict[str, str]
) -> None:
    response = await client.get("/graphql", params=parameters)
    assert (response.status_code, the_code(response)) == (400, "BAD_REQUEST")


async def test_a_get_takes_variables_and_an_operation_name(client: httpx.AsyncClient) -> None:
    parameters = {
        "query": "query A { hello } query B($n: Int!) { number(n: $n) }",
        "operationName": "B",
        "variables": '{"n": 5}',
    }
    response = await client.get("/graphql", params=parameters)
    assert response.json()["data"] == {"number": 5}


async def test_a_head_is_a_get_without_the_body(client: httpx.AsyncClient) -> None:
    response = await client.head("/graphql", params=HELLO)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_mutation_by_get_is_a_405_that_names_post(client: httpx.AsyncClient, accept: str) -> None:
    response = await client.get("/graphql", params=MUTATION, headers={"accept": accept})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert the_code(response) == "METHOD_NOT_ALLOWED"


async def test_another_method_is_a_405_that_names_the_right_ones(client: httpx.AsyncClient) -> None:
    response = await client.put("/graphql", json=HELLO)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")
    assert the_code(response) == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=latin-1",
    ],
)
async def test_what_a_form_of_another_site_can_post_is_a_415(
    client: httpx.AsyncClient, content_type: str
) -> None:
    content = json.dumps(MUTATION).encode()
    response = await client.post("/graphql", content=content, headers={"content-type": content_type})
    assert (response.status_code, the_code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_an_answer_that_nobody_can_give_is_a_406(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=HELLO, headers={"accept": "application/xml"})
    assert (response.status_code, the_code(response)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "cross-site", "apollo-require-preflight": "1"},
        {"sec-fetch-site": "cross-site", "x-apollo-operation-name": "A"},
        {"sec-fetch-site": "cross-site", "content-type": "application/json"},
        {"sec-fetch-site": "cross-site", "origin": "https://friend.example"},
        {"origin": "https://friend.example"},
        {"origin": "https://foe.example", "apollo-require-preflight": "1"},
    ],
)
async def test_a_get_from_a_program_or_a_page_that_may_is_answered(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await client.get("/graphql", params=HELLO, headers=headers)
    assert response.json()["data"] == {"hello": "Hello, world!"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_get_from_a_page_of_another_site_is_a_403(client: httpx.AsyncClient, site: str) -> None:
    headers = {"sec-fetch-site": site, "origin": "https://foe.example"}
    response = await client.get("/graphql", params=HELLO, headers=headers)
    assert (response.status_code, the_code(response)) == (403, "FORBIDDEN")


async def test_a_get_without_the_browsers_mark_is_known_by_its_origin(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params=HELLO, headers={"origin": "https://foe.example"})
    assert (response.status_code, the_code(response)) == (403, "FORBIDDEN")


async def test_a_principal_that_is_refused_is_a_403(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=HELLO, headers={"x-who": "nobody"})
    assert (response.status_code, the_code(response)) == (403, "FORBIDDEN")
    assert response.json()["errors"][0]["message"] == "Who are you?"


async def test_what_must_wait_before_it_begins_is_a_503_that_says_how_long(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=HELLO, headers={"x-who": "too many"})
    assert (response.status_code, response.headers["retry-after"]) == (503, "3")
    assert the_code(response) == "RETRY_LATER"


async def test_a_failure_outside_the_resolvers_is_a_masked_500(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        response = await client.post("/graphql", json=HELLO, headers={"x-who": "broken"})
    assert (response.status_code, the_code(response)) == (500, "INTERNAL_SERVER_ERROR")
    assert "secret" not in response.text
    assert [entry["request_id"] for entry in logs] == [response.headers["x-request-id"]]


async def test_the_request_id_of_the_caller_is_given_back(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=HELLO, headers={"x-request-id": "trace/1:a.b~c=d"})
    assert response.headers["x-request-id"] == "trace/1:a.b~c=d"


@pytest.mark.parametrize("given", ["", "with space", "<script>", "x" * 129])
async def test_a_request_id_that_is_not_harmless_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    response = await client.post("/graphql", json=HELLO, headers={"x-request-id": given})
    assert len(response.headers["x-request-id"]) == 32


async def test_no_cache_may_keep_an_answer(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params=HELLO)
    assert response.headers["cache-control"] == "no-store"


async def test_a_body_of_20_mb_is_a_413_and_the_connection_lives_on(address: str) -> None:
    limits = httpx.Limits(max_connections=1)
    async with httpx.AsyncClient(base_url=f"http://{address}", limits=limits) as client:
        first = await client.post("/graphql", content=b"x" * 20_000_000, headers=JSON)
        assert (first.status_code, the_code(first)) == (413, "PAYLOAD_TOO_LARGE")
        second = await client.post("/graphql", json=HELLO)
        assert second.json()["data"] == {"hello": "Hello, world!"}
        network = [response.extensions["network_stream"] for response in (first, second)]
        ports = {stream.get_extra_info("client_addr") for stream in network}
        assert len(ports) == 1


async def test_a_body_without_a_length_is_measured_while_it_comes(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 10_000

    response = await client.post("/graphql", content=chunks(), headers=JSON)
    assert (response.status_code, the_code(response)) == (413, "PAYLOAD_TOO_LARGE")


async def test_a_body_that_is_too_long_is_not_even_asked_for(address: str) -> None:
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    writer.write(f"{head}expect: 100-continue\r\ncontent-length: 100001\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"query": "{ hello"}, 400),
        ({"query": "{ nothing }"}, 400),
        ({"query": "query ($n: Int!) { number(n: $n) }"}, 400),
        ({"query": "subscription { count(to: 1) }"}, 400),
        ({"query": "{ fails }"}, 200),
        ({"query": "{ forbidden }"}, 200),
    ],
)
async def test_the_status_says_whether_the_operation_began(
    client: httpx.AsyncClient, parameters: dict[str, Any], status: int
) -> None:
    response = await client.post("/graphql", json=parameters, headers=RESPONSE)
    assert response.status_code == status
    assert ("data" in response.json()) is (status == 200)
