"""The document look-up: from what a request names, a text or an id, to the text that is executed.

A document is named in three ways. By its text. By `documentId` (GraphQL over HTTP, appendix A). By
`extensions.persistedQuery`, which is how Apollo's clients name one by its SHA-256; a client that is told
`PERSISTED_QUERY_NOT_FOUND` sends hash and text together, and from then on the hash is enough
(automatic persisted queries, https://www.apollographql.com/docs/apollo-server/performance/apq).
"""

from __future__ import annotations

from gateway.graphql.cache import BoundedCache, text_size
from gateway.graphql.documents import Rejected
from gateway.graphql.errors import Code, error
from gateway.graphql.manifest import TrustedDocuments, bare_id, hash_of
from gateway.graphql.requests import OperationRequest


class Lookup:
    """Finds trusted documents, and those that clients have sent before with their hash.

    With `trusted_only` every document that is not in `trusted` is refused; without `automatic` what
    clients send is not kept. At most `max_count` documents and `max_bytes` of text are kept, in this process:
    a client that comes to another one sends its text once more.
    """

    def __init__(
        self,
        trusted: TrustedDocuments | None = None,
        *,
        trusted_only: bool = False,
        automatic: bool = True,
        max_count: int = 1_000,
        max_bytes: int = 4 * 1024 * 1024,
    ) -> None:
        self.trusted = trusted or TrustedDocuments()
        self.trusted_only = trusted_only
        self._automatic = automatic and not trusted_only
        self._kept: BoundedCache[str] = BoundedCache(max_count=max_count, max_bytes=max_bytes)

    def text(self, request: OperationRequest) -> str:
        """The text of the document that the request names; raises `Rejected` if there is none."""
        id_ = _id(request)
        query = request.query
        if id_ is not None and id_ in self.trusted.by_id:
            return _matching(self.trusted.by_id[id_], query)
        if "persistedQuery" in (request.extensions or {}) and not self._automatic:
            raise Rejected(error("PersistedQueryNotSupported", Code.PERSISTED_QUERY_NOT_SUPPORTED))
        if self.trusted_only and query not in self.trusted.texts:
            raise Rejected(error("Only trusted documents are executed.", Code.DOCUMENT_NOT_TRUSTED))
        if query is None:
            query = self._kept.get(id_ or "")
            if query is None:
                raise Rejected(error("PersistedQueryNotFound", Code.PERSISTED_QUERY_NOT_FOUND))
        elif id_ is not None and id_ != hash_of(query):
            raise _bad("The document's hash is not the one that was sent with it.")
        return query

    def keep(self, request: OperationRequest) -> None:
        """Keeps the text that was sent together with its hash.

        To be called when the document has proved valid, so that a stream of broken ones does not push out
        the good ones.
        """
        id_ = _id(request)
        if self._automatic and request.query is not None and id_ is not None:
            self._kept.put(id_, request.query, len(id_) + text_size(request.query))

    def trusts(self, request: OperationRequest) -> bool:
        """Whether the request names a trusted document by an id."""
        return _id(request) in self.trusted.by_id


def _id(request: OperationRequest) -> str | None:
    """The id, without `sha256:`, that the request names its document by."""
    id_ = None if request.document_id is None else bare_id(request.document_id)
    match (request.extensions or {}).get("persistedQuery"):
        case None:
            return id_
        case {"version": 1, "sha256Hash": str(hash_)}:
            if id_ not in (None, hash_):
                raise _bad("'documentId' and 'persistedQuery' name different documents.")
            return hash_
    raise _bad("'persistedQuery' must be an object with 'version' 1 and a string 'sha256Hash'.")


def _matching(trusted: str, sent: str | None) -> str:
    if sent not in (None, trusted):
        raise _bad("The text that was sent is not that of the trusted document of this id.")
    return trusted


def _bad(message: str) -> Rejected:
    return Rejected(error(message, Code.BAD_REQUEST))
