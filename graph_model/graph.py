"""The connection to the graph: one driver, one dialect, one code path for both engines.

Every statement answers with at most one record that holds one value (lists of lists): a record costs
the driver 40 to 95 µs, the same rows as one record of lists a thirtieth of that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from time import perf_counter
from typing import Any, LiteralString, Self, TypeAlias, TypeVar

import neo4j
from neo4j.exceptions import ConstraintError, DriverError, Neo4jError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random_exponential

from graph_model.errors import GraphUnavailable, OperationTimeout
from graph_model.observer import Observer
from graph_model.plans import planned_once

T = TypeVar("T")
Listener: TypeAlias = Callable[[Sequence[Any]], None]

DEFAULT_DATABASE = "neo4j"
_TIMED_OUT = "Neo.ClientError.Transaction.TransactionTimedOut"


class Transaction:
    """An explicit transaction: all of its statements are stored, or none."""

    def __init__(
        self, inner: neo4j.AsyncTransaction, ask: _Asking, listeners: Sequence[Listener] = ()
    ) -> None:
        self._inner = inner
        self._ask = ask
        self._listeners = listeners
        self._afterwards: list[Callable[[], None]] = []

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have this called once the transaction is on disk: what the process remembers of it. One that is
        run again, or rolled back, leaves nothing behind."""
        self._afterwards.append(call)

    def announce(self, news: Sequence[Any]) -> None:
        """Have those who listen to the graph told of this once the transaction is on disk."""
        for listener in self._listeners:
            self.after_commit(partial(listener, news))

    def committed(self) -> None:
        """To be told that the transaction is on disk."""
        for call in self._afterwards:
            call()

    async def run(self, statement: LiteralString, **parameters: Any) -> Any:
        """The one value of the statement's one record; None if it has no record."""
        return await self._ask(self._inner, statement, parameters)


class Graph:
    """The graph database. Close it with `close()`, or use it as a context manager."""

    def __init__(
        self,
        uri: str,
        user: str,
        password: str,
        database: str = DEFAULT_DATABASE,
        *,
        patience: float = 30.0,
        statement_timeout: float = 30.0,
        pool_size: int = 50,
        scans_in_order: bool = False,
        observer: Observer | None = None,
    ) -> None:
        """Seconds: `patience` is how long an operation retries while the graph is away or in conflict,
        `statement_timeout` what one transaction may take (Neo4j stops it then). `scans_in_order`: the engine
        is the embedded one, which never sorts by an index, but reads one in its order. `observer` is told of
        each statement that is read or written with."""
        self.scans_in_order = scans_in_order
        self._ask = _Asking(observer, planning_once=not scans_in_order)
        self._listeners: list[Listener] = []
        self._patience = patience
        self._timeout = statement_timeout
        # One bookmark manager for all sessions: in a cluster, which `neo4j://` means, a read sees the write
        # before it. One server needs none for that.
        self._bookmarks = neo4j.AsyncGraphDatabase.bookmark_manager() if uri.startswith("neo4j") else None
        self._database = database
        self._driver = neo4j.AsyncGraphDatabase.driver(
            uri,
            auth=(user, password),
            max_connection_pool_size=pool_size,
            connection_acquisition_timeout=patience,
            connection_timeout=5.0,
            user_agent="identity-gateway",
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        )

    def listen(self, listener: Listener) -> None:
        """Have this told of what transactions of this connection announce."""
        self._listeners.append(listener)

    async def read(self, statement: LiteralString, **parameters: Any) -> Any:
        """The one value of a reading statement's one record; None if it has no record."""

        async def attempt() -> Any:
            async with self._session(neo4j.READ_ACCESS) as session:
                return await self._ask(session, statement, parameters, seconds=self._timeout)

        return await self._retried(attempt, self._patience)

    async def inspect(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """What `work` returns, which reads by several statements in one transaction. It may run several
        times."""

        async def attempt() -> T:
            async with (
                self._session(neo4j.READ_ACCESS) as session,
                await session.begin_transaction(timeout=self._timeout) as transaction,
            ):
                return await work(Transaction(transaction, self._ask))

        return await self._retried(attempt, self._patience)

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """What `work` returns, once its transaction is on disk. Runs it again, whole, after a conflict
        or a lost connection, so it must be idempotent. Raises GraphUnavailable when patience ends."""

        async def attempt() -> T:
            async with (
                self._session(neo4j.WRITE_ACCESS) as session,
                await session.begin_transaction(timeout=self._timeout) as transaction,
            ):
                ours = Transaction(transaction, self._ask, self._listeners)
                result = await work(ours)
                await transaction.commit()
                ours.committed()
                return result

        return await self._retried(attempt, self._patience)

    async def execute(self, statement: LiteralString, **parameters: Any) -> Any:
        """The one value of a writing statement's one record, once it is on disk in a transaction of its own.
        Raises what `write` does."""
        return await self.write(lambda transaction: transaction.run(statement, **parameters))

    async def rehearse(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """What `work` returns in a transaction that is rolled back: what `write` would, had it been asked.
        Raises what `write` does."""

        async def attempt() -> T:
            async with (
                self._session(neo4j.WRITE_ACCESS) as session,
                await session.begin_transaction(timeout=self._timeout) as transaction,
            ):
                result = await work(Transaction(transaction, self._ask))
                await transaction.rollback()
                return result

        return await self._retried(attempt, self._patience)

    async def define(self, statement: LiteralString) -> None:
        """Run a schema statement, which has a transaction of its own."""

        async def attempt() -> None:
            async with self._session(neo4j.WRITE_ACCESS) as session:
                await (await session.run(statement)).consume()

        await self._retried(attempt, self._patience)

    async def is_ready(self, *, within: float = 2.0) -> bool:
        """Whether the graph answers within so many seconds."""

        async def ping() -> bool:
            async with self._session(neo4j.READ_ACCESS) as session:
                query = neo4j.Query("RETURN 1 AS one", timeout=within)  # type: ignore[arg-type, unused-ignore]
                return (await (await session.run(query)).single()) is not None

        try:
            # A graph that says nothing at all does not end the statement either.
            async with asyncio.timeout(within):
                return await self._retried(ping, within)
        except (GraphUnavailable, Neo4jError, DriverError, OSError):
            return False

    async def close(self) -> None:
        """Close all connections."""
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _session(self, access: str) -> neo4j.AsyncSession:
        return self._driver.session(
            database=self._database, default_access_mode=access, bookmark_manager=self._bookmarks
        )

    async def _retried(self, attempt: Callable[[], Awaitable[T]], patience: float) -> T:
        try:
            try:
                return await attempt()
            except (Neo4jError, DriverError, OSError) as error:
                if not _is_passing(error):
                    raise
            # Made only now: nearly every attempt is the first, and reads are counted in microseconds.
            retrying = AsyncRetrying(
                retry=retry_if_exception(_is_passing),
                wait=wait_random_exponential(multiplier=0.02, max=1.0),
                stop=stop_after_delay(patience),
                reraise=True,
            )
            return await retrying(attempt)
        except (Neo4jError, DriverError, OSError) as error:
            if _is_passing(error):
                raise GraphUnavailable("The graph did not answer in time; send the request again.") from error
            if isinstance(error, Neo4jError) and error.code and error.code.startswith(_TIMED_OUT):
                raise OperationTimeout("The graph took too long for this, and stopped it.") from error
            raise


class _Asking:
    """How statements are put to an engine: who observes them, and whether it plans them by the lengths of
    their lists unless that is prevented."""

    def __init__(self, observer: Observer | None, *, planning_once: bool) -> None:
        self._observer = observer
        self._planning_once = planning_once

    async def __call__(
        self,
        runner: neo4j.AsyncSession | neo4j.AsyncTransaction,
        statement: LiteralString,
        parameters: dict[str, Any],
        *,
        seconds: float | None = None,
    ) -> Any:
        """The one value of the statement's one record; None if it has no record. The engine stops it after so
        many `seconds`; within a transaction those are the transaction's."""
        failure: BaseException | None = None
        began = perf_counter()
        try:
            text = statement
            if self._planning_once:
                text, parameters = planned_once(statement, parameters)
            query = text if seconds is None else neo4j.Query(text, timeout=seconds)
            record = await (await runner.run(query, parameters)).single()  # type: ignore[arg-type]
            return None if record is None else record[0]
        except BaseException as error:
            failure = error
            raise
        finally:
            if self._observer is not None:
                self._observer.statement(statement, perf_counter() - began, failure)


def _is_passing(error: BaseException) -> bool:
    """Whether the same transaction may succeed when it is run again.

    A ConstraintError may: on the embedded engine two racing MERGEs of one key end in it. So may a statement
    that met something which another transaction was deleting.
    """
    if isinstance(error, OSError | ConstraintError):
        return True
    if isinstance(error, Neo4jError) and error.code == "Neo.ClientError.Statement.EntityNotFound":
        return True
    return isinstance(error, Neo4jError | DriverError) and error.is_retryable()
