"""The queries that are planned: what each reads, in which shape, and what its row looks like.

A query's resolver (for the stock executor) and a planned operation use the same roots, so both read by the
same statement; they differ only in what they make of the row.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from graphql import GraphQLObjectType, SelectionSetNode, get_named_type

from graph_model.errors import BadInput
from graph_model.filters.model import EVERYTHING
from graph_model.identity.lookup import parse_identifier
from graph_model.metadata import objects
from graph_model.reading.pages import PageOf, Pages
from graph_model.reading.roots import by_identifiers, by_ids
from graph_model.reading.shape import Shape
from graph_model.reading.statement import Statement
from graph_model.reading.together import Lane, Together
from resolvers.context import Context
from resolvers.filters.conditions import Reading
from resolvers.filters.inputs import conditions
from resolvers.filters.orders import read_order
from resolvers.planning.encode import Encoder, compile_encoder
from resolvers.planning.objects import build_object
from resolvers.planning.plan import (
    TYPENAME,
    Constant,
    FieldPlan,
    Leaf,
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
from resolvers.principal import Scope
from resolvers.types.connection import decode_cursor, encode_cursor
from resolvers.types.individual import Individual

MAX_PAGE = 1_000
DEFAULT_PAGE = 20
_FILTER = conditions(Individual)


class Root(ABC):
    """A planned query: how it is read, and what is made of its row."""

    @abstractmethod
    async def read(self, context: Context, arguments: Mapping[str, Any]) -> Sequence[Any] | None:
        """The row for these arguments; None where the query answers null. Raises GatewayError."""

    @abstractmethod
    def encoder(self) -> Encoder:
        """What makes the row into what is written."""

    @abstractmethod
    def build(self, row: Sequence[Any], now: datetime) -> Any:
        """What the row is for the stock executor."""

    @abstractmethod
    def statements(self, arguments: Mapping[str, Any], now: datetime) -> dict[str, Statement]:
        """The statements that it may read by for these arguments, each under when it does."""


class _PlannedRoot(Root):
    """One whose row is an object's: `plan` says what it means, `shape` what is read of each individual."""

    def __init__(self, plan: ObjectPlan, shape: Shape) -> None:
        self._plan = plan
        self._shape = shape
        self._together: Together | None = None
        self._lane: Lane | None = None

    def encoder(self) -> Encoder:
        return compile_encoder(self._plan)

    def build(self, row: Sequence[Any], now: datetime) -> Any:
        return build_object(self._plan, row, now)

    def lane(self, context: Context) -> Lane:
        """The lane on which its reads travel."""
        together = context.services.together
        if self._lane is None or self._together is not together:
            self._together, self._lane = together, together.lane(self._shape)
        return self._lane


class IndividualRoot(_PlannedRoot):
    """`individual(by:)`."""

    async def read(self, context: Context, arguments: Mapping[str, Any]) -> Sequence[Any] | None:
        by = arguments["by"]
        if "id" in by:
            return await self.lane(context).by_id(by["id"])
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

    def statements(self, arguments: Mapping[str, Any], now: datetime) -> dict[str, Statement]:
        return {"by id": by_ids(self._shape), "by identifier": by_identifiers(self._shape)}


class IndividualsRoot(_PlannedRoot):
    """`individuals(where:, orderBy:, first:, after:, last:, before:)`. Its row: edges, has next, has
    previous, first and last cursor, how many in all; an edge's row: that of its node, then, as far as it is
    selected, the edge's place and its cursor."""

    def __init__(self, plan: ObjectPlan, shape: Shape, selected: frozenset[str]) -> None:
        super().__init__(plan, shape)
        self._selected = selected

    async def read(self, context: Context, arguments: Mapping[str, Any]) -> Sequence[Any] | None:
        page, order = self._page(arguments, context.services.clock(), context.require)
        found, total = await self.lane(context).page(page)
        wanted = page.limit - 1
        rows, more = found[:wanted], len(found) > wanted
        if page.backwards:
            rows.reverse()
        width = len(self._shape)
        ends: list[str | None] = [None, None]
        if rows and "pageInfo" in self._selected:
            ends = [encode_cursor(order, rows[end][width:]) for end in (0, -1)]
        if "cursor" in self._selected:
            for row in rows:
                row.append(encode_cursor(order, row[width:]))
        if page.backwards:
            has_next, has_previous = page.before is not None, more
        else:
            has_next, has_previous = more, page.after is not None
        return [rows, has_next, has_previous, *ends, total]

    def statements(self, arguments: Mapping[str, Any], now: datetime) -> dict[str, Statement]:
        page, _ = self._page(arguments, now, lambda _: None)
        return {"a page": Pages(self._shape).statement(page)}

    def _page(
        self, arguments: Mapping[str, Any], now: datetime, require: Callable[[Scope], None]
    ) -> tuple[PageOf, str]:
        """The page that the arguments ask for, with one individual more, and the name of its order."""
        first, last = arguments.get("first"), arguments.get("last")
        if first is not None and last is not None:
            raise BadInput("Ask for `first` or for `last`, not for both.")
        for name, wanted in (("first", first), ("last", last)):
            if wanted is not None and not 1 <= wanted <= MAX_PAGE:
                raise BadInput(f"`{name}` takes 1 to {MAX_PAGE}.")
        keys, order = read_order(arguments.get("orderBy"), Individual, require)
        where = arguments.get("where")
        after, before = (
            decode_cursor(cursor, order, len(keys)) if cursor is not None else None
            for cursor in (arguments.get("after"), arguments.get("before"))
        )
        page = PageOf(
            now=now,
            keys=keys,
            filter=_FILTER.read(where, "where", Reading(require)) if where else EVERYTHING,
            after=after,
            before=before,
            backwards=last is not None,
            limit=(last or first or DEFAULT_PAGE) + 1,
            placed=not self._selected.isdisjoint(("cursor", "pageInfo")),
            counted="totalCount" in self._selected,
        )
        return page, order


def plan_individual(
    type_: GraphQLObjectType, selection_sets: Sequence[SelectionSetNode], selections: Selections
) -> IndividualRoot:
    """The root of one individual. Raises NotPlannable."""
    plan = plan_object(type_, selection_sets, selections)
    return IndividualRoot(plan, plan.shape)


def plan_individuals(
    type_: GraphQLObjectType, selection_sets: Sequence[SelectionSetNode], selections: Selections
) -> IndividualsRoot:
    """The root of the connection, whose shape is all that is selected of nodes, wherever. Raises
    NotPlannable."""
    nodes_row = RowShape()
    selected: set[str] = set()
    fields: dict[str, tuple[str, FieldPlan]] = {}
    for key, nodes in selections.fields(type_, selection_sets).items():
        name = nodes[0].name.value
        selected.add(name)
        match name:
            case "__typename":
                fields[key] = (TYPENAME, Constant(type_.name))
            case "pageInfo":
                info_type = _object_type(type_, "pageInfo")
                fields[key] = (
                    "page_info",
                    Part(_plan_page_info(info_type, sub_selections(nodes), selections), None),
                )
            case "totalCount":
                fields[key] = ("total_count", _given(5))
            case "edges":
                edge_type = _object_type(type_, "edges")
                edge = _plan_edge(edge_type, sub_selections(nodes), selections, nodes_row, selected)
                fields[key] = ("edges", Rows(0, edge))
    plan = ObjectPlan(origin_of(type_), fields)
    return IndividualsRoot(plan, nodes_row.shape, frozenset(selected))


def _plan_edge(
    type_: GraphQLObjectType,
    selection_sets: Sequence[SelectionSetNode],
    selections: Selections,
    nodes_row: RowShape,
    selected: set[str],
) -> ObjectPlan:
    node_type = _object_type(type_, "node")
    fields: dict[str, tuple[str, FieldPlan]] = {}
    for key, nodes in selections.fields(type_, selection_sets).items():
        name = nodes[0].name.value
        selected.add(name)
        match name:
            case "__typename":
                fields[key] = (TYPENAME, Constant(type_.name))
            case "cursor":
                fields[key] = ("cursor", _given(-1))
            case "node":
                node = plan_fields(node_type, sub_selections(nodes), selections, nodes_row)
                fields[key] = ("node", Part(node, None))
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
