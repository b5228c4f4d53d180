"""What is logged of operations and statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from structlog.typing import EventDict, WrappedLogger

from gateway.telemetry.names import MAX_LENGTH
from gateway.telemetry.watching import Operation, Sink, Statement

_log = structlog.get_logger(__name__)
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def add_request_id(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """A processor of structlog: the id of the request whose operation the line is written in."""
    if (request_id := _request_id.get()) is not None:
        line.setdefault("request_id", request_id)
    return line


class Lines(Sink):
    """A line at level info for each operation if `operations` are wanted, and one at level warning for each
    statement that took `slow_statement` seconds or more. Whatever is logged within an operation carries its
    request's id."""

    def __init__(self, *, slow_statement: float, operations: bool = True) -> None:
        self._slow_statement = slow_statement
        self._operations = operations

    @contextmanager
    def operation(self, operation: Operation) -> Iterator[None]:
        """Write the line when it has ended."""
        token = _request_id.set(operation.request_id)
        try:
            yield
        finally:
            if self._operations:
                _log.info("operation", **_line(operation))
            _request_id.reset(token)

    def statement(self, statement: Statement) -> None:
        """Write the line if it was slow: its text holds parameters only."""
        if statement.seconds >= self._slow_statement:
            _log.warning(
                "slow_statement",
                statement=statement.name,
                text=statement.text,
                milliseconds=_milliseconds(statement.seconds),
                code=statement.code or "OK",
            )


def _line(operation: Operation) -> dict[str, object]:
    known = {
        "name": operation.name[:MAX_LENGTH] if operation.name else None,
        "kind": operation.kind,
        "cost": operation.cost,
        "results": operation.results if operation.kind == "subscription" else None,
    }
    return {
        **{key: value for key, value in known.items() if value is not None},
        "transport": operation.transport,
        "code": operation.code or "OK",
        "milliseconds": _milliseconds(operation.seconds),
    }


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1_000, 1)
