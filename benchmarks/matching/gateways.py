"""Gateways to measure, each on an engine of its own, and a client that takes little of the machine."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp
import orjson

from benchmarks.matching.datasets import Labelled
from graph_model.records.model import RecordKey
from tests.servers.engine import Engine
from tests.servers.gateway import GatewayProcess
from tests.servers.neo4j import Neo4jServer

ENGINES = ("embedded", "neo4j")
PAGE = 500
BUSY = frozenset({"RETRY_LATER", "GRAPH_UNAVAILABLE"})
RETRY_SECONDS = 0.5
KEEP_ALIVE_SECONDS = 2.0

_INGEST = """
mutation Ingest($input: IngestRecordsInput!) {
  ingestRecords(input: $input) { results { outcome } userErrors { code message path } }
}
"""
_PARTITION = """
query Partition($first: Int!, $after: String) {
  individuals(first: $first, after: $after) {
    edges { node { sourceRecords { source object recordId } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@dataclass(slots=True)
class Sent:
    """Requests that were answered: how many records they carried together, and the seconds of each."""

    records: int = 0
    seconds: float = 0.0
    answers: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Records a second, with all that were on their way at once."""
        return self.records / self.seconds

    def milliseconds(self, share: float) -> float:
        """The time within which that share of the requests was answered."""
        ordered = sorted(self.answers)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1_000


class Client:
    """Speaks GraphQL over HTTP to one gateway, whose process has that id."""

    def __init__(self, session: aiohttp.ClientSession, url: str, process_id: int) -> None:
        self._session = session
        self._url = url
        self.process_id = process_id

    async def ask(self, document: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The data of an operation; one that finds the gateway busy is sent again. Raises RuntimeError for
        any other error."""
        body = orjson.dumps({"query": document, "variables": variables or {}})
        headers = {"content-type": "application/json", "accept": "application/json"}
        while True:
            async with self._session.post(f"{self._url}/graphql", data=body, headers=headers) as response:
                answer: dict[str, Any] = orjson.loads(await response.read())
            if not (errors := answer.get("errors")):
                data: dict[str, Any] = answer["data"]
                return data
            if not all(error["extensions"]["code"] in BUSY for error in errors):
                raise RuntimeError(f"{self._url}: {errors}")
            await asyncio.sleep(RETRY_SECONDS)

    async def text(self, path: str) -> str:
        """What it answers to a GET."""
        async with self._session.get(f"{self._url}{path}") as response:
            return await response.text()

    async def put(self, path: str, file: Path) -> None:
        """Send a file. Raises RuntimeError if it is refused."""
        with file.open("rb") as content:
            async with self._session.put(f"{self._url}{path}", data=content) as response:
                if response.status >= 400:
                    raise RuntimeError(f"{self._url}{path}: {await response.text()}")

    async def ingest(self, records: Sequence[Labelled], *, size: int, flights: int) -> Sent:
        """Send records in their order, so many in a request and so many requests at once. Raises RuntimeError
        if one is rejected."""
        waiting = requests(records, size)
        sent = Sent(records=len(records))

        async def fly() -> None:
            for body in waiting:
                began = perf_counter()
                answer = (await self.ask(_INGEST, {"input": body}))["ingestRecords"]
                sent.answers.append(perf_counter() - began)
                if answer["userErrors"]:
                    raise RuntimeError(f"{self._url}: {answer['userErrors'][:3]}")

        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(flights):
                group.create_task(fly())
        sent.seconds = perf_counter() - began
        return sent

    async def partition(self) -> list[frozenset[str]]:
        """The records of each individual that has any, by key."""
        parts = []
        after: str | None = None
        while True:
            page = (await self.ask(_PARTITION, {"first": PAGE, "after": after}))["individuals"]
            for edge in page["edges"]:
                records = edge["node"]["sourceRecords"]
                keys = [RecordKey(each["source"], each["object"], each["recordId"]) for each in records]
                if keys:
                    parts.append(frozenset(map(str, keys)))
            if not page["pageInfo"]["hasNextPage"]:
                return parts
            after = page["pageInfo"]["endCursor"]


def requests(records: Iterable[Labelled], size: int) -> Iterator[dict[str, Any]]:
    """Inputs of `ingestRecords`, of at most `size` records each. A request is of one source and object, so
    of `size` records that follow each other those of one go together."""
    waiting: list[Labelled] = []
    for record in records:
        waiting.append(record)
        if len(waiting) == size:
            yield from _by_target(waiting)
            waiting = []
    yield from _by_target(waiting)


def _by_target(records: Sequence[Labelled]) -> Iterator[dict[str, Any]]:
    def target(each: Labelled) -> tuple[str, str]:
        return each.source, each.object

    for (source, object_name), group in groupby(sorted(records, key=target), key=target):
        yield {"source": source, "object": object_name, "records": [each.record for each in group]}


@asynccontextmanager
async def gateway(
    engine: str, *, page_cache: str = "512m", environment: Mapping[str, str] | None = None
) -> AsyncIterator[Client]:
    """A gateway on an empty graph of that engine, as a client."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-matching-")))
        settings = {
            "GATEWAY_LOG_LEVEL": "warning",
            "GATEWAY_RATE_POINTS": "0",
            # A thousand records in one request may wait for thousands of others.
            "GATEWAY_OPERATION_TIMEOUT": "600",
            "GATEWAY_STATEMENT_TIMEOUT": "120",
        }
        if engine == "neo4j":
            server = Neo4jServer.start(page_cache=page_cache, heap="2g")
            stack.callback(server.stop)
            found = Engine(engine, server.uri, server.user, server.password, server.database)
            settings |= found.environment()
        process = await GatewayProcess.start(folder, settings | dict(environment or {}))
        stack.push_async_callback(process.stop)
        timeout = aiohttp.ClientTimeout(total=900)
        # Sooner than the gateway closes a connection that rests.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout, connector=connector))
        yield Client(session, process.url, process.process.pid)
