"""The queries that are planned: what each reads, in which shape, and what its row looks like.

A query's resolver (for the stock executor) and a planned operation use the same roots, so both read by the
same statement; they differ only in what they make of the row.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLObjectType, SelectionSetNode, get_named_type

from graph_model.errors import BadInput
from graph_model.identity.lookup import parse_identifier
from graph_model.metadata import objects
from graph_model.reading.roots import Statement, by_identifiers, by_ids, page
from graph_model.reading.shape import Shape
from graph_model.reading.together import Lane, Together
from resolvers.context import Context
from resolvers.planning.plan import (
    TYPENAME,
    Constant,
    FieldPlan,
    Inner,
    Leaf,
    NotPlannable,
    ObjectPlan,
    Part,
    Rows,
    RowShape,
    origin_of,
    plan_fields,
    plan_object,
    source_of,
)
from resolvers.planning.selection import Selections, sub_selections
from resolvers.types.connection import decode_cursor, encode_cursor

MAX_PAGE = 1_000


class Root(ABC):
    """A planned query. `plan` says what its row means, `shape` what is read of each individual."""

    def __init__(self, plan: ObjectPlan, shape: Shape) -> None:
        self.plan = plan
        self.shape = shape
        self._together: Together | None = None
        self._lane: Lane | None = None

    @abstractmethod
    async def read(self, context: Context, arguments: Mapping[str, Any]) -> Sequence[Any] | None:
        """The row for these arguments; None where the query answers null. Raises GatewayError."""

    @abstractmethod
    def statements(self) -> dict[str, Statement]:
        """The statements that it may read by, each under when it does."""

    def lane(self, context: Context) -> Lane:
        """The lane on which its reads travel."""
        together = context.services.together
        if self._lane is None or self._together is not together:
            self._together, self._lane = together, together.lane(self.shape)
        return self._lane


class IndividualRoot(Root):
    """`individual(by:)`."""

    async def read(self, context: Context, arguments: Mapping[str, Any]) -> Sequence[Any] | None:
        by = arguments["by"]
        if id_ := by.get("id"):
            return await self.lane(context).by_id(id_)
        asked = by["identifier"]
        wanted = parse_identifier(
            objects.IdentifierType(asked["type"].value),
            asked["value"],
            asked.get("issuer"),
            context.services.default_country,
        )
        found = await self.lane(context).by_identifier(wanted.key)
        if found.shared:
            raise BadInput("Several individuals share this identifier.", code="AMBIGUOUS_IDENTIFIER")
        return found.row

    def statements(self) -> dict[str, Statement]:
        return {"by id": by_ids(self.shape), "by identifier": by_identifiers(self.shape)}


class IndividualsRoot(Root):
    """`individuals(first:, after:)`. Its row: edges, has next, has previous, first and last cursor; an
    edge's row: cursor, the row of its node."""

    async def read(self, context: Context, arguments: Mapping[str, Any]) -> Sequence[Any] | None:
        first, after = arguments["first"], arguments.get("after")
        if not 1 <= first <= MAX_PAGE:
            raise BadInput(f"`first` takes 1 to {MAX_PAGE}.")
        start = decode_cursor(after) if after else ""
        found = await self.lane(context).read_page(after=start, limit=first + 1)
        edges = [(encode_cursor(id_), row) for id_, row in found[:first]]
        ends = (edges[0][0], edges[-1][0]) if edges else (None, None)
        return [edges, len(found) > first, bool(after), *ends]

    def statements(self) -> dict[str, Statement]:
        return {"a page": page(self.shape)}


def plan_root(
    name: str,
    type_: GraphQLObjectType,
    selection_sets: Sequence[SelectionSetNode],
    selections: Selections,
) -> Root:
    """The root for a field of Query that answers with this type. Raises NotPlannable."""
    match name:
        case "individual":
            plan = plan_object(type_, selection_sets, selections)
            return IndividualRoot(plan, plan.shape)
        case "individuals":
            return IndividualsRoot(*_plan_connection(type_, selection_sets, selections))
    raise NotPlannable(f"Query.{name}")


def _plan_connection(
    type_: GraphQLObjectType, selection_sets: Sequence[SelectionSetNode], selections: Selections
) -> tuple[ObjectPlan, Shape]:
    """The plan of a connection, and the shape of its nodes' rows: all that is selected of nodes, wherever."""
    edge_type = _object_type(type_, "edges")
    nodes_row = RowShape()
    fields: dict[str, tuple[str, FieldPlan]] = {}
    for key, nodes in selections.fields(type_, selection_sets).items():
        match nodes[0].name.value:
            case "__typename":
                fields[key] = (TYPENAME, Constant(type_.name))
            case "pageInfo":
                page_info = _plan_page_info(
                    _object_type(type_, "pageInfo"), sub_selections(nodes), selections
                )
                fields[key] = ("page_info", Part(page_info, None))
            case "edges":
                edge = _plan_edge(edge_type, sub_selections(nodes), selections, nodes_row)
                fields[key] = ("edges", Rows(0, edge))
    return ObjectPlan(origin_of(type_), fields), nodes_row.shape


def _plan_edge(
    type_: GraphQLObjectType,
    selection_sets: Sequence[SelectionSetNode],
    selections: Selections,
    nodes_row: RowShape,
) -> ObjectPlan:
    node_type = _object_type(type_, "node")
    fields: dict[str, tuple[str, FieldPlan]] = {}
    for key, nodes in selections.fields(type_, selection_sets).items():
        match nodes[0].name.value:
            case "__typename":
                fields[key] = (TYPENAME, Constant(type_.name))
            case "cursor":
                fields[key] = ("cursor", _given(0))
            case "node":
                node = plan_fields(node_type, sub_selections(nodes), selections, nodes_row)
                fields[key] = ("node", Inner(1, node))
    return ObjectPlan(origin_of(type_), fields)


def _plan_page_info(
    type_: GraphQLObjectType, selection_sets: Sequence[SelectionSetNode], selections: Selections
) -> ObjectPlan:
    places = {"hasNextPage": 1, "hasPreviousPage": 2, "startCursor": 3, "endCursor": 4}
    fields: dict[str, tuple[str, FieldPlan]] = {}
    for key, nodes in selections.fields(type_, selection_sets).items():
        name = nodes[0].name.value
        if name == TYPENAME:
            fields[key] = (TYPENAME, Constant(type_.name))
        else:
            fields[key] = (source_of(type_, name)[0], _given(places[name]))
    return ObjectPlan(origin_of(type_), fields)


def _given(place: int) -> Leaf:
    return Leaf(place, nullable=True, many=False, enum=None, is_json=False)


def _object_type(type_: GraphQLObjectType, field: str) -> GraphQLObjectType:
    target = get_named_type(type_.fields[field].type)
    assert isinstance(target, GraphQLObjectType)
    return target
