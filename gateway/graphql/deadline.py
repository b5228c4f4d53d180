"""The time that an operation may take."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from graph_model.errors import OperationTimeout

T = TypeVar("T")


class Deadline:
    """Ends what takes longer than `seconds`.

    A query is cancelled, which closes the session that its statement runs in, and so stops the statement.
    A mutation is left to run to its end, since it may have been stored in part; only its client is answered.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._left: set[asyncio.Task[Any]] = set()

    async def query(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work returns. Raises OperationTimeout once it has been cancelled."""
        timeout = asyncio.timeout(self._seconds)
        try:
            async with timeout:
                return await work
        except TimeoutError:
            if not timeout.expired():
                raise
            raise OperationTimeout(f"The operation was stopped after {self._seconds:g} seconds.") from None

    async def mutation(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work returns. Raises OperationTimeout while the work goes on, as it does if this is
        cancelled because the client has gone."""
        task = asyncio.create_task(work)
        self._left.add(task)
        task.add_done_callback(self._left.discard)
        done, _ = await asyncio.wait([task], timeout=self._seconds)
        if not done:
            raise OperationTimeout(
                f"The operation goes on after {self._seconds:g} seconds. Whether it will be stored is not "
                "known yet; sending it again is safe."
            )
        return task.result()

    async def drain(self) -> None:
        """Waits until the mutations that go on have ended."""
        if self._left:
            await asyncio.wait(self._left)
