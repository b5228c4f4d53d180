"""Storing rows: a chunk is one transaction, with the progress of its job and the rows that it rejects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from graph_model.errors import GatewayError, OperationTimeout
from graph_model.graph import Transaction
from graph_model.ingestion.bulk import rejected
from graph_model.ingestion.bulk.model import Assignment, Position, Reached
from graph_model.ingestion.bulk.reading import Item
from graph_model.ingestion.bulk.touched import Touched
from graph_model.ingestion.commit import commit_batch
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.jobs.model import Progress
from graph_model.jobs.runner import Interrupted, Run
from graph_model.observer import Observer
from graph_model.records.model import Outcome, RecordResult

STORING = "STORING"

_CHANGED = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.DELETED})


class Storing:
    """Stores the rows of one job from `reached` on."""

    def __init__(
        self,
        run: Run,
        assignment: Assignment,
        touched: Touched,
        ingestion: Ingestion,
        *,
        default_country: str | None,
        observer: Observer | None,
    ) -> None:
        self.reached = Reached.of(run.progress.resume_point)
        self._run = run
        self._assignment = assignment
        self._touched = touched
        self._ingestion = ingestion
        self._default_country = default_country
        self._observer = observer

    async def store(self, items: Sequence[Item], position: Position) -> None:
        """Store these rows, behind which the files are at that position. What fails is halved until the row
        at fault is alone: it is rejected, the others are stored."""
        try:
            await self._store(items, position)
        except OperationTimeout as error:
            await self._halve(items, position, error)
        except (GatewayError, Interrupted):
            raise
        except Exception as error:
            await self._halve(items, position, error)

    async def finish(self, position: Position) -> None:
        """Say that this was all."""
        self.reached = replace(self.reached, position=position)
        await self._run.report(self._progress(self.reached, ended=True))

    async def _halve(self, items: Sequence[Item], position: Position, error: Exception) -> None:
        if not any(item.row.submissions for item in items):
            raise error
        if len(items) == 1:
            await self.store([replace(items[0], row=items[0].row.failed(error))], position)
            return
        middle = len(items) // 2
        last = items[middle - 1]
        here = replace(self.reached.position, part=last.part, row=last.number)
        await self.store(items[:middle], here)
        await self.store(items[middle:], position)

    async def _store(self, items: Sequence[Item], position: Position) -> None:
        submissions = [submission for item in items for submission in item.row.submissions]
        before = self.reached.counts
        results: list[RecordResult] = []
        following = self.reached

        async def save(transaction: Transaction, stored: Sequence[RecordResult]) -> Progress:
            nonlocal results, following
            of_records = iter(stored)
            results = [item.row.answer([next(of_records) for _ in item.row.submissions]) for item in items]
            changed = (
                result.individual_id
                for result in stored
                if result.individual_id is not None and result.outcome in _CHANGED
            )
            individuals = self._touched.note(changed, before.rows + len(items))
            following = Reached(position, before.plus(results, individuals=individuals))
            await rejected.keep(transaction, self._run.job.id, before.rows + 1, items)
            return self._progress(following)

        async def store(transaction: Transaction, threshold: Threshold, now: datetime) -> Progress:
            stored = await commit_batch(
                transaction, submissions, threshold, now=now, default_country=self._default_country
            )
            return await save(transaction, stored)

        async def only_reject(transaction: Transaction) -> Progress:
            return await save(transaction, ())

        if submissions:
            await self._run.step(store, write=self._ingestion.exclusively)
        else:
            await self._run.step(only_reject)
        self._touched.keep()
        self.reached = following
        if self._observer is not None:
            outcomes = [result.outcome for result in results]
            self._observer.records(self._assignment.source, self._assignment.object, outcomes)

    def _progress(self, reached: Reached, *, ended: bool = False) -> Progress:
        total = reached.total(self._assignment.size, ended=ended)
        return Progress(STORING, reached.as_resume_point(), reached.counts.rows, total)
