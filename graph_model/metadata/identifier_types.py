"""The types of identifiers, and what an issuer is to each of them."""

from __future__ import annotations

from enum import StrEnum


class IdentifierType(StrEnum):
    """The kinds of identifier that lead to an individual, the strongest first: what an authority gave to one
    person, then what a company did, then what people share or change."""

    NATIONAL_ID = "NATIONAL_ID"
    TAX_ID = "TAX_ID"
    PASSPORT = "PASSPORT"
    DRIVERS_LICENSE = "DRIVERS_LICENSE"
    CUSTOMER_NUMBER = "CUSTOMER_NUMBER"
    LOYALTY_NUMBER = "LOYALTY_NUMBER"
    OTHER_ID = "OTHER_ID"
    """A party identification of any other type; its issuer begins with the name of that type."""
    LOGIN = "LOGIN"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    DEVICE = "DEVICE"
    COOKIE = "COOKIE"


ISSUED_BY_SOURCE = frozenset({IdentifierType.CUSTOMER_NUMBER, IdentifierType.COOKIE})
"""Types whose values mean something only within the source that issued them: equal customer
numbers of two shops are two identifiers."""

ISSUED_BY_AUTHORITY = frozenset(
    {
        IdentifierType.NATIONAL_ID,
        IdentifierType.TAX_ID,
        IdentifierType.PASSPORT,
        IdentifierType.DRIVERS_LICENSE,
        IdentifierType.OTHER_ID,
    }
)
"""Types of party identifications: their issuer is what the record says, a country as its code."""

ANONYMOUS_TYPES = frozenset({IdentifierType.DEVICE, IdentifierType.COOKIE})
"""Types that name a browser or an app, not a person: they lead to an anonymous individual until a
known record claims them."""
