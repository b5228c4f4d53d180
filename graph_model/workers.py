"""Long computations in a process of their own, so that requests do not wait for them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import Thread
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeAlias, TypeVar

import structlog

from graph_model.errors import BadInput, GatewayError

P = ParamSpec("P")
T = TypeVar("T")
Question = TypeVar("Question")
Answer = TypeVar("Answer")
Tell: TypeAlias = Callable[[int, int], None]
"""Says how much of how much is done; may be called as often as one likes."""

_log = structlog.get_logger(__name__)

_NICE = 5
_LOST = "The process that computed this has ended without an answer."
_APART = 100
"""A computation tells how far it is a hundred times at most."""


class WorkerLost(GatewayError):
    """The process of a computation ended without an answer, for example for want of memory."""

    code = "WORKER_LOST"


class Companion(Generic[Question, Answer]):
    """A process that answers one question after another, while it is entered as a context: with what
    `make(*args)`, called there, returns. All of it must be picklable."""

    def __init__(
        self, make: Callable[P, Callable[[Question], Answer]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._name = make.__qualname__
        self._here, self._there = context.Pipe()
        self._process = context.Process(target=_answer, args=(self._there, make, args, kwargs), daemon=True)

    async def ask(self, question: Question) -> Answer:
        """The answer. Raises what the process raises of GatewayError, RuntimeError for anything else,
        WorkerLost when the process is gone."""
        try:
            await asyncio.to_thread(self._here.send, ("question", question))
            kind, *values = await asyncio.to_thread(self._here.recv)
        except (EOFError, OSError):
            raise WorkerLost(_LOST) from None
        answer: Answer = _said(self._name, kind, values)
        return answer

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._process.start)
        self._there.close()
        return self

    async def __aexit__(self, *_: object) -> None:
        await _end(self._process, self._here)


async def compute(
    function: Callable[Concatenate[Tell, P], T],
    report: Callable[[int, int], Awaitable[None]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What `function(tell, ...)` gives, computed in another process, which ends when this is cancelled.

    The function must be one of a module, its arguments and its answer picklable. What it tells is awaited
    here as `report(done, total)`. Raises what the function raises of GatewayError, RuntimeError for anything
    else, WorkerLost when the process is gone.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, function, args, kwargs), daemon=True)
    await asyncio.to_thread(process.start)
    there.close()
    try:
        while True:
            try:
                kind, *values = await asyncio.to_thread(here.recv)
            except (EOFError, OSError):
                raise WorkerLost(_LOST) from None
            if kind == "told":
                await report(*values)
            else:
                answer: T = _said(function.__qualname__, kind, values)
                return answer
    finally:
        await _end(process, here)


def _said(name: str, kind: str, values: list[Any]) -> Any:
    """The answer that a process gave, or its error, raised here."""
    match kind:
        case "answer":
            return values[0]
        case "refused":
            message, code = values
            raise BadInput(message, code=code)
        case _:
            error, place = values
            _log.error("worker_failed", function=name, error=error, place=place)
            raise RuntimeError(f"{name} failed in its process: {error} at {place}")


async def _end(process: SpawnProcess, connection: Connection) -> None:
    process.kill()
    await asyncio.shield(asyncio.to_thread(process.join))
    with suppress(OSError):
        connection.close()


def _answer(
    connection: Connection,
    make: Callable[..., Callable[[Any], Any]],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    _begin()
    answer: Callable[[Any], Any] | None = None
    with suppress(EOFError):
        while True:
            _, question = connection.recv()

            def work(question: Any = question) -> Any:
                nonlocal answer
                answer = answer or make(*args, **kwargs)
                return answer(question)

            _tell(connection, work)


def _work(
    connection: Connection,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    _begin()
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        if total and (share := done * _APART // total) > told:
            told = share
            connection.send(("told", done, total))

    _tell(connection, lambda: function(tell, *args, **kwargs))


def _begin() -> None:
    if hasattr(os, "nice"):
        os.nice(_NICE)
    Thread(target=_end_with_parent, daemon=True).start()


def _tell(connection: Connection, work: Callable[[], Any]) -> None:
    try:
        answer = work()
    except GatewayError as error:
        connection.send(("refused", error.message, error.code))
    except BaseException as error:
        # The text could hold what a person's data is in; its type and place are enough.
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_qualname}:{place.tb_lineno}" if place else ""
        connection.send(("failed", type(error).__name__, where))
    else:
        connection.send(("answer", answer))


def _end_with_parent() -> None:
    """A gateway that is killed leaves no computation behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
