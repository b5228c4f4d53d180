"""GraphQL documents, parsed and validated once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gateway.graphql.errors import Code, coded, error

# What Strawberry adds to the specification's rules for its `Maybe` and `@oneOf` inputs.
RULES: tuple[type[ASTValidationRule], ...] = (
    *specified_rules,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


class Rejected(Exception):
    """A document, or the choice of an operation in it, that cannot be executed; `errors` say why."""

    def __init__(self, *errors: dict[str, Any]) -> None:
        super().__init__("rejected")
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is valid for the schema."""

    ast: DocumentNode

    def kind(self, operation_name: str | None) -> OperationType:
        """Whether the operation of that name, or the only one, is a query, mutation or subscription.

        Raises `Rejected` when there is none of that name, or several and no name.
        """
        operation = get_operation_ast(self.ast, operation_name)
        if operation is None:
            raise Rejected(
                error(
                    "Must provide operation name if query contains multiple operations."
                    if operation_name is None
                    else f"Unknown operation named '{operation_name}'.",
                    Code.OPERATION_RESOLUTION_FAILURE,
                )
            )
        return operation.operation

    def name(self, operation_name: str | None) -> str | None:
        """What the document calls that operation; None if it has no name."""
        operation = get_operation_ast(self.ast, operation_name)
        return operation.name.value if operation is not None and operation.name is not None else None


class Documents:
    """The least recently used documents are forgotten beyond `max_count` of them or `max_bytes` of text.

    Only valid ones are kept, so that a stream of broken documents does not push out the good ones.
    """

    def __init__(
        self, schema: GraphQLSchema, *, max_tokens: int, max_errors: int, max_count: int, max_bytes: int
    ) -> None:
        self._schema = schema
        self._max_tokens = max_tokens
        self._max_errors = max_errors
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._cache: OrderedDict[str, Document] = OrderedDict()
        self._bytes = 0

    def get(self, query: str) -> Document:
        """The document of this text; raises `Rejected` if it does not parse or is not valid."""
        if document := self._cache.get(query):
            self._cache.move_to_end(query)
            return document
        document = Document(self._validated(query))
        self._cache[query] = document
        self._bytes += _size(query)
        while len(self._cache) > self._max_count or self._bytes > self._max_bytes:
            oldest, _ = self._cache.popitem(last=False)
            self._bytes -= _size(oldest)
        return document

    def _validated(self, query: str) -> DocumentNode:
        try:
            ast = parse(query, max_lexical_tokens=self._max_tokens, max_comments=self._max_tokens)
        except GraphQLError as failure:
            raise Rejected(coded(failure, Code.PARSE_FAILED)) from None
        if failures := validate(self._schema, ast, RULES, self._max_errors):
            raise Rejected(*(coded(failure, Code.VALIDATION_FAILED) for failure in failures))
        return ast


def _size(query: str) -> int:
    return len(query.encode(errors="surrogatepass"))
