"""Answering within the stock executor: the same plans and statements, with objects as the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, GraphQLObjectType, GraphQLResolveInfo, get_named_type
from graphql.execution.values import VariableValues

from resolvers.context import Info
from resolvers.planning.objects import build_object
from resolvers.planning.plan import ObjectPlan, plan_object, scope_of
from resolvers.planning.roots import plan_root
from resolvers.planning.selection import Selections, sub_selections


async def answer(info: Info, name: str, arguments: Mapping[str, Any]) -> Any:
    """What the planned query of that name answers for the selection at hand."""
    info.context.require(scope_of(info._raw_info.parent_type, name))
    type_, nodes, selections = _selected(info)
    root = plan_root(name, type_, sub_selections(nodes), selections)
    row = await root.read(info.context, arguments)
    return None if row is None else build_object(root.plan, row, info.context.services.clock())


def plan_here(info: Info) -> ObjectPlan:
    """The plan of the object that the field at hand answers with."""
    type_, nodes, selections = _selected(info)
    return plan_object(type_, sub_selections(nodes), selections)


def _selected(info: Info) -> tuple[GraphQLObjectType, list[FieldNode], Selections]:
    raw: GraphQLResolveInfo[Any] = info._raw_info
    type_ = get_named_type(raw.return_type)
    assert isinstance(type_, GraphQLObjectType)
    variables = raw.variable_values
    if not isinstance(variables, VariableValues):  # Strawberry hands on the coerced values alone
        variables = VariableValues({}, variables)
    return type_, raw.field_nodes, Selections(raw.fragments, variables)
