"""Requests that are remembered for a day, with their answers: sent again, they are answered the same.

A request is remembered in the transaction that stores its records, so that it is whenever they are. Whoever
looks holds the lock of all writes: of two that are the same, the second finds the first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString, Self

import orjson

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.records.model import Outcome, Problem, RecordResult

REMEMBERED = timedelta(hours=24)
"""How long a request is remembered."""

_NAME = re.compile(r"[!-~]{1,255}")
_SWEPT = 1_000

_RECALL: LiteralString = """
UNWIND $keys AS key
MATCH (q:IdempotentRequest {key: key}) WHERE q.expiresAt > $now
RETURN collect([q.key, q.fingerprint, q.answer])
"""

_REMEMBER: LiteralString = """
UNWIND $rows AS row
MERGE (q:IdempotentRequest {key: row.key})
SET q.fingerprint = row.fingerprint, q.answer = row.answer, q.expiresAt = $expires
RETURN count(q)
"""

_FORGET: LiteralString = """
MATCH (q:IdempotentRequest) WHERE q.expiresAt <= $now
WITH q, q.key AS key LIMIT $limit
DELETE q
RETURN count(key)
"""


@dataclass(frozen=True, slots=True)
class Key:
    """What a request is known by: `id`, unique among all principals, and the fingerprint of its content."""

    id: str
    fingerprint: str

    @classmethod
    def of(cls, name: str, actor: str, fingerprint: str) -> Self:
        """The key that a principal calls `name`. Raises BadInput if that is no name."""
        if not _NAME.fullmatch(name):
            raise BadInput(
                "An idempotency key is 1 to 255 visible characters of ASCII.", code="INVALID_IDEMPOTENCY_KEY"
            )
        return cls(hashlib.sha256(f"{actor}\n{name}".encode()).hexdigest(), fingerprint)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A request that was answered."""

    fingerprint: str
    answer: str

    def answered(self, key: Key) -> list[RecordResult]:
        """The answer to the request with this key. Raises BadInput if another was sent with it."""
        if key.fingerprint != self.fingerprint:
            raise BadInput("Another request was sent with this idempotency key.", code="IDEMPOTENCY_MISMATCH")
        return [_result(row) for row in orjson.loads(self.answer)]


async def recall(transaction: Transaction, keys: Iterable[Key], *, now: datetime) -> dict[str, Remembered]:
    """What is remembered of these keys, by id. The caller holds the lock of writes."""
    ids = sorted({key.id for key in keys})
    rows = await transaction.run(_RECALL, keys=ids, now=times.to_text(now))
    return {id_: Remembered(fingerprint, answer) for id_, fingerprint, answer in rows}


async def remember(
    transaction: Transaction, answers: Mapping[Key, Sequence[RecordResult]], *, now: datetime
) -> dict[str, Remembered]:
    """Remember requests with their answers; what is remembered of them, by id."""
    new = {key.id: Remembered(key.fingerprint, _pack(results)) for key, results in answers.items()}
    rows = [{"key": id_, "fingerprint": item.fingerprint, "answer": item.answer} for id_, item in new.items()]
    await transaction.run(_REMEMBER, rows=rows, expires=times.to_text(now + REMEMBERED))
    return new


async def forget(graph: Graph, *, now: datetime) -> int:
    """Delete what need not be remembered any more, some at a time; how many that were."""
    forgotten = 0

    async def some(transaction: Transaction) -> int:
        return int(await transaction.run(_FORGET, now=times.to_text(now), limit=_SWEPT) or 0)

    while deleted := await graph.write(some):
        forgotten += deleted
    return forgotten


def _pack(results: Iterable[RecordResult]) -> str:
    return orjson.dumps(
        [
            (
                result.record_id,
                result.outcome,
                result.individual_id,
                result.is_new,
                [_packed(problem) for problem in result.problems],
                [_packed(problem) for problem in result.warnings],
            )
            for result in results
        ]
    ).decode()


def _packed(problem: Problem) -> tuple[Any, ...]:
    return problem.code, problem.message, problem.path


def _result(row: Sequence[Any]) -> RecordResult:
    record_id, outcome, individual_id, is_new, problems, warnings = row
    return RecordResult(
        record_id,
        Outcome(outcome),
        individual_id,
        is_new=is_new,
        problems=_problems(problems),
        warnings=_problems(warnings),
    )


def _problems(rows: Sequence[Sequence[Any]]) -> tuple[Problem, ...]:
    return tuple(Problem(code, message, tuple(path)) for code, message, path in rows)
