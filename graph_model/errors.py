"""What can go wrong, as the callers of the identity graph see it.

Every error carries a stable `code` for programs and a `message` for people. Neither ever holds
Cypher, a stack trace or personal data: both may be shown to a client as they are.
"""

from __future__ import annotations


class GatewayError(Exception):
    """An error that a client may see: a stable `code` and a `message` without secrets."""

    code = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(GatewayError):
    """The client sent something that can never succeed as it stands."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, *, code: str = "BAD_USER_INPUT") -> None:
        super().__init__(message)
        self.code = code


class Gone(GatewayError):
    """There was somebody with this id; every record of them was deleted."""

    code = "GONE"


class Forbidden(GatewayError):
    """The principal lacks the scope that the field asks for."""

    code = "FORBIDDEN"


class RetryLater(GatewayError):
    """The gateway has more work waiting than it will hold; nothing of the request was stored."""

    code = "RETRY_LATER"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OperationTimeout(GatewayError):
    """What was asked for took longer than it may, and was stopped or is not waited for any more."""

    code = "OPERATION_TIMEOUT"


class GraphUnavailable(GatewayError):
    """The graph did not answer in time; whether the change was stored is unknown, so send it again."""

    code = "GRAPH_UNAVAILABLE"
