"""What may be added to the canonical model, and what may be changed or taken away again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from graph_model.metadata.custom import SUFFIX, CustomField
from graph_model.metadata.fields import MAX_KEY, Category, Field, FieldType, ObjectType
from graph_model.metadata.identifier_types import ISSUED_BY_AUTHORITY, IdentifierType
from graph_model.metadata.registry import Registry
from graph_model.records.model import Problem

MAX_OBJECTS = 100
MAX_FIELDS = 200
"""Custom fields of one object."""
MAX_VALUES = 500
"""Values of one field that holds one of several."""
MAX_DESCRIPTION = 1_000
_OBJECT_NAME = re.compile(rf"[A-Z][A-Za-z0-9]{{0,59}}{SUFFIX}")
_FIELD_NAME = re.compile(rf"[a-z][A-Za-z0-9]{{0,59}}{SUFFIX}")
_VALUE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,256}")
_IDENTIFYING = {
    FieldType.EMAIL: {IdentifierType.EMAIL},
    FieldType.PHONE: {IdentifierType.PHONE},
    FieldType.TEXT: set(IdentifierType) - ISSUED_BY_AUTHORITY - {IdentifierType.EMAIL, IdentifierType.PHONE},
}
"""As which identifiers fields of a type may lead to a person."""
_SINGLE = frozenset({FieldType.MONEY, FieldType.DECIMAL, FieldType.LATITUDE, FieldType.LONGITUDE})
"""Types of which a field holds one value."""


def problems_of_object(registry: Registry, item: ObjectType, fields: Sequence[CustomField]) -> list[Problem]:
    """What is wrong with a custom object and its fields, with paths from the object on."""
    problems = [
        *_name(_OBJECT_NAME, item.name, "An object's", "Visit__c"),
        *_description(item.description),
    ]
    known = registry.objects.get(item.name)
    if known is not None:
        problems.append(Problem("ALREADY_EXISTS", "There is an object of that name.", ("name",)))
    if sum(found.custom for found in registry.objects.values()) >= MAX_OBJECTS:
        problems.append(Problem("TOO_MANY_OBJECTS", f"There may be {MAX_OBJECTS} custom objects.", ("name",)))
    if item.category is Category.PROFILE:
        message = "A custom object is ENGAGEMENT or OTHER: who somebody is, Individual and Organization say."
        problems.append(Problem("INVALID_CATEGORY", message, ("category",)))
    problems += _moment(item, {field.field.name: field.field for field in fields})
    whole = Registry.of([*registry.objects.values(), item])
    return problems + problems_of_fields(whole, item.name, fields, is_new=True)


def problems_of_fields(
    registry: Registry, object_name: str, fields: Sequence[CustomField], *, is_new: bool = False
) -> list[Problem]:
    """What is wrong with fields that are to be added to an object, maybe a new one, with paths from `fields`
    on."""
    known = registry.objects[object_name]
    problems: list[Problem] = []
    taken = {field.name for field in known.fields}
    every = {field.name: field for field in (*known.fields, *(item.field for item in fields))}
    if not fields and not is_new:
        problems.append(Problem("MISSING_FIELD", "Name at least one field.", ("fields",)))
    if sum(field.custom for field in known.fields) + len(fields) > MAX_FIELDS:
        problems.append(
            Problem("TOO_MANY_FIELDS", f"An object may have {MAX_FIELDS} custom fields.", ("fields",))
        )
    for place, item in enumerate(fields):
        found = list(_problems_of_field(registry, known, item, every, is_new))
        if item.field.name in taken:
            found.append(Problem("ALREADY_EXISTS", "The object has a field of that name.", ("name",)))
        taken.add(item.field.name)
        problems += [replace(problem, path=("fields", place, *problem.path)) for problem in found]
    return problems


def _problems_of_field(
    registry: Registry, object_type: ObjectType, item: CustomField, every: dict[str, Field], is_new: bool
) -> Iterator[Problem]:
    field = item.field
    yield from _name(_FIELD_NAME, field.name, "A field's", "tier__c")
    yield from _description(field.description)
    if field.type is FieldType.OBJECT:
        yield Problem("INVALID_TYPE", "A custom field has no parts.", ("type",))
    if field.many and (field.type in _SINGLE or item.relates_to is not None):
        yield Problem("INVALID_TYPE", "A field of this kind holds one value.", ("many",))
    yield from _values(field)
    if field.identifier is not None:
        if field.identifier not in _IDENTIFYING.get(field.type, ()):
            message = f"A {field.type} cannot be an identifier {field.identifier}."
            yield Problem("INVALID_IDENTIFIER", message, ("identifier",))
        if not field.classification.is_personal:
            message = "What leads to a person is PERSONAL or SENSITIVE."
            yield Problem("INVALID_CLASSIFICATION", message, ("classification",))
    if field.type is FieldType.MONEY:
        currency = every.get(field.currency or "")
        if currency is None or currency.type is not FieldType.CURRENCY or currency.many:
            message = "An amount names the field of type CURRENCY that holds its currency."
            yield Problem("MISSING_CURRENCY", message, ("currencyField",))
    elif field.currency is not None:
        yield Problem("MISSING_CURRENCY", "Only an amount has a currency.", ("currencyField",))
    if field.required and not is_new:
        message = "Only a field that comes with its object can be required: records are there without it."
        yield Problem("INVALID_FIELD", message, ("required",))
    yield from _relation(registry, object_type, item)


def _relation(registry: Registry, object_type: ObjectType, item: CustomField) -> Iterator[Problem]:
    if item.relates_to is None:
        if item.owning:
            yield Problem("INVALID_RELATION", "Only a field that holds ids says whose it is.", ("owning",))
        return
    if registry.objects.get(item.relates_to) is None:
        yield Problem("UNKNOWN_OBJECT", "There is no object of that name.", ("relatesTo",))
    if item.field.type is not FieldType.TEXT or item.field.identifier is not None:
        yield Problem("INVALID_RELATION", "The id of a record is a TEXT, and no identifier.", ("relatesTo",))
    if item.owning and object_type.is_party:
        yield Problem("INVALID_RELATION", "Whose a party is, it says itself.", ("owning",))


def _values(field: Field) -> Iterator[Problem]:
    if field.type is not FieldType.ENUM:
        if field.values:
            yield Problem("INVALID_VALUES", "Only a field of type ENUM has values.", ("values",))
        return
    if not 0 < len(field.values) <= MAX_VALUES or len(set(field.values)) < len(field.values):
        message = f"A field of type ENUM has 1 to {MAX_VALUES} values, each once."
        yield Problem("INVALID_VALUES", message, ("values",))
    elif not all(_VALUE.fullmatch(value) and value == value.strip() for value in field.values):
        message = f"A value has 1 to {MAX_KEY} characters, and no spaces around it."
        yield Problem("INVALID_VALUES", message, ("values",))


def _moment(item: ObjectType, fields: dict[str, Field]) -> Iterator[Problem]:
    if item.time_field is None:
        if item.category is Category.ENGAGEMENT:
            yield Problem(
                "MISSING_TIME_FIELD", "An engagement names the field of its moment.", ("timeField",)
            )
        return
    moment = fields.get(item.time_field)
    if moment is None or moment.type is not FieldType.DATETIME or moment.many:
        message = "The moment of an object is a field of its own of type DATETIME that holds one value."
        yield Problem("MISSING_TIME_FIELD", message, ("timeField",))


def _name(pattern: re.Pattern[str], name: str, whose: str, example: str) -> Iterator[Problem]:
    if not pattern.fullmatch(name):
        message = (
            f"{whose} name has letters and digits, at most 60, and ends in {SUFFIX}, such as {example}, so "
            "that it never means anything that the gateway comes with."
        )
        yield Problem("INVALID_NAME", message, ("name",))


def _description(text: str) -> Iterator[Problem]:
    if not text.strip() or len(text) > MAX_DESCRIPTION:
        message = f"A description has 1 to {MAX_DESCRIPTION} characters."
        yield Problem("INVALID_DESCRIPTION", message, ("description",))


def problems_of_change(registry: Registry, object_type: ObjectType, item: CustomField) -> list[Problem]:
    """What is wrong with a custom field as it is to be from now on."""
    every = {field.name: field for field in object_type.fields}
    field = item.field
    of_its_object = object_type.custom or not field.required
    return list(_problems_of_field(registry, object_type, item, every, of_its_object))
