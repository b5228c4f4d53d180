"""The plan of an object: the shape to read, and for each selected field how it follows from a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    SelectionSetNode,
    get_named_type,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from graph_model.insights.rules import amount_text
from graph_model.reading.shape import Count, Item, Related, Shape, Value
from resolvers.fields import SCOPE, SOURCE, Computed, Counted, Embedded, RelatedTo, Source, Stored, Unpacked
from resolvers.planning.selection import Selections, sub_selections
from resolvers.principal import Scope

TYPENAME = "__typename"


class NotPlannable(Exception):
    """The selection asks for something that no declaration covers: the stock executor answers it."""


@dataclass(frozen=True, slots=True)
class Constant:
    """`__typename`."""

    value: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A stored value at a place in the row. `is_json` marks text that is JSON already."""

    place: int
    nullable: bool
    many: bool
    enum: GraphQLEnumType | None
    is_json: bool


@dataclass(frozen=True, slots=True)
class Function:
    """What a function makes of the moment of the request and of values at places in the row."""

    function: Callable[..., Any]
    places: tuple[int, ...]
    nullable: bool


@dataclass(frozen=True, slots=True)
class Part:
    """An object made of the same row; null if all of its `decisive` places are null."""

    plan: ObjectPlan
    decisive: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of objects, each with a row of its own."""

    place: int
    plan: ObjectPlan


@dataclass(frozen=True, slots=True)
class Values:
    """A list of values, each the only one of its row."""

    place: int


@dataclass(frozen=True, slots=True)
class Unpacking:
    """A list of objects, whose rows a function makes of values at places in the row."""

    function: Callable[..., list[Sequence[Any]]]
    places: tuple[int, ...]
    plan: ObjectPlan


FieldPlan: TypeAlias = Constant | Leaf | Function | Part | Rows | Values | Unpacking


@dataclass(frozen=True, slots=True)
class ObjectPlan:
    """The selected fields of an object: response name → (Python name, plan)."""

    origin: type
    fields: dict[str, tuple[str, FieldPlan]]
    shape: Shape = ()


@dataclass(slots=True)
class RowShape:
    """A shape that grows while fields are planned; equal items share a place."""

    places: dict[Item, int] = field(default_factory=dict)

    def place(self, item: Item) -> int:
        return self.places.setdefault(item, len(self.places))

    @property
    def shape(self) -> Shape:
        return tuple(self.places)


def plan_object(
    type_: GraphQLObjectType, selection_sets: Iterable[SelectionSetNode], selections: Selections
) -> ObjectPlan:
    """The plan of an object that has a row of its own. Raises NotPlannable."""
    row = RowShape()
    plan = plan_fields(type_, selection_sets, selections, row)
    return ObjectPlan(plan.origin, plan.fields, row.shape)


def source_of(type_: GraphQLObjectType, name: str) -> tuple[str, Source | None]:
    """The Python name of a field, and where it says that it lives (None: it does not say)."""
    definition = type_.fields[name].extensions["strawberry-definition"]
    assert isinstance(definition, StrawberryField)
    return definition.python_name, definition.metadata.get(SOURCE)


def scope_of(type_: GraphQLObjectType, name: str) -> Scope:
    """The scope that a field declares."""
    definition = type_.fields[name].extensions["strawberry-definition"]
    scope: Scope = definition.metadata[SCOPE]
    return scope


def plan_fields(
    type_: GraphQLObjectType,
    selection_sets: Iterable[SelectionSetNode],
    selections: Selections,
    row: RowShape,
    at: str = "n",
) -> ObjectPlan:
    """The plan of an object that is made of a row which others may share. Raises NotPlannable."""
    fields: dict[str, tuple[str, FieldPlan]] = {}
    for key, nodes in selections.fields(type_, selection_sets).items():
        name = nodes[0].name.value
        if name == TYPENAME:
            fields[key] = (TYPENAME, Constant(type_.name))
            continue
        python_name, source = source_of(type_, name)
        fields[key] = (python_name, _plan_field(type_, name, source, nodes, selections, row, at))
    return ObjectPlan(origin_of(type_), fields)


def _plan_field(
    type_: GraphQLObjectType,
    name: str,
    source: Source | None,
    nodes: list[FieldNode],
    selections: Selections,
    row: RowShape,
    at: str,
) -> FieldPlan:
    output = type_.fields[name].type
    target = get_named_type(output)
    match source:
        case Stored(property_, of) if target.name == "Decimal":
            place = row.place(Value(property_ or name, of or at))
            return Function(_amount, (place,), nullable=not isinstance(output, GraphQLNonNull))
        case Stored(property_, of):
            return Leaf(
                row.place(Value(property_ or name, of or at)),
                nullable=not isinstance(output, GraphQLNonNull),
                many=_is_list(output),
                enum=target if isinstance(target, GraphQLEnumType) else None,
                is_json=target.name == "JSON",
            )
        case Counted(path):
            return Leaf(row.place(Count(path)), nullable=False, many=False, enum=None, is_json=False)
        case Computed(inputs, function):
            places = _places(inputs, row, at)
            return Function(function, places, nullable=not isinstance(output, GraphQLNonNull))
        case Unpacked(inputs, function, columns) if isinstance(target, GraphQLObjectType):
            inner_row = RowShape({column: place for place, column in enumerate(columns)})
            plan = plan_fields(target, sub_selections(nodes), selections, inner_row)
            return Unpacking(function, _places(inputs, row, at), plan)
        case Embedded(of) if isinstance(target, GraphQLObjectType):
            inner = of or at
            decisive = None
            if not isinstance(output, GraphQLNonNull):
                decisive = tuple(row.place(Value(item, inner)) for item in _properties(target))
            return Part(plan_fields(target, sub_selections(nodes), selections, row, inner), decisive)
        case RelatedTo(path, None) if isinstance(target, GraphQLObjectType):
            plan = plan_object(target, sub_selections(nodes), selections)
            return Rows(row.place(Related(path, plan.shape)), plan)
        case RelatedTo(path, str(property_)):
            return Values(row.place(Related(path, (Value(property_),))))
    raise NotPlannable(f"{type_.name}.{name}")


def _places(inputs: Iterable[Value], row: RowShape, at: str) -> tuple[int, ...]:
    return tuple(row.place(Value(item.property, at if item.of == "n" else item.of)) for item in inputs)


def _amount(_: datetime, millionths: int | None) -> str | None:
    return None if millionths is None else amount_text(millionths)


def _properties(type_: GraphQLObjectType) -> list[str]:
    """The properties that a type of stored fields declares."""
    found = []
    for name in type_.fields:
        _, source = source_of(type_, name)
        if isinstance(source, Stored):
            found.append(source.property or to_camel_case(name))
    return found


def _is_list(output: GraphQLOutputType) -> bool:
    return isinstance(output.of_type if isinstance(output, GraphQLNonNull) else output, GraphQLList)


def origin_of(type_: GraphQLObjectType) -> type:
    """The class that declares the type."""
    definition = type_.extensions["strawberry-definition"]
    assert isinstance(definition, StrawberryObjectDefinition)
    return definition.origin
