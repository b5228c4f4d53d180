"""Concurrent writers share a transaction: while one batch is being committed, the next gathers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Generic, TypeVar

from graph_model.errors import GatewayError, RetryLater
from graph_model.observer import Observer

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Item, Result]):
    items: Sequence[Item]
    answer: asyncio.Future[list[Result | Exception]]
    context: Context


class Batcher(Generic[Item, Result]):
    """Gathers the items of all who wait into batches, without a timer: one client alone waits for nobody.

    `commit` stores a batch and returns a result for each item. Where it fails for a reason that is not the
    graph's being away, the batch is halved until the item at fault is alone: it gets the error, the others
    their results.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Awaitable[list[Result]]],
        *,
        batch_size: int = 500,
        max_waiting: int = 20_000,
        observer: Observer | None = None,
    ) -> None:
        self._commit = commit
        self._batch_size = batch_size
        self._max_waiting = max_waiting
        self._observer = observer
        self._queue: deque[_Waiting[Item, Result]] = deque()
        self._waiting = 0
        self._worker: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many items are not answered yet."""
        return self._waiting

    async def submit(self, items: Sequence[Item]) -> list[Result | Exception]:
        """The result of each item, or the exception that it alone caused, once they are on disk.

        Raises RetryLater if too much waits already, and GatewayError if the graph is away. What was
        submitted is stored even if the caller is cancelled meanwhile.
        """
        if not items:
            return []
        if self._waiting + len(items) > self._max_waiting and self._waiting:
            raise RetryLater("Too many records are waiting to be stored; try again later.", retry_after=1.0)
        waiting = _Waiting(items, asyncio.get_running_loop().create_future(), copy_context())
        self._queue.append(waiting)
        self._waiting += len(items)
        if self._worker is None or self._worker.done():
            # The worker outlives the caller that woke it and works for others: it must not seem its part.
            self._worker = asyncio.create_task(self._work(), name="batcher", context=Context())
        return await asyncio.shield(waiting.answer)

    async def drain(self) -> None:
        """Wait until all that was submitted is answered."""
        if self._worker is not None:
            await asyncio.wait([self._worker])

    async def _work(self) -> None:
        while self._queue:
            gathered = [self._queue.popleft()]
            size = len(gathered[0].items)
            while self._queue and size + len(self._queue[0].items) <= self._batch_size:
                gathered.append(self._queue.popleft())
                size += len(gathered[-1].items)
            items = [item for waiting in gathered for item in waiting.items]
            try:
                with self._observed(gathered, size):
                    results = await self._store(items)
            except BaseException as error:
                for waiting in gathered:
                    if not waiting.answer.done():
                        waiting.answer.set_exception(error)
                        # A caller that went away does not ask; the others have been told.
                        waiting.answer.exception()
                if not isinstance(error, Exception):
                    raise
            else:
                place = 0
                for waiting in gathered:
                    waiting.answer.set_result(results[place : place + len(waiting.items)])
                    place += len(waiting.items)
            finally:
                self._waiting -= size

    def _observed(
        self, gathered: Sequence[_Waiting[Item, Result]], size: int
    ) -> AbstractContextManager[None]:
        if self._observer is None:
            return nullcontext()
        return self._observer.batch(size, [waiting.context for waiting in gathered])

    async def _store(self, items: Sequence[Item]) -> list[Result | Exception]:
        try:
            return list(await self._commit(items))
        except GatewayError:
            raise
        except Exception as error:
            if len(items) == 1:
                return [error]
            middle = len(items) // 2
            return await self._store(items[:middle]) + await self._store(items[middle:])
