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


@dataclass(slots=True)
class OperationRequest:
    """One GraphQL operation as a client sent it (GraphQL over HTTP, "Request Parameters" and appendix A).

    `gateway.graphql.lookup` knows which document is meant when it is not `query`.
    """

    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None

    @classmethod
    def parse(cls, parameters: object) -> OperationRequest:
        """Reads the decoded JSON of a request.

        Raises `BadInput` with code BAD_REQUEST for anything but an object with a string `query`, a string
        `documentId` or the extension `persistedQuery`, and optionally a string `operationName`, an object
        `variables` and an object `extensions`.
        """
        if isinstance(parameters, list):
            raise BadInput("Batches are not supported: send one operation a request.", code=Code.BAD_REQUEST)
        if not isinstance(parameters, Mapping):
            raise BadInput("The request must be a JSON object.", code=Code.BAD_REQUEST)
        query, document_id = parameters.get("query"), parameters.get("documentId")
        for name, value in (("query", query), ("documentId", document_id)):
            if not isinstance(value, str | None) or value == "":
                raise BadInput(f"'{name}' must be a string that is not empty.", code=Code.BAD_REQUEST)
        operation_name = parameters.get("operationName")
        if not isinstance(operation_name, str | None):
            raise BadInput("'operationName' must be a string or null.", code=Code.BAD_REQUEST)
        for name in ("variables", "extensions"):
            if not isinstance(parameters.get(name), dict | None):
                raise BadInput(f"'{name}' must be an object or null.", code=Code.BAD_REQUEST)
        variables, extensions = parameters.get("variables"), parameters.get("extensions")
        if query is None and document_id is None and not (extensions and "persistedQuery" in extensions):
            raise BadInput("'query' or 'documentId' must name a document.", code=Code.BAD_REQUEST)
        return cls(query, operation_name, variables, extensions, document_id)


def request_id(given: str | None = None) -> str:
    """The id that the caller gave if it is at most 128 harmless characters, or else a new UUIDv7 in hex."""
    return given if given and REQUEST_ID.fullmatch(given) else uuid7().hex
