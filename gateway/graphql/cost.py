"""What an operation costs: the most fields that its answer can hold.

A field costs a point. What is selected beneath it is added, and beneath a list of objects it counts once for
each object that the list can hold:

- in a connection, the argument `first` or `last`, for the lists right beneath the field that takes it;
- else the size that the list declares (`resolvers.fields`): a number, or the page that its field's parent
  takes from another argument;
- else `ASSUMED_SIZE`.

What may look at every individual, because the order or the condition has no index, or because all are
counted, costs the points that its field declares besides.

Introspection counts like everything else. What `@skip` and `@include` leave out counts, and so does every
type of a union: a cost is a bound, not a forecast.

A document's cost is worked out once, each fragment once, as an expression of the variables that sizes come
from; a request only puts in their values. Needs a document that is valid for the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    value_from_ast_untyped,
)

from gateway.graphql.limits import ordered_fragments
from resolvers.fields import PAGE, PAGE_SIZE, POINTS, SIZE

ASSUMED_SIZE = 10
"""How many objects a list holds of which nothing is known."""
MOST = 2**53 - 1
"""The greatest cost that is told: the greatest integer that every reader of JSON understands."""
_INTROSPECTION_SIZES = {"types": 50}
_INTROSPECTION_SIZE = 5


@dataclass(frozen=True, slots=True)
class Given:
    """A size that variables decide: the first of `places` that holds a number, or a list for its length.

    A place is an argument's value and the path in it. Where none does it is `default`.
    """

    places: tuple[tuple[ValueNode, tuple[str, ...]], ...]
    default: int

    def value(self, variables: Mapping[str, Any]) -> int:
        """The size with these variables, which need not have been coerced."""
        for node, path in self.places:
            match _at(node, path, variables):
                case int(number):
                    return max(number, 0)
                case list(items):
                    return len(items)
        return self.default


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether a variable gives an argument a value: 1 if it does."""

    node: VariableNode

    def value(self, variables: Mapping[str, Any]) -> int:
        """1 or 0 with these variables."""
        return int(variables.get(self.node.name.value) is not None)


@dataclass(frozen=True, slots=True)
class Expression:
    """Points, and terms of a factor, what variables decide, and what these multiply."""

    points: int = 0
    terms: tuple[tuple[int, Given | Asked, Expression], ...] = ()

    def __add__(self, other: Expression) -> Expression:
        return Expression(self.points + other.points, self.terms + other.terms)

    def times(self, size: int | Given) -> Expression:
        """As often as the size says."""
        if isinstance(size, Given):
            return Expression(terms=((1, size, self),)) if self != _NOTHING else self
        return Expression(
            self.points * size, tuple((factor * size, given, inner) for factor, given, inner in self.terms)
        )

    def value(self, variables: Mapping[str, Any]) -> int:
        """The points with these variables."""
        return self.points + sum(
            factor * given.value(variables) * inner.value(variables) for factor, given, inner in self.terms
        )


@dataclass(frozen=True, slots=True)
class OperationCost:
    """The cost of an operation; `defaults` are those of its variables."""

    expression: Expression
    defaults: Mapping[str, Any]

    def points(self, variables: Mapping[str, Any] | None) -> int:
        """What it costs with these variables, as the client sent them; MOST if it is more."""
        if not self.expression.terms:
            return min(self.expression.points, MOST)
        return min(self.expression.value({**self.defaults, **(variables or {})}), MOST)


@dataclass(frozen=True, slots=True)
class _Field:
    """What the schema says of a field: `size` of a list of objects, None for the page of its parent;
    `pages`, the paths to the arguments that say how long a page is, and `page`, how long one is without;
    `points` that it costs besides, and that an argument does."""

    type: str
    size: int | None
    pages: tuple[tuple[str, ...], ...]
    page: int
    points: Mapping[str, int]


_ONE = Expression(1)
_NOTHING = Expression()


class Costs:
    """The cost model over a schema; made once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._fields = {
            (type_.name, name): _field(type_.name, name, field)
            for type_ in schema.type_map.values()
            if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
            for name, field in type_.fields.items()
        }
        query = schema.query_type.name if schema.query_type else ""
        self._fields[query, "__schema"] = _Field("__Schema", 1, (), ASSUMED_SIZE, {})
        self._fields[query, "__type"] = _Field("__Type", 1, (), _INTROSPECTION_SIZE, {})

    def of(self, document: DocumentNode) -> dict[str | None, OperationCost]:
        """The cost of each operation of a valid document, by its name."""
        fragments: dict[str, tuple[Expression, Expression]] = {}
        for name, fragment in ordered_fragments(document).items():
            fragments[name] = self._selected(
                fragment.selection_set, fragment.type_condition.name.value, fragments
            )
        return {
            node.name.value if node.name else None: self._operation(node, fragments)
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
        }

    def _operation(
        self, node: OperationDefinitionNode, fragments: Mapping[str, tuple[Expression, Expression]]
    ) -> OperationCost:
        root = self._schema.get_root_type(node.operation)
        own, paged = self._selected(node.selection_set, root.name if root else "", fragments)
        defaults = {
            definition.variable.name.value: value_from_ast_untyped(definition.default_value)
            for definition in node.variable_definitions or ()
            if definition.default_value
        }
        return OperationCost(own + paged.times(ASSUMED_SIZE), defaults)

    def _selected(
        self,
        selection_set: SelectionSetNode | None,
        type_name: str,
        fragments: Mapping[str, tuple[Expression, Expression]],
    ) -> tuple[Expression, Expression]:
        """What a selection set costs, and what of it is to be multiplied by its field's page."""
        own = paged = _NOTHING
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                one, many = self._field(selection, type_name, fragments)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                one, many = self._selected(
                    selection.selection_set, condition.name.value if condition else type_name, fragments
                )
            else:
                assert isinstance(selection, FragmentSpreadNode)
                one, many = fragments[selection.name.value]
            own, paged = own + one, paged + many
        return own, paged

    def _field(
        self, node: FieldNode, type_name: str, fragments: Mapping[str, tuple[Expression, Expression]]
    ) -> tuple[Expression, Expression]:
        field = self._fields.get((type_name, node.name.value))
        if field is None:
            return _ONE, _NOTHING
        one = _ONE + _points(field, node)
        if node.selection_set is None:
            return one, _NOTHING
        own, paged = self._selected(node.selection_set, field.type, fragments)
        inner = own + paged.times(_page(field, node))
        if field.size is None and field.pages:
            return one + inner.times(_page(field, node)), _NOTHING
        if field.size is None:
            return one, inner
        return one + inner.times(field.size), _NOTHING


def _field(type_name: str, name: str, field: GraphQLField) -> _Field:
    introspected = type_name.startswith("__")
    definition = (field.extensions or {}).get("strawberry-definition")
    declared = definition.metadata if definition else {}
    type_ = get_named_type(field.type)
    size: int | None = 1
    if is_list_type(get_nullable_type(field.type)) and not is_leaf_type(type_):
        size = _INTROSPECTION_SIZES.get(name, _INTROSPECTION_SIZE) if introspected else declared.get(SIZE)
    if page_path := declared.get(PAGE):
        pages: tuple[tuple[str, ...], ...] = (tuple(page_path.split(".")),)
    else:
        pages = tuple((argument,) for argument in ("first", "last") if argument in field.args)
    page = declared.get(PAGE_SIZE) or ASSUMED_SIZE
    return _Field(type_.name, size, pages, page, declared.get(POINTS) or {})


def _points(field: _Field, node: FieldNode) -> Expression:
    """What a field costs besides, by itself and for its arguments."""
    found = Expression(field.points.get("", 0))
    for argument in node.arguments or ():
        points = field.points.get(argument.name.value, 0)
        if isinstance(argument.value, VariableNode):
            found += Expression(terms=((points, Asked(argument.value), _ONE),)) if points else _NOTHING
        elif not isinstance(argument.value, NullValueNode):
            found += Expression(points)
    return found


def _page(field: _Field, node: FieldNode) -> int | Given:
    """How long the page is that a field is asked for."""
    arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
    places = tuple((arguments[path[0]], path[1:]) for path in field.pages if path[0] in arguments)
    given = Given(places, field.page)
    return given if any(_holds_variable(value) for value, _ in places) else given.value({})


def _holds_variable(value: ValueNode) -> bool:
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, VariableNode):
            return True
        if isinstance(node, ObjectValueNode):
            pending += [field.value for field in node.fields]
    return False


def _at(node: ValueNode, path: tuple[str, ...], variables: Mapping[str, Any]) -> Any:
    """The value at a path in an argument, None if there is none."""
    while path and isinstance(node, ObjectValueNode):
        inner = next((field.value for field in node.fields if field.name.value == path[0]), None)
        if inner is None:
            return None
        node, path = inner, path[1:]
    value = value_from_ast_untyped(node, dict(variables))
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
