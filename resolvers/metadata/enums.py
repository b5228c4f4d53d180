"""The enums of the canonical model, each value described for an integrator."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph_model.metadata import fields
from graph_model.records import model as records
from resolvers.enums import described as _value


@strawberry.enum(description="How the gateway treats the records of an object.")
class ObjectCategory(Enum):
    PROFILE = _value(
        fields.Category.PROFILE,
        "They say who somebody is, and are resolved into individuals, or add to one that is.",
    )
    ENGAGEMENT = _value(
        fields.Category.ENGAGEMENT,
        "They say what happened at a moment, and belong to whoever their identifiers lead to.",
    )
    OTHER = _value(
        fields.Category.OTHER,
        "Any other business objects; they belong to whoever their identifiers lead to.",
    )


@strawberry.enum(description="How much care the values of a field need.")
class Classification(Enum):
    PUBLIC = _value(fields.Classification.PUBLIC, "Anybody may know them.")
    INTERNAL = _value(
        fields.Classification.INTERNAL, "For the company's own use; they say nothing of who somebody is."
    )
    PERSONAL = _value(
        fields.Classification.PERSONAL, "They say who somebody is, how to reach them or what they do."
    )
    SENSITIVE = _value(
        fields.Classification.SENSITIVE, "Personal, and harm is done if they get into wrong hands."
    )


@strawberry.enum(description="What a field holds.")
class CanonicalType(Enum):
    TEXT = _value(fields.FieldType.TEXT, "A text.")
    INTEGER = _value(fields.FieldType.INTEGER, "A whole number.")
    DECIMAL = _value(fields.FieldType.DECIMAL, "A number of at most 12 digits before and 6 after the point.")
    BOOLEAN = _value(fields.FieldType.BOOLEAN, "True or false.")
    DATE = _value(fields.FieldType.DATE, "A day, ISO 8601.")
    DATETIME = _value(fields.FieldType.DATETIME, "A moment, ISO 8601, with its time zone.")
    MONEY = _value(fields.FieldType.MONEY, "An amount, a decimal string; its currency is another field.")
    LATITUDE = _value(fields.FieldType.LATITUDE, "A latitude in degrees, WGS 84.")
    LONGITUDE = _value(fields.FieldType.LONGITUDE, "A longitude in degrees, WGS 84.")
    ENUM = _value(fields.FieldType.ENUM, "One of several values.")
    COUNTRY = _value(fields.FieldType.COUNTRY, "A country, ISO 3166-1 alpha-2.")
    CURRENCY = _value(fields.FieldType.CURRENCY, "A currency, ISO 4217.")
    EMAIL = _value(fields.FieldType.EMAIL, "An e-mail address.")
    PHONE = _value(fields.FieldType.PHONE, "A phone number.")
    OBJECT = _value(fields.FieldType.OBJECT, "An object with parts.")


@strawberry.enum(description="What tells records of an object apart, or finds whom they are about.")
class KeyKind(Enum):
    PRIMARY = _value("PRIMARY", "It tells the records of a source apart.")
    IDENTIFIER = _value("IDENTIFIER", "It leads to a person or an organisation.")


@strawberry.enum(description="What a version of a record says.")
class RecordMode(Enum):
    UPSERT = _value(records.Mode.UPSERT, "The whole record.")
    PATCH = _value(records.Mode.PATCH, "Single fields of it.")
    DELETE = _value(records.Mode.DELETE, "That it was deleted.")
