"""What ingesting means to a caller: records in, an outcome for each of them out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import structlog

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.ingestion import commit
from graph_model.ingestion.batcher import Batcher
from graph_model.ingestion.commit import Submission
from graph_model.insights import store as insights
from graph_model.insights.model import Threshold
from graph_model.metadata.catalogue import Catalogues
from graph_model.metadata.objects import ObjectType
from graph_model.observer import Observer
from graph_model.records.model import Outcome, Problem, Record, RecordResult
from graph_model.records.validation import check_target, tombstone, validate

MAX_RECORDS = 1_000
"""Records that one request may carry."""
SWEEP_SIZE = 500

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Ingestion:
    """The write side of the graph. `on_commit` is called after each batch that may have written events;
    `clock` tells the time, which thresholds depend on."""

    def __init__(
        self,
        graph: Graph,
        *,
        threshold: Threshold,
        default_country: str | None = None,
        clock: Callable[[], datetime] = times.utc_now,
        on_commit: Callable[[], None] = lambda: None,
        observer: Observer | None = None,
        catalogues: Catalogues | None = None,
    ) -> None:
        self._graph = graph
        self._catalogues = catalogues or Catalogues(graph)
        self._threshold = threshold
        self._default_country = default_country
        self._clock = clock
        self._on_commit = on_commit
        self._observer = observer
        # Of this process one at a time: two that resolve at once would wait for each other, or conflict.
        self._turn = asyncio.Lock()
        self._batcher = Batcher[Submission, RecordResult](self._commit, observer=observer)

    @property
    def waiting(self) -> int:
        """How many valid records are not stored yet."""
        return self._batcher.waiting

    async def ingest(
        self, source: str, object_name: str, records: Sequence[Any], *, actor: str
    ) -> list[RecordResult]:
        """Store records of one source and object; the results are in the records' order.

        A record that is wrong is rejected with its problems, the others are stored, maybe with warnings, and
        resolved when this returns (paths begin at `records`). Raises BadInput if source or object are wrong
        or there are too many records, RetryLater and GraphUnavailable as the batcher and the graph do.
        """
        object_type = await self._object_type(source, object_name)
        if len(records) > MAX_RECORDS:
            raise BadInput(f"A request carries at most {MAX_RECORDS} records.", code="TOO_MANY_RECORDS")
        now = self._clock()
        results: list[RecordResult | None] = []
        valid: list[Record] = []
        for place, raw in enumerate(records):
            checked = validate(
                raw, source, object_type, received_at=now, default_country=self._default_country
            )
            if isinstance(checked, Record):
                valid.append(checked)
                results.append(None)
            else:
                results.append(_rejected(raw, place, checked))
        stored = await self._batcher.submit([Submission.of(record, actor) for record in valid])
        answers = iter(zip(valid, stored, strict=True))
        all_results = [
            result if result is not None else self._accepted(records[place], place, *next(answers))
            for place, result in enumerate(results)
        ]
        return self._observed(source, object_name, all_results)

    async def delete(
        self,
        source: str,
        object_name: str,
        record_ids: Sequence[str],
        *,
        modified_at: datetime | None = None,
        actor: str,
    ) -> list[RecordResult]:
        """Delete records of one source and object, as of `modified_at` (else of now); the results are in
        the order of the ids.

        What is left of a record is its tombstone, so that a version from before does not bring it back.
        Raises what `ingest` does.
        """
        object_type = await self._object_type(source, object_name)
        if len(record_ids) > MAX_RECORDS:
            raise BadInput(f"A request names at most {MAX_RECORDS} records.", code="TOO_MANY_RECORDS")
        moment = modified_at or self._clock()
        wanted = [tombstone(source, object_type, record_id, deleted_at=moment) for record_id in record_ids]
        valid = [Submission.of(record, actor) for record in wanted if isinstance(record, Record)]
        stored = iter(await self._batcher.submit(valid))
        results = [
            self._result({"id": record_id}, place, next(stored), "ids")
            if isinstance(record, Record)
            else _rejected({"id": record_id}, place, [record], "ids")
            for place, (record_id, record) in enumerate(zip(record_ids, wanted, strict=True))
        ]
        return self._observed(source, object_name, results)

    async def store(
        self, records: Sequence[Record], *, actor: str, also: Callable[[Transaction], Awaitable[None]]
    ) -> list[RecordResult]:
        """Store records that were made here, by themselves in one transaction; the results are in their
        order. `also` writes what goes with them, before anything is decided."""

        async def work(transaction: Transaction, threshold: Threshold, now: datetime) -> list[RecordResult]:
            batch = [Submission.of(record, actor) for record in records]
            return await commit.commit_batch(
                transaction, batch, threshold, now=now, default_country=self._default_country, also=also
            )

        return await self.exclusively(work)

    async def sweep(self) -> int:
        """Cross the thresholds that the clock alone has moved; the number of events that this wrote."""
        written = 0
        while True:
            now = self._clock()
            due = await insights.due_individuals(self._graph, now=now, limit=SWEEP_SIZE)
            if not due:
                return written

            async def work(transaction: Transaction, due: list[str] = due, now: datetime = now) -> int:
                return await commit.sweep(transaction, due, self._threshold, now=now)

            async with self._turn:
                written += await self._graph.write(work)
            self._on_commit()

    async def exclusively(self, work: Callable[[Transaction, Threshold, datetime], Awaitable[T]]) -> T:
        """What `work` returns, once its transaction is on disk: something else than records that changes who
        is whom, in its turn among the batches. It may run several times."""
        now = self._clock()

        async def attempt(transaction: Transaction) -> T:
            return await work(transaction, self._threshold, now)

        async with self._turn:
            result = await self._graph.write(attempt)
        self._on_commit()
        return result

    async def drain(self) -> None:
        """Wait until everything that was accepted is stored."""
        await self._batcher.drain()

    async def _commit(self, batch: Sequence[Submission]) -> list[RecordResult]:
        now = self._clock()

        async def work(transaction: Transaction) -> list[RecordResult]:
            return await commit.commit_batch(
                transaction, batch, self._threshold, now=now, default_country=self._default_country
            )

        async with self._turn:
            results = await self._graph.write(work)
        self._on_commit()
        return results

    async def _object_type(self, source: str, object_name: str) -> ObjectType:
        catalogue = await self._catalogues.knowing(object_name)
        return check_target(source, object_name, catalogue.registry)

    def _observed(self, source: str, object_name: str, results: list[RecordResult]) -> list[RecordResult]:
        if self._observer is not None:
            self._observer.records(source, object_name, [result.outcome for result in results])
        return results

    def _accepted(
        self, raw: Any, place: int, record: Record, stored: RecordResult | Exception
    ) -> RecordResult:
        result = self._result(raw, place, stored)
        return replace(result, warnings=_placed(record.warnings, place)) if record.warnings else result

    def _result(
        self, raw: Any, place: int, stored: RecordResult | Exception, argument: str = "records"
    ) -> RecordResult:
        if isinstance(stored, RecordResult):
            return stored
        _log.error("record_failed", error=type(stored).__name__, exc_info=stored)
        problem = Problem("INTERNAL_SERVER_ERROR", "The record could not be stored.", ())
        return _rejected(raw, place, [problem], argument)


def _rejected(raw: Any, place: int, problems: Sequence[Problem], argument: str = "records") -> RecordResult:
    record_id = raw.get("id") if isinstance(raw, dict) else None
    return RecordResult(
        record_id if isinstance(record_id, str) else None,
        Outcome.REJECTED,
        problems=_placed(problems, place, argument),
    )


def _placed(problems: Iterable[Problem], place: int, argument: str = "records") -> tuple[Problem, ...]:
    """The problems of a record with paths from the input on."""
    return tuple(replace(problem, path=(argument, place, *problem.path)) for problem in problems)
