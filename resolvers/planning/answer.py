"""Answering within the stock executor: the same plans and statements, with objects as the result."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLResolveInfo,
    get_argument_values,
    get_named_type,
)
from graphql.execution.values import VariableValues

from resolvers.context import Info
from resolvers.planning.plan import ObjectPlan, plan_object, scope_of
from resolvers.planning.queries import plan_root
from resolvers.planning.selection import Selections, sub_selections


async def answer(info: Info) -> Any:
    """What the planned query at hand answers for its arguments and selection."""
    raw = info._raw_info
    name = raw.field_name
    info.context.require(scope_of(raw.parent_type, name))
    nodes, selections = raw.field_nodes, _selections(raw)
    root = plan_root(raw.schema, name, sub_selections(nodes), selections)
    # As a plan has them, not as Strawberry converts them for a resolver.
    arguments = get_argument_values(raw.parent_type.fields[name], nodes[0], selections.variables)
    row = await root.read(info.context, arguments)
    return None if row is None else root.build(row, info.context.services.clock())


def plan_here(info: Info) -> ObjectPlan:
    """The plan of the object that the field at hand answers with."""
    raw = info._raw_info
    type_ = get_named_type(raw.return_type)
    assert isinstance(type_, GraphQLObjectType)
    return plan_object(type_, sub_selections(raw.field_nodes), _selections(raw))


def _selections(raw: GraphQLResolveInfo[Any]) -> Selections:
    variables = raw.variable_values
    if not isinstance(variables, VariableValues):  # Strawberry hands on the coerced values alone
        variables = VariableValues({}, variables)
    return Selections(raw.fragments, variables)
