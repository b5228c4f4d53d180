"""Sending the files of bulk jobs: each part is one request, written to disk as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from gateway.graphql.errors import Code
from gateway.graphql.http import Refused
from gateway.graphql.messages import Incoming
from gateway.plain import Door, PlainEndpoint, answered, only
from gateway.uploads.checksums import claimed_sha256, digest_field
from graph_model.errors import BadInput
from graph_model.ingestion.uploads import Part, Uploads
from graph_model.jobs.model import Job, JobKind, JobState
from resolvers.principal import Principal, Scope

_ENCODINGS = ("", "identity", "gzip", "x-gzip", "zstd")


def upload_routes(
    door: Door, uploads: Uploads, find_job: Callable[[str], Awaitable[Job | None]]
) -> list[BaseRoute]:
    """/jobs/{id}/parts/{n}: PUT sends a part, GET and HEAD tell of one that is there; /jobs/{id}/parts: GET
    lists them."""
    receiver = _Receiver(uploads, find_job)
    return [
        Route("/jobs/{job}/parts", PlainEndpoint(door, Scope.INGEST, receiver.parts)),
        Route("/jobs/{job}/parts/{part}", PlainEndpoint(door, Scope.INGEST, receiver.part)),
    ]


class _Receiver:
    def __init__(self, uploads: Uploads, find_job: Callable[[str], Awaitable[Job | None]]) -> None:
        self._uploads = uploads
        self._find_job = find_job

    async def parts(self, request: Incoming, _: Principal) -> ASGIApp:
        if request.method not in ("GET", "HEAD"):
            raise only("GET, HEAD")
        job = await self._job(request)
        return answered({"parts": [_shown(part) for part in await self._uploads.parts(job.id)]})

    async def part(self, request: Incoming, _: Principal) -> ASGIApp:
        if request.method not in ("GET", "HEAD", "PUT"):
            raise only("GET, HEAD, PUT")
        try:
            number = int(request.path_params["part"])
        except ValueError:
            raise BadInput("Parts are numbered.", code="INVALID_PART") from None
        job = await self._job(request)
        if request.method == "PUT":
            return await self._receive(request, job, number)
        for part in await self._uploads.parts(job.id):
            if part.number == number:
                return _answer(part)
        raise Refused(404, Code.NOT_FOUND, "That part was not sent.")

    async def _receive(self, request: Incoming, job: Job, number: int) -> ASGIApp:
        if job.state is not JobState.OPEN:
            raise BadInput("The job takes no parts any more.", code="JOB_NOT_OPEN")
        sha256 = claimed_sha256(request.fields)
        if request.fields.get("content-encoding", "").strip().lower() not in _ENCODINGS:
            raise Refused(415, Code.UNSUPPORTED_MEDIA_TYPE, "Parts are plain, gzip or zstd.")
        if int(request.fields.get("content-length", 0)) > self._uploads.quota:
            message = f"No more than {self._uploads.quota} bytes may be uploaded."
            raise Refused(413, Code.PAYLOAD_TOO_LARGE, message)
        part = await self._uploads.write(job.id, number, _body(request), sha256=sha256)
        return _answer(part, 201)

    async def _job(self, request: Incoming) -> Job:
        job = await self._find_job(request.path_params["job"])
        if job is None or job.kind is not JobKind.INGEST:
            raise Refused(404, Code.NOT_FOUND, "There is no ingest job with that id.")
        if job.holder != self._uploads.id:
            raise BadInput("Another gateway has this job's files: ask it.", code="WRONG_GATEWAY")
        return job


async def _body(request: Incoming) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _answer(part: Part, status: int = 200) -> ASGIApp:
    digest = {"etag": f'"{part.sha256}"', "repr-digest": digest_field(part.sha256)}
    return answered(_shown(part), status, digest)


def _shown(part: Part) -> dict[str, Any]:
    return {
        "number": part.number,
        "bytes": part.size,
        "sha256": part.sha256,
        "receivedAt": part.received_at,
    }
