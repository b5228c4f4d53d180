"""Orders as GraphQL inputs, made from the declarations of the types, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from functools import cache
from typing import Any

import strawberry

from graph_model.errors import BadInput
from graph_model.folding import folded_name
from graph_model.reading.pages import ID, Key
from resolvers.fields import Embedded, Stored
from resolvers.filters.inputs import Declared, InputField, complete, declared
from resolvers.principal import Scope
from resolvers.scalars import JSON
from resolvers.types.coordinates import Coordinates

MAX_KEYS = 5
"""Fields in one order at the most."""


@strawberry.enum(description="Which way to order.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="The least first. What has no value comes last.")
    DESC = strawberry.enum_value("DESC", description="The greatest first. What has no value comes last.")


@cache
def order_input(origin: type) -> type:
    """The input with a field to order objects of this type by."""
    name = origin.__name__
    fields = [
        InputField(
            item.python_name,
            item.name,
            order_input(item.type) if isinstance(item.source, Embedded) else OrderDirection,
            item.description,
        )
        for item in _orderable(origin)
    ]
    return complete(
        type(f"{name}Order", (), {}),
        fields,
        f"What to order by: exactly one of the fields of {name}. Texts for people are ordered whatever their "
        "case.",
        one_of=True,
    )


def read_order(
    given: list[Mapping[str, Any]] | None, origin: type, require: Callable[[Scope], None]
) -> tuple[tuple[Key, ...], str]:
    """The keys of an order, which end with the id, and what the order is called in its cursors. Raises
    BadInput and Forbidden."""
    if given and len(given) > MAX_KEYS:
        raise BadInput(f"An order has at most {MAX_KEYS} fields.")
    keys: list[Key] = []
    names: list[str] = []
    for item in given or ():
        key, name = _key(item, origin, "", require)
        keys.append(key)
        names.append(name)
        if key.value == ID:  # Nothing is left to be ordered.
            break
    else:
        keys.append(Key(ID, bool(keys) and keys[-1].descending))
    return tuple(keys), ",".join(names)


def _key(
    given: Mapping[str, Any], origin: type, prefix: str, require: Callable[[Scope], None]
) -> tuple[Key, str]:
    ((name, direction),) = given.items()
    item = next(item for item in _orderable(origin) if item.name == name)
    require(item.scope)
    if isinstance(item.source, Embedded):
        key, path = _key(direction, item.type, f"{prefix}{name}.", require)
        return replace(key, nullable=key.nullable or item.is_optional), path
    assert isinstance(item.source, Stored)
    value = item.value("n")
    if item.source.folded:
        value = replace(value, property=folded_name(value.property))
    descending = direction is OrderDirection.DESC
    return Key(value, descending, item.is_optional), f"{prefix}{name}:{direction.value}"


def _orderable(origin: type) -> Iterator[Declared]:
    for item in declared(origin):
        match item.source:
            case Stored() if not item.is_list and item.type is not JSON:
                yield item
            case Embedded() if item.type is not Coordinates:
                yield item
