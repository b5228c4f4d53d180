"""How a field says, once, where it lives and who may read it.

Every field of every object type is declared by one of these functions, with a description and a scope
(law 7: deny by default; a test walks the schema and fails on a field that is not). A field of a type that
is read from the graph also says what it is there: a stored property, a relation, how many it leads to, a
part of the same node, a Python function of stored properties, or objects packed into them. The planner, the
filters, the orders and the scope table in `docs/` read nothing but these declarations.

A list of objects may also say how many it holds at most (`size`), and a field which of its arguments says
how many the lists right beneath it hold (`page`, a path such as "input.records"), where that is not `first`
or `last`, and how many without (`page_size`). `points` are what a field costs besides, or what it costs if
certain arguments are given: the cost of an operation follows from all of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import strawberry

from graph_model.filters.model import Filter
from graph_model.reading.shape import Path, Value
from resolvers.principal import Scope

SCOPE = "scope"
SOURCE = "source"
SIZE = "size"
PAGE = "page"
PAGE_SIZE = "page_size"
POINTS = "points"

SCAN_POINTS = 1_000
"""What it costs to look at every individual, though there may be many more."""

Decorator: TypeAlias = Callable[[Callable[..., object]], Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A property of the node, or of what `of` names. Without `property` it is the field's own name. Of a
    `folded` one the case-folded form is stored beside it (`graph_model.folding`); an `indexed` one has an
    index that orders go by (`graph_model.migrations`). A Decimal is stored as whole millionths."""

    property: str | None = None
    of: str | None = None
    folded: bool = False
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class RelatedTo:
    """The list of what a path leads to: objects, or one `value` of each."""

    path: Path
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many things a path leads to."""

    path: Path


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object whose fields are properties of the same node, or of what `of` names. It is null when all
    of the properties that its type declares are."""

    of: str | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A function of stored values and of the moment of the request: `function(now, *inputs)`. Where it can
    be filtered by, `condition(operator, operand, *inputs)` says what that is of the inputs."""

    inputs: tuple[Value, ...]
    function: Callable[..., Any]
    condition: Callable[..., Filter] | None = None


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A list of objects that are packed into stored values: `function(*inputs)` returns their rows, whose
    values are, in this order, the `columns`."""

    inputs: tuple[Value, ...]
    function: Callable[..., list[Sequence[Any]]]
    columns: tuple[Value, ...]


Source: TypeAlias = Stored | RelatedTo | Counted | Embedded | Computed | Unpacked


def stored(
    scope: Scope,
    description: str,
    *,
    property: str | None = None,
    of: str | None = None,
    name: str | None = None,
    folded: bool = False,
    indexed: bool = False,
) -> Any:
    """A field that is a stored property."""
    return _field(scope, description, Stored(property, of, folded, indexed), name)


def related(scope: Scope, description: str, path: Path, *, value: str | None = None) -> Any:
    """A list of related objects, or of one property of each."""
    return _field(scope, description, RelatedTo(path, value), size=path.limit)


def counted(scope: Scope, description: str, path: Path) -> Any:
    """How many things a path leads to, whatever the path's limit."""
    return _field(scope, description, Counted(replace(path, limit=None)))


def embedded(scope: Scope, description: str, *, of: str | None = None, name: str | None = None) -> Any:
    """An object made of properties of the same node, or of what `of` names."""
    return _field(scope, description, Embedded(of), name)


def computed(
    scope: Scope,
    description: str,
    function: Callable[..., Any],
    *inputs: str,
    of: str = "n",
    condition: Callable[..., Filter] | None = None,
) -> Any:
    """A field that `function(now, *inputs)` computes from stored properties."""
    values = tuple(Value(name, of) for name in inputs)
    return _field(scope, description, Computed(values, function, condition))


def unpacked(
    scope: Scope,
    description: str,
    function: Callable[..., list[Sequence[Any]]],
    *inputs: str,
    columns: tuple[Value, ...],
    size: int,
) -> Any:
    """A list of objects, about `size`, whose rows `function(*inputs)` makes of stored properties."""
    source = Unpacked(tuple(map(Value, inputs)), function, columns)
    return _field(scope, description, source, size=size)


def shown(
    scope: Scope, description: str, *, name: str | None = None, size: int | None = None, points: int = 0
) -> Any:
    """A plain field of an object that a resolver makes."""
    metadata = {SCOPE: scope, SIZE: size, POINTS: {"": points}}
    return strawberry.field(description=description, name=name, metadata=metadata)


def resolved(
    scope: Scope,
    description: str,
    *,
    page: str | None = None,
    page_size: int | None = None,
    points: Mapping[str, int] | None = None,
) -> Decorator:
    """A field with a resolver, which calls `context.require(scope)`. `points` goes by argument."""
    metadata = {SCOPE: scope, PAGE: page, PAGE_SIZE: page_size, POINTS: points}
    decorator: Decorator = strawberry.field(description=description, metadata=metadata)
    return decorator


def mutation(scope: Scope, description: str, *, page: str | None = None) -> Decorator:
    """A mutation, whose resolver calls `context.require(scope)`."""
    metadata = {SCOPE: scope, PAGE: page}
    decorator: Decorator = strawberry.mutation(description=description, metadata=metadata)
    return decorator


def subscription(scope: Scope, description: str) -> Decorator:
    """A subscription, whose resolver calls `context.require(scope)`."""
    decorator: Decorator = strawberry.subscription(description=description, metadata={SCOPE: scope})
    return decorator


def _field(
    scope: Scope, description: str, source: Source, name: str | None = None, *, size: int | None = None
) -> Any:
    metadata = {SCOPE: scope, SOURCE: source, SIZE: size}
    return strawberry.field(description=description, name=name, metadata=metadata)
