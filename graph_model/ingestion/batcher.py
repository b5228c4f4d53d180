"""Concurrent writers share a transaction: while one batch is being committed, the next gathers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import Context, copy_context
from dataclasses import dataclass
from time import monotonic
from typing import Generic, Protocol, TypeVar

from graph_model.errors import GatewayError, RetryLater
from graph_model.observer import Observer

_LEAST_WAIT, _MOST_WAIT = 1.0, 60.0


class Sized(Protocol):
    """What waits: how many rows it has, and about how many bytes they are."""

    @property
    def rows(self) -> int: ...

    @property
    def size(self) -> int: ...


Request = TypeVar("Request", bound=Sized)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Room:
    """What may wait at most: rows, and bytes of them. One request alone may have more."""

    rows: int = 20_000
    size: int = 32_000_000


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Request, Answer]):
    request: Request
    answer: asyncio.Future[Answer]
    context: Context


class Batcher(Generic[Request, Answer]):
    """Gathers the requests of all who wait into batches, without a timer: one client alone waits for nobody.

    `commit` stores a batch and returns an answer to each request. Where it fails for a reason that is not
    the graph's being away, the batch is halved until the request at fault is alone; `salvage` answers that.
    No request is torn.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Request]], Awaitable[list[Answer]]],
        salvage: Callable[[Request, Exception], Awaitable[Answer]],
        *,
        batch_size: int = 500,
        room: Room = Room(),
        observer: Observer | None = None,
    ) -> None:
        self._commit = commit
        self._salvage = salvage
        self._batch_size = batch_size
        self._room = room
        self._observer = observer
        self._queue: deque[_Waiting[Request, Answer]] = deque()
        self._rows = 0
        self._size = 0
        self._freed: asyncio.Future[None] | None = None
        self._worker: asyncio.Task[None] | None = None
        self._rate = 0.0
        self._since = 0.0

    @property
    def waiting(self) -> int:
        """How many rows are not answered yet."""
        return self._rows

    async def submit(self, request: Request, *, patient: bool = False) -> Answer:
        """The answer to a request once it is on disk.

        Where too much waits already it raises RetryLater, or waits itself if it is `patient`. Raises
        GatewayError if the graph is away. What was submitted is stored even if the caller is cancelled
        meanwhile.
        """
        while not self._has_room(request):
            if not patient:
                raise RetryLater(
                    "Too many records are waiting to be stored; try again later.",
                    retry_after=self._seconds_left(),
                )
            await self._until_freed()
        waiting = _Waiting(request, asyncio.get_running_loop().create_future(), copy_context())
        self._queue.append(waiting)
        self._rows += request.rows
        self._size += request.size
        if self._worker is None or self._worker.done():
            # The worker outlives the caller that woke it and works for others: it must not seem its part.
            self._worker = asyncio.create_task(self._work(), name="batcher", context=Context())
        return await asyncio.shield(waiting.answer)

    async def drain(self) -> None:
        """Wait until all that was submitted is answered."""
        if self._worker is not None:
            await asyncio.wait([self._worker])

    def _has_room(self, request: Request) -> bool:
        if not self._rows and not self._queue:
            return True
        return self._rows + request.rows <= self._room.rows and self._size + request.size <= self._room.size

    def _seconds_left(self) -> float:
        """Until what waits now will be stored, as far as can be said."""
        flying = monotonic() - self._since
        expected = self._rows / self._rate if self._rate else 0.0
        # A batch that takes longer than it should says more than all before it.
        return min(max(expected, flying, _LEAST_WAIT), _MOST_WAIT)

    async def _until_freed(self) -> None:
        if self._freed is None:
            self._freed = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._freed)

    async def _work(self) -> None:
        while self._queue:
            gathered = [self._queue.popleft()]
            rows = gathered[0].request.rows
            while self._queue and rows + self._queue[0].request.rows <= self._batch_size:
                gathered.append(self._queue.popleft())
                rows += gathered[-1].request.rows
            self._since = monotonic()
            try:
                with self._observed(gathered, rows):
                    await self._store(gathered)
            except BaseException as error:
                for waiting in gathered:
                    _fail(waiting, error)
                if not isinstance(error, Exception):
                    raise
            else:
                self._measure(rows, monotonic() - self._since)
            finally:
                self._free(gathered, rows)

    def _measure(self, rows: int, seconds: float) -> None:
        rate = rows / max(seconds, 0.001)
        self._rate = rate if not self._rate else 0.8 * self._rate + 0.2 * rate

    def _free(self, gathered: Sequence[_Waiting[Request, Answer]], rows: int) -> None:
        self._rows -= rows
        self._size -= sum(waiting.request.size for waiting in gathered)
        if self._freed is not None:
            self._freed.set_result(None)
            self._freed = None

    def _observed(
        self, gathered: Sequence[_Waiting[Request, Answer]], rows: int
    ) -> AbstractContextManager[None]:
        if self._observer is None:
            return nullcontext()
        return self._observer.batch(rows, [waiting.context for waiting in gathered])

    async def _store(self, gathered: Sequence[_Waiting[Request, Answer]]) -> None:
        try:
            answers = await self._commit([waiting.request for waiting in gathered])
        except GatewayError:
            raise
        except Exception as error:
            if len(gathered) > 1:
                middle = len(gathered) // 2
                await self._store(gathered[:middle])
                await self._store(gathered[middle:])
                return
            try:
                answers = [await self._salvage(gathered[0].request, error)]
            except GatewayError:
                raise
            except Exception as hopeless:
                _fail(gathered[0], hopeless)
                return
        for waiting, answer in zip(gathered, answers, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(answer)


def _fail(waiting: _Waiting[Request, Answer], error: BaseException) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
        # A caller that went away does not ask; the others have been told.
        waiting.answer.exception()
