"""How a field says who may read it (law 7: deny by default).

Every field of every object type is declared by one of these functions, each with a description and a
scope; a test walks the schema and fails on a field that is not.

A list of objects may also say how many it holds at most (`size`), and a field which of its arguments says
how many the lists right beneath it hold (`page`, a path such as "input.records"), where that is not `first`:
the cost of an operation follows from them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import strawberry

from resolvers.principal import Scope

SCOPE = "scope"
SIZE = "size"
PAGE = "page"

Decorator: TypeAlias = Callable[[Callable[..., object]], Any]


def shown(scope: Scope, description: str, *, name: str | None = None, size: int | None = None) -> Any:
    """A plain field that principals with this scope may read; the field's default."""
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
