"""What ingesting means to a caller: records in, an outcome for each of them out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity.traces import store as traces
from graph_model.ingestion import commit, idempotency
from graph_model.ingestion.admission import Room
from graph_model.ingestion.batcher import Batcher
from graph_model.ingestion.commit import Submission
from graph_model.ingestion.idempotency import Key
from graph_model.ingestion.preparing import Prepared, catalogue_for, prepare, prepare_deletion
from graph_model.ingestion.requests import Request, Row, encoded, fingerprint, rows_of
from graph_model.ingestion.settle import turn_rest
from graph_model.ingestion.storing import Answer, Storing
from graph_model.insights import store as insights
from graph_model.insights.model import Threshold
from graph_model.metadata.catalogue import Catalogue, Catalogues
from graph_model.observer import Observer
from graph_model.records.model import Mode, Problem, Record, RecordResult

MAX_RECORDS = 1_000
"""Records that one request may carry."""
SWEEP_SIZE = 500

T = TypeVar("T")


class Ingestion:
    """The write side of the graph. `clock` tells the time, which thresholds depend on; `room` bounds what
    waits to be stored."""

    def __init__(
        self,
        graph: Graph,
        *,
        threshold: Threshold,
        default_country: str | None = None,
        clock: Callable[[], datetime] = times.utc_now,
        room: Room | None = None,
        observer: Observer | None = None,
        catalogues: Catalogues | None = None,
    ) -> None:
        self._graph = graph
        self._catalogues = catalogues or Catalogues(graph)
        self._threshold = threshold
        self._default_country = default_country
        self._clock = clock
        self._observer = observer
        self._turn = asyncio.Lock()
        storing = Storing(
            graph,
            self._turn,
            threshold,
            default_country=default_country,
            clock=clock,
        )
        self._room = room or Room()
        self._batcher = Batcher[Request, Answer](
            storing.store, storing.salvage, room=self._room, observer=observer
        )
        # What would come of a request depends on what is stored, and on nobody else's rehearsal.
        self._rehearsals = Batcher[Request, Answer](
            storing.rehearse, storing.salvage_rehearsal, room=self._room, batch_size=1
        )

    @property
    def room(self) -> Room:
        """Where whoever holds records that are to be stored takes a place for them."""
        return self._room

    @property
    def waiting(self) -> int:
        """How many records are not stored yet."""
        return self._room.rows

    async def check(self, source: str, object_name: str) -> None:
        """Raise BadInput unless the source may send records of that object."""
        await catalogue_for(self._catalogues, source, object_name)

    async def ingest(
        self,
        source: str,
        object_name: str,
        records: Sequence[Any],
        *,
        mode: Mode = Mode.UPSERT,
        actor: str,
        idempotency_key: str | None = None,
        dry_run: bool = False,
        patient: bool = False,
    ) -> list[RecordResult]:
        """Store records of one source and object; the results are in the records' order.

        A record that is wrong is rejected with its problems, the others are stored, maybe with warnings, and
        resolved when this returns (paths begin at `records`). The same request of the same actor with the
        same `idempotency_key` has the same results for a day, whatever became of the records since. After a
        dry run nothing is stored or remembered, and the results have a number for each individual that would
        be new.

        Raises BadInput if source or object are wrong, there are too many records, or another request came
        with that key; RetryLater, unless it is `patient`, and GraphUnavailable as the batcher and the graph
        do.
        """
        if len(records) > MAX_RECORDS:
            raise BadInput(f"A request carries at most {MAX_RECORDS} records.", code="TOO_MANY_RECORDS")
        content = encoded(source, object_name, mode, records)
        key = Key.of(idempotency_key, actor, fingerprint(content)) if idempotency_key is not None else None
        now = self._clock()

        async def read() -> tuple[Row, ...]:
            catalogue = await catalogue_for(self._catalogues, source, object_name)
            rows = self._read(source, object_name, records, catalogue, mode, actor, now)
            if any(row.is_unknown for row in rows) and await self._catalogues.renew() is not catalogue:
                # Another process may have added the field since.
                return await read()
            return rows

        results = await self._answer(
            read, len(records), len(content), key=key, dry_run=dry_run, patient=patient
        )
        return results if dry_run else self._observed(source, object_name, results)

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
        if len(record_ids) > MAX_RECORDS:
            raise BadInput(f"A request names at most {MAX_RECORDS} records.", code="TOO_MANY_RECORDS")
        moment = modified_at or self._clock()

        async def read() -> tuple[Row, ...]:
            catalogue = await catalogue_for(self._catalogues, source, object_name)

            def made(record_id: str) -> Sequence[Record | Problem]:
                found = prepare_deletion(record_id, source, object_name, catalogue, deleted_at=moment)
                return found.records if isinstance(found, Prepared) else found

            return rows_of(record_ids, made, actor, moment, argument="ids")

        results = await self._answer(read, len(record_ids), sum(map(len, record_ids)))
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
        """Cross the thresholds that the clock alone has moved; the number of events that this wrote. Business
        objects that a change of ownership left for later are decided first."""
        while not await traces.is_settled(self._graph):
            await self.exclusively(turn_rest)
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

    async def forget(self) -> int:
        """Forget requests that were to be remembered until now; how many that were."""
        return await idempotency.forget(self._graph, now=self._clock())

    async def exclusively(self, work: Callable[[Transaction, Threshold, datetime], Awaitable[T]]) -> T:
        """What `work` returns, once its transaction is on disk: something else than records that changes who
        is whom, in its turn among the batches. It may run several times."""
        now = self._clock()

        async def attempt(transaction: Transaction) -> T:
            return await work(transaction, self._threshold, now)

        async with self._turn:
            return await self._graph.write(attempt)

    async def drain(self) -> None:
        """Wait until everything that was accepted is stored."""
        await self._batcher.drain()
        await self._rehearsals.drain()

    def _read(
        self,
        source: str,
        object_name: str,
        records: Sequence[Any],
        catalogue: Catalogue,
        mode: Mode,
        actor: str,
        now: datetime,
    ) -> tuple[Row, ...]:
        def made(raw: Any) -> Sequence[Record | Problem]:
            found = prepare(
                raw,
                source,
                object_name,
                catalogue,
                mode=mode,
                received_at=now,
                default_country=self._default_country,
            )
            return found.records if isinstance(found, Prepared) else found

        return rows_of(records, made, actor, now)

    async def _answer(
        self,
        read: Callable[[], Awaitable[tuple[Row, ...]]],
        rows: int,
        size: int,
        *,
        key: Key | None = None,
        dry_run: bool = False,
        patient: bool = False,
    ) -> list[RecordResult]:
        """What becomes of a request whose rows are read once there is room for them."""
        place = await self._room.take(rows, size, patient=patient)
        submitted = False
        try:
            request = Request(await read(), key)
            if request.is_empty:
                return request.answer(iter(()))
            submitted = True
            answer = await (self._rehearsals if dry_run else self._batcher).submit(request, place)
        finally:
            if not submitted:
                place.release()
        if isinstance(answer, BadInput):
            raise answer
        return _rehearsed(answer) if dry_run else answer

    def _observed(self, source: str, object_name: str, results: list[RecordResult]) -> list[RecordResult]:
        if self._observer is not None:
            self._observer.records(source, object_name, [result.outcome for result in results])
        return results


def _rehearsed(results: Iterable[RecordResult]) -> list[RecordResult]:
    """The results with numbers for the individuals that there are not."""
    numbers: dict[str | None, int] = {}
    return [
        replace(
            result,
            individual_id=None,
            new_individual=numbers.setdefault(result.individual_id, len(numbers) + 1),
        )
        if result.is_new
        else result
        for result in results
    ]
