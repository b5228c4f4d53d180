"""The plans of a document: each query compiled once for each way that `@skip` and `@include` decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues, get_variable_values

from resolvers.planning.operation import PlannedOperation, deciding_variables

Compile: TypeAlias = Callable[
    [DocumentNode, OperationDefinitionNode, VariableValues], PlannedOperation | None
]

MAX_PLANS = 16
"""Plans of one document that are kept; with four `@skip` variables all of them fit."""


@dataclass(slots=True)
class Plans:
    """The plans of one document."""

    ast: DocumentNode
    deciding: tuple[str, ...] | None = None
    compiled: dict[tuple[Any, ...], PlannedOperation | None] = field(default_factory=dict)

    def plan(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        raw_variables: dict[str, Any],
        compile_operation: Compile,
    ) -> tuple[PlannedOperation, VariableValues] | None:
        """The plan of an operation and its coerced variables; None if the stock executor has to answer: also
        where variables are wrong, because it says what is wrong with them."""
        if operation.operation is not OperationType.QUERY:
            # Its variables, a thousand records perhaps, are for the stock executor alone to coerce.
            return None
        variables = get_variable_values(schema, operation.variable_definitions or (), raw_variables)
        if not isinstance(variables, VariableValues):
            return None
        if self.deciding is None:
            self.deciding = deciding_variables(self.ast)
        name = operation.name.value if operation.name else None
        key = (name, *(variables.coerced.get(variable) for variable in self.deciding))
        if key not in self.compiled:
            try:
                plan = compile_operation(self.ast, operation, variables)
            except GraphQLError:
                return None
            if len(self.compiled) >= MAX_PLANS:
                self.compiled.clear()
            self.compiled[key] = plan
        found = self.compiled[key]
        return None if found is None else (found, variables)
