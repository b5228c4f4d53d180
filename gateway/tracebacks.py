"""Exceptions as they may be logged: where and of which kind, but not in their own words.

The message of an exception may quote what was being worked on (a constraint that a property's value
violates, a text that is no number), and that is personal data here. So only the errors that promise to hold
none keep their message.
"""

from __future__ import annotations

import errno
import traceback
from typing import TextIO

from neo4j.exceptions import Neo4jError
from structlog.typing import ExcInfo

from gateway.embedded.server import EmbeddedServerError
from graph_model.errors import GatewayError

_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def format_exception(exc_info: ExcInfo) -> str:
    """The traceback with its causes, without the messages."""
    return _format(exc_info[1], set()).rstrip("\n")


def write_exception(stream: TextIO, exc_info: ExcInfo) -> None:
    """The same, for structlog's renderer to a terminal."""
    stream.write("\n" + format_exception(exc_info))


def in_words(error: BaseException) -> str:
    """The kind of the exception, with what can be said of it besides."""
    kind = type(error).__qualname__
    if type(error).__module__ != "builtins":
        kind = f"{type(error).__module__}.{kind}"
    match error:
        case GatewayError() | EmbeddedServerError():
            return f"{kind}: {error}"
        case Neo4jError(code=str(code)):
            return f"{kind}: {code}"
        case OSError(errno=int(number)):
            return f"{kind}: {errno.errorcode.get(number, number)}"
    return kind


def _format(error: BaseException, seen: set[int]) -> str:
    seen.add(id(error))
    cause, context = error.__cause__, error.__context__
    before = ""
    if cause is not None and id(cause) not in seen:
        before = _format(cause, seen) + _CAUSE
    elif context is not None and not error.__suppress_context__ and id(context) not in seen:
        before = _format(context, seen) + _CONTEXT
    frames = "".join(traceback.format_tb(error.__traceback__))
    own = f"Traceback (most recent call last):\n{frames}{in_words(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        own += "".join(_format(part, seen) for part in error.exceptions if id(part) not in seen)
    return before + own
