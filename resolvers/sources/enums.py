"""The enums of sources."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph_model.sources import transforms
from graph_model.sources.templates import TemplateName
from resolvers.enums import described


@strawberry.enum(description="A well-known system that a ready mapping is shipped for.")
class SourceTemplate(Enum):
    SALESFORCE_CRM = described(
        TemplateName.SALESFORCE_CRM, "Salesforce: Contact, Lead, Account, Opportunity and Case."
    )
    SHOP = described(
        TemplateName.SHOP,
        "A shop, with the names of Shopify's REST Admin API: customers, orders, line_items, products, "
        "transactions and checkouts.",
    )
    WEB_ANALYTICS = described(
        TemplateName.WEB_ANALYTICS,
        "Events of a website, with the names of Snowplow's canonical event model: page views, searches, "
        "carts and purchases.",
    )


@strawberry.enum(description="What a field of a source holds, as far as a mapping has to know.")
class SourceFieldType(Enum):
    ANY = described(transforms.Kind.ANY, "Not said.")
    TEXT = described(transforms.Kind.TEXT, "Texts.")
    NUMBER = described(transforms.Kind.NUMBER, "Numbers, written as JSON writes them.")
    BOOLEAN = described(transforms.Kind.BOOLEAN, "True or false.")
    DATE = described(transforms.Kind.DATE, "Dates in ISO 8601.")
    DATETIME = described(transforms.Kind.DATETIME, "Moments in ISO 8601.")


@strawberry.enum(description="How letters are written.")
class LetterCase(Enum):
    UPPER = described(transforms.Case.UPPER, "ALL IN UPPER CASE.")
    LOWER = described(transforms.Case.LOWER, "all in lower case.")
    TITLE = described(transforms.Case.TITLE, "The First Letter Of Each Word.")


@strawberry.enum(description="A part of a person's whole name.")
class NamePart(Enum):
    FIRST = described(transforms.NamePart.FIRST, "The given name.")
    MIDDLE = described(transforms.NamePart.MIDDLE, "What stands between.")
    LAST = described(transforms.NamePart.LAST, "The family name, with its particles.")
    SUFFIX = described(transforms.NamePart.SUFFIX, "What follows it, such as Jr.")


@strawberry.enum(description="The sign before the decimals of a number.")
class DecimalSign(Enum):
    POINT = described(transforms.DecimalSign.POINT, "1,234.50")
    COMMA = described(transforms.DecimalSign.COMMA, "1.234,50")
