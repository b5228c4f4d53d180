"""Trusted documents: those that an operator lists in a file, which front ends then name by an id.

The file is what the front ends' builds write: `persisted-documents.json` of graphql-codegen and the file of
relay-compiler's `persistConfig`, both an object of texts by id, or an Apollo persisted query manifest
(https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Self

import orjson
from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse, print_ast

from gateway.errors import CommandError

PREFIX = "sha256:"
"""Says that the rest of an id is the SHA-256 of the text in hexadecimal (GraphQL over HTTP, appendix A)."""


class ManifestError(CommandError):
    """The file of trusted documents cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class ProfileQuery:
    """A query in a trusted document that asks for one identifier, `$type` and `$value`."""

    document_id: str
    operation_name: str | None


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """The texts by their id, without `sha256:`; each also by the SHA-256 of its text.

    `profiles` are the queries for one identifier, by the id of their document where that has only one, and
    by their name where only one document has a query of that name.
    """

    by_id: Mapping[str, str] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    profiles: Mapping[str, ProfileQuery] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Mapping[str, str]) -> Self:
        """These texts by id. Raises `ManifestError` for one that does not parse."""
        by_id = {bare_id(id_): text for id_, text in documents.items()}
        queries = {id_: list(_profile_queries(id_, text)) for id_, text in by_id.items()}
        named: dict[str, list[ProfileQuery]] = {}
        for query in (query for found in queries.values() for query in found):
            named.setdefault(query.operation_name or "", []).append(query)
        profiles = {name: found[0] for name, found in named.items() if name and len(found) == 1}
        hashes = {hash_of(text): id_ for id_, text in by_id.items()}
        for id_, listed in {**hashes, **{id_: id_ for id_ in by_id}}.items():
            if len(queries[listed]) == 1:
                profiles[id_] = queries[listed][0]
        return cls(
            by_id={hash_: by_id[id_] for hash_, id_ in hashes.items()} | by_id,
            texts=frozenset(by_id.values()),
            profiles=profiles,
        )


def read_manifest(path: Path) -> TrustedDocuments:
    """The documents of a file. Raises `ManifestError` if it cannot be read or is of no form known here."""
    try:
        content = orjson.loads(path.read_bytes())
    except OSError as failure:
        raise ManifestError(f"Cannot read the trusted documents in {path}: {failure.strerror}.") from None
    except orjson.JSONDecodeError as failure:
        raise ManifestError(f"The trusted documents in {path} are not JSON: {failure}.") from None
    match content:
        case {"format": "apollo-persisted-query-manifest", "version": 1, "operations": list(operations)}:
            pairs = [_apollo_operation(operation) for operation in operations]
        case dict():
            pairs = list(content.items())
        case _:
            pairs = []
    documents = {id_: text for id_, text in pairs if id_ and isinstance(text, str)}
    if not documents or len(documents) < len(pairs):
        raise ManifestError(
            f"{path} is no manifest of trusted documents: expected an object of texts by id, as "
            "graphql-codegen and relay-compiler write it, or an Apollo persisted query manifest of version 1."
        )
    try:
        return TrustedDocuments.of(documents)
    except ManifestError as failure:
        raise ManifestError(f"{path}: {failure}") from None


def bare_id(id_: str) -> str:
    """An id without the prefix that may stand before it."""
    return id_.removeprefix(PREFIX)


def hash_of(text: str) -> str:
    """The SHA-256 of a document, in hexadecimal."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def _apollo_operation(operation: object) -> tuple[str, object]:
    match operation:
        case {"id": str(id_), "body": body}:
            return id_, body
    return "", None


def _profile_queries(id_: str, text: str) -> Iterable[ProfileQuery]:
    try:
        document = parse(text)
    except GraphQLError as failure:
        raise ManifestError(f"the document {id_} does not parse: {failure.message}") from None
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and definition.operation is OperationType.QUERY:
            variables = {
                variable.variable.name.value: print_ast(variable.type).rstrip("!")
                for variable in definition.variable_definitions or ()
            }
            if variables.get("type") == "IdentifierType" and variables.get("value") == "String":
                yield ProfileQuery(id_, definition.name.value if definition.name else None)
