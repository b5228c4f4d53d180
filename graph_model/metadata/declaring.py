"""Short ways to declare fields."""

from __future__ import annotations

from graph_model.metadata.fields import (
    MAX_KEY,
    MAX_TEXT,
    Classification,
    Field,
    FieldType,
    Relation,
)
from graph_model.metadata.identifier_types import IdentifierType

PUBLIC = Classification.PUBLIC
INTERNAL = Classification.INTERNAL
PERSONAL = Classification.PERSONAL
SENSITIVE = Classification.SENSITIVE


def text(
    name: str,
    description: str,
    classification: Classification = INTERNAL,
    *,
    cim: str | None = None,
    identifier: IdentifierType | None = None,
    most: int | None = None,
    many: bool = False,
    folded: bool = False,
    required: bool = False,
) -> Field:
    """A field that holds a text, of an identifier one that the graph can find."""
    return Field(
        name,
        FieldType.TEXT,
        description,
        classification,
        cim,
        many=many,
        identifier=identifier,
        max_length=most or (MAX_TEXT if identifier is None else MAX_KEY),
        folded=folded,
        required=required,
    )


def reference(name: str, description: str, *, cim: str | None = None, required: bool = False) -> Field:
    """A field that holds the id of another record of the source."""
    return text(name, description, cim=cim, most=MAX_KEY, required=required)


def enum(
    name: str,
    description: str,
    *values: str,
    classification: Classification = INTERNAL,
    cim: str | None = None,
) -> Field:
    """A field that holds one of these values."""
    return Field(name, FieldType.ENUM, description, classification, cim, values=values)


def typed(
    name: str,
    type_: FieldType,
    description: str,
    classification: Classification = INTERNAL,
    *,
    cim: str | None = None,
    required: bool = False,
) -> Field:
    """A field of another type."""
    return Field(name, type_, description, classification, cim, required=required)


def moment(name: str, description: str, *, cim: str | None = None) -> Field:
    """A field that holds a moment."""
    return typed(name, FieldType.DATETIME, description, cim=cim)


def money(name: str, description: str, *, currency: str = "currency", cim: str | None = None) -> Field:
    """A field that holds an amount, whose currency another field holds."""
    return Field(name, FieldType.MONEY, description, INTERNAL, cim, currency=currency)


def currency(of: str, *, name: str = "currency", cim: str | None = None) -> Field:
    """The field that holds the currency of amounts."""
    return typed(name, FieldType.CURRENCY, f"Currency of {of}, ISO 4217.", cim=cim)


def relation(field: str, object_name: str, description: str) -> Relation:
    """That a field holds the id of a record of that object."""
    return Relation(field, object_name, description)


EMAIL = Field("email", FieldType.EMAIL, "E-mail address.", PERSONAL, identifier=IdentifierType.EMAIL)
PHONE = Field("phone", FieldType.PHONE, "Phone number.", PERSONAL, identifier=IdentifierType.PHONE)
CUSTOMER_NUMBER = text(
    "customerNumber",
    "Customer number, as the source issues it.",
    PERSONAL,
    identifier=IdentifierType.CUSTOMER_NUMBER,
)
LOGIN = text("login", "Name under which the person signs in.", PERSONAL, identifier=IdentifierType.LOGIN)
DEVICE = text(
    "deviceId", "Device or app installation it came from.", PERSONAL, identifier=IdentifierType.DEVICE
)
COOKIE = text(
    "cookieId",
    "Cookie of the browser, as the source set it.",
    PERSONAL,
    identifier=IdentifierType.COOKIE,
)
LOYALTY_NUMBER = text(
    "loyaltyNumber", "Loyalty membership number.", PERSONAL, identifier=IdentifierType.LOYALTY_NUMBER
)
