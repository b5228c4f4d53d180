"""What integrators added to the canonical model, as it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from graph_model.graph import Transaction
from graph_model.metadata.fields import (
    MAX_KEY,
    MAX_TEXT,
    Category,
    Classification,
    Field,
    FieldType,
    ObjectType,
    Relation,
)
from graph_model.metadata.identifier_types import IdentifierType
from graph_model.metadata.registry import SHIPPED, Registry

SUFFIX = "__c"
"""What every custom name ends in, and no name that the gateway comes with ever will."""

_READ: LiteralString = """
RETURN [COLLECT {
  MATCH (o:CustomObject)
  RETURN [o.name, o.category, o.description, o.timeField] ORDER BY o.name
}, COLLECT {
  MATCH (f:CustomField)
  RETURN [f.object, f.name, f.type, f.description, f.classification, f.many, f.identifier, f.values,
    f.required, f.currency, f.relatesTo, f.owning, f.deprecated]
  ORDER BY f.place, f.name
}]
"""

_SAVE_OBJECT: LiteralString = """
MERGE (o:CustomObject {name: $name})
ON CREATE SET o.createdAt = $time, o.createdBy = $actor
SET o += $properties, o.changedAt = $time, o.changedBy = $actor
"""

_SAVE_FIELDS: LiteralString = """
UNWIND $rows AS row
MERGE (f:CustomField {key: row.key})
ON CREATE SET f.createdAt = $time, f.createdBy = $actor
SET f += row.properties, f.changedAt = $time, f.changedBy = $actor
"""

_REMOVE_OBJECT: LiteralString = """
MATCH (o:CustomObject {name: $name})
DELETE o
"""

_REMOVE_FIELDS: LiteralString = """
UNWIND $keys AS key
MATCH (f:CustomField {key: key})
DELETE f
"""


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field that was added to an object. If it holds the ids of records, `relates_to` is the object that
    these are of, and an `owning` one says whose the record is."""

    object: str
    field: Field
    relates_to: str | None = None
    owning: bool = False

    @property
    def relation(self) -> Relation | None:
        """The relation that it makes."""
        if self.relates_to is None:
            return None
        return Relation(self.field.name, self.relates_to, self.field.description, self.owning)


async def read_registry(transaction: Transaction) -> Registry:
    """The canonical model with all that was added to it."""
    objects, fields = await transaction.run(_READ)
    return extended((_object(*row) for row in objects), [_field(*row) for row in fields])


def extended(objects: Iterable[ObjectType], added: Sequence[CustomField]) -> Registry:
    """The canonical model with these objects, and with these fields of any of its objects."""
    fields: dict[str, tuple[Field, ...]] = {}
    relations: dict[str, tuple[Relation, ...]] = {}
    for item in added:
        fields[item.object] = (*fields.get(item.object, ()), item.field)
        if (relation := item.relation) is not None:
            relations[item.object] = (*relations.get(item.object, ()), relation)
    return SHIPPED.extended(objects, fields, relations)


async def save_object(transaction: Transaction, item: ObjectType, *, actor: str, time: str) -> None:
    """Store a custom object, without its fields."""
    properties = {
        "category": item.category,
        "description": item.description,
        "timeField": item.time_field,
    }
    await transaction.run(_SAVE_OBJECT, name=item.name, properties=properties, actor=actor, time=time)


async def save_fields(
    transaction: Transaction, fields: Sequence[CustomField], *, first: int, actor: str, time: str
) -> None:
    """Store custom fields; `first` is the place of the first among those of its object."""
    rows = [
        {"key": _key(item.object, item.field.name), "properties": _properties(item) | {"place": place}}
        for place, item in enumerate(fields, start=first)
    ]
    await transaction.run(_SAVE_FIELDS, rows=rows, actor=actor, time=time)


async def remove_object(transaction: Transaction, item: ObjectType) -> None:
    """Forget a custom object and its fields."""
    await transaction.run(_REMOVE_OBJECT, name=item.name)
    await remove_fields(transaction, item.name, [field.name for field in item.fields])


async def remove_fields(transaction: Transaction, object_name: str, names: Sequence[str]) -> None:
    """Forget custom fields of an object."""
    await transaction.run(_REMOVE_FIELDS, keys=[_key(object_name, name) for name in names])


def _key(object_name: str, name: str) -> str:
    return f"{object_name}.{name}"


def _properties(item: CustomField) -> dict[str, Any]:
    field = item.field
    return {
        "object": item.object,
        "name": field.name,
        "type": field.type,
        "description": field.description,
        "classification": field.classification,
        "many": field.many,
        "identifier": field.identifier,
        "values": list(field.values),
        "required": field.required,
        "currency": field.currency,
        "relatesTo": item.relates_to,
        "owning": item.owning,
        "deprecated": field.deprecated,
    }


def custom_object(name: str, category: Category, description: str, time_field: str | None) -> ObjectType:
    """A custom object, without its fields. When an engagement happened never changes."""
    return ObjectType(
        name,
        category,
        description,
        (),
        time_field=time_field,
        immutable=category is Category.ENGAGEMENT,
        custom=True,
    )


def _object(name: str, category: str, description: str, time_field: str | None) -> ObjectType:
    return custom_object(name, Category(category), description, time_field)


def _field(
    object_name: str,
    name: str,
    type_: str,
    description: str,
    classification: str,
    many: bool,
    identifier: str | None,
    values: list[str] | None,
    required: bool,
    currency: str | None,
    relates_to: str | None,
    owning: bool,
    deprecated: str | None,
) -> CustomField:
    field = Field(
        name,
        FieldType(type_),
        description,
        Classification(classification),
        many=many,
        identifier=IdentifierType(identifier) if identifier else None,
        values=tuple(values or ()),
        meanings=tuple(values or ()),
        max_length=MAX_TEXT if identifier is None and relates_to is None else MAX_KEY,
        required=required,
        currency=currency,
        deprecated=deprecated,
        custom=True,
    )
    return CustomField(object_name, field, relates_to, owning)
