"""A job as statements read it, and the places that it has in lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import orjson

from graph_model.jobs.model import Job, JobKind, JobState, Progress

ROW: LiteralString = """
[j.id, j.kind, j.state, j.input, j.phase, j.resumePoint, j.done, j.total, j.abortable, j.result, j.errorCode,
 j.errorMessage, j.actor, j.abortRequested, j.createdAt, j.startedAt, j.updatedAt, j.finishedAt, j.phaseAt,
 j.phaseDone, j.source, j.holder]
"""
"""What `job_of` makes a job of."""

LISTED: LiteralString = """
SET j.listedIn = j.kind + '/' + j.state + '/' + j.listed
SET j.listedOf = CASE WHEN j.source IS NULL THEN NULL ELSE j.source + '/' + j.listed END,
    j.listedOfIn = CASE WHEN j.source IS NULL THEN NULL ELSE j.source + '/' + j.listedIn END
"""
"""Follows whatever changes a job's state: where it stands among all jobs, and among those of its source, of
its kind and state."""

_UPSIDE_DOWN = str.maketrans("0123456789abcdef", "fedcba9876543210")


def listed(id_: str) -> str:
    """The key by which the newest job comes first, ascending: neither engine reads an index backwards
    quickly, and one reads it only as it is."""
    return id_.rpartition("_")[2].translate(_UPSIDE_DOWN)


def job_of(row: Sequence[Any]) -> Job:
    """The job of a ROW."""
    id_, kind, state, input_, phase, resume_point, done, total, abortable, result, *rest = row
    return Job(
        id_,
        JobKind(kind),
        JobState(state),
        orjson.loads(input_),
        Progress(phase, orjson.loads(resume_point), done, total, abortable),
        None if result is None else orjson.loads(result),
        *rest,
    )


def text_of(value: dict[str, Any]) -> str:
    """Plain JSON as it is stored."""
    return orjson.dumps(value).decode()
