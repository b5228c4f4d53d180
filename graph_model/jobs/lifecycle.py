"""What people do with jobs: files are complete, end it, delete it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, LiteralString

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.jobs.model import Job
from graph_model.jobs.rows import LISTED, ROW, job_of, text_of

NOT_FOUND = BadInput("There is no job with that id.", code="NOT_FOUND")

# Writing first takes the node's lock.
_COMPLETE: LiteralString = (
    """
MATCH (j:Job {id: $id})
SET j.completeAskedAt = $now
WITH j WHERE j.state = 'OPEN'
SET j.state = 'UPLOAD_COMPLETE', j.input = $input, j.updatedAt = $now
"""
    + LISTED
    + " RETURN "
    + ROW
)

_ABORT: LiteralString = (
    """
MATCH (j:Job {id: $id})
SET j.abortAskedAt = $now
WITH j
SET j.abortRequested = j.abortRequested
      OR (j.abortable AND j.state IN ['OPEN', 'UPLOAD_COMPLETE', 'QUEUED', 'IN_PROGRESS'])
WITH j, j.state IN ['OPEN', 'UPLOAD_COMPLETE', 'QUEUED']
        OR (j.state = 'IN_PROGRESS' AND j.holder IS NOT NULL AND j.leaseUntil <= $now) AS idle
SET j.finishedAt = CASE WHEN idle THEN $now ELSE j.finishedAt END,
    j.state = CASE WHEN idle THEN 'ABORTED' ELSE j.state END
WITH j
"""
    + LISTED
    + " RETURN "
    + ROW
)

_REJECTED: LiteralString = """
MATCH (r:RejectedRows {job: $id}) WITH r LIMIT $limit DELETE r RETURN count(*)
"""
_DELETE: LiteralString = """
MATCH (j:Job {id: $id})
SET j.deleteAskedAt = $now
WITH j WHERE j.state <> 'IN_PROGRESS'
WITH j, j.holder AS holder
DELETE j
RETURN [holder]
"""
_LEAVE_FILES: LiteralString = "MERGE (f:DeletedFiles {job: $id}) SET f.holder = $holder"
_LEFT_FILES: LiteralString = """
MATCH (f:DeletedFiles) WHERE f.holder = $holder WITH f LIMIT $limit RETURN collect(f.job)
"""
_FORGET_FILES: LiteralString = "MATCH (f:DeletedFiles {job: $id}) DELETE f"
_BATCH = 20
"""Nodes of rejected rows, each of which may hold megabytes, in one transaction."""
_MANY = 1_000


async def complete_upload(graph: Graph, id_: str, input_: Mapping[str, Any], *, now: datetime) -> Job | None:
    """Let an open job be run with this input from now on; None if it is not open, or not there."""
    row = await graph.execute(_COMPLETE, id=id_, input=text_of(dict(input_)), now=times.to_text(now))
    return None if row is None else job_of(row)


async def abort(graph: Graph, id_: str, *, now: datetime) -> Job | None:
    """Ask for a job to end: at once if nobody runs it yet, or any more and nothing has to be taken back, else
    before its next step; None if there is no such job. One that has ended, or cannot be aborted any more,
    stays as it is."""
    row = await graph.execute(_ABORT, id=id_, now=times.to_text(now))
    return None if row is None else job_of(row)


async def delete(graph: Graph, id_: str, *, now: datetime) -> bool:
    """Delete a job with the rows that it rejected; False if it is running, or not there. Of its files remains
    who has to delete them (`deleted_files`)."""

    async def work(transaction: Transaction) -> bool:
        found = await transaction.run(_DELETE, id=id_, now=times.to_text(now))
        if found is None:
            return False
        (holder,) = found
        if holder is not None:
            await transaction.run(_LEAVE_FILES, id=id_, holder=holder)
        return True

    if not await graph.write(work):
        return False
    # Nobody finds them any more; what a crash leaves of them goes with the files.
    await delete_rejected(graph, id_)
    return True


async def delete_rejected(graph: Graph, id_: str) -> None:
    """Delete the rows that a job rejected."""
    while await graph.execute(_REJECTED, id=id_, limit=_BATCH):
        pass


async def deleted_files(graph: Graph, holder: str) -> list[str]:
    """The deleted jobs, some of them if they are many, whose files this holder still has to delete."""
    return list(await graph.read(_LEFT_FILES, holder=holder, limit=_MANY))


async def forget_files(graph: Graph, id_: str) -> None:
    """The files of a deleted job are deleted, and the rows that it rejected."""
    await delete_rejected(graph, id_)
    await graph.execute(_FORGET_FILES, id=id_)
