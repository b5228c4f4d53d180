"""A job that ingests files: chunk by chunk, each with the job's progress, so that no row counts twice."""

from __future__ import annotations

import asyncio
import csv
import gzip
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.ingestion.bulk import actions, storing
from graph_model.ingestion.bulk.model import Assignment, Counts, Position, Reached
from graph_model.ingestion.bulk.rejected import as_csv, as_ndjson
from graph_model.ingestion.bulk.touched import Touched
from graph_model.ingestion.commit import commit_batch
from graph_model.ingestion.formats.model import Format
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.uploads import Uploads
from graph_model.jobs import lifecycle, store
from graph_model.jobs.model import Job, JobState
from graph_model.jobs.runner import Run
from graph_model.jobs.watching import Watch
from graph_model.records.model import Mode
from tests.graph_model.bulk.files import Files, counts, lines, people
from tests.graph_model.populations import START
from tests.graph_model.snapshots import snapshot
from tests.servers.engine import empty

BAD = {"id": "B-99", "firstName": "Kim", "birthDate": "never"}


LATER = START + timedelta(days=1)


class Killed(BaseException):
    """What ends a process in the midst of its work."""


async def rejected(graph: Graph, id_: str) -> bytes:
    return b"".join([chunk async for chunk in as_ndjson(graph, id_)])


async def test_the_rows_of_all_parts_are_stored_and_counted(files: Files, graph: Graph) -> None:
    job = await files.ingest(lines([*people(5), BAD]), lines(people(4, start=3)))
    assert job.state is JobState.JOB_COMPLETE, job.error_message
    # Two rows of the second part say what the first part said.
    assert counts(job) == Counts(rows=10, created=7, unchanged=2, rejected=1, individuals=4)
    assert (job.progress.done, job.progress.total) == (10, 10)
    assert len((await snapshot(graph)).individuals) == 4


async def test_a_row_is_newer_than_those_before_it(files: Files, graph: Graph) -> None:
    rows = [{"id": "B-1", "firstName": name} for name in ("Ada", "Bea", "Cleo")]
    job = await files.ingest(lines(rows[:2]), lines(rows[2:]))
    assert counts(job) == Counts(rows=3, created=1, updated=2, individuals=1)
    (golden,) = (await snapshot(graph)).golden.values()
    assert golden["firstName"] == "Cleo"


async def test_records_are_deleted_by_their_ids(files: Files, graph: Graph) -> None:
    await files.ingest(lines(people(4)))
    content = b"id\nB-2\nB-3\nB-7\n\n"
    job = await files.ingest(content, mode=Mode.DELETE, format=Format.CSV, now=LATER)
    assert counts(job) == Counts(rows=3, deleted=3)
    (left,) = (await snapshot(graph)).individuals
    assert left == {"crm/Individual/B-0", "crm/Individual/B-1"}


async def test_fields_are_patched(files: Files, graph: Graph) -> None:
    await files.ingest(lines(people(2)))
    rows = [{"id": "B-0", "lastName": "Lee"}, {"id": "B-1", "firstName": None}]
    job = await files.ingest(lines(rows), mode=Mode.PATCH, now=LATER)
    assert counts(job) == Counts(rows=2, updated=2, individuals=1)
    (golden,) = (await snapshot(graph)).golden.values()
    assert (golden.get("firstName"), golden["lastName"]) == (None, "Lee")
    assert golden["emails"] == ["kim0@example.com"]


@pytest.mark.parametrize("apart", [0, 1_000_000])
async def test_whatever_reads_the_rows_the_end_is_the_same(
    graph: Graph, ingestion: Ingestion, uploads: Uploads, apart: int
) -> None:
    files = Files(graph, ingestion, uploads, chunk=7, apart=apart)
    job = await files.ingest(lines([*people(20), BAD]))
    assert counts(job) == Counts(rows=21, created=20, rejected=1, individuals=10)
    assert b"INVALID_DATE" in await rejected(graph, job.id)


async def test_after_a_kill_a_job_goes_on_behind_the_last_chunk_and_counts_exactly(
    files: Files, graph: Graph, ingestion: Ingestion, uploads: Uploads
) -> None:
    parts = lines([*people(11), BAD]), lines([*people(13, start=11), BAD])
    undisturbed = await files.ingest(*parts)
    whole = await snapshot(graph)
    kept = await rejected(graph, undisturbed.id)
    await empty(graph)

    killing = Killing(graph, ingestion, uploads)
    job = await files.completed(*parts)
    kills = 0
    while (await store.find(graph, job.id)).state is not JobState.JOB_COMPLETE:  # type: ignore[union-attr]
        kills += await killing.run_until_killed(job.id)
    assert kills > 3
    done = await store.find(graph, job.id)
    assert done is not None
    assert counts(done) == counts(undisturbed)
    assert await snapshot(graph) == whole
    assert await rejected(graph, job.id) == kept


class Killing:
    """Runs a job that is killed now and then: before its transaction is committed, or right after."""

    def __init__(self, graph: Graph, ingestion: Ingestion, uploads: Uploads) -> None:
        self._graph = graph
        self._files = Files(graph, self, uploads, chunk=4)  # type: ignore[arg-type]
        self._ingestion = ingestion
        self._turns = 0
        self.waiting = 0

    async def exclusively(self, work: Callable[..., Awaitable[Any]]) -> Any:
        self._turns += 1

        async def cut(transaction: Transaction, *more: Any) -> Any:
            await work(transaction, *more)
            raise Killed

        if self._turns % 3 == 1:
            return await self._ingestion.exclusively(cut)
        result = await self._ingestion.exclusively(work)
        if self._turns % 3 == 0:
            raise Killed
        return result

    async def run_until_killed(self, id_: str) -> bool:
        """Whether it was killed before its end."""
        leased = await store.lease(self._graph, id_, owner="killed", now=START, seconds=60)
        assert leased is not None
        run = Run(
            self._graph, leased, owner="killed", clock=lambda: START, lease_seconds=60, on_commit=lambda: None
        )
        try:
            result = await self._files.work(run)
        except Killed:
            return True
        await run.finish(JobState.JOB_COMPLETE, result=result)
        return False


async def test_a_row_that_fails_the_chunk_is_found_and_the_others_are_stored(
    files: Files, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What no validation foresaw.
    poison = {"id": "B-13", "firstName": "Kim", "lastName": "poison"}
    rows = [*people(8), poison, *people(8, start=20)]

    async def failing(transaction: Transaction, submissions: Any, *more: Any, **options: Any) -> Any:
        if any(item.record.fields.get("lastName") == "poison" for item in submissions):
            raise ValueError
        return await commit_batch(transaction, submissions, *more, **options)

    monkeypatch.setattr(storing, "commit_batch", failing)
    with capture_logs() as logs:
        job = await files.ingest(lines(rows))
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["record_failed"]
    assert counts(job) == Counts(rows=17, created=16, rejected=1, individuals=8)
    (line,) = (await rejected(graph, job.id)).splitlines()
    found = orjson.loads(line)
    assert (found["id"], found["lastName"], found["gateway__row"]) == ("B-13", "poison", 9)
    assert [problem["code"] for problem in found["gateway__problems"]] == ["INTERNAL_SERVER_ERROR"]


async def test_a_job_that_is_aborted_keeps_what_it_stored(
    graph: Graph, ingestion: Ingestion, uploads: Uploads
) -> None:
    class Aborting(Killing):
        async def exclusively(self, work: Callable[..., Awaitable[Any]]) -> Any:
            if self._turns == 2:
                await lifecycle.abort(graph, job.id, now=START)
            self._turns += 1
            return await self._ingestion.exclusively(work)

    aborting = Aborting(graph, ingestion, uploads)
    files = aborting._files
    job = await files.completed(lines(people(20)))
    ended = await files.run(job.id)
    assert (ended.state, ended.error_code) == (JobState.ABORTED, "ABORTED")
    assert counts(ended) == Counts(rows=8, created=8, individuals=4)
    assert len((await snapshot(graph)).individuals) == 4
    # Its files stay for some time.
    assert await actions.clean(graph, uploads, keep_seconds=60, now=times.utc_now()) == 0
    later = times.utc_now() + timedelta(seconds=120)
    assert await actions.clean(graph, uploads, keep_seconds=60, now=later) == 1
    assert not uploads.folder(job.id).exists()


async def test_a_broken_file_ends_the_job_and_what_came_before_stays(files: Files, graph: Graph) -> None:
    whole = gzip.compress(lines({"id": f"C-{number}", "firstName": f"K{number}"} for number in range(3_000)))
    job = await files.ingest(lines(people(3)), whole[: len(whole) // 2])
    assert (job.state, job.error_code) == (JobState.FAILED, "TRUNCATED_FILE")
    assert "Part 2" in str(job.error_message)
    assert counts(job).created == counts(job).rows > 100
    assert await graph.read("MATCH (r:SourceRecord) RETURN count(r)") == counts(job).created


async def test_a_job_whose_files_are_gone_fails(files: Files, uploads: Uploads) -> None:
    job = await files.completed(lines(people(3)))
    await uploads.delete(job.id)
    ended = await files.run(job.id)
    assert (ended.state, ended.error_code) == (JobState.FAILED, "FILES_MISSING")


async def test_rejected_rows_can_be_sent_again_as_they_are(files: Files, graph: Graph) -> None:
    rows = [
        *people(3),
        BAD,
        {"id": "B-7", "nickname": "Kit"},
        {"id": "B-8", "firstName": "Zoë", "email": ["a@example.com", "b@example.com"], "birthDate": "?"},
    ]
    first = await files.ingest(lines(rows) + b"{not json\n")
    assert counts(first) == Counts(rows=7, created=3, rejected=4, individuals=2)
    before = await snapshot(graph)
    again = await files.ingest(await rejected(graph, first.id))
    assert counts(again) == Counts(rows=4, rejected=4)
    assert await snapshot(graph) == before
    found = [orjson.loads(line) for line in (await rejected(graph, again.id)).splitlines()]
    assert [row.get("id") for row in found] == ["B-99", "B-7", "B-8", None]
    assert found[2]["email"] == ["a@example.com", "b@example.com"]
    assert found[3]["gateway__text"] == "{not json"
    # Mended, they are stored.
    mended = [
        {name: value for name, value in row.items() if name not in ("birthDate", "nickname")}
        for row in found[:3]
    ]
    assert counts(await files.ingest(lines(mended))).created == 3


async def test_rejected_rows_of_csv_are_csv_of_the_same_kind(files: Files, graph: Graph) -> None:
    content = b'id;firstName;birthDate\nB-1;"K;m";never\nB-2;Kim;\nB-3;;2000-13-01\nB-4;Kim\n'
    first = await files.ingest(content, format=Format.CSV, delimiter=";")
    assert counts(first) == Counts(rows=4, created=1, rejected=3, individuals=1)

    async def as_text(job: Job) -> str:
        assignment = Assignment.of(job.input)
        return b"".join([chunk async for chunk in as_csv(graph, job.id, assignment)]).decode()

    table = list(csv.DictReader((await as_text(first)).splitlines(), delimiter=";"))
    assert [(row["id"], row["firstName"], row["gateway__row"]) for row in table] == [
        ("B-1", "K;m", "1"),
        ("B-3", "", "3"),
        ("", "", "4"),
    ]
    assert table[0]["gateway__codes"] == "INVALID_DATE"
    assert table[0]["gateway__problems"].startswith("birthDate: not a date")
    assert table[2]["gateway__text"] == "B-4;Kim"
    again = await files.ingest((await as_text(first)).encode(), format=Format.CSV, delimiter=";")
    assert counts(again) == Counts(rows=3, rejected=3)
    assert [row["id"] for row in csv.DictReader((await as_text(again)).splitlines(), delimiter=";")] == [
        "B-1",
        "B-3",
        "",
    ]


async def test_a_deleted_job_takes_its_files_and_its_rejected_rows_with_it(
    files: Files, graph: Graph, uploads: Uploads
) -> None:
    job = await files.ingest(lines([BAD]))
    assert await lifecycle.delete(graph, job.id, now=START) is True
    assert await rejected(graph, job.id) == b""
    assert await actions.clean(graph, uploads, keep_seconds=0, now=START) == 1
    assert await uploads.jobs() == []
    assert await actions.clean(graph, uploads, keep_seconds=0, now=START) == 0


async def test_the_files_of_a_complete_job_go_at_once_and_an_open_one_keeps_them(
    files: Files, graph: Graph, uploads: Uploads
) -> None:
    opened = await files.opened(lines(people(1)))
    await files.ingest(lines(people(1)))
    assert await actions.clean(graph, uploads, keep_seconds=3_600, now=START + timedelta(days=400)) == 1
    assert await uploads.jobs() == [opened.id]


async def test_who_uploads_must_have_something_and_complete_it_once(files: Files, uploads: Uploads) -> None:
    empty = await files.opened()
    with pytest.raises(BadInput) as refused:
        await actions.complete(files.graph, uploads, empty.id, now=START)
    assert refused.value.code == "NO_PARTS"
    job = await files.completed(lines(people(1)))
    with pytest.raises(BadInput) as refused:
        await actions.complete(files.graph, uploads, job.id, now=START)
    assert refused.value.code == "JOB_NOT_OPEN"
    with pytest.raises(BadInput) as refused:
        await actions.complete(files.graph, uploads, "job_0", now=START)
    assert refused.value.code == "NOT_FOUND"


async def test_a_job_is_completed_by_who_has_its_files(files: Files, tmp_path: Path) -> None:
    job = await files.opened(lines(people(1)))
    elsewhere = Uploads(tmp_path / "elsewhere", quota=1_000)
    with pytest.raises(BadInput) as refused:
        await actions.complete(files.graph, elsewhere, job.id, now=START)
    assert refused.value.code == "WRONG_GATEWAY"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"object_name": "Nothing"}, "UNKNOWN_OBJECT"),
        ({"source": "a/b"}, "INVALID_SOURCE"),
        ({"delimiter": ";;"}, "INVALID_DELIMITER"),
        ({"delimiter": "\n"}, "INVALID_DELIMITER"),
        ({"null_value": "x" * 65}, "INVALID_NULL_VALUE"),
    ],
)
async def test_a_job_that_cannot_be_is_refused_at_once(files: Files, wrong: Any, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        await files.opened(**wrong)
    assert refused.value.code == code


async def test_other_writers_have_their_turn_between_small_chunks(
    graph: Graph, ingestion: Ingestion, uploads: Uploads
) -> None:
    sizes: list[int] = []

    class Watching(Killing):
        async def exclusively(self, work: Callable[..., Awaitable[Any]]) -> Any:
            before = await graph.read("MATCH (r:SourceRecord) RETURN count(r)")
            result = await self._ingestion.exclusively(work)
            sizes.append(await graph.read("MATCH (r:SourceRecord) RETURN count(r)") - before)
            self.waiting = int(len(sizes) < 3)
            return result

    watching = Watching(graph, ingestion, uploads)
    files = Files(graph, watching, uploads, chunk=10, shared_chunk=4)  # type: ignore[arg-type]
    watching.waiting = 1
    await files.ingest(lines(people(30)))
    assert sizes == [4, 4, 2, 10, 10]


async def test_a_job_is_watched_until_its_end(graph: Graph, ingestion: Ingestion, uploads: Uploads) -> None:
    files = Files(graph, ingestion, uploads, chunk=2)
    job = await files.completed(lines(people(20)))
    watch = Watch(graph, poll=0.02)
    watching = asyncio.create_task(watch.run())

    async def follow() -> list[Job]:
        return [seen async for seen in watch.follow(job.id)]

    following = asyncio.create_task(follow())
    await files.run(job.id)
    seen = await following
    assert seen[-1].state is JobState.JOB_COMPLETE
    done = [each.progress.done for each in seen]
    assert done == sorted(done)
    assert done[-1] == 20
    with pytest.raises(BadInput):
        await anext(aiter(watch.follow("job_0")))
    deleted = await files.opened()
    followed = aiter(watch.follow(deleted.id))
    assert (await anext(followed)).state is JobState.OPEN
    await lifecycle.delete(graph, deleted.id, now=START)
    assert [each async for each in followed] == []
    watching.cancel()


def test_the_number_of_rows_is_estimated_by_bytes_until_it_is_known() -> None:
    reached = Reached(Position(part=1, row=50, bytes=1_000), Counts(rows=50))
    assert reached.total(20_000, ended=False) == 1_000
    assert reached.total(20_000, ended=True) == 50
    assert Reached().total(20_000, ended=False) is None


def test_an_individual_counts_once_however_often_and_by_whomever_it_is_noted(tmp_path: Path) -> None:
    with Touched(tmp_path / "touched", 0) as touched:
        assert touched.note(["ind_1", "ind_2", "ind_2"], 10) == 2
        # The transaction is run again: others came about.
        assert touched.note(["ind_1", "ind_3"], 10) == 2
        touched.keep()
        assert touched.note(["ind_3", "ind_4"], 20) == 3
    # The second chunk was not committed.
    with Touched(tmp_path / "touched", 10) as touched:
        assert touched.note([], 20) == 2
        assert touched.note(["ind_4", "ind_5"], 20) == 4
