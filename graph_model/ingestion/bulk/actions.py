"""What people do with jobs that ingest files, and what becomes of the files."""

from __future__ import annotations

from datetime import datetime, timedelta

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.ingestion.bulk import model
from graph_model.ingestion.bulk.model import Assignment
from graph_model.ingestion.preparing import catalogue_for
from graph_model.ingestion.uploads import Uploads
from graph_model.jobs import lifecycle, store
from graph_model.jobs.model import FINAL, Job, JobKind, JobState
from graph_model.metadata.catalogue import Catalogues

_MAX_NULL = 64
_QUOTE = '"'


async def create(
    graph: Graph,
    catalogues: Catalogues,
    uploads: Uploads,
    assignment: Assignment,
    *,
    actor: str,
    now: datetime,
) -> Job:
    """A job that takes files from now on. Raises BadInput if there is no such source or object, or files
    cannot be written so."""
    await catalogue_for(catalogues, assignment.source, assignment.object)
    delimiter = assignment.delimiter
    if len(delimiter) != 1 or delimiter in f"{_QUOTE}\r\n\0" or not delimiter.isascii():
        raise BadInput("A delimiter is one ASCII character that ends no line.", code="INVALID_DELIMITER")
    if assignment.null_value is not None and len(assignment.null_value) > _MAX_NULL:
        raise BadInput(f"nullValue has at most {_MAX_NULL} characters.", code="INVALID_NULL_VALUE")
    return await store.submit(
        graph,
        JobKind.INGEST,
        assignment.as_input(),
        actor=actor,
        now=now,
        state=JobState.OPEN,
        source=assignment.source,
        holder=uploads.id,
    )


async def complete(graph: Graph, uploads: Uploads, id_: str, *, now: datetime) -> Job:
    """The job, once it takes no more parts and is to be run. Raises BadInput if that cannot be."""
    job = await store.find(graph, id_)
    if job is None or job.kind is not JobKind.INGEST:
        raise lifecycle.NOT_FOUND
    if job.state is not JobState.OPEN:
        raise _NOT_OPEN
    if job.holder != uploads.id:
        raise BadInput("Another gateway has the files of this job.", code="WRONG_GATEWAY")
    if not await uploads.parts(id_):
        raise BadInput("Nothing was uploaded for this job.", code="NO_PARTS")
    parts = [(part.number, part.size) for part in await uploads.seal(id_)]
    assignment = model.complete(Assignment.of(job.input), parts, now)
    completed = await lifecycle.complete_upload(graph, id_, assignment.as_input(), now=now)
    if completed is None:
        raise _NOT_OPEN
    return completed


async def clean(graph: Graph, uploads: Uploads, *, keep_seconds: float, now: datetime) -> int:
    """Delete the files of jobs that were deleted or are complete, and of those that ended otherwise so many
    seconds ago; how many jobs that were. What belongs to another graph's jobs stays."""
    cleaned = 0
    for id_ in await lifecycle.deleted_files(graph, uploads.id):
        await uploads.delete(id_)
        await lifecycle.forget_files(graph, id_)
        cleaned += 1
    for id_ in await uploads.jobs():
        job = await store.find(graph, id_)
        if job is not None and job.state in FINAL and _is_over(job, keep_seconds, now):
            await uploads.delete(id_)
            cleaned += 1
    return cleaned


def _is_over(job: Job, keep_seconds: float, now: datetime) -> bool:
    if job.state is JobState.JOB_COMPLETE or job.finished_at is None:
        return True
    return times.from_text(job.finished_at) + timedelta(seconds=keep_seconds) <= now


_NOT_OPEN = BadInput("The job takes no files any more.", code="JOB_NOT_OPEN")
