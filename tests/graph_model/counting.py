"""A connection that counts the statements that go over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, LiteralString, TypeVar

from graph_model.graph import Graph, Transaction
from tests.servers.engine import Engine

T = TypeVar("T")


class CountingGraph(Graph):
    """A Graph that keeps the statements it ran in `statements`."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(
            engine.uri,
            engine.user,
            engine.password,
            engine.database,
            scans_in_order=engine.name == "embedded",
        )
        self.statements: list[str] = []

    async def read(self, statement: LiteralString, **parameters: Any) -> Any:
        self.statements.append(statement)
        return await super().read(statement, **parameters)

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        async def counted(transaction: Transaction) -> T:
            return await work(_CountingTransaction(transaction, self.statements))

        return await super().write(counted)


class _CountingTransaction(Transaction):
    def __init__(self, counted: Transaction, statements: list[str]) -> None:
        self._counted = counted
        self._statements = statements

    async def run(self, statement: LiteralString, **parameters: Any) -> Any:
        self._statements.append(statement)
        return await self._counted.run(statement, **parameters)

    def announce(self, news: Sequence[Any]) -> None:
        self._counted.announce(news)

    def after_commit(self, call: Callable[[], None]) -> None:
        self._counted.after_commit(call)
