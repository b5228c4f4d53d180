"""Trusted documents: named by an id, alone if so wished, answered for one identifier, kept by clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.graphql.lookup import Lookup
from gateway.graphql.manifest import TrustedDocuments, hash_of
from tests.gateway.graphql.test_http import RESPONSE
from tests.gateway.graphql.test_lookup import code, hashed
from tests.gateway.graphql.toy import COST, gateway
from tests.gateway.serving import serve

GREETING = "query Greeting($name: String!) { hello(name: $name) }"
PERSON = """query Person($type: IdentifierType!, $value: String!, $issuer: String) {
  person(type: $type, value: $value, issuer: $issuer) { name }
}"""
TRUSTED = TrustedDocuments.of(
    {
        "greeting": GREETING,
        "person": PERSON,
        "fails": "{ fails }",
        "partly": "{ hello forbidden }",
        "set": "mutation { set(value: 1) }",
        "late": PERSON.replace("Person(", "Late(").replace("{\n", "{ busy\n"),
        "more": PERSON.replace("Person(", "More($n: Int!, ").replace("{\n", "{ number(n: $n)\n"),
    }
)
ANNA = {"documentId": "greeting", "variables": '{"name": "Anna"}'}
HELLO_ANNA = {"data": {"hello": "Hello, Anna!"}, **COST}


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serve(gateway(lookup=Lookup(TRUSTED)).app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", headers={"accept": "*/*"}) as client,
    ):
        yield client


@pytest.fixture(scope="module")
async def strict() -> AsyncIterator[httpx.AsyncClient]:
    """Of a gateway that executes trusted documents only."""
    async with (
        serve(gateway(lookup=Lookup(TRUSTED, trusted_only=True)).app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", headers={"accept": "*/*"}) as client,
    ):
        yield client


# By id


@pytest.mark.parametrize("id_", ["greeting", f"sha256:{hash_of(GREETING)}", hash_of(GREETING)])
async def test_a_trusted_document_is_named_by_its_id_or_its_hash(client: httpx.AsyncClient, id_: str) -> None:
    parameters = {"documentId": id_, "variables": {"name": "Anna"}}
    assert (await client.post("/graphql", json=parameters)).json() == HELLO_ANNA
    assert (await client.get("/graphql", params={**ANNA, "documentId": id_})).json() == HELLO_ANNA


async def test_apollos_clients_name_it_in_their_extension(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=hashed(GREETING, variables={"name": "Anna"}))
    assert answer.json() == HELLO_ANNA


async def test_an_empty_operation_name_in_a_query_string_is_none(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql", params={**ANNA, "operationName": ""})).json() == HELLO_ANNA


async def test_an_id_that_nobody_knows_is_one_error(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"documentId": "unknown"}, headers=RESPONSE)
    assert (answer.status_code, code(answer.json())) == (400, "PERSISTED_QUERY_NOT_FOUND")


async def test_another_text_for_its_id_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"documentId": "greeting", "query": "{ hello }"})
    assert code(answer.json()) == "BAD_REQUEST"


@pytest.mark.parametrize("id_", ["", 1, [], {}])
async def test_an_id_that_is_no_string_is_a_400(client: httpx.AsyncClient, id_: Any) -> None:
    answer = await client.post("/graphql", json={"documentId": id_, "query": "{ hello }"})
    assert (answer.status_code, code(answer.json())) == (400, "BAD_REQUEST")


# Trusted only


async def test_other_documents_and_introspection_are_refused(strict: httpx.AsyncClient) -> None:
    for query in ("{ hello }", "{ __schema { types { name } } }", "{ __typename }"):
        answer = await strict.post("/graphql", json={"query": query})
        assert code(answer.json()) == "DOCUMENT_NOT_TRUSTED"
    unknown = await strict.post("/graphql", json={"documentId": "unknown"})
    assert code(unknown.json()) == "DOCUMENT_NOT_TRUSTED"


async def test_a_hash_of_another_document_is_not_supported(strict: httpx.AsyncClient) -> None:
    answer = await strict.post("/graphql", json=hashed("{ hello }", query="{ hello }"))
    assert code(answer.json()) == "PERSISTED_QUERY_NOT_SUPPORTED"


async def test_trusted_documents_are_executed_by_id_and_by_text(strict: httpx.AsyncClient) -> None:
    for named in ({"documentId": "greeting"}, {"query": GREETING}, hashed(GREETING)):
        answer = await strict.post("/graphql", json={**named, "variables": {"name": "Anna"}})
        assert answer.json() == HELLO_ANNA


async def test_graphiql_is_not_there(strict: httpx.AsyncClient) -> None:
    browser = {"accept": "text/html,*/*;q=0.8"}
    assert (await strict.get("/", headers=browser)).status_code == 404
    assert (await strict.get("/static/graphiql/page.js")).status_code == 404
    page = await strict.get("/graphql", headers=browser)
    assert (page.status_code, code(page.json())) == (400, "BAD_REQUEST")


# What a client may keep


async def test_a_get_of_a_trusted_document_may_be_kept_by_who_asked_for_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params=ANNA)
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["cache-control"] == "private, no-cache"
    assert {"Accept", "Authorization"} <= set(answer.headers["vary"].split(", "))


async def test_what_the_client_has_already_is_a_304_without_a_body(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/graphql", params=ANNA)).headers["etag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await client.get("/graphql", params=ANNA, headers={"if-none-match": given})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "Authorization" in answer.headers["vary"]
        assert "content-type" not in answer.headers


async def test_another_answer_has_another_tag(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/graphql", params=ANNA)).headers["etag"]
    for other in (
        await client.get(
            "/graphql", params={**ANNA, "variables": '{"name": "Ben"}'}, headers={"if-none-match": tag}
        ),
        await client.get("/graphql", params=ANNA, headers=RESPONSE | {"if-none-match": tag}),
    ):
        assert other.status_code == 200
        assert other.headers["etag"] != tag


@pytest.mark.parametrize(
    "parameters",
    [{"query": "{ hello }"}, {"documentId": "partly"}, {"documentId": "fails"}, {"documentId": "set"}],
    ids=str,
)
async def test_other_gets_and_errors_may_not_be_kept(
    client: httpx.AsyncClient, parameters: dict[str, str]
) -> None:
    answer = await client.get("/graphql", params=parameters, headers={"if-none-match": "*"})
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_what_is_posted_may_not_be_kept(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"documentId": "greeting", "variables": {"name": "Anna"}})
    assert (answer.json(), answer.headers["cache-control"]) == (HELLO_ANNA, "no-store")
    assert "etag" not in answer.headers


# One identifier


@pytest.mark.parametrize("document", ["person", "Person", hash_of(PERSON), f"sha256:{hash_of(PERSON)}"])
async def test_a_profile_is_a_trusted_document_for_one_identifier(
    client: httpx.AsyncClient, document: str
) -> None:
    answer = await client.get(f"/profiles/{document}/EMAIL/anna@example.com")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert answer.json()["data"] == {"person": {"name": "EMAIL, anna@example.com, None"}}


async def test_a_value_may_hold_anything_and_an_issuer_is_in_the_query_string(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/profiles/person/COOKIE/a%2Fb%20c%3F+?issuer=web")
    assert answer.json()["data"] == {"person": {"name": "COOKIE, a/b c?+, web"}}


async def test_a_profile_may_be_kept_and_asked_for_again(client: httpx.AsyncClient) -> None:
    path = "/profiles/Person/EMAIL/anna@example.com"
    first = await client.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in first.headers["vary"]
    again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await client.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])


@pytest.mark.parametrize(
    "path", ["unknown/EMAIL/anna", "greeting/EMAIL/anna", "person/SHOE_SIZE/43", "person/EMAIL/nobody"]
)
async def test_404_for_an_unknown_document_type_or_person(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/profiles/{path}")
    assert (answer.status_code, code(answer.json())) == (404, "NOT_FOUND")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "code_"),
    [
        ("person/EMAIL/shared", 400, "AMBIGUOUS_IDENTIFIER"),
        ("more/EMAIL/anna", 400, "BAD_USER_INPUT"),
    ],
)
async def test_the_status_is_that_of_the_error_when_there_is_nothing_else(
    client: httpx.AsyncClient, path: str, status: int, code_: str
) -> None:
    answer = await client.get(f"/profiles/{path}")
    assert (answer.status_code, code(answer.json())) == (status, code_)


async def test_503_for_what_must_wait(client: httpx.AsyncClient) -> None:
    answer = await client.get("/profiles/Late/EMAIL/nobody")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_a_profile_with_an_error_beside_it_is_a_200_that_may_not_be_kept(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/profiles/Late/EMAIL/anna")
    assert answer.status_code == 200
    assert answer.json()["data"]["person"] is not None
    assert answer.headers["cache-control"] == "no-store"


async def test_profiles_are_only_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/profiles/person/EMAIL/anna", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_a_profile_for_a_page_of_another_site_is_a_403(client: httpx.AsyncClient) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    answer = await client.get("/profiles/person/EMAIL/anna", headers=headers)
    assert (answer.status_code, code(answer.json())) == (403, "FORBIDDEN")


async def test_a_profile_is_refused_to_nobody(client: httpx.AsyncClient) -> None:
    answer = await client.get("/profiles/person/EMAIL/anna", headers={"x-who": "nobody"})
    assert (answer.status_code, code(answer.json())) == (403, "FORBIDDEN")
