"""What an operation answers, asked over HTTP as clients do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import strawberry
from strawberry.extensions import SchemaExtension
from structlog.testing import capture_logs

from gateway.graphql.operations import Operations
from tests.gateway.graphql.toy import Query


async def ask(client: httpx.AsyncClient, query: str, **parameters: Any) -> Any:
    response = await client.post("/graphql", json={"query": query, **parameters})
    assert response.status_code == 200
    return response.json()


async def the_error(client: httpx.AsyncClient, query: str, **parameters: Any) -> Any:
    answer = await ask(client, query, **parameters)
    assert len(answer["errors"]) == 1
    return answer["errors"][0]


async def test_the_context_is_made_from_the_principal_and_the_id_of_the_request(
    client: httpx.AsyncClient,
) -> None:
    response = await client.post("/graphql", json={"query": "{ who }"}, headers={"x-request-id": "mine-1"})
    assert response.json()["data"] == {"who": ["development", "mine-1"]}


async def test_an_operation_is_chosen_by_its_name(client: httpx.AsyncClient) -> None:
    query = "query A { hello } query B($n: Int!) { number(n: $n) }"
    answer = await ask(client, query, operationName="B", variables={"n": 3})
    assert answer["data"] == {"number": 3}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
        ("query ($n: Int!) { number(n: $n) }", "BAD_USER_INPUT"),
        ("subscription { count(to: 1) }", "BAD_REQUEST"),
    ],
)
async def test_what_cannot_begin_has_a_code_and_no_data(
    client: httpx.AsyncClient, query: str, code: str
) -> None:
    answer = await ask(client, query)
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize("by", [{}, {"id": 1, "name": "a"}, {"id": None}])
async def test_a_one_of_input_in_a_variable_has_exactly_one_key(
    client: httpx.AsyncClient, by: dict[str, Any]
) -> None:
    error = await the_error(client, "query ($by: Choice!) { choose(by: $by) }", variables={"by": by})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("by", ["{}", '{id: 1, name: "a"}', "{id: null}"])
async def test_a_one_of_input_in_a_document_has_exactly_one_key(client: httpx.AsyncClient, by: str) -> None:
    answer = await ask(client, f"{{ choose(by: {by}) }}")
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}


async def test_a_one_of_input_with_one_key_reaches_the_resolver(client: httpx.AsyncClient) -> None:
    query = "query ($by: Choice!) { a: choose(by: $by) b: choose(by: {id: 7}) }"
    answer = await ask(client, query, variables={"by": {"name": "x"}})
    assert answer["data"] == {"a": "name x", "b": "id 7"}


async def test_a_null_where_a_variable_has_a_default_is_the_clients_mistake(
    client: httpx.AsyncClient,
) -> None:
    query = "query ($n: Int = 1) { number(n: $n) }"
    error = await the_error(client, query, variables={"n": None})
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_an_unexpected_exception_is_logged_once_and_masked(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        error = await the_error(client, 'query Fails { fails other: hello(name: "literal") }')
    request_id = error["extensions"]["requestId"]
    assert error == {
        "message": "Internal server error",
        "locations": [{"line": 1, "column": 15}],
        "path": ["fails"],
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id},
    }
    (entry,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert entry["request_id"] == request_id
    assert isinstance(entry["exc_info"], RuntimeError)
    assert "literal" not in str(entry)


async def test_a_value_that_cannot_be_serialised_reaches_neither_the_client_nor_the_log(
    client: httpx.AsyncClient,
) -> None:
    with capture_logs() as logs:
        answer = await ask(client, "{ tooLarge }")
    assert answer["data"] == {"tooLarge": None}
    assert "4000000123" not in str(answer) + str(logs)
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


async def test_an_error_of_the_identity_graph_keeps_its_code_and_message(client: httpx.AsyncClient) -> None:
    error = await the_error(client, "{ forbidden }")
    assert (error["message"], error["path"]) == ("profile:read is needed.", ["forbidden"])
    assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_a_refused_permission_class_is_forbidden(client: httpx.AsyncClient) -> None:
    error = await the_error(client, "{ guarded }")
    assert (error["message"], error["extensions"]) == ("Not for you.", {"code": "FORBIDDEN"})


async def test_retry_later_says_when(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ busy }"})
    assert response.headers["retry-after"] == "2"
    assert response.json()["errors"][0]["extensions"] == {"code": "RETRY_LATER", "retryAfter": 1.5}


async def test_a_schema_with_extensions_is_refused_rather_than_run_without_them() -> None:
    schema = strawberry.Schema(Query, extensions=[SchemaExtension])
    with pytest.raises(ValueError, match="schema extensions"):
        Operations(schema, lambda _principal, _request_id: None)
