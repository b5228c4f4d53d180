"""Bulk jobs as integrators run them: over GraphQL and HTTP, watched while they go, by several gateways."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from tests.servers.engine import Engine
from tests.servers.gateway import GatewayProcess
from tests.servers.subscriber import sse_events, websocket_events

CREATE = """
mutation ($input: CreateIngestJobInput!) {
  createIngestJob(input: $input) { job { id state age } userErrors { code path } }
}
"""
COMPLETE = """
mutation ($id: ID!) { completeUpload(input: {id: $id}) { job { state } userErrors { code path } } }
"""
ABORT = "mutation ($id: ID!) { abortJob(input: {id: $id}) { job { state } userErrors { code } } }"
DELETE = "mutation ($id: ID!) { deleteJob(input: {id: $id}) { deletedId userErrors { code } } }"
FIELDS = """
  state done total errorCode
  ingestion { operation parts rowsRead created unchanged deleted rejected warned individuals }
"""
PROGRESS = f"subscription ($id: ID!) {{ jobProgress(id: $id) {{ {FIELDS} }} }}"
JOB = f"query ($id: ID!) {{ job(id: $id) {{ {FIELDS} }} }}"
JOBS = """
query ($source: String, $states: [JobState!], $after: ID) {
  jobs(first: 2, kinds: [INGEST], source: $source, states: $states, after: $after) { id state source: kind }
}
"""


@pytest.fixture(scope="module")
async def other(
    engine: Engine, gateway: GatewayProcess, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[GatewayProcess]:
    """A second gateway on the same graph, with a folder of its own."""
    other = await GatewayProcess.start(tmp_path_factory.mktemp("other"), engine.environment())
    try:
        yield other
    finally:
        await other.stop()


async def created(gateway: GatewayProcess, *parts: bytes, **given: Any) -> str:
    input_ = {"source": "shop", "object": "Individual", "format": "NDJSON"} | given
    payload = (await gateway.query(CREATE, input=input_))["createIngestJob"]
    assert payload["userErrors"] == []
    assert payload["job"]["state"] == "OPEN"
    id_: str = payload["job"]["id"]
    for number, content in enumerate(parts, start=1):
        response = await gateway.client.put(f"/jobs/{id_}/parts/{number}", content=content)
        assert response.status_code == 201
    return id_


async def completed(gateway: GatewayProcess, *parts: bytes, **given: Any) -> dict[str, Any]:
    """A job with these parts, at its end."""
    id_ = await created(gateway, *parts, **given)
    payload = (await gateway.query(COMPLETE, id=id_))["completeUpload"]
    assert payload["userErrors"] == []
    async with websocket_events(gateway, PROGRESS, id=id_) as events:
        seen = [event["data"]["jobProgress"] async for event in events]
    job: dict[str, Any] = seen[-1] | {"id": id_}
    assert job["state"] == "JOB_COMPLETE", job
    return job


async def error_of(gateway: GatewayProcess, document: str, id_: str) -> str:
    (payload,) = (await gateway.query(document, id=id_)).values()
    (error,) = payload["userErrors"]
    code: str = error["code"]
    return code


async def until(holds: Callable[[], bool]) -> None:
    async def look() -> bool:
        return holds()

    await AsyncRetrying(
        retry=retry_if_result(lambda held: not held), wait=wait_fixed(0.05), stop=stop_after_delay(20)
    )(look)


def lines(*rows: Any) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def people(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        {"id": f"J-{number}", "firstName": "Kim", "email": f"kim{number}@example.com"}
        for number in range(start, start + count)
    ]


async def test_a_job_goes_from_open_to_complete_watched_from_either_gateway(
    gateway: GatewayProcess, other: GatewayProcess
) -> None:
    id_ = await created(gateway, lines(*people(700)), lines(*people(1, 700), {"id": "J-1", "zip": 1}))
    async with (
        websocket_events(gateway, PROGRESS, id=id_) as here,
        sse_events(other, PROGRESS, id=id_) as there,
    ):
        assert (await anext(here))["data"]["jobProgress"]["state"] == "OPEN"
        assert (await anext(there))["data"]["jobProgress"]["state"] == "OPEN"
        assert (await gateway.query(COMPLETE, id=id_))["completeUpload"]["job"]["state"] == "UPLOAD_COMPLETE"
        for events in (here, there):
            seen = [event["data"]["jobProgress"] async for event in events]
            assert [job["done"] for job in seen] == sorted(job["done"] for job in seen)
            last = seen[-1]
            assert (last["state"], last["done"], last["total"]) == ("JOB_COMPLETE", 702, 702)
            assert last["ingestion"] == {
                "operation": "UPSERT",
                "parts": 2,
                "rowsRead": 702,
                "created": 701,
                "unchanged": 0,
                "deleted": 0,
                "rejected": 1,
                "warned": 0,
                "individuals": 701,
            }
    for where in (gateway, other):
        response = await where.client.get(f"/jobs/{id_}/rejected")
        assert response.headers["content-type"] == "application/x-ndjson"
        row = orjson.loads(response.content)
        assert (row["id"], row["zip"], row["gateway__part"], row["gateway__row"]) == ("J-1", 1, 2, 2)
        assert row["gateway__problems"][0]["code"] == "UNKNOWN_FIELD"
        assert row["gateway__problems"][0]["path"] == ["zip"]


async def test_what_is_not_next_in_its_life_is_refused(
    gateway: GatewayProcess, other: GatewayProcess
) -> None:
    empty = await created(gateway)
    assert await error_of(gateway, COMPLETE, empty) == "NO_PARTS"
    job = await completed(gateway, lines({"id": "J-1"}), source="strict")
    assert await error_of(gateway, COMPLETE, job["id"]) == "JOB_NOT_OPEN"
    assert await error_of(gateway, ABORT, job["id"]) == "JOB_ENDED"
    late = await gateway.client.put(f"/jobs/{job['id']}/parts/2", content=b"{}")
    assert (late.status_code, late.json()["errors"][0]["extensions"]["code"]) == (409, "JOB_NOT_OPEN")
    elsewhere = await created(gateway, lines({"id": "J-1"}))
    assert await error_of(other, COMPLETE, elsewhere) == "WRONG_GATEWAY"
    for document in (COMPLETE, ABORT, DELETE):
        assert await error_of(gateway, document, "job_0") == "NOT_FOUND"
    assert (await gateway.query(JOB, id="job_0"))["job"] is None
    assert (await gateway.client.get("/jobs/job_0/rejected")).status_code == 404
    wrong = await gateway.client.get(f"/jobs/{job['id']}/rejected?format=xls")
    assert wrong.json()["errors"][0]["extensions"]["code"] == "INVALID_FORMAT"
    input_ = {"source": "shop", "object": "Nothing", "format": "CSV"}
    refused = (await gateway.query(CREATE, input=input_))["createIngestJob"]
    assert refused["job"] is None
    assert refused["userErrors"][0]["code"] == "UNKNOWN_OBJECT"


async def test_an_open_job_can_be_aborted_and_deleted_from_anywhere(
    gateway: GatewayProcess, other: GatewayProcess, engine: Engine
) -> None:
    id_ = await created(gateway, lines({"id": "J-1"}), source="stale")
    folder = gateway.directory / "data" / "uploads" / id_
    assert folder.exists()
    listed = (await other.query(JOBS, source="stale", states=["OPEN"]))["jobs"]
    assert [job["id"] for job in listed] == [id_]
    assert (await other.query(ABORT, id=id_))["abortJob"]["job"]["state"] == "ABORTED"
    assert folder.exists()
    assert (await gateway.query(DELETE, id=id_))["deleteJob"]["deletedId"] == id_
    await until(lambda: not folder.exists())
    assert (await gateway.query(JOB, id=id_))["job"] is None


async def test_jobs_are_listed_page_by_page(gateway: GatewayProcess) -> None:
    ids = [await created(gateway, source="listed") for _ in range(5)]
    found: list[str] = []
    while page := (await gateway.query(JOBS, source="listed", after=found[-1] if found else None))["jobs"]:
        found += [job["id"] for job in page]
    assert found == ids[::-1]


async def test_records_are_deleted_and_rejected_rows_of_csv_come_as_csv(gateway: GatewayProcess) -> None:
    await completed(gateway, b"id,firstName\nD-1,Ada\nD-2,Bea\n", format="CSV", source="gone")
    job = await completed(
        gateway, b"id\nD-1\n\n" + b"x" * 300 + b"\n", format="CSV", source="gone", operation="DELETE"
    )
    assert (job["ingestion"]["deleted"], job["ingestion"]["rejected"]) == (1, 1)
    response = await gateway.client.get(f"/jobs/{job['id']}/rejected", headers={"accept": "text/csv"})
    header, row = response.text.splitlines()
    assert header.startswith("id,gateway__part,gateway__row,gateway__codes")
    assert row.startswith("x" * 300 + ",1,3,INVALID_ID")


async def test_rejected_rows_that_are_sent_again_unmended_change_nothing(gateway: GatewayProcess) -> None:
    bad = [{"id": "R-1", "birthDate": "?"}, {"id": "R-2", "email": "nobody", "nosuch": 1}]
    first = await completed(gateway, lines(*people(2), *bad), source="again")
    rejected = (await gateway.client.get(f"/jobs/{first['id']}/rejected")).content
    second = await completed(gateway, rejected, source="again")
    assert second["ingestion"]["rejected"] == second["ingestion"]["rowsRead"] == 2
    again = (await gateway.client.get(f"/jobs/{second['id']}/rejected")).content
    assert [row["id"] for row in map(orjson.loads, again.splitlines())] == ["R-1", "R-2"]


async def test_a_job_that_was_interrupted_goes_on_when_its_gateway_is_back(
    engine: Engine, tmp_path: Path
) -> None:
    environment = engine.environment() | {"GATEWAY_JOB_LEASE": "1"}
    stopped = await GatewayProcess.start(tmp_path, environment)
    id_ = await created(stopped, lines(*people(1_500)), source="interrupted")
    await stopped.query(COMPLETE, id=id_)
    async with websocket_events(stopped, PROGRESS, id=id_) as events:
        async for event in events:
            if event["data"]["jobProgress"]["done"]:
                break
    await stopped.stop()
    back = await GatewayProcess.start(tmp_path, environment)
    try:
        async with websocket_events(back, PROGRESS, id=id_) as events:
            seen = [event["data"]["jobProgress"] async for event in events]
        assert (seen[-1]["state"], seen[-1]["done"]) == ("JOB_COMPLETE", 1_500)
        assert seen[-1]["ingestion"]["created"] == 1_500
    finally:
        await back.stop()
