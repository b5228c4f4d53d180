"""A changed mapping, applied to what is stored, and a replay: the graph is that of having ingested all of it
by the mapping of now from the start."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, LiteralString

import pytest

from graph_model import times
from graph_model.graph import Graph, Transaction
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.rederiving_job import RemapRecords, ReplayRecords
from graph_model.insights.model import Threshold
from graph_model.jobs import lifecycle
from graph_model.jobs import store as jobs
from graph_model.jobs.model import Job, JobKind, JobState, Progress
from graph_model.jobs.runner import Runner, Step, Work, Write
from graph_model.metadata.catalogue import Catalogues
from graph_model.migrations import migrate
from graph_model.records.model import Mode
from graph_model.sources import registering
from graph_model.sources.form import read_objects
from tests.graph_model.conftest import Clock
from tests.graph_model.ending import ended
from tests.graph_model.snapshots import Snapshot, check_invariants, snapshot
from tests.graph_model.sources.forms import NOW
from tests.servers.engine import wipe

PATIENCE = 180
"""Seconds that a job may take on a busy machine."""
THRESHOLD = Threshold(lifetime_value=500, silent_days=180)


def firms_and_visits(*, name: str, url: str) -> list[dict[str, Any]]:
    """Objects of which the source calls one field each so."""
    return [
        {
            "name": "firm",
            "modifiedField": "changed",
            "targets": [{"object": "Organization", "fields": [{"field": "name", "from": name}]}],
        },
        {
            "name": "visit",
            "modifiedField": "changed",
            "targets": [
                {
                    "object": "WebEngagement",
                    "fields": [{"field": "occurredAt", "from": "at"}, {"field": "url", "from": url}],
                }
            ],
        },
    ]


OLD: list[dict[str, Any]] = [
    {
        "name": "person",
        "modifiedField": "changed",
        "targets": [
            {
                "object": "Individual",
                "fields": [
                    {"field": "lastName", "from": "name"},
                    {"field": "email", "from": "mail"},
                    {"field": "customerNumber", "from": "id"},
                ],
            },
            {
                "object": "Organization",
                "name": "person.firm",
                "when": {"path": "firm"},
                "fields": [{"field": "name", "from": "firm"}],
            },
        ],
    },
    {
        "name": "order",
        "modifiedField": "changed",
        "targets": [
            {
                "object": "SalesOrder",
                "fields": [
                    {"field": "orderedAt", "from": "at"},
                    {"field": "total", "from": "total"},
                    {"field": "currency", "constant": "EUR"},
                ],
            }
        ],
    },
    *firms_and_visits(name="title", url="page"),
]
NEW: list[dict[str, Any]] = [
    {
        "name": "person",
        "modifiedField": "changed",
        "deletedField": "gone",
        "targets": [
            {
                "object": "Individual",
                "fields": [
                    {"field": "firstName", "from": "name", "transforms": [{"splitName": "FIRST"}]},
                    {"field": "lastName", "from": "name", "transforms": [{"splitName": "LAST"}]},
                    {"field": "email", "from": "mail", "transforms": [{"case": "LOWER"}]},
                    {"field": "phone", "from": "phone"},
                    {"field": "customerNumber", "from": "id"},
                ],
            },
            {
                "object": "Lead",
                "name": "person.lead",
                "fields": [
                    {"field": "email", "from": "mail"},
                    {"field": "createdAt", "from": "changed"},
                    {"field": "company", "from": "firm"},
                ],
            },
        ],
    },
    {
        "name": "order",
        "modifiedField": "changed",
        "targets": [
            {
                "object": "SalesOrder",
                "fields": [
                    {"field": "customerNumber", "from": "of"},
                    {"field": "orderedAt", "from": "at"},
                    {"field": "total", "from": "total"},
                    {"field": "currency", "constant": "USD"},
                ],
            }
        ],
    },
    *firms_and_visits(name="label", url="address"),
]


def at(day: int) -> str:
    return f"2026-01-{day:02}T00:00:00Z"


# (object, mode, row): several versions of each row, patches and deletions among them.
SENT: list[tuple[str, Mode, dict[str, Any]]] = [
    ("person", Mode.UPSERT, {"id": "1", "changed": at(1), "name": "Ada Lovelace", "mail": "ADA@EXAMPLE.COM"}),
    ("person", Mode.PATCH, {"id": "1", "changed": at(3), "phone": "+49301234567", "firm": None}),
    ("person", Mode.PATCH, {"id": "1", "changed": at(2), "mail": "Ada@New.example", "firm": None}),
    (
        "person",
        Mode.UPSERT,
        {
            "id": "2",
            "changed": at(1),
            "name": "Ada Lovelace",
            "mail": "x@example.com",
            "phone": "+49301234567",
            "firm": "Acme",
        },
    ),
    ("person", Mode.UPSERT, {"id": "3", "changed": at(1), "name": "Bea Nobody", "gone": True}),
    ("person", Mode.UPSERT, {"id": "4", "changed": at(5), "name": "Cleo King", "mail": "cleo@example.com"}),
    ("person", Mode.UPSERT, {"id": "4", "changed": at(4), "name": "Cleo Old", "mail": "old@example.com"}),
    ("person", Mode.DELETE, {"id": "5", "changed": at(2)}),
    ("person", Mode.UPSERT, {"id": "5", "changed": at(1), "name": "Dora Dead", "mail": "dora@example.com"}),
    ("person", Mode.PATCH, {"id": "5", "changed": at(3), "mail": "back@example.com", "firm": "Acme"}),
    ("order", Mode.UPSERT, {"id": "o1", "changed": at(1), "of": "1", "at": at(1), "total": "10.00"}),
    ("order", Mode.PATCH, {"id": "o1", "changed": at(2), "total": "12.00"}),
    ("order", Mode.UPSERT, {"id": "o2", "changed": at(1), "of": "4", "at": at(2), "total": "5.00"}),
    # By one of the mappings each of these says nothing at all.
    ("firm", Mode.PATCH, {"id": "f1", "changed": at(1), "title": "Acme"}),
    ("firm", Mode.PATCH, {"id": "f2", "changed": at(1), "label": "Acme"}),
    ("visit", Mode.PATCH, {"id": "v1", "changed": at(1), "page": "/a"}),
    ("visit", Mode.PATCH, {"id": "v2", "changed": at(1), "address": "/a"}),
]
ROWS = len({(object_name, row["id"]) for object_name, _, row in SENT})

STATES: LiteralString = """
RETURN COLLECT {
  MATCH (n:SourceRecord) WHERE n.source = 'crm' AND n.deletedAt IS NULL
  RETURN [n.key, n.mapping, n.modifiedAt, n.receivedAt, n.contentHash, n.fields, n.payload] ORDER BY n.key
} + COLLECT {
  MATCH (n:BusinessObject) WHERE n.source = 'crm' AND n.deletedAt IS NULL
  RETURN [n.key, n.mapping, n.modifiedAt, n.receivedAt, n.contentHash, n.fields, n.payload] ORDER BY n.key
}
"""
EVENTS: LiteralString = "MATCH (c:Counter {name: 'events'}) RETURN c.value"
DAMAGE: LiteralString = """
MATCH (n:SourceRecord {key: 'crm/person/1'})
MATCH (o:BusinessObject {key: 'crm/order/o1'})
SET n.fields = '{}', n.contentHash = 'x', o.modifiedAt = '2025', o.contentHash = 'y'
"""
KEPT: LiteralString = """
RETURN COLLECT { MATCH (v:RecordVersion) RETURN [v.record, v.modifiedAt, v.mode, v.payload, v.receivedAt] }
"""


class Side:
    """A process: its catalogue, its ingestion, and the jobs that it runs."""

    def __init__(self, graph: Graph, clock: Clock) -> None:
        self.graph = graph
        self.clock = clock
        self.catalogues = Catalogues(graph)
        self.ingestion = Ingestion(graph, threshold=THRESHOLD, catalogues=self.catalogues, clock=clock)

    async def register(self, mapping: list[dict[str, Any]]) -> None:
        await registering.register(self.catalogues, "crm", read_objects(mapping), actor="test", now=NOW)

    async def change(self, mapping: list[dict[str, Any]], version: int = 1) -> int:
        change = registering.Change(objects=read_objects(mapping))
        source = await registering.update(
            self.catalogues, "crm", change, expected_version=version, actor="test", now=NOW
        )
        return await registering.outdated(self.graph, source)

    async def send(self, sent: Sequence[tuple[str, Mode, dict[str, Any]]]) -> None:
        for object_name, mode, row in sent:
            (result,) = await self.ingestion.ingest("crm", object_name, [row], mode=mode, actor="test")
            assert not result.problems, result

    async def remap(self, page: int = 2) -> Job:
        return await self._run(JobKind.REMAP_RECORDS, {"source": "crm"}, page)

    async def replay(self, *, since: str | None = None, until: str | None = None) -> Job:
        return await self._run(JobKind.REPLAY_RECORDS, {"source": "crm", "from": since, "to": until}, 2)

    async def _run(self, kind: JobKind, input_: dict[str, Any], page: int) -> Job:
        async with self.running(page):
            job = await jobs.submit(self.graph, kind, input_, actor="test", now=NOW)
            return await ended(self.graph, job.id, within=PATIENCE)

    @asynccontextmanager
    async def running(self, page: int, write: Write | None = None) -> AsyncIterator[None]:
        """Jobs are run, their steps by `write`."""
        steps = write or self.ingestion.exclusively
        works: dict[JobKind, Work] = {
            JobKind.REMAP_RECORDS: RemapRecords(self.catalogues, steps, page=page),
            JobKind.REPLAY_RECORDS: ReplayRecords(self.catalogues, steps, page=page),
        }
        task = asyncio.create_task(Runner(self.graph, works, poll=0.05).run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def state(self) -> tuple[Snapshot, list[Any], list[Any]]:
        """The graph, the records as they are, and the versions that are kept."""
        kept = sorted(await self.graph.read(KEPT), key=str)
        return await snapshot(self.graph), await self.graph.read(STATES), kept


@pytest.fixture
def side(graph: Graph, clock: Clock) -> Side:
    return Side(graph, clock)


async def ingested_from_the_start(graph: Graph, clock: Clock, sent: Sequence[Any]) -> Any:
    """The state of a graph into which all of it came by the new mapping, as its second version."""
    await wipe(graph)
    await migrate(graph)
    fresh = Side(graph, clock)
    await fresh.register(OLD)
    await fresh.change(NEW)
    await fresh.send(sent)
    return await fresh.state()


async def test_after_a_re_mapping_the_graph_is_that_of_the_new_mapping_from_the_start(
    side: Side, clock: Clock
) -> None:
    await side.register(OLD)
    await side.send(SENT)
    assert await side.change(NEW) > 0
    job = await side.remap()
    assert (job.state, job.result) == (JobState.JOB_COMPLETE, {"rows": ROWS, "refused": 0, "problems": []})
    source = (await side.catalogues.current()).sources["crm"]
    assert await registering.outdated(side.graph, source) == 0
    remapped = await side.state()
    assert remapped == await ingested_from_the_start(side.graph, clock, SENT)


async def test_a_second_re_mapping_finds_nothing_to_do(side: Side) -> None:
    await side.register(OLD)
    await side.send(SENT)
    await side.change(NEW)
    await side.remap()
    before = await side.state()
    job = await side.remap()
    assert job.result == {"rows": 0, "refused": 0, "problems": []}
    assert await side.state() == before


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_the_order_it_came_in(side: Side, clock: Clock, seed: int) -> None:
    sent = list(SENT)
    random.Random(seed).shuffle(sent)
    await side.register(OLD)
    await side.send(sent)
    await side.change(NEW)
    await side.remap(page=3)
    remapped = await side.state()
    assert remapped == await ingested_from_the_start(side.graph, clock, SENT)


async def test_a_row_that_the_new_mapping_cannot_read_stays_as_it_is(side: Side) -> None:
    await side.register(OLD)
    await side.send(SENT[:1])
    await side.send(
        [("person", Mode.UPSERT, {"id": "9", "name": "Eve", "mail": "e@x.example", "phone": {"a": 1}})]
    )
    await side.change(NEW)
    job = await side.remap()
    assert job.result is not None
    assert (job.result["rows"], job.result["refused"]) == (1, 1)
    (problem,) = job.result["problems"]
    assert (problem["recordId"], problem["code"], problem["path"]) == ("9", "INVALID_VALUE", ["phone"])
    _, states, _ = await side.state()
    assert [mapping for key, mapping, *_ in states if key == "crm/person/9"] == [1]


async def stopped_after(side: Side, steps: int) -> Job:
    """A re-mapping that some process began, and which is in the midst of its work."""
    arrived = asyncio.Event()
    done = 0

    async def write(step: Step) -> Progress:
        nonlocal done
        if done == steps:
            arrived.set()
            await asyncio.Event().wait()
        done += 1
        return await side.ingestion.exclusively(step)

    async with side.running(1, write):
        input_ = {"source": "crm"}
        job = await jobs.submit(side.graph, JobKind.REMAP_RECORDS, input_, actor="test", now=NOW)
        await arrived.wait()
    return job


@pytest.mark.parametrize("steps", [1, 4, 9])
async def test_a_re_mapping_goes_on_where_another_process_stopped(
    side: Side, clock: Clock, steps: int
) -> None:
    await side.register(OLD)
    await side.send(SENT)
    await side.change(NEW)
    job = await stopped_after(side, steps)
    async with side.running(3):
        finished = await ended(side.graph, job.id, within=PATIENCE)
    assert finished.result == {"rows": ROWS, "refused": 0, "problems": []}
    remapped = await side.state()
    assert remapped == await ingested_from_the_start(side.graph, clock, SENT)


async def test_what_an_aborted_re_mapping_did_stays_and_the_next_one_does_the_rest(
    side: Side, clock: Clock
) -> None:
    await side.register(OLD)
    await side.send(SENT)
    await side.change(NEW)
    job = await stopped_after(side, 7)
    await lifecycle.abort(side.graph, job.id, now=NOW)
    async with side.running(1):
        assert (await ended(side.graph, job.id, within=PATIENCE)).state is JobState.ABORTED
    await check_invariants(side.graph)
    rest = await side.remap()
    assert rest.result is not None
    assert 0 < rest.result["rows"] < ROWS
    remapped = await side.state()
    assert remapped == await ingested_from_the_start(side.graph, clock, SENT)


async def test_a_replay_changes_nothing_where_all_is_well(side: Side) -> None:
    await side.register(NEW)
    await side.send(SENT)
    before, events = await side.state(), await side.graph.read(EVENTS)
    job = await side.replay()
    assert job.result == {"rows": ROWS, "refused": 0, "problems": []}
    assert await side.state() == before
    assert await side.graph.read(EVENTS) == events


async def test_a_replay_repairs_what_was_damaged(side: Side) -> None:
    await side.register(NEW)
    await side.send(SENT)
    before = await side.state()

    async def damage(transaction: Transaction) -> None:
        await transaction.run(DAMAGE)

    await side.graph.write(damage)
    assert await side.state() != before
    await side.replay()
    assert await side.state() == before


async def test_a_replay_takes_what_was_received_in_its_time(side: Side, clock: Clock) -> None:
    await side.register(NEW)
    await side.send(SENT[:1])
    clock.now += timedelta(days=1)
    await side.send(SENT[3:4])
    since = times.to_text(clock.now)
    job = await side.replay(since=since, until=None)
    assert job.result is not None
    assert job.result["rows"] == 1
    job = await side.replay(since=None, until=since)
    assert job.result is not None
    assert job.result["rows"] == 1


async def test_a_source_that_was_never_registered_can_be_replayed(side: Side) -> None:
    row = {"id": "1", "lastName": "King", "email": "k@example.com"}
    await side.ingestion.ingest("crm", "Individual", [row], actor="test")
    before = await side.state()
    job = await side.replay()
    assert job.result == {"rows": 1, "refused": 0, "problems": []}
    assert await side.state() == before


async def test_what_was_sent_in_canonical_form_before_a_source_had_a_mapping_stays(side: Side) -> None:
    await side.ingestion.ingest("crm", "Individual", [{"id": "1", "lastName": "King"}], actor="test")
    await side.register(OLD)
    before = await side.state()
    assert await side.change(NEW) == 0
    await side.remap()
    await side.replay()
    assert await side.state() == before
