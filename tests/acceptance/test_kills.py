"""A gateway that is killed again and again, amid a bulk job and a stream, ends where an undisturbed one does.

It is killed by the count of its commits, at one that the graph never sees or at one that the gateway never
hears of, as a fixed seed says.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, LiteralString

import httpx
import orjson
import pytest
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from benchmarks.people import people
from graph_model.events import store as events
from graph_model.events.model import EventKind
from graph_model.graph import Graph
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.servers.engine import Engine, wipe
from tests.servers.gateway import GatewayProcess
from tests.servers.relay import CommitRelay

SEED = 20
BATCH = 20
"""Records in a request of the stream."""
BAD_EVERY = 97
LEASE_SECONDS = 2

CREATE = """
mutation ($input: CreateIngestJobInput!) {
  createIngestJob(input: $input) { job { id } userErrors { code message } }
}
"""
COMPLETE = """
mutation ($id: ID!) { completeUpload(input: {id: $id}) { job { state } userErrors { code message } } }
"""
JOB = """
query ($id: ID!) {
  job(id: $id) {
    state errorCode errorMessage
    # How many individuals the rows changed depends on who of two that became one was there first.
    ingestion { rowsRead created updated unchanged stale deleted rejected warned }
  }
}
"""
INGEST = """
mutation ($input: IngestRecordsInput!) {
  ingestRecords(input: $input) { results { outcome } userErrors { code } }
}
"""
PAGE: LiteralString = """
MATCH (r:SourceRecord) WHERE r.key > $after
WITH r ORDER BY r.key LIMIT 2000
RETURN collect([r.key, r.modifiedAt, r.contentHash, r.deletedAt IS NULL, r.payload])
"""


@dataclass(frozen=True)
class Load:
    """What is sent: the rows of a job in parts, and the requests of a stream."""

    parts: Sequence[bytes]
    requests: Sequence[dict[str, Any]]

    @classmethod
    def of(cls, rows: int, streamed: int) -> Load:
        """Records of one population: the job brings most of them, the stream the others and some orders."""
        everybody = list(people(rows + streamed))
        Random(SEED).shuffle(everybody)
        records = [known.record | {"id": f"{known.source}-{known.record['id']}"} for known in everybody]
        bulk = [
            record | {"birthDate": "never"} if number % BAD_EVERY == 0 else record
            for number, record in enumerate(records[:rows])
        ]
        # A record that comes again, changed and as it was, within the job and beside it.
        bulk += [record | {"middleName": "K"} for record in bulk[: rows // 50]] if rows else []
        parts = [lines(bulk[: rows // 3]), lines(bulk[rows // 3 :])]
        return cls(parts, list(requests(records[rows:])))


@dataclass(frozen=True)
class End:
    """Where it all ended."""

    job: dict[str, Any]
    rejected: bytes
    snapshot: Snapshot
    records: list[list[Any]]
    told: Counter[tuple[str, str]]


def lines(rows: Sequence[Any]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def requests(records: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        yield {"source": "app", "object": "Individual", "records": batch}
        orders = [
            {"id": f"O-{record['id']}", "email": record["email"], "orderedAt": record["modifiedAt"]}
            for record in batch
            if "@" in record.get("email", "")
        ]
        yield {"source": "shop", "object": "SalesOrder", "records": orders}


class Run:
    """One run of a load, on a gateway that may be killed."""

    def __init__(self, engine: Engine, relay: CommitRelay, directory: Path, load: Load) -> None:
        self._directory = directory
        self._environment = engine.environment() | {
            "NEO4J_URI": relay.uri,
            "GATEWAY_JOB_LEASE": str(LEASE_SECONDS),
        }
        self._relay = relay
        self._load = load
        self._killed = asyncio.Event()
        self._running = asyncio.Event()
        self.gateway: GatewayProcess
        self.kills = 0

    async def start(self) -> None:
        self.gateway = await GatewayProcess.start(self._directory, self._environment)
        self._running.set()

    async def go(self, kills: Sequence[tuple[int, bool]] = ()) -> tuple[dict[str, Any], bytes]:
        """Send everything; be killed so many commits after each start, stored or not. The job and its
        rejected rows at the end."""
        id_ = await self._upload()
        killing = asyncio.create_task(self._kill(kills))
        try:
            await self._stream()
            job = await self._ended(id_)
            # Kills that are left over would show that they were placed wrongly.
            assert self.kills == len(kills)
        finally:
            killing.cancel()
        rejected = await self.gateway.client.get(f"/jobs/{id_}/rejected")
        return job, rejected.content

    async def _upload(self) -> str:
        given = {"source": "crm", "object": "Individual", "format": "NDJSON"}
        created = (await self.gateway.query(CREATE, input=given))["createIngestJob"]
        assert created["userErrors"] == []
        id_: str = created["job"]["id"]
        for number, part in enumerate(self._load.parts, start=1):
            response = await self.gateway.client.put(f"/jobs/{id_}/parts/{number}", content=part)
            assert response.status_code == 201, response.text
        completed = (await self.gateway.query(COMPLETE, id=id_))["completeUpload"]
        assert completed["userErrors"] == []
        return id_

    async def _kill(self, kills: Sequence[tuple[int, bool]]) -> None:
        for commits, is_stored in kills:
            self._killed.clear()
            self._relay.strike(commits, self._strike, is_stored=is_stored)
            await self._killed.wait()
            self.kills += 1
            await self.gateway.kill()
            await self.start()

    def _strike(self) -> None:
        self.gateway.process.kill()
        self._running.clear()
        self._killed.set()

    async def _stream(self) -> None:
        """Send one request after the other, each again under its key until it is answered."""
        for number, request in enumerate(self._load.requests):
            while not await self._sent(request, f"request-{number}"):
                await self._running.wait()

    async def _sent(self, request: dict[str, Any], key: str) -> bool:
        try:
            answer = await self.gateway.post(INGEST, input=request | {"idempotencyKey": key})
        except (httpx.HTTPError, RuntimeError):
            await asyncio.sleep(0)
            return False
        if "errors" in answer:
            assert answer["errors"][0]["extensions"]["code"] in ("RETRY_LATER", "GRAPH_UNAVAILABLE"), answer
            return False
        assert answer["data"]["ingestRecords"]["userErrors"] == []
        return True

    async def _ended(self, id_: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            await self._running.wait()
            try:
                job: dict[str, Any] = (await self.gateway.query(JOB, id=id_))["job"]
            except (httpx.HTTPError, RuntimeError):
                return None
            return job if job["state"] in ("JOB_COMPLETE", "FAILED", "ABORTED") else None

        waiting = AsyncRetrying(
            retry=retry_if_result(lambda job: job is None), wait=wait_fixed(0.1), stop=stop_after_delay(3_600)
        )
        job: dict[str, Any] = await waiting(look)
        assert job["state"] == "JOB_COMPLETE", job
        return job


async def end(graph: Graph, job: dict[str, Any], rejected: bytes) -> End:
    records: list[list[Any]] = []
    while page := await graph.read(PAGE, after=records[-1][0] if records else ""):
        records += sorted(page)
    told: Counter[tuple[str, str]] = Counter()
    sequence = 0
    while page := await events.read_after(graph, sequence, limit=2_000):
        sequence = page[-1].sequence
        told.update(
            (str(event.kind), f"{event.data['source']}/{event.data['recordId']}")
            for event in page
            # Of versions that come twice there is one event where both are in one transaction.
            if event.kind in (EventKind.RECORD_CREATED, EventKind.RECORD_DELETED)
        )
    return End(job, rejected, await snapshot(graph), records, told)


async def assert_kills_change_nothing(
    engine: Engine, directory: Path, *, rows: int, streamed: int, kills: int
) -> None:
    load = Load.of(rows, streamed)
    patient = Graph(
        engine.uri, engine.user, engine.password, engine.database, patience=300, statement_timeout=300
    )
    async with patient as graph, CommitRelay(engine.uri) as relay:
        ends: list[End] = []
        planned: list[tuple[int, bool]] = []
        for name in ("undisturbed", "killed"):
            await wipe(graph)
            run = Run(engine, relay, directory / name, load)
            (directory / name).mkdir()
            await run.start()
            before = relay.commits
            try:
                ends.append(await end(graph, *await run.go(planned)))
            finally:
                await run.gateway.stop()
            chance = Random(SEED)
            # While a gateway starts its commits are not counted: half of them all are left for that.
            most = (relay.commits - before) // (2 * kills)
            planned = [(chance.randint(1, most), chance.random() < 0.5) for _ in range(kills)]
    undisturbed, killed = ends
    assert killed.job == undisturbed.job
    assert killed.job["ingestion"]["rejected"] > 0
    assert killed.rejected == undisturbed.rejected
    assert killed.records == undisturbed.records
    assert killed.snapshot == undisturbed.snapshot
    assert killed.told == undisturbed.told


async def test_kills_change_nothing(engine: Engine, tmp_path: Path) -> None:
    await assert_kills_change_nothing(engine, tmp_path, rows=400, streamed=80, kills=3)


@pytest.mark.soak
async def test_twenty_kills_amid_fifty_thousand_rows_change_nothing(engine: Engine, tmp_path: Path) -> None:
    await assert_kills_change_nothing(engine, tmp_path, rows=50_000, streamed=5_000, kills=20)
