"""What is sent together is stored together, and answered row by row."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog

from graph_model import times
from graph_model.ingestion.commit import Submission
from graph_model.ingestion.idempotency import Key
from graph_model.records.model import Outcome, Problem, Record, RecordResult

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

    @property
    def is_unknown(self) -> bool:
        """Whether it was rejected for a name that may have become known since."""
        return any(problem.code == "UNKNOWN_FIELD" for problem in self.problems)

    def answer(self, stored: Sequence[RecordResult]) -> RecordResult:
        """What became of it, given what became of its records."""
        if not self.submissions:
            return self._rejected(self.problems)
        first = min(stored, key=lambda result: _FOREMOST.index(result.outcome))
        whose = next((result for result in stored if result.individual_id is not None), first)
        warnings = [problem for submission in self.submissions for problem in submission.record.warnings]
        warnings += [problem for result in stored for problem in result.warnings]
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
    """Rows that are stored in one transaction; `key` is what the request is known by should it come
    again."""

    sent: tuple[Row, ...]
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


def rows_of(
    sent: Sequence[Any],
    read: Callable[[Any], Sequence[Record | Problem]],
    actor: str,
    received_at: datetime,
    *,
    argument: str = "records",
) -> tuple[Row, ...]:
    """The rows of a request, of each of which `read` makes records or problems. Of versions of one record
    that say not when they are from, the later one is newer."""
    received = times.to_text(received_at)
    versions: Counter[str] = Counter()

    def submission(record: Record) -> Submission:
        if record.modified_at == received:
            key = str(record.key)
            if before := versions[key]:
                moment = received_at + timedelta(microseconds=before)
                record = replace(record, modified_at=times.to_text(moment))
            versions[key] += 1
        return Submission.of(record, actor)

    rows = []
    for place, raw in enumerate(sent):
        found = read(raw)
        records = tuple(item for item in found if isinstance(item, Record))
        problems = tuple(item for item in found if isinstance(item, Problem))
        rows.append(
            Row(_record_id(raw, records), (argument, place), tuple(map(submission, records)), problems)
        )
    return tuple(rows)


def _record_id(raw: Any, records: Sequence[Record]) -> str | None:
    if records:
        return records[0].key.record_id
    said = raw.get("id") if isinstance(raw, dict) else raw
    return said if isinstance(said, str) else None


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
