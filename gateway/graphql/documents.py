"""GraphQL documents, parsed and validated once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
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
from gateway.graphql.cost import Costs, OperationCost
from gateway.graphql.errors import Code, coded, error
from gateway.graphql.limits import Limits, check_document, check_text
from gateway.graphql.plans import Plans
from graph_model.errors import BadInput

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
    costs: Mapping[str | None, OperationCost]
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

    def cost(self, operation_name: str | None, variables: Mapping[str, Any] | None) -> int:
        """The points that the operation of that name, or the only one, costs with these variables."""
        if operation_name is None:
            (cost,) = self.costs.values()
        else:
            cost = self.costs[operation_name]
        return cost.points(variables)

    def name(self, operation_name: str | None) -> str | None:
        """What the document calls that operation; None if it has no name."""
        operation = get_operation_ast(self.ast, operation_name)
        return operation.name.value if operation is not None and operation.name is not None else None


class Documents:
    """The least recently used documents are forgotten beyond `max_count` of them or `max_bytes` of text.

    Only valid ones are kept, so that a stream of broken documents does not push out the good ones. Without
    `introspection` no document may ask for the schema, and no error suggests a name from it.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        limits: Limits,
        introspection: bool,
        max_errors: int,
        max_count: int,
        max_bytes: int,
    ) -> None:
        self._schema = schema
        self._costs = Costs(schema)
        self._limits = limits
        self._introspection = introspection
        self._max_errors = max_errors
        self._cache: BoundedCache[Document] = BoundedCache(max_count=max_count, max_bytes=max_bytes)

    def get(self, query: str) -> Document:
        """The document of this text; raises `Rejected` if it does not parse or is not valid."""
        if document := self._cache.get(query):
            return document
        ast = self._validated(query)
        document = Document(ast, self._costs.of(ast), Plans(ast))
        self._cache.put(query, document, text_size(query))
        return document

    def _validated(self, query: str) -> DocumentNode:
        try:
            check_text(query, self._limits)
            ast = parse(query)
            check_document(ast, self._limits)
        except GraphQLError as failure:
            raise Rejected(coded(failure, Code.PARSE_FAILED)) from None
        except BadInput as bad:
            raise Rejected(error(bad.message, bad.code)) from None
        rules = RULES if self._introspection else (*RULES, NoSchemaIntrospectionCustomRule)
        failures = validate(
            self._schema, ast, rules, self._max_errors, hide_suggestions=not self._introspection
        )
        if failures:
            raise Rejected(*(coded(failure, Code.VALIDATION_FAILED) for failure in failures))
        return ast
