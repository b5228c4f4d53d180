"""Automatic persisted queries, as Apollo's clients speak them, over every transport."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.graphql.documents import Rejected
from gateway.graphql.lookup import Lookup
from gateway.graphql.manifest import TrustedDocuments, hash_of
from gateway.graphql.requests import OperationRequest
from tests.gateway.graphql.test_sse import EVENTS
from tests.gateway.graphql.test_websocket import acknowledged, receive, send
from tests.gateway.graphql.toy import COST, gateway
from tests.gateway.serving import serve

HELLO = "{ hello }"
ANSWER = {"data": {"hello": "Hello, world!"}, **COST}


def hashed(document: str, **others: Any) -> dict[str, Any]:
    """The request's parameters that name a document by nothing but its hash."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(document)}}, **others}


def code(answer: Any) -> str:
    assert "data" not in answer
    (error,) = answer["errors"]
    found: str = error["extensions"]["code"]
    return found


def refusal(lookup: Lookup, **parameters: Any) -> str:
    with pytest.raises(Rejected) as rejected:
        lookup.text(OperationRequest.parse(parameters))
    return code({"errors": rejected.value.errors})


def keep(lookup: Lookup, query: str) -> None:
    request = OperationRequest.parse(hashed(query, query=query))
    assert lookup.text(request) == query
    lookup.keep(request)


def kept(lookup: Lookup, query: str) -> bool:
    try:
        return lookup.text(OperationRequest.parse(hashed(query))) == query
    except Rejected:
        return False


@pytest.fixture
async def fresh() -> AsyncIterator[str]:
    """The address of a gateway that knows no document yet."""
    async with serve(gateway().app) as address:
        yield address


# The handshake


async def test_by_post_a_hash_is_unknown_then_sent_with_its_text_then_enough(fresh: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{fresh}") as client:
        unknown = await client.post("/graphql", json=hashed(HELLO))
        assert unknown.status_code == 200
        assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert code(unknown.json()) == "PERSISTED_QUERY_NOT_FOUND"
        assert (await client.post("/graphql", json=hashed(HELLO, query=HELLO))).json() == ANSWER
        assert (await client.post("/graphql", json=hashed(HELLO))).json() == ANSWER


async def test_by_get_it_is_the_same(fresh: str) -> None:
    by_hash = {"extensions": json.dumps(hashed(HELLO)["extensions"])}
    async with httpx.AsyncClient(base_url=f"http://{fresh}") as client:
        assert code((await client.get("/graphql", params=by_hash)).json()) == "PERSISTED_QUERY_NOT_FOUND"
        assert (await client.get("/graphql", params=by_hash | {"query": HELLO})).json() == ANSWER
        known = await client.get("/graphql", params=by_hash)
        assert known.json() == ANSWER
        assert known.headers["cache-control"] == "no-store"


async def test_who_asks_for_the_graphql_media_type_is_told_by_a_400(fresh: str) -> None:
    headers = {"accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(base_url=f"http://{fresh}", headers=headers) as client:
        unknown = await client.post("/graphql", json=hashed(HELLO))
    assert (unknown.status_code, code(unknown.json())) == (400, "PERSISTED_QUERY_NOT_FOUND")


async def test_on_a_websocket_an_unknown_hash_is_an_error_message_and_the_socket_lives_on(fresh: str) -> None:
    async with acknowledged(fresh) as socket:
        await send(socket, id="1", type="subscribe", payload=hashed(HELLO))
        message = await receive(socket)
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == (
            "error",
            "PERSISTED_QUERY_NOT_FOUND",
        )
        await send(socket, id="2", type="subscribe", payload=hashed(HELLO, query=HELLO))
        assert (await receive(socket))["payload"] == ANSWER
        assert (await receive(socket))["type"] == "complete"
        await send(socket, id="3", type="subscribe", payload={"documentId": f"sha256:{hash_of(HELLO)}"})
        assert (await receive(socket))["payload"] == ANSWER


async def test_an_event_stream_knows_what_was_sent_by_post(fresh: str) -> None:
    query = "subscription { count(to: 1) }"
    async with httpx.AsyncClient(base_url=f"http://{fresh}", headers=EVENTS) as client:
        assert "PERSISTED_QUERY_NOT_FOUND" in (await client.post("/graphql", json=hashed(query))).text
        await client.post("/graphql", json=hashed(query, query=query))
        assert '{"data":{"count":0}}' in (await client.post("/graphql", json=hashed(query))).text


async def test_a_mutation_by_get_is_refused_also_by_its_hash(fresh: str) -> None:
    query = "mutation { set(value: 1) }"
    async with httpx.AsyncClient(base_url=f"http://{fresh}") as client:
        await client.post("/graphql", json=hashed(query, query=query))
        by_get = await client.get("/graphql", params={"documentId": hash_of(query)})
    assert (by_get.status_code, code(by_get.json())) == (405, "METHOD_NOT_ALLOWED")


async def test_a_document_that_is_not_valid_is_not_kept(fresh: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{fresh}") as client:
        await client.post("/graphql", json=hashed("{ wrong }", query="{ wrong }"))
        answer = await client.post("/graphql", json=hashed("{ wrong }"))
    assert code(answer.json()) == "PERSISTED_QUERY_NOT_FOUND"


# What is refused


def test_a_text_that_is_not_that_of_its_hash_is_refused() -> None:
    lookup = Lookup()
    assert refusal(lookup, **hashed("{ other }", query=HELLO)) == "BAD_REQUEST"
    assert refusal(lookup, documentId="of-my-own", query=HELLO) == "BAD_REQUEST"


@pytest.mark.parametrize(
    "persisted",
    [
        "x",
        [],
        {},
        {"version": 1},
        {"version": 2, "sha256Hash": hash_of(HELLO)},
        {"sha256Hash": hash_of(HELLO)},
        {"version": 1, "sha256Hash": 5},
    ],
)
def test_an_extension_of_another_form_or_version_is_refused(persisted: Any) -> None:
    assert refusal(Lookup(), query=HELLO, extensions={"persistedQuery": persisted}) == "BAD_REQUEST"


def test_two_ids_of_different_documents_are_refused() -> None:
    assert refusal(Lookup(), documentId="other", **hashed(HELLO)) == "BAD_REQUEST"


def test_an_id_that_nobody_knows_is_not_found() -> None:
    assert refusal(Lookup(), documentId="unknown") == "PERSISTED_QUERY_NOT_FOUND"


def test_when_switched_off_apollos_clients_are_told_to_send_the_text_alone() -> None:
    lookup = Lookup(automatic=False)
    assert refusal(lookup, **hashed(HELLO)) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert refusal(lookup, **hashed(HELLO, query=HELLO)) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert lookup.text(OperationRequest.parse({"query": HELLO})) == HELLO


def test_with_trusted_documents_only_nothing_is_kept() -> None:
    lookup = Lookup(TrustedDocuments.of({"greeting": HELLO}), trusted_only=True)
    assert refusal(lookup, **hashed("{ other }")) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert kept(lookup, HELLO)


# The store


def test_only_so_many_documents_are_kept() -> None:
    lookup = Lookup(max_count=2)
    for query in ("{ a }", "{ b }"):
        keep(lookup, query)
    assert kept(lookup, "{ a }")
    keep(lookup, "{ c }")
    assert [kept(lookup, query) for query in ("{ a }", "{ b }", "{ c }")] == [True, False, True]


def test_only_so_many_bytes_are_kept() -> None:
    lookup = Lookup(max_bytes=250)
    keep(lookup, "{ a }")
    keep(lookup, "{ b }" + " " * 100)
    assert kept(lookup, "{ a }")
    keep(lookup, "{ c }")
    assert not kept(lookup, "{ b }" + " " * 100)
    keep(lookup, "{ d }" + " " * 300)
    assert [kept(lookup, query) for query in ("{ a }", "{ c }")] == [True, True]
