"""What is sent together is stored together, and answered row by row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import structlog

from graph_model.ingestion.commit import Submission
from graph_model.ingestion.idempotency import Key
from graph_model.records.model import Outcome, Problem, RecordResult

_log = structlog.get_logger(__name__)

# Of the records that one row became, what became of the row is the first of these.
_FOREMOST = (
    Outcome.REJECTED,
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.DELETED,
    Outcome.STALE,
    Outcome.UNCHANGED,
)
_FAILED = Problem("INTERNAL_SERVER_ERROR", "The record could not be stored.", ())


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was sent: the valid records that it became, or what it was rejected with. `path` leads
    to it, from the input on."""

    record_id: str | None
    path: tuple[str | int, ...]
    submissions: tuple[Submission, ...] = ()
    problems: tuple[Problem, ...] = ()

    def answer(self, stored: Sequence[RecordResult]) -> RecordResult:
        """What became of it, given what became of its records."""
        if not self.submissions:
            return self._rejected(self.problems)
        first = min(stored, key=lambda result: _FOREMOST.index(result.outcome))
        whose = next((result for result in stored if result.individual_id is not None), first)
        warnings = [problem for submission in self.submissions for problem in submission.record.warnings]
        return RecordResult(
            self.record_id,
            first.outcome,
            whose.individual_id,
            is_new=whose.is_new,
            warnings=self._placed(warnings),
        )

    def failed(self, error: Exception) -> Row:
        """The row as one that could not be stored, through no fault of who sent it."""
        _log.error("record_failed", error=type(error).__name__, exc_info=error)
        return replace(self, submissions=(), problems=(_FAILED,))

    def _rejected(self, problems: Iterable[Problem]) -> RecordResult:
        return RecordResult(self.record_id, Outcome.REJECTED, problems=self._placed(problems))

    def _placed(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        return tuple(replace(problem, path=(*self.path, *problem.path)) for problem in problems)


@dataclass(frozen=True, slots=True)
class Request:
    """Rows that are stored in one transaction, about `size` bytes of them; `key` is what the request is known
    by should it come again."""

    sent: tuple[Row, ...]
    size: int
    key: Key | None = None

    @property
    def rows(self) -> int:
        """How many of its rows are to be stored; a request to be remembered takes the place of one."""
        return sum(1 for row in self.sent if row.submissions) or 1

    @property
    def submissions(self) -> Iterator[Submission]:
        """The records of all of its rows, in order."""
        return (submission for row in self.sent for submission in row.submissions)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be stored."""
        return self.key is None and not any(row.submissions for row in self.sent)

    def answer(self, stored: Iterator[RecordResult]) -> list[RecordResult]:
        """What became of its rows, in order; takes from `stored` what became of its records."""
        return [row.answer([next(stored) for _ in row.submissions]) for row in self.sent]


def encoded(*parts: Any) -> bytes:
    """JSON of what was sent, the same for the same content in whatever order its names came."""
    try:
        return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # Whole numbers of more than 64 bits, and halves of surrogate pairs.
        return json.dumps(parts, sort_keys=True).encode()


def fingerprint(content: bytes) -> str:
    """What tells whether a request is the same as before."""
    return hashlib.sha256(content).hexdigest()
