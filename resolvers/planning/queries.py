"""The queries that are planned, by the name of their field."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    SelectionSetNode,
    get_named_type,
)

from resolvers.planning.nodes import plan_nodes
from resolvers.planning.plan import NotPlannable
from resolvers.planning.roots import Root, plan_individual, plan_individuals
from resolvers.planning.selection import Selections


def plan_root(
    schema: GraphQLSchema,
    name: str,
    selection_sets: Sequence[SelectionSetNode],
    selections: Selections,
) -> Root:
    """The root for a field of Query. Raises NotPlannable."""
    query = schema.query_type
    if query is None or name not in query.fields:
        raise NotPlannable(f"Query.{name}")
    match name, get_named_type(query.fields[name].type):
        case "individual", GraphQLObjectType() as type_:
            return plan_individual(type_, selection_sets, selections)
        case "individuals", GraphQLObjectType() as type_:
            return plan_individuals(type_, selection_sets, selections)
        case "node" | "nodes", GraphQLInterfaceType() as type_:
            types = schema.get_possible_types(type_)
            return plan_nodes(types, selection_sets, selections, many=name == "nodes")
    raise NotPlannable(f"Query.{name}")
