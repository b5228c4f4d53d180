"""A running gateway, as the command speaks to it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import orjson
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from gateway.errors import CommandError
from gateway.sending.pieces import Piece

_CREATE = """
mutation ($input: CreateIngestJobInput!) {
  createIngestJob(input: $input) { job { id } userErrors { message } }
}
"""
_COMPLETE = """
mutation ($input: CompleteUploadInput!) {
  completeUpload(input: $input) { userErrors { message } }
}
"""
_WATCHED = """
state errorCode errorMessage done total rate secondsLeft
ingestion { created updated unchanged stale deleted rejected warned }
"""
_JOB = f"query ($id: ID!) {{ job(id: $id) {{ {_WATCHED} }} }}"
_PROGRESS = f"subscription ($id: ID!) {{ jobProgress(id: $id) {{ {_WATCHED} }} }}"

_FINAL = ("JOB_COMPLETE", "FAILED", "ABORTED")
_ATTEMPTS = 6
_AGAIN = (429, 502, 503, 504)

T = TypeVar("T")


class SendError(CommandError):
    """The gateway cannot be reached, or refuses; the message is for the terminal."""


class Unreached(SendError):
    """The gateway did not answer; it may in a moment."""


class Client:
    """The gateway whose GraphQL endpoint is at `url`. Everything raises SendError; what may be sent twice is
    sent again before that, for some seconds."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._base = url.rstrip("/").removesuffix("/graphql")

    async def create(self, input_: Mapping[str, Any]) -> str:
        """The id of a new job."""
        payload = (await self._operation(_CREATE, input=dict(input_)))["createIngestJob"]
        _refuse(payload)
        return str(payload["job"]["id"])

    async def complete(self, job: str) -> None:
        """Let a job be run."""
        _refuse((await self._operation(_COMPLETE, input={"id": job}))["completeUpload"])

    async def job(self, job: str) -> dict[str, Any]:
        """How far a job is."""
        found = (await _patiently(lambda: self._operation(_JOB, id=job)))["job"]
        if found is None:
            raise SendError(f"The gateway has no job {job}.")
        return dict(found)

    async def progress(self, job: str) -> AsyncIterator[dict[str, Any]]:
        """How far a job is, again and again, until it has ended."""
        while (found := await self.job(job))["state"] not in _FINAL:
            yield found
            async for told in self._events(_PROGRESS, id=job):
                yield told["jobProgress"]
        yield found

    async def parts(self, job: str) -> dict[int, str]:
        """The SHA-256 of the parts that are there, by their numbers."""

        async def ask() -> dict[int, str]:
            async with self._session.get(f"{self._base}/jobs/{job}/parts") as response:
                answer = await _answer(response)
            return {part["number"]: part["sha256"] for part in answer["parts"]}

        return await _patiently(lambda: self._reached(ask))

    async def send(self, job: str, piece: Piece) -> None:
        """Send a part."""
        digest = base64.b64encode(bytes.fromhex(piece.sha256)).decode()
        headers = {"content-digest": f"sha-256=:{digest}:", "content-type": "application/octet-stream"}
        address = f"{self._base}/jobs/{job}/parts/{piece.number}"

        async def put(content: Any) -> None:
            async with self._session.put(address, data=content, headers=headers) as response:
                await _answer(response)

        async def ask() -> None:
            if isinstance(piece.content, Path):
                with piece.content.open("rb") as file:
                    await put(file)
            else:
                await put(piece.content)

        await _patiently(lambda: self._reached(ask))

    async def rejected(self, job: str, *, csv: bool = False) -> AsyncIterator[bytes]:
        """The rows that a job rejected, as lines of NDJSON or of a CSV file."""
        media = "text/csv" if csv else "application/x-ndjson"
        address = f"{self._base}/jobs/{job}/rejected"
        try:
            async with self._session.get(address, headers={"accept": media}) as response:
                if response.status != 200:
                    await _answer(response)
                rest = b""
                async for block in response.content.iter_any():
                    *lines, rest = (rest + block).split(b"\n")
                    for line in lines:
                        yield line + b"\n"
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._unreached(error) from error

    async def _operation(self, document: str, **variables: Any) -> dict[str, Any]:
        body = orjson.dumps({"query": document, "variables": variables})
        headers = {"content-type": "application/json", "accept": "application/json"}

        async def ask() -> dict[str, Any]:
            async with self._session.post(self._url, data=body, headers=headers) as response:
                return dict((await _answer(response))["data"])

        return await self._reached(ask)

    async def _events(self, document: str, **variables: Any) -> AsyncIterator[dict[str, Any]]:
        """The results of a subscription, until it ends or the connection does."""
        body = orjson.dumps({"query": document, "variables": variables})
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self._session.post(self._url, data=body, headers=headers) as response:
                async for line in response.content:
                    if line.startswith(b"data: {"):
                        payload = orjson.loads(line.removeprefix(b"data: "))
                        if payload.get("errors"):
                            raise SendError(_refusal(payload["errors"]))
                        yield payload["data"]

    async def _reached(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await ask()
        except (aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError) as error:
            raise self._unreached(error) from error

    def _unreached(self, error: Exception) -> Unreached:
        return Unreached(f"The gateway at {self._url} did not answer: {type(error).__name__}")


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again while the gateway is away or has too much to do."""
    trying = AsyncRetrying(
        retry=retry_if_exception_type(Unreached),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential_jitter(multiplier=0.2, max=10),
        reraise=True,
    )
    async for attempt in trying:
        with attempt:
            return await ask()
    raise AssertionError("the last attempt raises")


async def _answer(response: aiohttp.ClientResponse) -> dict[str, Any]:
    if response.status in _AGAIN:
        raise Unreached(f"The gateway answers {response.status}.")
    answer: dict[str, Any] = orjson.loads(await response.read())
    if answer.get("errors"):
        raise SendError(_refusal(answer["errors"]))
    return answer


def _refuse(payload: Mapping[str, Any]) -> None:
    if payload["userErrors"]:
        raise SendError("; ".join(error["message"] for error in payload["userErrors"]))


def _refusal(errors: Sequence[Mapping[str, Any]]) -> str:
    return f"The gateway refused: {errors[0]['message']}"
