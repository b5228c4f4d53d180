"""What goes wrong at the door: a clear error with a code, what was good is kept, nothing leaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from tests.servers.gateway import INGEST, GatewayProcess

JSON = {"content-type": "application/json"}


def assert_nothing_leaks(response: httpx.Response) -> None:
    for word in ("Traceback", 'File "', "neo4j", "MATCH (", "MERGE (", ".py"):
        assert word not in response.text


async def send(gateway: GatewayProcess, body: Any) -> dict[str, Any]:
    """The one error of a request that is refused as a whole."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    response = await gateway.client.post("/graphql", content=content, headers=JSON)
    assert response.headers["content-type"].startswith("application/")
    assert_nothing_leaks(response)
    answer = response.json()
    assert "data" not in answer
    (error,) = answer["errors"]
    return {"status": response.status_code, "code": error["extensions"]["code"], "message": error["message"]}


async def ingest(gateway: GatewayProcess, source: str, object_name: str, *records: Any) -> dict[str, Any]:
    answer = await gateway.post(INGEST, input={"source": source, "object": object_name, "records": records})
    assert "errors" not in answer
    payload: dict[str, Any] = answer["data"]["ingestRecords"]
    return payload


async def test_one_wrong_record_of_three_is_rejected_and_the_others_are_kept(gateway: GatewayProcess) -> None:
    payload = await ingest(
        gateway,
        "crm",
        "Individual",
        {"id": "B-1", "firstName": "Good", "email": "good@example.com"},
        {"id": "B-2", "firstName": "Bad", "birthDate": "in spring"},
        {"id": "B-3", "firstName": "Fine", "email": "fine@example.com"},
    )

    assert [result["outcome"] for result in payload["results"]] == ["CREATED", "REJECTED", "CREATED"]
    assert payload["results"][1]["individualId"] is None
    assert payload["userErrors"] == [
        {
            "code": "INVALID_DATE",
            "message": "birthDate: not a date or time that exists in ISO 8601",
            "path": ["records", 1, "birthDate"],
        }
    ]
    found = await gateway.query(
        '{ individual(by: {identifier: {type: EMAIL, value: "fine@example.com"}}) { firstName } }'
    )
    assert found["individual"] == {"firstName": "Fine"}


@pytest.mark.parametrize(
    ("record", "code", "path"),
    [
        ({"id": "B-4", "favouriteColour": "blue"}, "UNKNOWN_FIELD", ["favouriteColour"]),
        ({"firstName": "No id"}, "INVALID_ID", ["id"]),
        ({"id": "B-5", "birthDate": "1984-13-40"}, "INVALID_DATE", ["birthDate"]),
        ({"id": "B-6", "email": ["b6@example.com", "b6\u0000@example.com"]}, "INVALID_TEXT", ["email"]),
        ({"id": "B-7", "country": "Atlantis"}, "INVALID_COUNTRY", ["country"]),
        ({"id": "B-8", "modifiedAt": "yesterday"}, "INVALID_DATETIME", ["modifiedAt"]),
        ("not an object", "INVALID_RECORD", []),
    ],
)
async def test_a_wrong_record_gets_a_code_and_the_path_to_what_is_wrong(
    gateway: GatewayProcess, record: Any, code: str, path: list[str]
) -> None:
    payload = await ingest(gateway, "crm", "Individual", record)

    (error,) = payload["userErrors"]
    assert error["code"] == code
    assert error["path"][:2] == ["records", 0]
    assert error["path"][2:3] == path
    assert [result["outcome"] for result in payload["results"]] == ["REJECTED"]


async def test_a_malformed_address_or_phone_costs_a_warning_and_not_the_record(
    gateway: GatewayProcess,
) -> None:
    record = {
        "id": "B-10",
        "lastName": "Slip",
        "email": "slip@@example.com",
        "phone": ["+49 30 123456", "+49"],
    }

    data = await gateway.query(
        """
        mutation ($input: IngestRecordsInput!) {
          ingestRecords(input: $input) {
            results {
              outcome
              warnings { code message path }
              individual { emails phones identifiers { value } }
            }
            userErrors { code }
          }
        }
        """,
        input={"source": "crm", "object": "Individual", "records": [record]},
    )

    assert data["ingestRecords"]["userErrors"] == []
    assert data["ingestRecords"]["results"] == [
        {
            "outcome": "CREATED",
            "warnings": [
                {
                    "code": "INVALID_EMAIL",
                    "message": "email: not a valid e-mail address",
                    "path": ["records", 0, "email"],
                },
                {
                    "code": "INVALID_PHONE",
                    "message": "phone: not a phone number",
                    "path": ["records", 0, "phone", 1],
                },
            ],
            "individual": {
                "emails": ["slip@@example.com"],
                "phones": ["+49 30 123456", "+49"],
                "identifiers": [{"value": "+4930123456"}],
            },
        }
    ]


async def test_every_problem_of_a_record_is_reported_at_once(gateway: GatewayProcess) -> None:
    payload = await ingest(gateway, "shop", "SalesOrder", {"id": "B-9", "total": "a lot", "status": "LOST"})

    assert {error["code"] for error in payload["userErrors"]} == {
        "INVALID_MONEY",
        "INVALID_ENUM",
        "MISSING_FIELD",
    }


@pytest.mark.parametrize(
    ("source", "object_name", "code"),
    [("crm", "Spaceship", "UNKNOWN_OBJECT"), ("c r m!", "Individual", "INVALID_SOURCE")],
)
async def test_an_unknown_object_or_source_name_is_refused_as_a_whole(
    gateway: GatewayProcess, source: str, object_name: str, code: str
) -> None:
    payload = await ingest(gateway, source, object_name, {"id": "1"})

    assert payload["results"] == []
    assert [error["code"] for error in payload["userErrors"]] == [code]


async def test_more_records_than_a_request_may_carry_are_refused(gateway: GatewayProcess) -> None:
    payload = await ingest(gateway, "crm", "Individual", *({"id": str(n)} for n in range(1_001)))

    assert [error["code"] for error in payload["userErrors"]] == ["TOO_MANY_RECORDS"]


async def test_invalid_json_is_refused(gateway: GatewayProcess) -> None:
    assert (await send(gateway, b'{"query": '))["status"] == 400


async def test_an_unknown_operation_is_refused(gateway: GatewayProcess) -> None:
    refused = await send(gateway, {"query": "query A { __typename }", "operationName": "B"})

    assert refused["code"] == "OPERATION_RESOLUTION_FAILURE"


async def test_an_unknown_field_of_the_schema_is_refused(gateway: GatewayProcess) -> None:
    assert (await send(gateway, {"query": "{ secrets }"}))["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_a_document_that_does_not_parse_is_refused(gateway: GatewayProcess) -> None:
    assert (await send(gateway, {"query": "{ individual("}))["code"] == "GRAPHQL_PARSE_FAILED"


async def test_a_body_of_20_megabytes_is_refused_and_the_gateway_goes_on(gateway: GatewayProcess) -> None:
    body = orjson.dumps({"query": "{ __typename }", "variables": {"filler": "x" * 20_000_000}})

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    for content in (body, chunks()):
        response = await gateway.client.post("/graphql", content=content, headers=JSON)
        assert response.status_code == 413
        assert response.json()["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"
    assert await gateway.query("{ __typename }") == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ('{ individuals(after: "nonsense") { edges { cursor } } }', "INVALID_CURSOR"),
        ("{ individuals(first: 0) { edges { cursor } } }", "BAD_USER_INPUT"),
        ("{ individuals(first: 1001) { edges { cursor } } }", "BAD_USER_INPUT"),
        (
            '{ individual(by: {identifier: {type: CUSTOMER_NUMBER, value: "1"}}) { id } }',
            "MISSING_ISSUER",
        ),
        ('{ individual(by: {identifier: {type: EMAIL, value: "x"}}) { id } }', "INVALID_IDENTIFIER"),
    ],
)
async def test_a_wrong_argument_is_an_error_of_its_field(
    gateway: GatewayProcess, document: str, code: str
) -> None:
    response = await gateway.client.post("/graphql", json={"query": document})

    assert_nothing_leaks(response)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["path"][0] in ("individual", "individuals")


async def test_an_individual_is_found_by_exactly_one_of_the_ways(gateway: GatewayProcess) -> None:
    both = '{ individual(by: {id: "ind_1", identifier: {type: EMAIL, value: "a@example.com"}}) { id } }'

    assert (await send(gateway, {"query": both}))["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert (await gateway.query('{ individual(by: {id: "ind_nobody"}) { id } }')) == {"individual": None}


async def test_a_phone_that_a_family_shares_finds_nobody_and_says_why(gateway: GatewayProcess) -> None:
    family = {"lastName": "Olsen", "phone": "+47 22 34 56 78"}
    await ingest(
        gateway,
        "crm",
        "Individual",
        {"id": "F-1", "firstName": "Kari", **family},
        {"id": "F-2", "firstName": "Bjørn", **family},
    )

    answer = await gateway.post(
        '{ individual(by: {identifier: {type: PHONE, value: "+4722345678"}}) { id } }'
    )

    assert answer["data"] == {"individual": None}
    assert answer["errors"][0]["extensions"]["code"] == "AMBIGUOUS_IDENTIFIER"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/hook", "INVALID_URL"),
        ("ftp://127.0.0.1/hook", "INVALID_URL"),
        ("https://user:secret@example.com/", "INVALID_URL"),
        ("nonsense", "INVALID_URL"),
    ],
)
async def test_a_webhook_needs_an_address_that_events_may_be_sent_to(
    gateway: GatewayProcess, url: str, code: str
) -> None:
    data = await gateway.query(
        """
        mutation ($url: String!) {
          registerWebhook(input: {url: $url, kinds: [INDIVIDUAL_CREATED]}) {
            webhook { id }
            userErrors { code }
          }
        }
        """,
        url=url,
    )

    assert data["registerWebhook"] == {"webhook": None, "userErrors": [{"code": code}]}
