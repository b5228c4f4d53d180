"""The registry of canonical objects: which objects a source may send, and what each field means.

Names follow the Cloud Information Model and the Customer 360 data model. Ingestion validates by
this registry, identity resolution reads from it which fields identify a person, and the metadata
query will describe it to integrators.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


class IdentifierType(StrEnum):
    """The kinds of identifier that lead to an individual, the strongest first."""

    CUSTOMER_NUMBER = "CUSTOMER_NUMBER"
    LOYALTY_NUMBER = "LOYALTY_NUMBER"
    LOGIN = "LOGIN"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    DEVICE = "DEVICE"
    COOKIE = "COOKIE"


ISSUED_BY_SOURCE = frozenset({IdentifierType.CUSTOMER_NUMBER, IdentifierType.COOKIE})
"""Types whose values mean something only within the source that issued them: equal customer
numbers of two shops are two identifiers."""

ANONYMOUS_TYPES = frozenset({IdentifierType.DEVICE, IdentifierType.COOKIE})
"""Types that name a browser or an app, not a person: they lead to an anonymous individual until a
known record claims them."""

MAX_TEXT = 4_096
MAX_KEY = 256
"""Characters of a value that the graph finds records by: it must fit into an index of either engine."""

DEVICE_OBJECT = "Device"
"""The object of the source records that the gateway derives for browsers and apps it meets."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object. `many` fields take one value or a list of values, of at most `max_length`
    characters each where they are texts. Of a `folded` one of a business object the case-folded form is
    stored, too."""

    name: str
    type: FieldType
    description: str
    many: bool = False
    identifier: IdentifierType | None = None
    values: tuple[str, ...] = ()
    max_length: int = MAX_TEXT
    folded: bool = False


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
    name: str, description: str, identifier: IdentifierType | None = None, *, folded: bool = False
) -> Field:
    max_length = MAX_TEXT if identifier is None else MAX_KEY
    return Field(
        name, FieldType.TEXT, description, identifier=identifier, max_length=max_length, folded=folded
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

INDIVIDUAL = ObjectType(
    "Individual",
    Category.PROFILE,
    "A person as one source knows them: a contact, a customer, a registered user.",
    (
        _text("salutation", "Form of address, such as Ms or Dr."),
        _text("firstName", "Given name."),
        _text("middleName", "Middle name."),
        _text("lastName", "Family name."),
        Field("birthDate", FieldType.DATE, "Date of birth."),
        _enum("gender", "Gender.", "FEMALE", "MALE", "OTHER"),
        Field("email", FieldType.EMAIL, "E-mail addresses.", many=True, identifier=IdentifierType.EMAIL),
        Field("phone", FieldType.PHONE, "Phone numbers.", many=True, identifier=IdentifierType.PHONE),
        _text("street", "Street and house number."),
        _text("city", "City."),
        Field("postalCode", FieldType.TEXT, "Postal code.", max_length=32),
        _text("state", "State, province or county."),
        Field("country", FieldType.COUNTRY, "Country, ISO 3166-1 alpha-2."),
        Field("latitude", FieldType.LATITUDE, "Latitude of the address in degrees, WGS 84."),
        Field("longitude", FieldType.LONGITUDE, "Longitude of the address in degrees, WGS 84."),
        _CUSTOMER_NUMBER,
        _text("loyaltyNumber", "Loyalty membership number.", IdentifierType.LOYALTY_NUMBER),
        _LOGIN,
        Field(
            "deviceId",
            FieldType.TEXT,
            "Devices or app installations of this person.",
            many=True,
            identifier=IdentifierType.DEVICE,
            max_length=MAX_KEY,
        ),
        Field(
            "cookieId",
            FieldType.TEXT,
            "Cookies of this person's browsers, as the source set them.",
            many=True,
            identifier=IdentifierType.COOKIE,
            max_length=MAX_KEY,
        ),
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

OBJECTS = {item.name: item for item in (INDIVIDUAL, ACCOUNT, SALES_ORDER, CASE, WEB_ENGAGEMENT)}
"""Every object that a source may send, by name."""
