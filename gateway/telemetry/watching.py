"""What is watched, and by whom: the one seam between the gateway's work and what is told of it outside.

None of this holds personal data: no document, variable, record, address of a person or message of a driver.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import Context
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from neo4j.exceptions import Neo4jError

from gateway.telemetry.names import Names, statement_name
from graph_model.errors import GatewayError

CANCELLED = "CANCELLED"
"""What ended because who waited for it went away."""

MAX_OPERATIONS = 100
MAX_STATEMENTS = 200
MAX_SOURCES = 50


@dataclass(slots=True)
class Operation:
    """A GraphQL operation. `name` and `kind` are only known of a valid document, and `name` only if the
    client gave one; `label` stands for it where few different names are wanted. `code` is the first error's,
    None for success. `results` counts the answers, of which a subscription has many."""

    request_id: str
    transport: str
    name: str | None = None
    kind: str | None = None
    label: str = "invalid"
    code: str | None = None
    cost: Any = None
    results: int = 0
    seconds: float = 0.0

    def resolved(self, name: str | None, kind: str) -> None:
        """Its document is valid."""
        self.name = name
        self.kind = kind

    def answered(self, code: str | None, cost: Any = None) -> None:
        """A result went out, with this code of its first error."""
        self.results += 1
        self.code = self.code or code
        self.cost = cost if cost is not None else self.cost


@dataclass(slots=True)
class Batch:
    """Records that are stored in one transaction; `submitters` are the contexts of those who wait."""

    size: int
    submitters: Sequence[Context]
    code: str | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class Attempt:
    """One attempt to send an event. `headers` are sent along; `outcome` is of few different words."""

    webhook: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    outcome: str = CANCELLED
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that the graph answered, or failed by `code`; `label` is its name where few are wanted."""

    name: str
    label: str
    text: str
    seconds: float
    code: str | None


class Sink:
    """Somewhere that things are told to; what it does not override, it is not interested in.

    What lasts is a context: it is entered before and left after, when all fields are known.
    """

    def operation(self, operation: Operation) -> AbstractContextManager[None]:
        """Surrounds an operation."""
        return nullcontext()

    def batch(self, batch: Batch) -> AbstractContextManager[None]:
        """Surrounds the storing of a batch."""
        return nullcontext()

    def attempt(self, attempt: Attempt) -> AbstractContextManager[None]:
        """Surrounds an attempt to send an event."""
        return nullcontext()

    def statement(self, statement: Statement) -> None:
        """A statement has ended just now."""

    def records(self, source: str, object_name: str, outcomes: Iterable[str]) -> None:
        """Records were ingested."""

    def events(self, kinds: Sequence[str], since: str) -> None:
        """Events were read from the outbox."""

    def refused(self, code: str) -> None:
        """A request was refused before it was an operation."""


class Telemetry:
    """Tells all sinks; an `Observer` of the identity graph. Whoever has none to tell measures nothing.

    The different labels are bounded, because clients choose the names of operations and sources: beyond the
    bounds, and for good, a new name's label is `other`. Only valid documents give names.
    """

    def __init__(self, sinks: Iterable[Sink]) -> None:
        self._sinks = tuple(sinks)
        self._operations = Names(MAX_OPERATIONS)
        self._statements = Names(MAX_STATEMENTS)
        self._sources = Names(MAX_SOURCES)

    @contextmanager
    def operation(self, request_id: str, transport: str) -> Iterator[Operation]:
        """Surrounds an operation, of which the one who runs it tells `Operation` more."""
        operation = Operation(request_id, transport)
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.enter_context(sink.operation(operation))
            began = perf_counter()
            try:
                yield operation
            except BaseException as error:
                operation.code = operation.code or _operation_code(error)
                raise
            finally:
                operation.seconds = perf_counter() - began
                if operation.kind is not None:
                    operation.label = self._operations.of(operation.name) if operation.name else "anonymous"

    @contextmanager
    def batch(self, size: int, submitters: Sequence[Context]) -> Iterator[None]:
        """Surrounds the storing of a batch."""
        batch = Batch(size, submitters)
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.enter_context(sink.batch(batch))
            began = perf_counter()
            try:
                yield
            except BaseException as error:
                batch.code = error_code(error)
                raise
            finally:
                batch.seconds = perf_counter() - began

    @contextmanager
    def attempt(self, webhook: str, url: str) -> Iterator[Attempt]:
        """Surrounds an attempt to send an event; who makes it sets the outcome."""
        attempt = Attempt(webhook, url)
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.enter_context(sink.attempt(attempt))
            began = perf_counter()
            try:
                yield attempt
            finally:
                attempt.seconds = perf_counter() - began

    def statement(self, text: str, seconds: float, error: BaseException | None) -> None:
        """A statement was answered, or failed by `error`."""
        name = statement_name(text)
        code = None if error is None else error_code(error)
        statement = Statement(name, self._statements.of(name), text, seconds, code)
        for sink in self._sinks:
            sink.statement(statement)

    def records(self, source: str, object_name: str, outcomes: Iterable[str]) -> None:
        """Records of that source and object were ingested, with these outcomes."""
        for sink in self._sinks:
            sink.records(self._sources.of(source), object_name, outcomes)

    def events(self, kinds: Sequence[str], since: str) -> None:
        """Events of these kinds were read from the outbox, the oldest of that time."""
        for sink in self._sinks:
            sink.events(kinds, since)

    def refused(self, code: str) -> None:
        """A request was refused with this code before it was an operation."""
        for sink in self._sinks:
            sink.refused(code)


def error_code(error: BaseException) -> str:
    """A short name for what went wrong, never its message: that may quote a person's data."""
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return CANCELLED
    if isinstance(error, GatewayError):
        return error.code
    if isinstance(error, Neo4jError) and error.code:
        return error.code
    return type(error).__name__


def _operation_code(error: BaseException) -> str:
    """What the client is told; see `gateway.graphql.errors.present`."""
    if isinstance(error, GatewayError | asyncio.CancelledError | GeneratorExit):
        return error_code(error)
    return GatewayError.code
