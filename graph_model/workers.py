"""Long computations in a process of their own, so that requests do not wait for them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

import structlog

from graph_model.errors import BadInput, GatewayError

P = ParamSpec("P")
T = TypeVar("T")
Tell: TypeAlias = Callable[[int, int], None]
"""Says how much of how much is done; may be called as often as one likes."""

_log = structlog.get_logger(__name__)

_NICE = 5
_APART = 100
"""A computation tells how far it is a hundred times at most."""


class WorkerLost(GatewayError):
    """The process of a computation ended without an answer, for example for want of memory."""

    code = "WORKER_LOST"


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
                raise WorkerLost("The process that computed this has ended without an answer.") from None
            match kind:
                case "told":
                    await report(*values)
                case "answer":
                    (answer,) = values
                    return answer  # type: ignore[no-any-return]
                case "refused":
                    message, code = values
                    raise BadInput(message, code=code)
                case _:
                    error, place = values
                    _log.error("worker_failed", function=function.__qualname__, error=error, place=place)
                    raise RuntimeError(f"{function.__qualname__} failed in its process: {error} at {place}")
    finally:
        process.kill()
        await asyncio.shield(asyncio.to_thread(process.join))
        with suppress(OSError):
            here.close()


def _work(
    connection: Connection,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    if hasattr(os, "nice"):
        os.nice(_NICE)
    Thread(target=_end_with_parent, daemon=True).start()
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        if total and (share := done * _APART // total) > told:
            told = share
            connection.send(("told", done, total))

    try:
        answer = function(tell, *args, **kwargs)
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
