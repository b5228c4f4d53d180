"""How a field says, once, where it lives and who may read it.

Every field of every object type is declared by one of these functions, with a description and a scope
(law 7: deny by default; a test walks the schema and fails on a field that is not). A field of a type that
is read from the graph also says what it is there: a stored property, a relation, a part of the same node,
or a Python function of stored properties. The planner reads nothing but these declarations.

A list of objects may also say how many it holds at most (`size`), and a field which of its arguments says
how many the lists right beneath it hold (`page`, a path such as "input.records"), where that is not `first`:
the cost of an operation follows from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import strawberry

from graph_model.reading.shape import Path, Value
from resolvers.principal import Scope

SCOPE = "scope"
SOURCE = "source"
SIZE = "size"
PAGE = "page"

Decorator: TypeAlias = Callable[[Callable[..., object]], Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A property of the node, or of what `of` names. Without `property` it is the field's own name."""

    property: str | None = None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class RelatedTo:
    """The list of what a path leads to: objects, or one `value` of each."""

    path: Path
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object whose fields are properties of the same node, or of what `of` names. It is null when all
    of the properties that its type declares are."""

    of: str | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A function of stored values and of the moment of the request: `function(now, *inputs)`."""

    inputs: tuple[Value, ...]
    function: Callable[..., Any]


Source: TypeAlias = Stored | RelatedTo | Embedded | Computed


def stored(
    scope: Scope,
    description: str,
    *,
    property: str | None = None,
    of: str | None = None,
    name: str | None = None,
) -> Any:
    """A field that is a stored property."""
    return _field(scope, description, Stored(property, of), name)


def related(scope: Scope, description: str, path: Path, *, value: str | None = None) -> Any:
    """A list of related objects, or of one property of each."""
    return _field(scope, description, RelatedTo(path, value), size=path.limit)


def embedded(scope: Scope, description: str, *, of: str | None = None, name: str | None = None) -> Any:
    """An object made of properties of the same node, or of what `of` names."""
    return _field(scope, description, Embedded(of), name)


def computed(
    scope: Scope, description: str, function: Callable[..., Any], *inputs: str, of: str = "n"
) -> Any:
    """A field that `function(now, *inputs)` computes from stored properties."""
    return _field(scope, description, Computed(tuple(Value(name, of) for name in inputs), function))


def shown(scope: Scope, description: str, *, name: str | None = None, size: int | None = None) -> Any:
    """A plain field of an object that a resolver makes."""
    return strawberry.field(description=description, name=name, metadata={SCOPE: scope, SIZE: size})


def resolved(scope: Scope, description: str) -> Decorator:
    """A field with a resolver, which calls `context.require(scope)`."""
    decorator: Decorator = strawberry.field(description=description, metadata={SCOPE: scope})
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
