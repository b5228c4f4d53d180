"""GraphQL over HTTP.

Follows https://graphql.github.io/graphql-over-http/draft/: POST with JSON, GET for queries, answers as
`application/graphql-response+json` or `application/json`. Everything that is refused is refused in JSON,
with a code. A page of another site can make a visitor's browser send a GET or a form, so POST demands a
JSON content type, for which the browser asks first, and GET is looked at by `origin.cross_site`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.graphql.accept import Media, negotiate
from gateway.graphql.connections import Connections
from gateway.graphql.errors import Code, error, present
from gateway.graphql.graphiql import page
from gateway.graphql.messages import Answer, Incoming
from gateway.graphql.operations import Operations, Result
from gateway.graphql.origin import cross_site
from gateway.graphql.representation import allow_revalidation, represented
from gateway.graphql.requests import OperationRequest, Transport, request_id
from gateway.graphql.sse import EventStream
from graph_model.errors import BadInput
from resolvers.principal import Principal

STATUS = {
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.INTERNAL_SERVER_ERROR: 500,
    Code.RATE_LIMITED: 429,
    "RETRY_LATER": 503,
    "GRAPH_UNAVAILABLE": 503,
}


_JSON_TYPE, _RESPONSE_TYPE = (f"{media}; charset=utf-8" for media in (Media.JSON, Media.RESPONSE))


class Refused(Exception):
    """A request that never becomes an operation."""

    def __init__(
        self, status: int, code: Code, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.entry = error(message, code)
        self.headers = headers or {}


class HTTPEndpoint:
    """The ASGI application of /graphql for HTTP: queries and mutations, event streams, and GraphiQL.

    `authenticate` tells who sent a request, and raises `Forbidden` for nobody. Bodies beyond
    `max_body_bytes` are not read (query strings are bounded by the server). Event streams carry a comment
    every `keep_alive` seconds. Pages of the origins in `allowed_origins` may send GET requests. Every
    answer names its request's id in `X-Request-Id`, the caller's own where it gave one.
    """

    def __init__(
        self,
        operations: Operations,
        connections: Connections,
        *,
        authenticate: Callable[[HTTPConnection], Principal],
        max_body_bytes: int,
        allowed_origins: Collection[str],
        keep_alive: float,
    ) -> None:
        self.operations = operations
        self._connections = connections
        self._authenticate = authenticate
        self._max_body_bytes = max_body_bytes
        self._allowed_origins = allowed_origins
        self._keep_alive = keep_alive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Incoming(scope, receive)
        id_ = request_id(request.fields.get("x-request-id"))
        # Answers hold personal data: no cache may keep one, unless `answer` allows it.
        headers = {"x-request-id": id_, "cache-control": "no-store", "x-content-type-options": "nosniff"}
        with self._connections.held(Transport.HTTP):
            try:
                response = await self._respond(request, id_, headers)
            except ClientDisconnect:
                return
            if isinstance(response, Answer):
                response = represented(response, request.fields)
            await response(scope, receive, send)

    async def _respond(self, request: Incoming, id_: str, headers: dict[str, str]) -> ASGIApp:
        media: Media | None = Media.JSON
        try:
            offers = self.offers(request)
            media = negotiate(request.fields.get("accept", ""), offers)
            if media is Media.HTML:
                return page()
            if media is None:
                raise Refused(406, Code.NOT_ACCEPTABLE, f"Only {', '.join(offers)} can be answered.")
            principal = self._authenticate(request)
            operation = OperationRequest.parse(await self.parameters(request))
            allow_mutation = request.method == "POST"
            address = request.client.host if request.client else None
            if media is Media.EVENTS:
                if self._connections.draining.is_set():
                    raise Refused(503, Code.SHUTTING_DOWN, "The gateway is shutting down: connect again.")
                results = self.operations.stream(
                    operation,
                    principal,
                    id_,
                    allow_mutation=allow_mutation,
                    address=address,
                    transport=Transport.EVENTS,
                )
                return EventStream(
                    results, self._connections, keep_alive=self._keep_alive, request_id=id_, headers=headers
                )
            result = await self.operations.execute(
                operation, principal, id_, allow_mutation=allow_mutation, address=address
            )
            return self.answer(request, operation, result, media, headers)
        except Refused as refused:
            headers.update(refused.headers)
            return _encoded(self._refusal(refused.entry), refused.status, media, headers)
        except BadInput as bad:
            return _encoded(self._refusal(present(bad, id_)), 400, media, headers)
        except ClientDisconnect:
            raise
        except Exception as exception:
            return respond(self._refusal(present(exception, id_)), media, headers)

    def _refusal(self, entry: dict[str, Any]) -> Result:
        self.operations.refused(entry["extensions"]["code"])
        return Result(errors=[entry], began=False)

    def offers(self, request: Incoming) -> tuple[Media, ...]:
        """The media types that can be answered, the usual one first; raises `Refused` for other methods."""
        if request.method == "POST":
            return Media.JSON, Media.RESPONSE
        if request.method not in ("GET", "HEAD"):
            raise Refused(
                405, Code.METHOD_NOT_ALLOWED, "Only GET and POST are accepted.", {"allow": "GET, HEAD, POST"}
            )
        # The page asks for the schema, which is no trusted document.
        page_offer = () if self.operations.lookup.trusted_only else (Media.HTML,)
        return Media.JSON, Media.RESPONSE, *page_offer

    async def parameters(self, request: Incoming) -> object:
        """What the client asks for, as GraphQL's request parameters; raises `Refused` if it may not."""
        if request.method == "POST":
            _demand_json(request.fields.get("content-type", ""))
            return _loads(await self._body(request), "The body")
        self.refuse_other_sites(request)
        parameters: dict[str, Any] = dict(request.query_params)
        if parameters.get("operationName") == "":
            del parameters["operationName"]  # The same, in a query string, as leaving it out.
        for name in ("variables", "extensions"):
            if name in parameters:
                parameters[name] = _loads(parameters[name], f"'{name}'")
        return parameters

    def refuse_other_sites(self, request: Incoming) -> None:
        """Raises `Refused` for a GET that a browser sends for a page of another site."""
        if cross_site(request.fields, self._allowed_origins):
            raise Refused(403, Code.FORBIDDEN, "Pages of other sites may not send GET requests.")

    def answer(
        self,
        request: Incoming,
        operation: OperationRequest,
        result: Result,
        media: Media,
        headers: dict[str, str],
    ) -> Answer:
        """The answer to an operation; to a GET of a trusted document, one that the client may keep."""
        answer = respond(result, media, headers)
        if request.method != "POST" and not result.errors and self.operations.lookup.trusts(operation):
            allow_revalidation(answer)
        return answer

    async def _body(self, request: Incoming) -> bytearray:
        """The request's body; once it is too long nothing more is read, and the server discards the rest."""
        if int(request.fields.get("content-length", 0)) > self._max_body_bytes:
            raise self._too_large(request)
        body = bytearray()
        more = True
        while more:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            if len(body) > self._max_body_bytes:
                raise self._too_large(request)
            more = message.get("more_body", False)
        return body

    def _too_large(self, request: Incoming) -> Refused:
        return Refused(
            413,
            Code.PAYLOAD_TOO_LARGE,
            f"The body may not be larger than {self._max_body_bytes} bytes.",
            # Who waited for leave to send the body may now send it or not, so nobody knows what comes next.
            {"connection": "close"} if "expect" in request.fields else None,
        )


def _demand_json(content_type: str) -> None:
    if content_type == Media.JSON:
        return
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charset = next(
        (p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")), "utf-8"
    )
    if name != "application/json" or charset not in ("utf-8", "utf8"):
        raise Refused(415, Code.UNSUPPORTED_MEDIA_TYPE, "Send the operation as application/json in UTF-8.")


def _loads(text: bytearray | str, what: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Refused(400, Code.BAD_REQUEST, f"{what} must be JSON in UTF-8.") from None


def respond(result: Result, media: Media | None, headers: dict[str, str], *, strict: bool = False) -> Answer:
    """The answer with the status that the specification demands; it gets the headers to keep.

    What began is 200, errors or not. What did not is a client's 400 for those who asked for
    `application/graphql-response+json`, but 200 for those who asked for `application/json`, because
    for them any other status may be an intermediary's; `strict` gives both the same.
    """
    status = 200
    if not result.began:
        status = STATUS.get(result.code or "", 400)
        if status == 400 and media is not Media.RESPONSE and not strict:
            status = 200
    if result.charge and result.charge.allowance:
        headers.update(result.charge.allowance.headers())
    if status == 405:
        headers["allow"] = "POST"
    if result.retry_after is not None:
        headers["retry-after"] = str(max(1, math.ceil(result.retry_after)))
    return _encoded(result, status, media, headers)


def _encoded(result: Result, status: int, media: Media | None, headers: dict[str, str]) -> Answer:
    headers["content-type"] = _RESPONSE_TYPE if media is Media.RESPONSE else _JSON_TYPE
    return Answer(status, headers, orjson.dumps(result.payload()))
