"""Storing requests, and rehearsing one: the transactions behind the batcher."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity import store as identity
from graph_model.ingestion import idempotency
from graph_model.ingestion.commit import commit_batch
from graph_model.ingestion.idempotency import Key, Remembered
from graph_model.ingestion.requests import Request
from graph_model.ingestion.salvaging import find_faulty
from graph_model.insights.model import Threshold
from graph_model.records.model import RecordResult

Answer: TypeAlias = list[RecordResult] | BadInput
"""What became of the rows of a request, in order; or why there is no telling."""


class Storing:
    """Stores requests, or only says what would come of one. `turn` is had by one transaction at a time: of
    one process two that resolve at once would wait for each other, or conflict."""

    def __init__(
        self,
        graph: Graph,
        turn: asyncio.Lock,
        threshold: Threshold,
        *,
        default_country: str | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._graph = graph
        self._turn = turn
        self._threshold = threshold
        self._default_country = default_country
        self._clock = clock

    async def store(self, requests: Sequence[Request]) -> list[Answer]:
        """Store all of these in one transaction; their answers, in order. One that was answered before is
        answered the same again."""
        now = self._clock()

        async def work(transaction: Transaction) -> list[Answer]:
            return await self._commit(transaction, requests, now)

        async with self._turn:
            return await self._graph.write(work)

    async def rehearse(self, requests: Sequence[Request]) -> list[Answer]:
        """What would come of storing these. New individuals have ids that nobody will have."""
        now = self._clock()

        async def work(transaction: Transaction) -> list[Answer]:
            return await self._commit(transaction, [replace(item, key=None) for item in requests], now)

        async with self._turn:
            return await self._graph.rehearse(work)

    async def salvage(self, request: Request, failure: Exception) -> Answer:
        """Store what of a request can be, in one transaction; its other rows are rejected."""
        return (await self.store([await self._without_faulty(request, failure)]))[0]

    async def salvage_rehearsal(self, request: Request, failure: Exception) -> Answer:
        """What would come of that."""
        return (await self.rehearse([await self._without_faulty(request, failure)]))[0]

    async def _without_faulty(self, request: Request, failure: Exception) -> Request:
        places = [place for place, row in enumerate(request.sent) if row.submissions]

        async def attempt(some: Sequence[int]) -> None:
            await self.rehearse([Request(tuple(request.sent[place] for place in some))])

        sent = list(request.sent)
        for found, error in (await find_faulty(places, attempt, failure)).items():
            sent[places[found]] = sent[places[found]].failed(error)
        return replace(request, sent=tuple(sent))

    async def _commit(
        self, transaction: Transaction, requests: Sequence[Request], now: datetime
    ) -> list[Answer]:
        keys = [item.key for item in requests if item.key is not None]
        # Of two requests with one key the second waits here until the first one is remembered.
        turn = await identity.lock(transaction) if keys else None
        known = await idempotency.recall(transaction, keys, now=now) if keys else {}
        first = {item.key.id: item for item in reversed(requests) if item.key is not None}
        fresh = [
            item
            for item in requests
            if item.key is None or (first[item.key.id] is item and item.key.id not in known)
        ]
        submissions = [submission for item in fresh for submission in item.submissions]
        stored = iter(
            await commit_batch(
                transaction,
                submissions,
                self._threshold,
                now=now,
                default_country=self._default_country,
                turn=turn,
            )
            if submissions
            else ()
        )
        answers: dict[int, list[RecordResult]] = {id(item): item.answer(stored) for item in fresh}
        new = {item.key: answers[id(item)] for item in fresh if item.key is not None}
        if new:
            known |= await idempotency.remember(transaction, new, now=now)
        return [
            answers[id(item)]
            if id(item) in answers or item.key is None
            else _again(known[item.key.id], item.key)
            for item in requests
        ]


def _again(remembered: Remembered, key: Key) -> Answer:
    try:
        return remembered.answered(key)
    except BadInput as mismatch:
        return mismatch
