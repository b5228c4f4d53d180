"""GraphQL documents, parsed and validated once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gateway.graphql.cache import BoundedCache, text_size
from gateway.graphql.errors import Code, coded, error
from gateway.graphql.plans import Plans

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
    plans: Plans

    def kind(self, operation_name: str | None) -> OperationType:
        """Whether the operation of that name, or the only one, is a query, mutation or subscription.

        Raises `Rejected` as `operation` does.
        """
        return self.operation(operation_name).operation

    def operation(self, operation_name: str | None) -> OperationDefinitionNode:
        """The operation of that name, or the only one.

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
        return operation


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
        self._cache: BoundedCache[Document] = BoundedCache(max_count=max_count, max_bytes=max_bytes)

    def get(self, query: str) -> Document:
        """The document of this text; raises `Rejected` if it does not parse or is not valid."""
        if document := self._cache.get(query):
            return document
        ast = self._validated(query)
        document = Document(ast, Plans(ast))
        self._cache.put(query, document, text_size(query))
        return document

    def _validated(self, query: str) -> DocumentNode:
        try:
            ast = parse(query, max_lexical_tokens=self._max_tokens, max_comments=self._max_tokens)
        except GraphQLError as failure:
            raise Rejected(coded(failure, Code.PARSE_FAILED)) from None
        if failures := validate(self._schema, ast, RULES, self._max_errors):
            raise Rejected(*(coded(failure, Code.VALIDATION_FAILED) for failure in failures))
        return ast
