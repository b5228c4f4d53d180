"""A job: long work in steps, each one transaction, with a resume point that the step saves with its work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from graph_model import times


class JobKind(StrEnum):
    """What a job does."""

    TRAIN_RULESET = "TRAIN_RULESET"
    PREVIEW_RULESET = "PREVIEW_RULESET"
    ACTIVATE_RULESET = "ACTIVATE_RULESET"
    NORMALISE_RECORDS = "NORMALISE_RECORDS"
    INGEST = "INGEST"
    REMAP_RECORDS = "REMAP_RECORDS"
    REPLAY_RECORDS = "REPLAY_RECORDS"


class JobState(StrEnum):
    """How far a job is. The last three are final; the first two are of a job that brings files: it takes
    them while it is open, and then waits for a process that has them."""

    OPEN = "OPEN"
    UPLOAD_COMPLETE = "UPLOAD_COMPLETE"
    QUEUED = "QUEUED"
    IN_PROGRESS = "IN_PROGRESS"
    JOB_COMPLETE = "JOB_COMPLETE"
    FAILED = "FAILED"
    ABORTED = "ABORTED"


FINAL = frozenset({JobState.JOB_COMPLETE, JobState.FAILED, JobState.ABORTED})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `done` of `total` (None while that is not known) in its `phase`, which counts anew.
    `resume_point` is plain JSON, from which another process goes on. Not `abortable`: what was done cannot be
    taken back any more, so the job goes on to its end."""

    phase: str
    resume_point: dict[str, Any]
    done: int = 0
    total: int | None = None
    abortable: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is stored; times are text. `input` says what to do, `result` what came of it: plain JSON.

    `source` is whose records it stores, if it does that; `holder` who has its files, if it has any: an id
    that gateways which share a directory share. `phase_done` is how much of the phase was done when this
    process began with it, at `phase_at`: the rate is counted from there.
    """

    id: str
    kind: JobKind
    state: JobState
    input: dict[str, Any]
    progress: Progress
    result: dict[str, Any] | None
    error_code: str | None
    error_message: str | None
    actor: str
    abort_requested: bool
    created_at: str
    started_at: str | None
    updated_at: str
    finished_at: str | None
    phase_at: str | None
    phase_done: int
    source: str | None = None
    holder: str | None = None

    def rate(self) -> float | None:
        """How much the phase has done in a second, while it runs; None if that cannot be said yet."""
        if self.state is not JobState.IN_PROGRESS or self.phase_at is None:
            return None
        done = self.progress.done - self.phase_done
        seconds = (times.from_text(self.updated_at) - times.from_text(self.phase_at)).total_seconds()
        return done / seconds if done > 0 and seconds > 0 else None

    def seconds_left(self, now: datetime) -> float | None:
        """How long the phase will take from now on at its rate; None if that cannot be said."""
        rate = self.rate()
        if rate is None or self.progress.total is None:
            return None
        left = (self.progress.total - self.progress.done) / rate
        return max(0.0, left - (now - times.from_text(self.updated_at)).total_seconds())
