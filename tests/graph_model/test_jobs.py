"""Jobs: run by one process at a time, step by step, gone on with after a crash, ended when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, LiteralString

import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.jobs import lifecycle, listing, store
from graph_model.jobs.model import Job, JobKind, JobState, Progress
from graph_model.jobs.runner import Interrupted, Run, Runner
from tests.graph_model.ending import ended
from tests.graph_model.populations import START
from tests.servers.engine import Engine

LATER = START + timedelta(seconds=60)
STEPS = 5

_COUNT: LiteralString = "MERGE (c:Counter {name: 'steps'}) SET c.value = coalesce(c.value, 0) + 1"
_COUNTED: LiteralString = "MATCH (c:Counter {name: 'steps'}) RETURN c.value"


class Counting:
    """A work of five steps, each of which counts in the graph; `before` is awaited ahead of every step."""

    def __init__(self, before: Callable[[Run, int], Awaitable[None]] | None = None) -> None:
        self._before = before
        self.abandoned: list[Progress] = []

    async def __call__(self, run: Run) -> dict[str, Any]:
        for number in range(run.progress.done, STEPS):
            if self._before is not None:
                await self._before(run, number)

            async def count(transaction: Transaction, number: int = number) -> Progress:
                await transaction.run(_COUNT)
                return Progress("COUNTING", {"number": number}, number + 1, STEPS)

            await run.step(count)
        return {"steps": STEPS}

    async def abandon(self, run: Run) -> None:
        self.abandoned.append(run.progress)
        await run.report(run.progress)


async def submitted(graph: Graph) -> Job:
    return await store.submit(graph, JobKind.TRAIN_RULESET, {"name": "new"}, actor="tester", now=START)


async def run_to_its_end(graph: Graph, work: Counting, id_: str, **options: Any) -> Job:
    runner = Runner(graph, {JobKind.TRAIN_RULESET: work}, poll=0.05, **options)
    running = asyncio.create_task(runner.run())
    try:
        return await ended(graph, id_)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_job_is_run_step_by_step_to_its_end(graph: Graph) -> None:
    job = await submitted(graph)
    assert (job.state, job.input, job.actor) == (JobState.QUEUED, {"name": "new"}, "tester")
    done = await run_to_its_end(graph, Counting(), job.id)
    assert (done.state, done.result) == (JobState.JOB_COMPLETE, {"steps": STEPS})
    assert done.progress == Progress("COUNTING", {"number": STEPS - 1}, STEPS, STEPS)
    assert await graph.read(_COUNTED) == STEPS


async def test_a_job_has_one_owner_until_its_lease_ends(graph: Graph) -> None:
    job = await submitted(graph)
    kinds = [JobKind.TRAIN_RULESET]
    assert await store.runnable(graph, kinds, owner="a", now=START) == [(job.id, kinds[0])]
    assert await store.lease(graph, job.id, owner="a", now=START, seconds=60) is not None
    assert await store.lease(graph, job.id, owner="b", now=START, seconds=60) is None
    assert await store.runnable(graph, kinds, owner="b", now=START) == []
    assert await store.runnable(graph, kinds, owner="b", now=LATER) == [(job.id, kinds[0])]
    assert await store.lease(graph, job.id, owner="b", now=LATER, seconds=60) is not None
    assert await store.renew(graph, job.id, owner="a", now=LATER, seconds=60) is False
    assert await store.finish(graph, job.id, JobState.FAILED, owner="a", now=LATER) is False
    assert await store.renew(graph, job.id, owner="b", now=LATER, seconds=60) is True


async def test_of_many_processes_one_runs_a_job_and_does_every_step_once(
    graph: Graph, engine: Engine
) -> None:
    job = await submitted(graph)
    async with engine.connect() as other:
        await asyncio.gather(
            run_to_its_end(graph, Counting(), job.id), run_to_its_end(other, Counting(), job.id)
        )
    assert await graph.read(_COUNTED) == STEPS


async def test_after_a_crash_another_process_goes_on_behind_the_last_step(graph: Graph) -> None:
    reached = asyncio.Event()

    async def hang(_: Run, number: int) -> None:
        if number == 3:
            reached.set()
            await asyncio.Event().wait()

    job = await submitted(graph)
    # A process that is killed gives nothing up: its lease stays until it ends.
    leased = await store.lease(graph, job.id, owner="killed", now=START, seconds=60)
    assert leased is not None
    run = Run(graph, leased, owner="killed", clock=lambda: START, lease_seconds=60, on_commit=lambda: None)
    killed = asyncio.create_task(Counting(hang)(run))
    await reached.wait()
    killed.cancel()
    done = await run_to_its_end(graph, Counting(), job.id, clock=lambda: LATER)
    assert done.state is JobState.JOB_COMPLETE
    assert await graph.read(_COUNTED) == STEPS


async def test_who_uses_the_graph_alone_goes_on_at_once(graph: Graph) -> None:
    job = await submitted(graph)
    assert await store.lease(graph, job.id, owner="killed", now=START, seconds=3_600) is not None
    done = await run_to_its_end(graph, Counting(), job.id, clock=lambda: START, alone=True)
    assert done.state is JobState.JOB_COMPLETE


async def test_a_step_of_who_lost_its_lease_stores_nothing(graph: Graph) -> None:
    async def lose(run: Run, number: int) -> None:
        if number == 2:
            taken = await store.lease(graph, run.job.id, owner="other", now=LATER, seconds=60)
            assert taken is not None

    job = await submitted(graph)
    leased = await store.lease(graph, job.id, owner="slow", now=START, seconds=30)
    assert leased is not None
    run = Run(graph, leased, owner="slow", clock=lambda: START, lease_seconds=30, on_commit=lambda: None)
    with pytest.raises(Interrupted):
        await Counting(lose)(run)
    assert await graph.read(_COUNTED) == 2


async def test_a_job_that_nobody_runs_yet_is_aborted_at_once(graph: Graph) -> None:
    job = await submitted(graph)
    aborted = await lifecycle.abort(graph, job.id, now=LATER)
    assert aborted is not None
    assert aborted.state is JobState.ABORTED
    assert await store.runnable(graph, [JobKind.TRAIN_RULESET], owner="a", now=LATER) == []
    assert await lifecycle.abort(graph, "job_0", now=LATER) is None


async def test_a_job_that_runs_is_aborted_before_its_next_step_and_takes_back_what_it_did(
    graph: Graph,
) -> None:
    async def abort(run: Run, number: int) -> None:
        if number == 2:
            await lifecycle.abort(graph, run.job.id, now=LATER)

    job, work = await submitted(graph), Counting(abort)
    done = await run_to_its_end(graph, work, job.id)
    assert (done.state, done.error_code) == (JobState.ABORTED, "ABORTED")
    assert [progress.done for progress in work.abandoned] == [2]
    assert await graph.read(_COUNTED) == 2


async def test_what_cannot_be_taken_back_is_not_aborted(graph: Graph) -> None:
    job = await submitted(graph)
    await store.lease(graph, job.id, owner="a", now=START, seconds=60)
    progress = Progress("CUTOVER", {}, 1, 2, abortable=False)
    saved = await graph.write(
        lambda transaction: store.save(transaction, job.id, progress, owner="a", now=START, seconds=60)
    )
    assert saved is True
    kept = await lifecycle.abort(graph, job.id, now=START)
    assert kept is not None
    assert (kept.state, kept.abort_requested) == (JobState.IN_PROGRESS, False)


async def test_a_job_that_fails_says_why_and_takes_back_what_it_did(graph: Graph) -> None:
    async def refuse(_: Run, number: int) -> None:
        raise BadInput("Nothing to learn from.", code="TOO_FEW_RECORDS")

    job, work = await submitted(graph), Counting(refuse)
    done = await run_to_its_end(graph, work, job.id)
    assert (done.state, done.error_code) == (JobState.FAILED, "TOO_FEW_RECORDS")
    assert done.error_message == "Nothing to learn from."
    assert len(work.abandoned) == 1


async def test_an_unforeseen_error_shows_nothing_of_itself(graph: Graph) -> None:
    async def break_down(_: Run, number: int) -> None:
        raise ValueError("ada@mail.example")

    job = await submitted(graph)
    done = await run_to_its_end(graph, Counting(break_down), job.id)
    assert (done.state, done.error_code) == (JobState.FAILED, "INTERNAL_SERVER_ERROR")
    assert "ada" not in str(done.error_message)


async def test_the_newest_jobs_come_first(graph: Graph) -> None:
    jobs = [(await submitted(graph)).id for _ in range(3)]
    assert [job.id for job in await listing.newest(graph, limit=2)] == jobs[:0:-1]
    kinds, states = [JobKind.TRAIN_RULESET], [JobState.QUEUED]
    assert len(await listing.newest(graph, limit=9, kinds=kinds, states=states)) == 3
    assert await listing.newest(graph, limit=9, kinds=[JobKind.PREVIEW_RULESET]) == []
    assert await listing.newest(graph, limit=9, states=[JobState.FAILED]) == []


async def test_jobs_are_found_by_kind_state_and_source_page_by_page(graph: Graph) -> None:
    made: list[Job] = []
    for number in range(12):
        kind = (JobKind.INGEST, JobKind.TRAIN_RULESET)[number % 2]
        source = (None, "shop", "crm")[number % 3]
        made.append(await store.submit(graph, kind, {}, actor="tester", now=START, source=source))
    ended_one = made[6]
    await lifecycle.abort(graph, ended_one.id, now=START)

    async def found(**wanted: Any) -> list[str]:
        pages: list[str] = []
        after = None
        while page := await listing.newest(graph, limit=2, after=after, **wanted):
            pages += [job.id for job in page]
            after = page[-1].id
        return pages

    newest = made[::-1]
    assert await found() == [job.id for job in newest]
    assert await found(kinds=[JobKind.INGEST]) == [job.id for job in newest if job.kind is JobKind.INGEST]
    assert await found(source="crm") == [job.id for job in newest if job.source == "crm"]
    assert await found(states=[JobState.ABORTED]) == [ended_one.id]
    assert await found(states=[JobState.ABORTED, JobState.QUEUED]) == [job.id for job in newest]
    assert await found(source="shop", kinds=[JobKind.INGEST], states=[JobState.QUEUED]) == [
        job.id for job in newest if job.source == "shop" and job.kind is JobKind.INGEST
    ]
    assert await found(kinds=[]) == []


async def test_jobs_of_before_are_listed_too(graph: Graph) -> None:
    jobs = [(await submitted(graph)).id for _ in range(3)]

    async def forget(transaction: Transaction) -> None:
        await transaction.run("MATCH (j:Job) REMOVE j.listed, j.listedIn")

    await graph.write(forget)
    await listing.list_jobs(graph)
    assert [job.id for job in await listing.newest(graph, limit=9)] == jobs[::-1]
    assert len(await listing.newest(graph, limit=9, kinds=[JobKind.TRAIN_RULESET])) == 3


async def test_a_job_with_files_is_run_by_who_has_them_when_they_are_complete(graph: Graph) -> None:
    job = await store.submit(
        graph, JobKind.INGEST, {}, actor="tester", now=START, state=JobState.OPEN, holder="here"
    )
    kinds = [JobKind.INGEST]
    assert await store.runnable(graph, kinds, owner="a", now=START, holder="here") == []
    complete = await lifecycle.complete_upload(graph, job.id, {"parts": [1]}, now=START)
    assert complete is not None
    assert (complete.state, complete.input) == (JobState.UPLOAD_COMPLETE, {"parts": [1]})
    assert await lifecycle.complete_upload(graph, job.id, {}, now=START) is None
    assert await store.runnable(graph, kinds, owner="a", now=START, holder="there") == []
    assert await store.runnable(graph, kinds, owner="a", now=START, holder="here") == [(job.id, kinds[0])]
    # One that nobody will ever run again can still be ended.
    assert await store.lease(graph, job.id, owner="a", now=START, seconds=30) is not None
    asked = await lifecycle.abort(graph, job.id, now=START)
    assert asked is not None
    assert asked.state is JobState.IN_PROGRESS
    aborted = await lifecycle.abort(graph, job.id, now=LATER)
    assert aborted is not None
    assert aborted.state is JobState.ABORTED


async def test_a_deleted_job_leaves_word_of_its_files_until_they_are_deleted(graph: Graph) -> None:
    job = await store.submit(
        graph, JobKind.INGEST, {}, actor="tester", now=START, state=JobState.OPEN, holder="here"
    )
    assert await lifecycle.delete(graph, job.id, now=START) is True
    assert await lifecycle.delete(graph, job.id, now=START) is False
    assert await store.find(graph, job.id) is None
    assert await lifecycle.deleted_files(graph, "there") == []
    assert await lifecycle.deleted_files(graph, "here") == [job.id]
    await lifecycle.forget_files(graph, job.id)
    assert await lifecycle.deleted_files(graph, "here") == []
    running = await submitted(graph)
    assert await store.lease(graph, running.id, owner="a", now=START, seconds=30) is not None
    assert await lifecycle.delete(graph, running.id, now=START) is False


async def test_of_a_kind_no_more_run_at_once_than_may(graph: Graph) -> None:
    running, most = 0, 0

    class Slow(Counting):
        async def __call__(self, run: Run) -> dict[str, Any]:
            nonlocal running, most
            running += 1
            most = max(most, running)
            result = await super().__call__(run)
            running -= 1
            return result

    jobs = [await submitted(graph) for _ in range(3)]
    work = Slow()
    runner = Runner(graph, {JobKind.TRAIN_RULESET: work}, poll=0.05, slots=3, most={JobKind.TRAIN_RULESET: 1})
    task = asyncio.create_task(runner.run())
    for job in jobs:
        assert (await ended(graph, job.id)).state is JobState.JOB_COMPLETE
    assert most == 1
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_rate_and_estimate_follow_from_what_this_process_has_done_of_the_phase() -> None:
    job = Job(
        id="job_1",
        kind=JobKind.TRAIN_RULESET,
        state=JobState.IN_PROGRESS,
        input={},
        progress=Progress("EDGES", {}, done=300, total=1_000),
        result=None,
        error_code=None,
        error_message=None,
        actor="tester",
        abort_requested=False,
        created_at="2026-01-01T00:00:00.000000Z",
        started_at="2026-01-01T00:00:00.000000Z",
        updated_at="2026-01-01T00:00:10.000000Z",
        finished_at=None,
        phase_at="2026-01-01T00:00:00.000000Z",
        phase_done=100,
    )
    assert job.rate() == 20
    assert job.seconds_left(START + timedelta(seconds=15)) == 30
