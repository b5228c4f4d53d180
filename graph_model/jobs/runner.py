"""Running jobs: each by one process at a time, from its resume point on, until it ends or is aborted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias, TypeVar

import structlog

from graph_model import times
from graph_model.errors import GatewayError, GraphUnavailable
from graph_model.graph import Graph, Transaction
from graph_model.ids import new_id
from graph_model.jobs import store
from graph_model.jobs.model import Job, JobKind, JobState, Progress

T = TypeVar("T")
Step: TypeAlias = Callable[..., Awaitable[Progress]]
"""The work of one transaction, which it is given first; says how far the job is after it."""
Write: TypeAlias = Callable[[Step], Awaitable[Progress]]
"""Runs a step as one transaction, as `Graph.write` does; it may give the step more than the transaction."""

_log = structlog.get_logger(__name__)


class Interrupted(Exception):
    """The job is another process's now, or is to be aborted: whoever runs it here stops."""


class Work(Protocol):
    """What a job of one kind does: from `run.job.progress` on, by steps, to its result (plain JSON). It may
    begin anew in another process at any step. A GatewayError that it raises ends the job as failed."""

    async def __call__(self, run: Run) -> dict[str, Any]: ...

    async def abandon(self, run: Run) -> None:
        """Take back what the job has done so far, because it was aborted or has failed."""


class Run:
    """A job in the hands of this process."""

    def __init__(
        self,
        graph: Graph,
        job: Job,
        *,
        owner: str,
        clock: Callable[[], datetime],
        lease_seconds: float,
        on_commit: Callable[[], None],
    ) -> None:
        self.graph = graph
        self.clock = clock
        self.job = job
        self.progress = job.progress
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._on_commit = on_commit
        self._renewed = clock()
        self._ending = False

    async def step(self, work: Step, *, write: Write | None = None) -> Progress:
        """Do a step: one transaction, in which `work` says how far the job is after it. Raises Interrupted,
        and stores nothing, when the job is no longer this process's to run."""

        async def transact(transaction: Transaction, *more: Any) -> Progress:
            progress = await work(transaction, *more)
            if not await store.save(transaction, self.job.id, progress, **self._lease()):
                raise Interrupted
            return progress

        self.progress = await (write or self.graph.write)(transact)
        self._renewed = self.clock()
        self._on_commit()
        return self.progress

    async def report(self, progress: Progress) -> None:
        """Say how far the job is, where nothing was stored. Raises Interrupted as `step` does."""

        async def nothing(_: Transaction) -> Progress:
            return progress

        await self.step(nothing)

    async def hold(self) -> None:
        """Keep the lease while steps are far between, until cancelled. Raises Interrupted."""
        pause = self._lease_seconds / 3
        while True:
            await asyncio.sleep(pause)
            if self.clock() - self._renewed < timedelta(seconds=pause):
                continue
            with suppress(GraphUnavailable):
                if not await store.renew(self.graph, self.job.id, **self._lease()):
                    raise Interrupted
                self._renewed = self.clock()

    async def finish(
        self, state: JobState, *, result: dict[str, Any] | None = None, error: tuple[str, str] | None = None
    ) -> None:
        """End the job."""
        await store.finish(
            self.graph, self.job.id, state, owner=self._owner, now=self.clock(), result=result, error=error
        )

    def end(self) -> None:
        """From now on steps count although the job is to be aborted: they take back what it did."""
        self._ending = True

    def _lease(self) -> dict[str, Any]:
        return {
            "owner": self._owner,
            "now": self.clock(),
            "seconds": self._lease_seconds,
            "ending": self._ending,
        }


class Runner:
    """Runs the jobs of the kinds in `works` that no other process runs, at most `slots` at once, of a kind in
    `most` at most so many; those with files if they are `holder`'s.

    Seconds: a process that was killed keeps others from its jobs for `lease_seconds`; jobs that another
    process submitted are seen after `poll`; when the runner is cancelled, giving up its jobs may take
    `grace`. `alone`: no other process uses the graph, so that jobs which a killed one left behind go on at
    once.
    `on_commit` is called after each step.
    """

    def __init__(
        self,
        graph: Graph,
        works: Mapping[JobKind, Work],
        *,
        clock: Callable[[], datetime] = times.utc_now,
        lease_seconds: float = 30.0,
        poll: float = 2.0,
        slots: int = 2,
        most: Mapping[JobKind, int] | None = None,
        holder: str | None = None,
        alone: bool = False,
        grace: float = 5.0,
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._graph = graph
        self._works = dict(works)
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._poll = poll
        self._slots = slots
        self._most = dict(most or {})
        self._holder = holder
        self._alone = alone
        self._grace = grace
        self._on_commit = on_commit
        self._owner = new_id("runner")
        self._refreshed = asyncio.Event()

    def refresh(self) -> None:
        """Look at the jobs now: one was submitted or is to be aborted."""
        self._refreshed.set()

    async def run(self) -> None:
        """Run jobs until cancelled; a graph that is away is waited for."""
        if self._alone:
            await store.release(self._graph)
        try:
            async with asyncio.TaskGroup() as group:
                running: dict[str, tuple[JobKind, asyncio.Task[None]]] = {}
                while True:
                    self._refreshed.clear()
                    running = {id_: its for id_, its in running.items() if not its[1].done()}
                    for id_, kind in await self._runnable():
                        if id_ not in running and self._has_room(
                            kind, [other for other, _ in running.values()]
                        ):
                            running[id_] = kind, group.create_task(self._run(id_), name=id_)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._poll):
                            await self._refreshed.wait()
        finally:
            await self._release()

    def _has_room(self, kind: JobKind, running: Sequence[JobKind]) -> bool:
        return len(running) < self._slots and running.count(kind) < self._most.get(kind, self._slots)

    async def _runnable(self) -> list[tuple[str, JobKind]]:
        try:
            return await store.runnable(
                self._graph, list(self._works), owner=self._owner, now=self._clock(), holder=self._holder
            )
        except GatewayError as error:
            _log.warning("jobs_unreadable", code=error.code)
            return []

    async def _release(self) -> None:
        try:
            async with asyncio.timeout(self._grace):
                await store.release(self._graph, owner=self._owner)
        except (GatewayError, TimeoutError):
            _log.warning("job_leases_not_released", until=f"{self._lease_seconds:g} s from now")

    async def _run(self, id_: str) -> None:
        """Run one job until it ends; what the graph's absence interrupts is begun anew by `run`."""
        try:
            job = await store.lease(
                self._graph, id_, owner=self._owner, now=self._clock(), seconds=self._lease_seconds
            )
            if job is not None:
                _log.info("job_runs", job=id_, kind=job.kind, phase=job.progress.phase)
                await self._conduct(self._taken(job))
        except Interrupted:
            _log.warning("job_lost", job=id_)
        except GraphUnavailable as error:
            _log.warning("job_interrupted", job=id_, code=error.code)
            with suppress(GraphUnavailable):
                await store.release(self._graph, owner=self._owner, id_=id_)
        finally:
            self._refreshed.set()

    def _taken(self, job: Job) -> Run:
        return Run(
            self._graph,
            job,
            owner=self._owner,
            clock=self._clock,
            lease_seconds=self._lease_seconds,
            on_commit=self._on_commit,
        )

    async def _conduct(self, run: Run) -> None:
        work = self._works[run.job.kind]
        try:
            if run.job.abort_requested:
                raise Interrupted
            result = await _while_held(work(run), run.hold())
        except GraphUnavailable:
            raise
        except Interrupted:
            now = await store.find(self._graph, run.job.id)
            if now is None or not now.abort_requested:
                raise
            await self._end(run, JobState.ABORTED, ("ABORTED", "Somebody asked for its end."))
        except GatewayError as error:
            await self._end(run, JobState.FAILED, (error.code, error.message))
        except Exception as error:
            _log.error("job_failed", job=run.job.id, error=type(error).__name__, exc_info=error)
            await self._end(run, JobState.FAILED, ("INTERNAL_SERVER_ERROR", "The job failed; see the log."))
        else:
            await run.finish(JobState.JOB_COMPLETE, result=result)
            _log.info("job_complete", job=run.job.id, kind=run.job.kind)

    async def _end(self, run: Run, state: JobState, error: tuple[str, str]) -> None:
        run.end()
        await _while_held(self._works[run.job.kind].abandon(run), run.hold())
        await run.finish(state, error=error)
        _log.info("job_ended", job=run.job.id, kind=run.job.kind, state=state, code=error[0])


async def _while_held(work: Awaitable[T], holding: Awaitable[None]) -> T:
    """What `work` gives, ended by what `holding` raises."""
    working, held = asyncio.ensure_future(work), asyncio.ensure_future(holding)
    try:
        await asyncio.wait([working, held], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            held.result()
        return working.result()
    finally:
        for task in (working, held):
            task.cancel()
        await asyncio.gather(working, held, return_exceptions=True)
