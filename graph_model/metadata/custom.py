"""What integrators added to the canonical model, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from graph_model.graph import Transaction
from graph_model.metadata.fields import Category, Classification, Field, FieldType, ObjectType, Relation
from graph_model.metadata.identifier_types import IdentifierType
from graph_model.metadata.registry import SHIPPED, Registry

_READ: LiteralString = """
RETURN [COLLECT {
  MATCH (o:CustomObject)
  RETURN [o.name, o.category, o.description, o.timeField] ORDER BY o.name
}, COLLECT {
  MATCH (f:CustomField)
  RETURN [f.object, f.name, f.type, f.description, f.classification, f.cim, f.many, f.identifier, f.values,
    f.relatesTo]
  ORDER BY f.key
}]
"""


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field that was added, and to the records of which object it leads, if it holds their ids."""

    object: str
    field: Field
    relates_to: str | None


async def read_registry(transaction: Transaction) -> Registry:
    """The canonical model with all that was added to it."""
    objects, rows = await transaction.run(_READ)
    added: dict[str, list[CustomField]] = {}
    for row in rows:
        item = _field(*row)
        added.setdefault(item.object, []).append(item)
    return SHIPPED.extended(
        (_object(*row) for row in objects),
        {name: tuple(item.field for item in items) for name, items in added.items()},
        {name: _relations(items) for name, items in added.items()},
    )


def _object(name: str, category: str, description: str, time_field: str | None) -> ObjectType:
    return ObjectType(name, Category(category), description, (), time_field=time_field, custom=True)


def _field(
    object_name: str,
    name: str,
    type_: str,
    description: str,
    classification: str,
    cim: str | None,
    many: bool,
    identifier: str | None,
    values: list[str],
    relates_to: str | None,
) -> CustomField:
    field = Field(
        name,
        FieldType(type_),
        description,
        Classification(classification),
        cim,
        many=many,
        identifier=IdentifierType(identifier) if identifier else None,
        values=tuple(values),
        custom=True,
    )
    return CustomField(object_name, field, relates_to)


def _relations(items: list[CustomField]) -> tuple[Relation, ...]:
    return tuple(
        Relation(item.field.name, item.relates_to, item.field.description)
        for item in items
        if item.relates_to is not None
    )
