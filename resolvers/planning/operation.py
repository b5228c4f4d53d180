"""A query that is planned as a whole: compiled once, then answered by one statement for each root field.

The rule: an operation is planned if it is a query, and every one of its root fields is `__typename` or a
planned query (`queries.plan_root`), and carries no directive but `@skip` and `@include`. Everything else
(introspection, mutations, other queries, subscriptions) goes to the stock executor, and so does a single
answer whose rows are not as the schema says.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    get_argument_values,
    visit,
)
from graphql.execution.values import VariableValues

from resolvers.context import Context
from resolvers.planning.encode import Encoder
from resolvers.planning.plan import TYPENAME, NotPlannable, scope_of
from resolvers.planning.queries import plan_root
from resolvers.planning.roots import Root
from resolvers.planning.selection import SKIP_AND_INCLUDE, Selections, sub_selections
from resolvers.principal import Scope


@dataclass(frozen=True, slots=True)
class PlannedRoot:
    """A root field: how to read it and how to write it. `nodes` are where it was selected."""

    root: Root
    encoder: Encoder
    definition: GraphQLField
    nodes: list[FieldNode]
    scope: Scope

    async def read(self, key: str, context: Context, variables: VariableValues) -> Any:
        """The row, None, or a GraphQLError."""
        try:
            context.require(self.scope)
            arguments = get_argument_values(self.definition, self.nodes[0], variables)
            return await self.root.read(context, arguments)
        except GraphQLError as error:
            return GraphQLError(error.message, error.nodes, path=[key], original_error=error.original_error)
        except Exception as error:
            return GraphQLError(str(error), self.nodes, path=[key], original_error=error)

    def describe(self, variables: VariableValues, now: datetime) -> dict[str, Any]:
        """The statements that it may read by, each under when it is used, for these variables; for no
        arguments at all where some are missing."""
        try:
            arguments = get_argument_values(self.definition, self.nodes[0], variables)
        except GraphQLError:
            arguments = {}
        return {
            when: {"statement": statement.text, "parameters": statement.parameters}
            for when, statement in self.root.statements(arguments, now).items()
        }


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """A compiled query: response name → its root, or the text that it is."""

    fields: dict[str, PlannedRoot | str]

    async def run(
        self, context: Context, variables: VariableValues
    ) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
        """The data, ready for orjson, and the errors. Raises Unfit for rows not as the schema says."""
        now = context.services.clock()
        reads = {
            key: field.read(key, context, variables)
            for key, field in self.fields.items()
            if isinstance(field, PlannedRoot)
        }
        if len(reads) > 1:
            rows = dict(zip(reads, await asyncio.gather(*reads.values()), strict=True))
        else:
            rows = {key: await read for key, read in reads.items()}
        data: dict[str, Any] = {}
        errors: list[GraphQLError] = []
        for key, field in self.fields.items():
            if isinstance(field, str):
                data[key] = field
                continue
            row = rows[key]
            if isinstance(row, GraphQLError):
                if isinstance(field.definition.type, GraphQLNonNull):
                    return None, [row]
                errors.append(row)
                row = None
            data[key] = None if row is None else field.encoder(row, now)
        return data, errors

    def describe(self, variables: VariableValues, now: datetime) -> dict[str, Any]:
        """The statements of each root field, by response name, each under when it is used."""
        return {
            key: field.describe(variables, now)
            for key, field in self.fields.items()
            if isinstance(field, PlannedRoot)
        }


def compile_operation(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: VariableValues,
) -> PlannedOperation | None:
    """The plan of an operation; None if the stock executor has to answer it. Of the variables it depends on
    those that `deciding_variables` names."""
    query = schema.query_type
    if operation.operation is not OperationType.QUERY or query is None:
        return None
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    if _directives(document).keys() - SKIP_AND_INCLUDE:
        return None
    selections = Selections(fragments, variables)
    fields: dict[str, PlannedRoot | str] = {}
    try:
        for key, nodes in selections.fields(query, [operation.selection_set]).items():
            name = nodes[0].name.value
            if name == TYPENAME:
                fields[key] = query.name
                continue
            root = plan_root(schema, name, sub_selections(nodes), selections)
            fields[key] = PlannedRoot(root, root.encoder(), query.fields[name], nodes, scope_of(query, name))
    except NotPlannable:
        return None
    return PlannedOperation(fields)


def deciding_variables(document: DocumentNode) -> tuple[str, ...]:
    """The variables that decide what is selected: those of `@skip` and `@include`."""
    used = _directives(document)
    return tuple(sorted({variable for name in SKIP_AND_INCLUDE for variable in used.get(name, ())}))


def _directives(document: DocumentNode) -> dict[str, set[str]]:
    """The directives of a document by name, with the variables that their arguments name."""
    visitor = _Directives()
    visit(document, visitor)
    return visitor.found


class _Directives(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, set[str]] = {}

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        variables = self.found.setdefault(node.name.value, set())
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                variables.add(argument.value.name.value)
