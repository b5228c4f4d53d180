"""Keeping jobs: who runs which, how far each is, and what came of it.

One process at a time runs a job: it holds a lease, which each step renews. A step is one transaction that
ends by saving the job's resume point, and only while the lease is held and nobody wants the job aborted, so
that work of a process that was thought dead never counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString

from graph_model import times
from graph_model.graph import Graph, Transaction
from graph_model.ids import new_id
from graph_model.jobs.model import Job, JobKind, JobState, Progress
from graph_model.jobs.rows import LISTED, ROW, job_of, listed, text_of

_CREATE: LiteralString = (
    """
MERGE (j:Job {id: $id})
ON CREATE SET j.kind = $kind, j.state = $state, j.input = $input, j.phase = '', j.resumePoint = '{}',
              j.done = 0, j.abortable = true, j.actor = $actor, j.abortRequested = false,
              j.createdAt = $time, j.updatedAt = $time, j.phaseDone = 0, j.leaseOwner = '', j.leaseUntil = '',
              j.source = $source, j.holder = $holder, j.listed = $listed
"""
    + LISTED
    + " RETURN "
    + ROW
)

_BY_ID: LiteralString = "MATCH (j:Job {id: $id}) RETURN " + ROW

_RUNNABLE: LiteralString = """
MATCH (j:Job) WHERE j.state IN ['UPLOAD_COMPLETE', 'QUEUED', 'IN_PROGRESS']
WITH j WHERE j.leaseOwner <> $owner AND j.leaseUntil <= $now AND j.kind IN $kinds
  AND (j.holder IS NULL OR j.holder = $holder)
WITH j ORDER BY j.id
RETURN collect([j.id, j.kind])
"""

# Writing first takes the node's lock, as a webhook's lease does.
_LEASE: LiteralString = (
    """
MATCH (j:Job {id: $id})
SET j.leaseAskedAt = $now
WITH j
WHERE j.state IN ['UPLOAD_COMPLETE', 'QUEUED', 'IN_PROGRESS']
  AND (j.leaseOwner = $owner OR j.leaseUntil <= $now)
SET j.leaseOwner = $owner, j.leaseUntil = $until, j.state = 'IN_PROGRESS',
    j.startedAt = coalesce(j.startedAt, $now), j.updatedAt = $now, j.phaseAt = $now, j.phaseDone = j.done
"""
    + LISTED
    + " RETURN "
    + ROW
)

_RENEW: LiteralString = """
MATCH (j:Job {id: $id, leaseOwner: $owner})
WHERE j.state = 'IN_PROGRESS' AND ($ending OR NOT j.abortRequested)
SET j.leaseUntil = $until
RETURN true
"""

_SAVE: LiteralString = """
MATCH (j:Job {id: $id, leaseOwner: $owner})
WHERE j.state = 'IN_PROGRESS' AND ($ending OR NOT j.abortRequested)
SET j.phaseAt = CASE WHEN j.phase = $phase THEN j.phaseAt ELSE $now END,
    j.phaseDone = CASE WHEN j.phase = $phase THEN j.phaseDone ELSE 0 END
SET j.phase = $phase, j.resumePoint = $resumePoint, j.done = $done, j.total = $total,
    j.abortable = $abortable, j.updatedAt = $now, j.leaseUntil = $until
RETURN true
"""

_FINISH: LiteralString = (
    """
MATCH (j:Job {id: $id, leaseOwner: $owner})
WHERE j.state = 'IN_PROGRESS'
SET j.state = $state, j.result = $result, j.errorCode = $code, j.errorMessage = $message,
    j.finishedAt = $now, j.updatedAt = $now, j.leaseOwner = '', j.leaseUntil = ''
"""
    + LISTED
    + " RETURN true"
)

_RELEASE: LiteralString = """
MATCH (j:Job) WHERE j.state = 'IN_PROGRESS'
WITH j WHERE ($owner IS NULL OR j.leaseOwner = $owner) AND ($id IS NULL OR j.id = $id)
SET j.leaseOwner = '', j.leaseUntil = ''
"""


async def create(
    transaction: Transaction,
    kind: JobKind,
    input_: dict[str, Any],
    *,
    id_: str,
    actor: str,
    now: datetime,
    state: JobState = JobState.QUEUED,
    source: str | None = None,
    holder: str | None = None,
) -> Job:
    """A new job, to be run by whichever process comes first, or of those that are its `holder`; a second one
    of the same id is the first."""
    row = await transaction.run(
        _CREATE,
        id=id_,
        kind=str(kind),
        state=str(state),
        input=text_of(input_),
        actor=actor,
        time=times.to_text(now),
        source=source,
        holder=holder,
        listed=listed(id_),
    )
    return job_of(row)


async def submit(
    graph: Graph,
    kind: JobKind,
    input_: dict[str, Any],
    *,
    actor: str,
    now: datetime,
    state: JobState = JobState.QUEUED,
    source: str | None = None,
    holder: str | None = None,
) -> Job:
    """A new job, in a transaction of its own."""
    id_ = new_id("job")

    async def work(transaction: Transaction) -> Job:
        return await create(
            transaction,
            kind,
            input_,
            id_=id_,
            actor=actor,
            now=now,
            state=state,
            source=source,
            holder=holder,
        )

    return await graph.write(work)


async def find(graph: Graph, id_: str) -> Job | None:
    """The job with this id."""
    row = await graph.read(_BY_ID, id=id_)
    return job_of(row) if row else None


async def runnable(
    graph: Graph, kinds: Sequence[JobKind], *, owner: str, now: datetime, holder: str | None = None
) -> list[tuple[str, JobKind]]:
    """The ids and kinds of the jobs of these kinds that wait for a process to run them, oldest first; those
    with files only for the process that is their `holder`."""
    parameters = {"kinds": [str(kind) for kind in kinds], "now": times.to_text(now)}
    rows = await graph.read(_RUNNABLE, owner=owner, holder=holder, **parameters)
    return [(id_, JobKind(kind)) for id_, kind in rows]


async def lease(graph: Graph, id_: str, *, owner: str, now: datetime, seconds: float) -> Job | None:
    """The job, if `owner` may run it for the next seconds."""
    row = await graph.execute(_LEASE, id=id_, owner=owner, **_lease_times(now, seconds))
    return None if row is None else job_of(row)


async def renew(
    graph: Graph, id_: str, *, owner: str, now: datetime, seconds: float, ending: bool = False
) -> bool:
    """Hold the lease for so many seconds more; False if it is lost, or the job is to be aborted and is not
    `ending` already."""
    until = _lease_times(now, seconds)["until"]
    return await graph.execute(_RENEW, id=id_, owner=owner, until=until, ending=ending) is not None


async def save(
    transaction: Transaction,
    id_: str,
    progress: Progress,
    *,
    owner: str,
    now: datetime,
    seconds: float,
    ending: bool = False,
) -> bool:
    """Save how far the job is and renew the lease; False if that is lost, or the job is to be aborted and is
    not `ending` already: the transaction must not be committed then."""
    saved = await transaction.run(
        _SAVE,
        id=id_,
        owner=owner,
        phase=progress.phase,
        resumePoint=text_of(progress.resume_point),
        done=progress.done,
        total=progress.total,
        abortable=progress.abortable,
        ending=ending,
        **_lease_times(now, seconds),
    )
    return saved is not None


async def finish(
    graph: Graph,
    id_: str,
    state: JobState,
    *,
    owner: str,
    now: datetime,
    result: dict[str, Any] | None = None,
    error: tuple[str, str] | None = None,
) -> bool:
    """End a job, with its result or an error (code, message); False if the lease is lost."""
    code, message = error or (None, None)
    ended = await graph.execute(
        _FINISH,
        id=id_,
        owner=owner,
        state=str(state),
        result=None if result is None else text_of(result),
        code=code,
        message=message,
        now=times.to_text(now),
    )
    return ended is not None


async def release(graph: Graph, *, owner: str | None = None, id_: str | None = None) -> None:
    """Give up the leases of `owner`, or the one of a job, so that another process need not wait for their
    end. Without an owner: those of everybody, which is for the only process that uses the graph, when it
    starts."""
    await graph.execute(_RELEASE, owner=owner, id=id_)


def _lease_times(now: datetime, seconds: float) -> dict[str, str]:
    return {"now": times.to_text(now), "until": times.to_text(now + timedelta(seconds=seconds))}
