"""Sending the parts of a job over HTTP."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from gateway.graphql.connections import Connections
from gateway.plain import Door
from gateway.uploads.endpoint import upload_routes
from graph_model import times
from graph_model.graph import Graph
from graph_model.ingestion.uploads import Uploads
from graph_model.jobs import store
from graph_model.jobs.model import JobKind, JobState
from resolvers.principal import DEVELOPMENT, Principal, Scope
from tests.gateway.serving import serve

ROWS = b"id,firstName\n1,Eva\n"
READER = Principal("reader", "client", frozenset({Scope.PROFILE_READ}))


class Site:
    """A server of uploads only, with what is behind it."""

    def __init__(self, graph: Graph, directory: Path, address: str, connections: Connections) -> None:
        self.graph = graph
        self.uploads = Uploads(directory, quota=5_000_000)
        self.connections = connections
        self.client = httpx.AsyncClient(base_url=f"http://{address}")
        self.address = address

    async def job(self, state: JobState = JobState.OPEN, **given: Any) -> str:
        given = {"kind": JobKind.INGEST, "holder": self.uploads.id} | given
        kind = given.pop("kind")
        job = await store.submit(
            self.graph, kind, {}, actor="test", now=times.utc_now(), state=state, **given
        )
        return job.id

    async def put(self, job: str, part: object, content: Any = ROWS, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.put(f"/jobs/{job}/parts/{part}", content=content, headers=named)


@pytest.fixture
async def site(graph: Graph, tmp_path: Path) -> AsyncIterator[Site]:
    connections = Connections()

    def authenticate(connection: HTTPConnection) -> Principal:
        return READER if connection.headers.get("authorization") == "reader" else DEVELOPMENT

    door = Door(connections, authenticate, ["https://app.example.com"])
    uploads = Uploads(tmp_path, quota=5_000_000)
    app = Starlette(routes=upload_routes(door, uploads, partial(store.find, graph)))
    async with serve(app) as address:
        site = Site(graph, tmp_path, address, connections)
        yield site
        await site.client.aclose()


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    found: str = error["extensions"]["code"]
    return found


async def until(happens: Callable[[], bool]) -> None:
    """Wait until it does."""
    looking = AsyncRetrying(
        retry=retry_if_result(lambda happened: not happened), wait=wait_fixed(0.01), stop=stop_after_delay(10)
    )
    await looking(asyncio.to_thread, happens)


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


async def test_a_part_is_sent_and_told_of(site: Site) -> None:
    job = await site.job()
    assert (await site.client.get(f"/jobs/{job}/parts/1")).status_code == 404

    sent = await site.put(job, 1, content_digest=f"sha-256=:{digest(ROWS)}:", x_request_id="mine")
    told = await site.client.get(f"/jobs/{job}/parts/1")
    head = await site.client.head(f"/jobs/{job}/parts/1")
    listed = await site.client.get(f"/jobs/{job}/parts")

    assert (sent.status_code, told.status_code, head.status_code) == (201, 200, 200)
    assert sent.json() == told.json() == listed.json()["parts"][0]
    assert sent.json()["number"] == 1
    assert sent.json()["bytes"] == len(ROWS)
    assert sent.json()["sha256"] == hashlib.sha256(ROWS).hexdigest()
    assert head.headers["repr-digest"] == f"sha-256=:{digest(ROWS)}:"
    assert head.headers["etag"] == f'"{sent.json()["sha256"]}"'
    assert head.content == b""
    assert sent.headers["x-request-id"] == "mine"
    assert sent.headers["cache-control"] == "no-store"
    (part,) = await site.uploads.parts(job)
    assert part.path.read_bytes() == ROWS


async def test_a_part_may_come_in_pieces_and_again(site: Site) -> None:
    job = await site.job()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    assert (await site.put(job, 1, pieces())).json()["bytes"] == 2_000_000
    assert (await site.put(job, 1)).json()["bytes"] == len(ROWS)
    assert [part.size for part in await site.uploads.parts(job)] == [len(ROWS)]


@pytest.mark.parametrize(
    ("header", "value", "refused"),
    [
        ("content_digest", f"sha-256=:{digest(b'other')}:", "CHECKSUM_MISMATCH"),
        ("content_digest", f"sha-512=:AAAA:, sha-256=:{digest(b'other')}:", "CHECKSUM_MISMATCH"),
        ("digest", f"SHA-256={digest(b'other')}", "CHECKSUM_MISMATCH"),
        ("content_digest", "md5=:AAAA:", "INVALID_CHECKSUM"),
        ("content_digest", "sha-256=:AAAA:", "INVALID_CHECKSUM"),
        ("digest", "nonsense", "INVALID_CHECKSUM"),
    ],
)
async def test_a_checksum_is_verified(site: Site, header: str, value: str, refused: str) -> None:
    job = await site.job()

    response = await site.put(job, 1, **{header: value})

    assert (response.status_code, code(response)) == (400, refused)
    assert await site.uploads.parts(job) == []


async def test_a_checksum_that_is_right_is_taken_in_either_header(site: Site) -> None:
    job = await site.job()
    both = {"content_digest": f"sha-256=:{digest(ROWS)}:", "digest": f"sha-256={digest(ROWS)}"}

    assert (await site.put(job, 1, **both)).status_code == 201
    both["digest"] = f"sha-256={digest(b'other')}"
    assert code(await site.put(job, 1, **both)) == "CHECKSUM_MISMATCH"


async def test_only_an_open_ingest_job_of_this_gateway_takes_parts(site: Site) -> None:
    jobs = {
        "JOB_NOT_OPEN": (409, await site.job(JobState.UPLOAD_COMPLETE)),
        "NOT_FOUND": (404, await site.job(kind=JobKind.NORMALISE_RECORDS)),
        "WRONG_GATEWAY": (421, await site.job(holder="uploads_other")),
    }
    for refused, (status, job) in jobs.items():
        response = await site.put(job, 1)
        assert (response.status_code, code(response)) == (status, refused)
    assert code(await site.put("job_0", 1)) == "NOT_FOUND"


@pytest.mark.parametrize("part", ["0", "10001", "-1", "first", "1.5"])
async def test_a_number_that_no_part_has_is_refused(site: Site, part: str) -> None:
    response = await site.put(await site.job(), part)

    assert (response.status_code, code(response)) == (400, "INVALID_PART")


async def test_the_quota_is_said_beforehand_or_as_soon_as_it_is_passed(site: Site) -> None:
    job = await site.job()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(120):
            yield b"x" * 50_000

    for content, refused, status in (
        (b"x" * 6_000_000, "PAYLOAD_TOO_LARGE", 413),
        (pieces(), "UPLOAD_QUOTA_EXCEEDED", 507),
    ):
        response = await site.put(job, 1, content)
        assert (response.status_code, code(response)) == (status, refused)
    assert await site.uploads.parts(job) == []
    assert (await site.put(job, 1)).status_code == 201


async def test_who_may_not_ingest_is_refused(site: Site) -> None:
    job = await site.job()

    response = await site.put(job, 1, authorization="reader")

    assert (response.status_code, code(response)) == (403, "FORBIDDEN")


async def test_pages_of_other_sites_are_refused(site: Site) -> None:
    job = await site.job()

    assert code(await site.put(job, 1, origin="https://evil.example.com")) == "FORBIDDEN"
    assert (await site.put(job, 1, origin="https://app.example.com")).status_code == 201
    assert (await site.put(job, 1, origin=f"http://{site.address}")).status_code == 201


async def test_other_methods_and_encodings_are_refused(site: Site) -> None:
    job = await site.job()

    posted = await site.client.post(f"/jobs/{job}/parts/1", content=ROWS)
    listed = await site.client.put(f"/jobs/{job}/parts", content=ROWS)
    encoded = await site.put(job, 1, content_encoding="br")

    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD, PUT")
    assert (listed.status_code, listed.headers["allow"]) == (405, "GET, HEAD")
    assert (encoded.status_code, code(encoded)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_client_that_goes_away_leaves_nothing(site: Site) -> None:
    job = await site.job()
    host, port = site.address.split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"PUT /jobs/{job}/parts/1 HTTP/1.1\r\nhost: {site.address}\r\ncontent-length: 3000000\r\n\r\n"
    writer.write(head.encode() + b"x" * 2_000_000)
    await writer.drain()
    folder = site.uploads.folder(job)

    await until(lambda: any(folder.glob("part-*")))
    writer.close()
    await until(lambda: not any(folder.glob("part-*")))

    assert await site.uploads.parts(job) == []


async def test_a_gateway_that_shuts_down_finishes_a_part_and_takes_no_more(site: Site) -> None:
    job = await site.job()
    half = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"x" * 1_000
        half.set()
        await site.connections.draining.wait()
        yield b"y" * 1_000

    sending = asyncio.create_task(site.put(job, 1, pieces()))
    await half.wait()
    await until(lambda: site.connections.open.total() > 0)
    still_open = await site.connections.drain(10)
    refused = await site.put(job, 2)

    assert still_open == 0
    assert (await sending).status_code == 201
    assert (refused.status_code, code(refused)) == (503, "SHUTTING_DOWN")
    assert [part.size for part in await site.uploads.parts(job)] == [2_000]
