"""The registry of canonical objects: which objects a source may send, and what each field means.

Names follow the Cloud Information Model and the Customer 360 data model. Ingestion validates by
this registry, identity resolution reads from it which fields identify a person, and the metadata
query will describe it to integrators.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph_model.metadata.identifier_types import ANONYMOUS_TYPES as ANONYMOUS_TYPES
from graph_model.metadata.identifier_types import ISSUED_BY_AUTHORITY as ISSUED_BY_AUTHORITY
from graph_model.metadata.identifier_types import ISSUED_BY_SOURCE as ISSUED_BY_SOURCE
from graph_model.metadata.identifier_types import IdentifierType as IdentifierType


class Category(StrEnum):
    """How the gateway treats an object's records."""

    PROFILE = "PROFILE"
    """Says who somebody is; its records are resolved into individuals."""
    ENGAGEMENT = "ENGAGEMENT"
    """Says what happened at a moment; belongs to whoever its identifier leads to."""
    OTHER = "OTHER"
    """Any other business object; belongs to whoever its identifier leads to."""


class FieldType(StrEnum):
    """What a field holds, as it is written in a record."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    DATE = "DATE"
    DATETIME = "DATETIME"
    MONEY = "MONEY"
    LATITUDE = "LATITUDE"
    LONGITUDE = "LONGITUDE"
    ENUM = "ENUM"
    COUNTRY = "COUNTRY"
    CURRENCY = "CURRENCY"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    OBJECT = "OBJECT"


MAX_TEXT = 4_096
MAX_KEY = 256
"""Characters of a value that the graph finds records by: it must fit into an index of either engine."""

DEVICE_OBJECT = "Device"
"""The object of the source records that the gateway derives for browsers and apps it meets."""
DEVICE_LOGINS = "logins"
"""The field of such a record that holds the logins that were seen with it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object. `many` fields take one value or a list of values, of at most `max_length`
    characters each where they are texts. Of a `folded` one of a business object the case-folded form is
    stored, too. A value of type OBJECT has `parts`, of which it needs those that are `required`."""

    name: str
    type: FieldType
    description: str
    many: bool = False
    identifier: IdentifierType | None = None
    values: tuple[str, ...] = ()
    max_length: int = MAX_TEXT
    folded: bool = False
    parts: tuple[Field, ...] = ()
    required: bool = False

    def part(self, name: str) -> Field | None:
        """The part of that name, or None."""
        return next((part for part in self.parts if part.name == name), None)


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One object of the canonical model. `time_field` is when it happened, for what has a moment."""

    name: str
    category: Category
    description: str
    fields: tuple[Field, ...]
    time_field: str | None = None

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)


def _text(
    name: str,
    description: str,
    identifier: IdentifierType | None = None,
    *,
    most: int | None = None,
    many: bool = False,
    folded: bool = False,
    required: bool = False,
) -> Field:
    return Field(
        name,
        FieldType.TEXT,
        description,
        many=many,
        identifier=identifier,
        max_length=most or (MAX_TEXT if identifier is None else MAX_KEY),
        folded=folded,
        required=required,
    )


def _enum(name: str, description: str, *values: str) -> Field:
    return Field(name, FieldType.ENUM, description, values=values)


_EMAIL = Field("email", FieldType.EMAIL, "E-mail address.", identifier=IdentifierType.EMAIL)
_PHONE = Field("phone", FieldType.PHONE, "Phone number.", identifier=IdentifierType.PHONE)
_CUSTOMER_NUMBER = _text(
    "customerNumber", "Customer number, as the source issues it.", IdentifierType.CUSTOMER_NUMBER
)
_LOGIN = _text("login", "Name under which the person signs in.", IdentifierType.LOGIN)
_DEVICE = _text("deviceId", "Device or app installation it came from.", IdentifierType.DEVICE)
_COOKIE = _text("cookieId", "Cookie of the browser, as the source set it.", IdentifierType.COOKIE)

_EMAILS = Field("email", FieldType.EMAIL, "E-mail addresses.", many=True, identifier=IdentifierType.EMAIL)
_PHONES = Field("phone", FieldType.PHONE, "Phone numbers.", many=True, identifier=IdentifierType.PHONE)
_ADDRESS = (
    _text("street", "Street and house number; an address that is known only as one line goes here."),
    _text("houseNumber", "House number, where the source keeps it apart.", most=64),
    _text("addressLine2", "What stands beside the street: building, unit, care of."),
    _text("locality", "District, suburb or place within the city."),
    _text("city", "City."),
    _text("postalCode", "Postal code.", most=32),
    _text("state", "State, province or county."),
    Field("country", FieldType.COUNTRY, "Country, ISO 3166-1 alpha-2."),
)
_ADDRESSES = Field("addresses", FieldType.OBJECT, "Further addresses.", many=True, parts=_ADDRESS)
_PARTY_IDENTIFICATIONS = Field(
    "partyIdentifications",
    FieldType.OBJECT,
    "Numbers by which authorities and others know the party.",
    many=True,
    parts=(
        _text(
            "type",
            "`NATIONAL_ID`, `PASSPORT`, `DRIVERS_LICENSE`, `TAX_ID` or a type of your own, such as `LEI`.",
            most=64,
            required=True,
        ),
        _text("issuer", "Who issued it: a country's code, an authority.", most=64),
        _text("number", "The number.", most=128, required=True),
    ),
)
_NO_MERGE = _text("noMergeReason", "Why this record must never be merged with others; left out, it may.")
_NAME = (
    _text("firstName", "Given name."),
    _text("middleName", "Middle name."),
    _text("lastName", "Family name."),
    _text("suffix", "What follows the name, such as Jr or III."),
    _text("fullName", "The whole name, where the source does not keep its parts apart."),
)

INDIVIDUAL = ObjectType(
    "Individual",
    Category.PROFILE,
    "A person as one source knows them: a contact, a customer, a registered user.",
    (
        _text("salutation", "Form of address, such as Ms or Dr."),
        *_NAME,
        Field(
            "alternateNames",
            FieldType.OBJECT,
            "Other names of this person: before a marriage, in another script, an alias.",
            many=True,
            parts=_NAME,
        ),
        Field("birthDate", FieldType.DATE, "Date of birth."),
        _text("birthPlace", "Place of birth."),
        _enum("gender", "Gender.", "FEMALE", "MALE", "OTHER"),
        _EMAILS,
        _PHONES,
        *_ADDRESS,
        Field("latitude", FieldType.LATITUDE, "Latitude of the address in degrees, WGS 84."),
        Field("longitude", FieldType.LONGITUDE, "Longitude of the address in degrees, WGS 84."),
        _ADDRESSES,
        _PARTY_IDENTIFICATIONS,
        _CUSTOMER_NUMBER,
        _text("loyaltyNumber", "Loyalty membership number.", IdentifierType.LOYALTY_NUMBER),
        _LOGIN,
        _text("deviceId", "Devices or app installations of this person.", IdentifierType.DEVICE, many=True),
        _text(
            "cookieId",
            "Cookies of this person's browsers, as the source set them.",
            IdentifierType.COOKIE,
            many=True,
        ),
        _NO_MERGE,
    ),
)

ORGANIZATION = ObjectType(
    "Organization",
    Category.PROFILE,
    "A company, an association or an authority as one source knows it; resolved among organisations only.",
    (
        _text("name", "Name, with or without the legal form."),
        _text("alternateNames", "Other names: trading names, brands, former names.", many=True),
        _text("website", "Address of the website."),
        _EMAILS,
        _PHONES,
        *_ADDRESS,
        _ADDRESSES,
        _PARTY_IDENTIFICATIONS,
        _CUSTOMER_NUMBER,
        _NO_MERGE,
    ),
)

ACCOUNT = ObjectType(
    "Account",
    Category.OTHER,
    "A business relationship that sales keeps with a person or their organisation.",
    (
        _text("name", "Name of the account.", folded=True),
        _text("industry", "Industry.", folded=True),
        _text("accountNumber", "Account number."),
        _EMAIL,
        _PHONE,
        Field("createdAt", FieldType.DATETIME, "When the account was created."),
    ),
    time_field="createdAt",
)

SALES_ORDER = ObjectType(
    "SalesOrder",
    Category.ENGAGEMENT,
    "An order that somebody placed.",
    (
        _CUSTOMER_NUMBER,
        _EMAIL,
        _PHONE,
        _DEVICE,
        Field("orderedAt", FieldType.DATETIME, "When the order was placed."),
        Field("total", FieldType.MONEY, "Total amount, a decimal string."),
        Field("currency", FieldType.CURRENCY, "Currency of the total, ISO 4217."),
        _enum("status", "State of the order.", "PLACED", "SHIPPED", "DELIVERED", "CANCELLED", "RETURNED"),
        Field("itemCount", FieldType.INTEGER, "Number of items."),
    ),
    time_field="orderedAt",
)

CASE = ObjectType(
    "Case",
    Category.ENGAGEMENT,
    "A question or a problem that somebody brought to the service center.",
    (
        _EMAIL,
        _PHONE,
        _CUSTOMER_NUMBER,
        _LOGIN,
        _text("subject", "What it is about.", folded=True),
        _enum("status", "State of the case.", "NEW", "WORKING", "ESCALATED", "CLOSED"),
        _enum("priority", "Priority.", "LOW", "MEDIUM", "HIGH"),
        _enum("channel", "Where it was opened.", "PORTAL", "EMAIL", "PHONE", "CHAT"),
        Field("openedAt", FieldType.DATETIME, "When the case was opened."),
    ),
    time_field="openedAt",
)

WEB_ENGAGEMENT = ObjectType(
    "WebEngagement",
    Category.ENGAGEMENT,
    "Something that somebody did on a website.",
    (
        _DEVICE,
        _COOKIE,
        _LOGIN,
        _enum("type", "What was done.", "PAGE_VIEW", "SEARCH", "CART", "PURCHASE"),
        _text("url", "Address of the page."),
        _text("referrer", "Address of the page before."),
        Field("occurredAt", FieldType.DATETIME, "When it was done."),
    ),
    time_field="occurredAt",
)

OBJECTS = {item.name: item for item in (INDIVIDUAL, ORGANIZATION, ACCOUNT, SALES_ORDER, CASE, WEB_ENGAGEMENT)}
"""Every object that a source may send, by name."""
