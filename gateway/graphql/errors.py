"""Errors as GraphQL clients see them: a message, a place in the document, and always a code.

The codes that are not the identity graph's own (`graph_model.errors`) follow Apollo Server's vocabulary
(https://www.apollographql.com/docs/apollo-server/data/errors).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import structlog
from graphql import GraphQLError, ValueNode
from strawberry.exceptions import StrawberryGraphQLError, StrawberryInputCoercionError

from graph_model.errors import GatewayError, RetryLater

logger = structlog.get_logger(__name__)


class Code(StrEnum):
    """The `extensions.code` of the errors that arise before or around a resolver."""

    PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
    FORBIDDEN = "FORBIDDEN"
    BAD_REQUEST = "BAD_REQUEST"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    NOT_FOUND = "NOT_FOUND"
    TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS"
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS"
    TOO_MANY_ALIASES = "TOO_MANY_ALIASES"
    TOO_MANY_DIRECTIVES = "TOO_MANY_DIRECTIVES"
    TOO_MANY_FIELDS = "TOO_MANY_FIELDS"
    QUERY_TOO_DEEP = "QUERY_TOO_DEEP"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    RATE_LIMITED = "RATE_LIMITED"
    SHUTTING_DOWN = "SHUTTING_DOWN"


def error(message: str, code: str, **extensions: Any) -> dict[str, Any]:
    """An entry of a response's `errors` that stands for no place in the document."""
    return {"message": message, "extensions": {"code": code, **extensions}}


def coded(failure: GraphQLError, code: str) -> dict[str, Any]:
    """The entry for an error that graphql-core found in what the client sent."""
    return {**failure.formatted, "extensions": {"code": code}}


def present(exception: Exception, request_id: str) -> dict[str, Any]:
    """The entry for anything raised while an operation ran.

    A client's mistake keeps its message: the identity graph's own errors, an error that carries a code,
    a permission that was refused, an argument that could not be coerced. Everything else is ours: it is
    logged with the request's id and answered by a message that tells nothing but that id.
    """
    cause = _cause(exception)
    if isinstance(cause, RetryLater):
        shown = error(cause.message, cause.code, retryAfter=cause.retry_after)
    elif isinstance(cause, GatewayError):
        shown = error(cause.message, cause.code)
    elif isinstance(cause, GraphQLError) and (code := _code(cause)):
        shown = {"message": cause.message, "extensions": {**(cause.extensions or {}), "code": code}}
    else:
        _log(cause, request_id, exception)
        shown = error("Internal server error", Code.INTERNAL_SERVER_ERROR, requestId=request_id)
    if isinstance(exception, GraphQLError):
        place = exception.formatted
        return {
            "message": shown["message"],
            **{key: place[key] for key in ("locations", "path") if key in place},
            "extensions": shown["extensions"],
        }
    return shown


def _cause(exception: Exception) -> Exception:
    """What was raised in the first place, without graphql-core's wrappings that add the place."""
    while isinstance(exception, GraphQLError) and exception.original_error is not None:
        exception = exception.original_error
    return exception


def _code(failure: GraphQLError) -> str | None:
    """The code of an error that the client may see; None for one that it may not.

    graphql-core blames the literal or the variable for an argument that it could not coerce, and
    nothing at all for a resolver's value that a scalar could not serialise, whose message quotes it.
    """
    if isinstance(code := (failure.extensions or {}).get("code"), str):
        return code
    if isinstance(failure, StrawberryInputCoercionError):
        return Code.BAD_USER_INPUT
    if isinstance(failure, StrawberryGraphQLError):
        return Code.FORBIDDEN
    if any(isinstance(node, ValueNode) for node in failure.nodes or ()):
        return Code.BAD_USER_INPUT
    return None


def _log(cause: Exception, request_id: str, exception: Exception) -> None:
    path = exception.path if isinstance(exception, GraphQLError) else None
    if isinstance(cause, GraphQLError):
        # Its text quotes the document with its literals, and so would a traceback; its message quotes the
        # value that it is about, if any, behind a colon.
        message = cause.message.partition(": ")[0]
        logger.error("operation failed", request_id=request_id, path=path, error=message)
    else:
        logger.error("operation failed", request_id=request_id, path=path, exc_info=cause)
