"""`GET /profiles/{document}/{type}/{value}`: a trusted document, answered for one identifier.

The plainest way to a profile: an address that any program can fetch and any cache of the client's own can
keep. The document is named by its id or by the name of its query, and has the variables
`$type: IdentifierType!`, `$value: String!` and, where it matters, `$issuer: String`, which the query string
gives.
"""

from __future__ import annotations

from gateway.graphql.accept import Media
from gateway.graphql.errors import Code, error
from gateway.graphql.http import HTTPEndpoint, Refused, respond
from gateway.graphql.manifest import bare_id
from gateway.graphql.messages import Answer, Incoming
from gateway.graphql.operations import Result
from gateway.graphql.requests import OperationRequest
from resolvers.enums import IdentifierType

PATH = "/profiles/{document}/{type}/{value:path}"


class ProfileEndpoint(HTTPEndpoint):
    """Answers as /graphql does, with the statuses of a resource: 404 for a document, a type or a person that
    is not known, and whatever fits when there is nothing but errors."""

    def offers(self, request: Incoming) -> tuple[Media, ...]:
        """JSON, to GET and HEAD."""
        if request.method in ("GET", "HEAD"):
            return Media.JSON, Media.RESPONSE
        raise Refused(405, Code.METHOD_NOT_ALLOWED, "Only GET is accepted.", {"allow": "GET, HEAD"})

    async def parameters(self, request: Incoming) -> object:
        """The trusted document, with the path and the query string as its variables."""
        self.refuse_other_sites(request)
        path = request.path_params
        query = self.operations.lookup.trusted.profiles.get(bare_id(path["document"]))
        if query is None:
            raise Refused(404, Code.NOT_FOUND, "No trusted document of this name asks for one identifier.")
        if path["type"] not in IdentifierType.__members__:
            raise Refused(404, Code.NOT_FOUND, f"A type is one of {', '.join(IdentifierType.__members__)}.")
        variables = {"type": path["type"], "value": path["value"]}
        if "issuer" in request.query_params:
            variables["issuer"] = request.query_params["issuer"]
        return {
            "documentId": query.document_id,
            "operationName": query.operation_name,
            "variables": variables,
        }

    def answer(
        self,
        request: Incoming,
        operation: OperationRequest,
        result: Result,
        media: Media,
        headers: dict[str, str],
    ) -> Answer:
        """The result, or a status that says why there is nothing in it."""
        if any(value is not None for value in (result.data or {}).values()):
            return super().answer(request, operation, result, media, headers)
        errors = result.errors or [error("Nobody is known by this identifier.", Code.NOT_FOUND)]
        return respond(Result(errors=errors, began=False), media, headers, strict=True)
