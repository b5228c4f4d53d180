"""Concurrent writers share a transaction: while one batch is being committed, the next gathers.

A transaction costs much and a row more in it little. Of clients that send again when they are answered, half
would always be a batch behind the others; so a batch for which some wait already gives those who were just
answered a moment to join it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from time import monotonic
from typing import Generic, Protocol, TypeVar

from graph_model.errors import GatewayError
from graph_model.ingestion.admission import Place, Room
from graph_model.observer import Observer


class Sized(Protocol):
    """What has rows, at least one."""

    @property
    def rows(self) -> int: ...


_SHARE, _MOST_SECONDS = 0.25, 0.05
"""What the next batch waits at most: of the time that one took, and in all."""

Request = TypeVar("Request", bound=Sized)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Request, Answer]):
    request: Request
    place: Place
    answer: asyncio.Future[Answer]
    context: Context


class Batcher(Generic[Request, Answer]):
    """Gathers the requests of all who wait into batches. One client alone waits for nobody.

    `commit` stores a batch and returns an answer to each request. Where it fails for a reason that is not
    the graph's being away, the batch is halved until the request at fault is alone; `salvage` answers that.
    No request is torn. `room` is where the requests have their places.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Request]], Awaitable[list[Answer]]],
        salvage: Callable[[Request, Exception], Awaitable[Answer]],
        *,
        room: Room,
        batch_size: int = 500,
        observer: Observer | None = None,
    ) -> None:
        self._commit = commit
        self._salvage = salvage
        self._room = room
        self._batch_size = batch_size
        self._observer = observer
        self._queue: deque[_Waiting[Request, Answer]] = deque()
        self._rows = 0
        self._arrived = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, request: Request, place: Place) -> Answer:
        """The answer to a request once it is on disk. Its place in the room is released then.

        Raises GatewayError if the graph is away. What was submitted is stored even if the caller is
        cancelled meanwhile.
        """
        waiting = _Waiting(request, place, asyncio.get_running_loop().create_future(), copy_context())
        self._queue.append(waiting)
        self._rows += request.rows
        self._arrived.set()
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
            rows = gathered[0].request.rows
            while self._queue and rows + self._queue[0].request.rows <= self._batch_size:
                gathered.append(self._queue.popleft())
                rows += gathered[-1].request.rows
            self._rows -= rows
            began = monotonic()
            try:
                with self._observed(gathered, rows), self._room.storing(rows):
                    await self._store(gathered)
            except BaseException as error:
                for waiting in gathered:
                    _fail(waiting, error)
                if not isinstance(error, Exception):
                    raise
            finally:
                for waiting in gathered:
                    waiting.place.release()
            if self._queue:
                await self._gather(len(gathered), min((monotonic() - began) * _SHARE, _MOST_SECONDS))

    async def _gather(self, answered: int, seconds: float) -> None:
        """Let as many join those who wait as were answered just now, or who comes in that time."""
        wanted = len(self._queue) + answered
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self._queue) < wanted and self._rows < self._batch_size:
                    self._arrived.clear()
                    await self._arrived.wait()

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
            failure = error
        else:
            for waiting, answer in zip(gathered, answers, strict=True):
                _succeed(waiting, answer)
            return
        if len(gathered) == 1:
            await self._save(gathered[0], failure)
        else:
            middle = len(gathered) // 2
            await self._store(gathered[:middle])
            await self._store(gathered[middle:])

    async def _save(self, waiting: _Waiting[Request, Answer], failure: Exception) -> None:
        try:
            _succeed(waiting, await self._salvage(waiting.request, failure))
        except GatewayError:
            raise
        except Exception as hopeless:
            _fail(waiting, hopeless)


def _succeed(waiting: _Waiting[Request, Answer], answer: Answer) -> None:
    if not waiting.answer.done():
        waiting.answer.set_result(answer)


def _fail(waiting: _Waiting[Request, Answer], error: BaseException) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
        # A caller that went away does not ask; the others have been told.
        waiting.answer.exception()
