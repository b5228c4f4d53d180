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
    KnownTypeNamesRule,
    NamedTypeNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gateway.graphql.cache import BoundedCache, text_size
from gateway.graphql.cost import Costs, OperationCost
from gateway.graphql.errors import Code, coded, error
from gateway.graphql.limits import Limits, check_document, check_text
from gateway.graphql.plans import Plans
from graph_model.errors import BadInput

_SUGGESTED_FROM = 10


class TypeNames(KnownTypeNamesRule):
    """The specification's rule, which suggests a name for an unknown one from those that are most like it:
    graphql-core measures each name of the schema, which takes milliseconds where there are hundreds."""

    def enter_named_type(self, node: NamedTypeNode, *place: Any) -> None:
        """Choose what may be suggested, and go on."""
        if node.name.value not in self.existing_types_map:
            likely = process.extract(
                node.name.value,
                self.existing_types_map.keys(),
                scorer=Levenshtein.normalized_similarity,
                limit=_SUGGESTED_FROM,
            )
            self.type_names = [name for name, *_ in likely]
        super().enter_named_type(node, *place)


# What Strawberry adds to the specification's rules for its `Maybe` and `@oneOf` inputs.
RULES: tuple[type[ASTValidationRule], ...] = (
    *(TypeNames if rule is KnownTypeNamesRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


class Rejected(Exception):
    """A document, or the choice of an operation in it, that cannot be executed; `errors` say why."""

    def __init__(self, *errors: dict[str, Any]) -> None:
        super().__init__("rejected")
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a valid document."""

    node: OperationDefinitionNode
    name: str | None
    kind: OperationType
    cost: OperationCost


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is valid for the schema; its operations are found by their names."""

    ast: DocumentNode
    operations: Mapping[str | None, Operation]
    plans: Plans

    def operation(self, name: str | None) -> Operation:
        """The operation of that name, or the only one.

        Raises `Rejected` when there is none of that name, or several and no name.
        """
        if name is None and len(self.operations) == 1:
            (operation,) = self.operations.values()
            return operation
        if found := self.operations.get(name):
            return found
        raise Rejected(
            error(
                "Must provide operation name if query contains multiple operations."
                if name is None
                else f"Unknown operation named '{name}'.",
                Code.OPERATION_RESOLUTION_FAILURE,
            )
        )


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
        document = Document(ast, self._operations(ast), Plans(ast))
        self._cache.put(query, document, text_size(query))
        return document

    def _operations(self, ast: DocumentNode) -> dict[str | None, Operation]:
        costs = self._costs.of(ast)
        operations = {}
        for node in ast.definitions:
            if isinstance(node, OperationDefinitionNode):
                name = node.name.value if node.name else None
                operations[name] = Operation(node, name, node.operation, costs[name])
        return operations

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
