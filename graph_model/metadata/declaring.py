"""Short ways to declare fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from graph_model.metadata.fields import MAX_KEY, MAX_TEXT, Classification, Field, FieldType, Relation
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
    values: Mapping[str, str],
    *,
    classification: Classification = INTERNAL,
    cim: str | None = None,
) -> Field:
    """A field that holds one of these values, each with its meaning."""
    return Field(
        name,
        FieldType.ENUM,
        description,
        classification,
        cim,
        values=tuple(values),
        meanings=tuple(values.values()),
    )


def typed(
    name: str,
    type_: FieldType,
    description: str,
    classification: Classification = INTERNAL,
    *,
    cim: str | None = None,
) -> Field:
    """A field of another type."""
    return Field(name, type_, description, classification, cim)


def integer(name: str, description: str, *, cim: str | None = None) -> Field:
    """A field that holds a whole number."""
    return typed(name, FieldType.INTEGER, description, cim=cim)


def decimal(name: str, description: str, *, cim: str | None = None) -> Field:
    """A field that holds a number with decimals."""
    return typed(name, FieldType.DECIMAL, description, cim=cim)


def flag(name: str, description: str, *, cim: str | None = None) -> Field:
    """A field that holds true or false."""
    return typed(name, FieldType.BOOLEAN, description, cim=cim)


def date(
    name: str, description: str, classification: Classification = INTERNAL, *, cim: str | None = None
) -> Field:
    """A field that holds a day."""
    return typed(name, FieldType.DATE, description, classification, cim=cim)


def moment(name: str, description: str, *, cim: str | None = None) -> Field:
    """A field that holds a moment."""
    return typed(name, FieldType.DATETIME, description, cim=cim)


def money(name: str, description: str, *, currency: str = "currency", cim: str | None = None) -> Field:
    """A field that holds an amount, whose currency another field holds."""
    return Field(name, FieldType.MONEY, description, INTERNAL, cim, currency=currency)


def currency(of: str, *, cim: str | None = None) -> Field:
    """The field that holds the currency of amounts."""
    return typed("currency", FieldType.CURRENCY, f"Currency of {of}, ISO 4217.", cim=cim)


def in_cim(field: Field, name: str) -> Field:
    """The field, known by that name in the Cloud Information Model."""
    return replace(field, cim=name)


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
    "cookieId", "Cookie of the browser, as the source set it.", PERSONAL, identifier=IdentifierType.COOKIE
)
LOYALTY_NUMBER = text(
    "loyaltyNumber", "Loyalty membership number.", PERSONAL, identifier=IdentifierType.LOYALTY_NUMBER
)

INDIVIDUAL_ID = reference(
    "individualId", "Id of the person's record (Individual) in the source.", cim="individualId"
)
OF_INDIVIDUAL = Relation("individualId", "Individual", "Whose it is.", owning=True)
ACCOUNT_ID = reference("accountId", "Id of the account in the source.", cim="accountId")
OF_ACCOUNT = Relation("accountId", "Account", "The account that it belongs to.", owning=True)
ORDER_ID = reference("salesOrderId", "Id of the order in the source.", cim="salesOrderId")
OF_ORDER = Relation("salesOrderId", "SalesOrder", "The order that it belongs to.", owning=True)
PRODUCT_ID = reference("productId", "Id of the product in the source.", cim="productId")
OF_PRODUCT = Relation("productId", "Product", "The product that it is about.")
CAMPAIGN_ID = reference("campaignId", "Id of the campaign in the source.", cim="campaignId")
OF_CAMPAIGN = Relation("campaignId", "Campaign", "The campaign that it is part of.")
