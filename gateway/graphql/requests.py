"""What a client asks for: the parameters that every transport shares, and the id that a request goes by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from uuid_utils import uuid7

from gateway.graphql.errors import Code
from graph_model.errors import BadInput

REQUEST_ID = re.compile(r"[A-Za-z0-9._~:/@+=-]{1,128}")


class Transport(StrEnum):
    """What carries an operation."""

    HTTP = "http"
    EVENTS = "sse"
    WEBSOCKET = "websocket"


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """One GraphQL operation as a client sent it (GraphQL over HTTP, "Request Parameters")."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None

    @classmethod
    def parse(cls, parameters: object) -> OperationRequest:
        """Reads the decoded JSON of a request.

        Raises `BadInput` with code BAD_REQUEST for anything but an object with a string `query`, and
        optionally a string `operationName`, an object `variables` and an object `extensions`.
        """
        if isinstance(parameters, list):
            raise BadInput("Batches are not supported: send one operation a request.", code=Code.BAD_REQUEST)
        if not isinstance(parameters, Mapping):
            raise BadInput("The request must be a JSON object.", code=Code.BAD_REQUEST)
        query = parameters.get("query")
        if not isinstance(query, str) or not query:
            raise BadInput("'query' must be a string that is not empty.", code=Code.BAD_REQUEST)
        operation_name = parameters.get("operationName")
        if not isinstance(operation_name, str | None):
            raise BadInput("'operationName' must be a string or null.", code=Code.BAD_REQUEST)
        for name in ("variables", "extensions"):
            if not isinstance(parameters.get(name), dict | None):
                raise BadInput(f"'{name}' must be an object or null.", code=Code.BAD_REQUEST)
        return cls(query, operation_name, parameters.get("variables"), parameters.get("extensions"))


def request_id(given: str | None = None) -> str:
    """The id that the caller gave if it is at most 128 harmless characters, or else a new UUIDv7 in hex."""
    return given if given and REQUEST_ID.fullmatch(given) else uuid7().hex
