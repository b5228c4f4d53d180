"""Records over plain HTTP: stored while the body arrives, told of line by line."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import aiohttp
import httpx
import pyarrow as pa
import pytest

from tests.servers.gateway import GatewayProcess

NDJSON = {"content-type": "application/x-ndjson"}
CSV = {"content-type": "text/csv"}
JSON = {"content-type": "application/json"}


def ndjson(records: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def people(prefix: str, count: int) -> list[dict[str, Any]]:
    return [
        {"id": f"{prefix}-{n}", "firstName": "Ada", "email": f"{prefix}-{n}@mail.example"}
        for n in range(count)
    ]


def lines_of(response: httpx.Response) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The lines about records, and the summary."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    *lines, last = [json.loads(line) for line in response.text.splitlines()]
    summary: dict[str, Any] = last["summary"]
    return lines, summary


async def post(
    gateway: GatewayProcess,
    body: bytes | AsyncIterator[bytes],
    headers: Mapping[str, str] = NDJSON,
    *,
    to: str = "crm/Individual",
    **parameters: str,
) -> httpx.Response:
    return await gateway.client.post(f"/ingest/{to}", content=body, headers=dict(headers), params=parameters)


def error_of(response: httpx.Response) -> tuple[int, str]:
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"]


async def test_each_line_is_answered_by_a_line_and_all_by_a_last_one(gateway: GatewayProcess) -> None:
    body = (
        b'{"id": "L-1", "firstName": "Ada", "email": "l1@mail.example"}\n'
        b"\n"
        b'{"id": "L-2", "birthDate": "in spring"}\n'
        b"nonsense\n"
        b'{"id": "L-3", "phone": "+49"}'
    )

    response = await post(gateway, body)

    lines, summary = lines_of(response)
    assert [(line["line"], line["recordId"], line["outcome"]) for line in lines] == [
        (1, "L-1", "CREATED"),
        (3, "L-2", "REJECTED"),
        (4, None, "REJECTED"),
        (5, "L-3", "CREATED"),
    ]
    assert lines[0]["individualId"].startswith("ind_")
    assert lines[0]["errors"] == []
    assert lines[1]["individualId"] is None
    assert [(error["code"], error["path"]) for error in lines[1]["errors"]] == [
        ("INVALID_DATE", ["birthDate"])
    ]
    assert [(error["code"], error["path"]) for error in lines[2]["errors"]] == [("INVALID_JSON", [])]
    assert [warning["code"] for warning in lines[3]["warnings"]] == ["INVALID_PHONE"]
    assert summary == {"rows": 4, "outcomes": {"CREATED": 2, "REJECTED": 2}, "complete": True}
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (json.dumps(people("form-0", 3)).encode(), JSON),
        (ndjson(people("form-1", 3)), {"content-type": "application/jsonl; charset=utf-8"}),
        (b"id,firstName,email\nform-2-0,Ada,a@mail.example\nform-2-1,Ada,\nform-2-2,Ada,\n", CSV),
        (gzip.compress(ndjson(people("form-3", 3))), NDJSON | {"content-encoding": "gzip"}),
        (
            pa.compress(ndjson(people("form-4", 3)), codec="zstd", asbytes=True),
            NDJSON | {"content-encoding": "zstd"},
        ),
        (gzip.compress(json.dumps(people("form-5", 3)).encode()), JSON | {"content-encoding": "gzip"}),
    ],
)
async def test_a_body_may_be_json_ndjson_or_csv_plain_or_compressed(
    gateway: GatewayProcess, body: bytes, headers: Mapping[str, str]
) -> None:
    lines, summary = lines_of(await post(gateway, body, headers))

    assert [line["line"] for line in lines] == [1, 2, 3]
    assert summary["outcomes"] == {"CREATED": 3}


async def test_a_json_body_may_be_one_record(gateway: GatewayProcess) -> None:
    lines, _ = lines_of(await post(gateway, b' {"id": "one", "firstName": "Ada"} ', JSON))

    assert [(line["line"], line["recordId"], line["outcome"]) for line in lines] == [(1, "one", "CREATED")]


async def test_records_are_patched_and_deleted(gateway: GatewayProcess) -> None:
    person = {"id": "M-1", "firstName": "Ada", "lastName": "King", "modifiedAt": "2026-01-01T00:00:00Z"}
    patch = {"id": "M-1", "lastName": "Lovelace", "modifiedAt": "2026-01-02T00:00:00Z"}
    gone = {"id": "M-1", "modifiedAt": "2026-01-03T00:00:00Z"}
    (created,), _ = lines_of(await post(gateway, ndjson([person])))

    (patched,), _ = lines_of(await post(gateway, ndjson([patch]), mode="PATCH"))

    assert patched["outcome"] == "UPDATED"
    found = await gateway.query(
        "query ($id: ID!) { individual(by: {id: $id}) { firstName lastName } }", id=created["individualId"]
    )
    assert found["individual"] == {"firstName": "Ada", "lastName": "Lovelace"}
    (deleted,), _ = lines_of(await post(gateway, ndjson([gone]), mode="delete"))
    assert (deleted["outcome"], deleted["individualId"]) == ("DELETED", None)


async def test_later_lines_of_one_record_without_a_time_are_newer(gateway: GatewayProcess) -> None:
    versions = [{"id": "V-1", "firstName": name} for name in ("Ada", "Grace", "Alan", "Mary")]

    lines, _ = lines_of(await post(gateway, ndjson(versions)))

    assert [line["outcome"] for line in lines] == ["CREATED", "UPDATED", "UPDATED", "UPDATED"]
    found = await gateway.query(
        "query ($id: ID!) { individual(by: {id: $id}) { firstName } }", id=lines[-1]["individualId"]
    )
    assert found["individual"] == {"firstName": "Mary"}


async def test_whoever_waits_for_an_answer_before_sending_more_gets_it(gateway: GatewayProcess) -> None:
    answered = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield ndjson([{"id": "W-1", "firstName": "Ada"}])
        await answered.wait()
        yield ndjson([{"id": "W-2", "firstName": "Ada"}])

    seen = []
    # Unlike httpx, this client reads while it sends.
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{gateway.url}/ingest/crm/Individual", data=body(), headers=NDJSON) as response,
    ):
        async for line in response.content:
            seen.append(json.loads(line))
            answered.set()

    assert [line.get("recordId") for line in seen] == ["W-1", "W-2", None]


async def test_a_body_that_breaks_says_where_and_what_was_right_is_stored(gateway: GatewayProcess) -> None:
    whole = gzip.compress(ndjson(people("broken", 5_000)))

    lines, summary = lines_of(
        await post(gateway, whole[: len(whole) // 2], NDJSON | {"content-encoding": "gzip"})
    )

    assert summary["complete"] is False
    assert summary["error"]["code"] == "TRUNCATED_FILE"
    assert summary["error"]["afterLine"] == lines[-1]["line"] == len(lines) == summary["rows"]
    assert 0 < len(lines) < 5_000
    again, _ = lines_of(await post(gateway, ndjson(people("broken", len(lines)))))
    assert {line["outcome"] for line in again} == {"UNCHANGED"}


async def test_json_that_breaks_says_where(gateway: GatewayProcess) -> None:
    lines, summary = lines_of(await post(gateway, b'[{"id": "J-1"}, {"id": "J-2"}, {"id": ', JSON))

    assert [line["recordId"] for line in lines] == ["J-1", "J-2"]
    assert (summary["error"]["code"], summary["error"]["afterLine"]) == ("INVALID_JSON", 2)


async def test_a_bomb_ends_at_its_place(gateway: GatewayProcess) -> None:
    bomb = gzip.compress(ndjson(people("bomb", 3)) + b" " * 30_000_000)

    lines, summary = lines_of(await post(gateway, bomb, NDJSON | {"content-encoding": "gzip"}))

    assert [line["outcome"] for line in lines] == ["CREATED"] * 3
    assert summary["error"]["code"] == "EXPANDS_TOO_MUCH"


async def test_a_body_sent_again_with_its_key_is_answered_as_before(gateway: GatewayProcess) -> None:
    headers = NDJSON | {"idempotency-key": '"3f1c"'}
    body = ndjson(people("again", 450))

    first = await post(gateway, body, headers)
    second = await post(gateway, body, headers)
    other = await post(gateway, body.replace(b"Ada", b"Eve"), headers)
    longer = await post(gateway, body + ndjson(people("more", 1)), headers)

    assert lines_of(first)[1]["outcomes"] == {"CREATED": 450}
    assert second.text == first.text
    assert error_of(other) == (422, "IDEMPOTENCY_MISMATCH")
    told, summary = lines_of(longer)
    # It differs in its last piece only.
    assert summary["error"]["code"] == "IDEMPOTENCY_MISMATCH"
    assert summary["error"]["afterLine"] == len(told) == 400


async def test_a_body_that_broke_off_goes_on_with_its_key(gateway: GatewayProcess) -> None:
    headers = NDJSON | {"idempotency-key": "went-off", "content-encoding": "gzip"}
    records = people("off", 5_000)
    whole = gzip.compress(ndjson(records))

    told, _ = lines_of(await post(gateway, whole[: len(whole) // 2], headers))
    lines, summary = lines_of(await post(gateway, whole, headers))

    assert summary["complete"]
    pieces = len(told) // 200 * 200
    assert lines[:pieces] == told[:pieces]
    assert {line["outcome"] for line in lines[len(told) :]} == {"CREATED"}


async def test_a_dry_run_stores_nothing(gateway: GatewayProcess) -> None:
    body = ndjson([*people("dry", 2), {"id": "dry-0b", "firstName": "Ada", "email": "dry-0@mail.example"}])

    lines, _ = lines_of(await post(gateway, body, dryRun="true"))

    assert [(line["outcome"], line["individualId"]) for line in lines] == [("CREATED", None)] * 3
    assert [line["newIndividual"] for line in lines] == [1, 2, 1]
    lines, _ = lines_of(await post(gateway, body))
    assert [line["outcome"] for line in lines] == ["CREATED"] * 3


@pytest.mark.parametrize(
    ("method", "to", "headers", "parameters", "status", "code"),
    [
        ("GET", "crm/Individual", NDJSON, {}, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "crm/Spaceship", NDJSON, {}, 400, "UNKNOWN_OBJECT"),
        ("POST", "c r m/Individual", NDJSON, {}, 400, "INVALID_SOURCE"),
        ("POST", "crm/Individual", {"content-type": "text/plain"}, {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "crm/Individual", {}, {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "crm/Individual", CSV | {"content-encoding": "br"}, {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "crm/Individual", NDJSON, {"mode": "MERGE"}, 400, "BAD_REQUEST"),
        ("POST", "crm/Individual", NDJSON, {"dryrun": "true"}, 400, "BAD_REQUEST"),
        ("POST", "crm/Individual", NDJSON, {"dryRun": "perhaps"}, 400, "BAD_REQUEST"),
        ("POST", "crm/Individual", CSV, {"delimiter": "ab"}, 400, "BAD_REQUEST"),
        (
            "POST",
            "crm/Individual",
            NDJSON | {"idempotency-key": "two words"},
            {},
            400,
            "INVALID_IDEMPOTENCY_KEY",
        ),
        ("POST", "crm/Individual", NDJSON | {"origin": "https://evil.example"}, {}, 403, "FORBIDDEN"),
        ("POST", "crm/Individual", JSON, {}, 400, "INVALID_JSON"),
    ],
)
async def test_what_is_wrong_with_a_request_is_refused_in_json(
    gateway: GatewayProcess,
    method: str,
    to: str,
    headers: Mapping[str, str],
    parameters: Mapping[str, str],
    status: int,
    code: str,
) -> None:
    response = await gateway.client.request(
        method, f"/ingest/{to}", headers=dict(headers), params=dict(parameters), content=b""
    )

    assert error_of(response) == (status, code)


async def test_an_empty_body_is_answered_by_its_summary(gateway: GatewayProcess) -> None:
    assert lines_of(await post(gateway, b"")) == ([], {"rows": 0, "outcomes": {}, "complete": True})


async def test_csv_may_have_another_delimiter_and_a_word_for_null(gateway: GatewayProcess) -> None:
    body = b"id;firstName;lastName\nD-1;Ada;NULL\n"

    lines, _ = lines_of(await post(gateway, body, CSV, delimiter=";", nullValue="NULL"))

    assert [line["outcome"] for line in lines] == ["CREATED"]
