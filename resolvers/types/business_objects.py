"""Orders, cases, visits and all else that belongs to an individual besides its source records: a type for
each object of the canonical model that is no party, made of what the registry says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

import strawberry

from graph_model.metadata.fields import Field, FieldType, ObjectType
from graph_model.metadata.registry import SHIPPED
from graph_model.reading.shape import Direction, Hop, Order, Path, Value
from resolvers.enums import described
from resolvers.fields import related, stored
from resolvers.principal import Scope
from resolvers.scalars import JSON, Date, DateTime, Decimal
from resolvers.types.node import Node

Class = TypeVar("Class", bound=type)

_ENUM_NAMES = {"SalesOrderStatus": "OrderStatus"}
"""Enums that are not called by their object and their field."""
_TYPES: Mapping[FieldType, Any] = {
    FieldType.INTEGER: int,
    FieldType.DECIMAL: Decimal,
    FieldType.MONEY: Decimal,
    FieldType.BOOLEAN: bool,
    FieldType.DATE: Date,
    FieldType.DATETIME: DateTime,
    FieldType.LATITUDE: float,
    FieldType.LONGITUDE: float,
}
"""How values are shown; all others are texts."""

LISTS = {
    "orders": ("SalesOrder", "orders"),
    "order_lines": ("SalesOrderProduct", "lines of orders"),
    "cases": ("Case", "cases"),
    "accounts": ("Account", "accounts"),
    "account_contacts": ("AccountContact", "contacts of accounts"),
    "leads": ("Lead", "leads"),
    "opportunities": ("Opportunity", "opportunities"),
    "store_sales": ("StoreSale", "sales in stores"),
    "payments": ("Payment", "payments"),
    "shipments": ("Shipment", "shipments"),
    "subscriptions": ("ProductSubscription", "subscriptions"),
    "survey_responses": ("SurveyResponse", "answers in surveys"),
    "campaign_touches": ("CampaignTouch", "times that campaigns reached them"),
    "campaign_responses": ("CampaignResponse", "answers to campaigns"),
    "web_engagements": ("WebEngagement", "things done on websites"),
    "email_engagements": ("EmailEngagement", "things that happened to e-mails"),
    "message_engagements": ("MessageEngagement", "things that happened to short messages"),
    "app_engagements": ("AppEngagement", "things done in apps"),
    "cart_engagements": ("CartEngagement", "things done with shopping carts"),
    "product_browse_engagements": ("ProductBrowseEngagement", "looks at products"),
    "loyalty_memberships": ("LoyaltyMembership", "memberships of loyalty programmes"),
    "devices": ("Device", "devices"),
}
"""The lists of an individual: of which object each is, and what that is in words."""

PARTS = {
    "SalesOrder": {
        "lines": ("SalesOrderProduct", "lines"),
        "payments": ("Payment", "payments"),
        "shipments": ("Shipment", "shipments"),
    },
    "Account": {
        "contacts": ("AccountContact", "contacts"),
        "opportunities": ("Opportunity", "opportunities"),
    },
}
"""What an object has that is part of it: of which object each list is, and what that is in words."""
_MOST_PARTS = 50


@strawberry.interface(description="A business object as its source last said it.")
class SourcedObject(Node):
    id: strawberry.ID = stored(Scope.PROFILE_READ, "The gateway's id of this object.")
    source: str = stored(Scope.PROFILE_READ, "The source that sent it.")
    record_id: str = stored(Scope.PROFILE_READ, "Its id in the source.")
    modified_at: DateTime = stored(Scope.PROFILE_READ, "When the source last changed it.")
    fields: JSON = stored(Scope.PROFILE_PII, "All of its fields, custom ones included.")


def _made(object_type: ObjectType) -> type[SourcedObject]:
    """The type of an object: its fields, under the scope that their classification asks for."""
    body: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
    for field in object_type.fields:
        name = _python_name(field.name)
        shown = _shown(object_type, field)
        needed = field.name == object_type.time_field
        body["__annotations__"][name] = shown if needed else shown | None
        scope = Scope.PROFILE_PII if field.classification.is_personal else Scope.PROFILE_READ
        body[name] = stored(scope, field.description, folded=field.folded)
    for name, (part, words) in PARTS.get(object_type.name, {}).items():
        body["__annotations__"][name] = list[_type_of(part)]  # type: ignore[misc]
        description = (
            f"Its {words}, as its source says, {_MOST_PARTS} at most, in the order of their ids there."
        )
        body[name] = related(Scope.PROFILE_READ, description, _parts(part))
    made = type(object_type.name, (SourcedObject,), body)
    return strawberry.type(made, description=object_type.description)


def _parts(object_name: str) -> Path:
    """The objects of this kind that say that they are part of the one that they are read of."""
    return Path(
        (
            Hop("IS", Direction.OUT, "Reference"),
            Hop("PART_OF", Direction.IN, "BusinessObject", "o"),
        ),
        (Order(Value("key", "o")),),
        where=((Value("objectType", "o"), object_name),),
        limit=_MOST_PARTS,
    )


def _shown(object_type: ObjectType, field: Field) -> Any:
    if field.type is FieldType.ENUM:
        return _enum(object_type, field)
    return _TYPES.get(field.type, str)


def _enum(object_type: ObjectType, field: Field) -> type[Enum]:
    own = object_type.name + field.name[0].upper() + field.name[1:]
    name = _ENUM_NAMES.get(own, own)
    values = {
        value: described(value, meaning) for value, meaning in zip(field.values, field.meanings, strict=True)
    }
    made: Any = Enum(name, values)  # type: ignore[misc]
    described_enum: type[Enum] = strawberry.enum(made, description=field.description)
    return described_enum


def _python_name(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@cache
def _type_of(object_name: str) -> type[SourcedObject]:
    return _made(SHIPPED.objects[object_name])


TYPES = {name: _type_of(name) for name, item in SHIPPED.objects.items() if not item.is_party}
"""The types by the names of their objects."""


def with_business_objects(newest: Callable[[str], Path]) -> Callable[[Class], Class]:
    """Give a type the lists of business objects, each of what `newest` says of its object."""

    def give(to: Class) -> Class:
        for name, (object_name, words) in LISTS.items():
            path = newest(object_name)
            description = f"The {path.limit} newest {words}, the newest first."
            to.__annotations__[name] = list[TYPES[object_name]]  # type: ignore[valid-type]
            setattr(to, name, related(Scope.PROFILE_READ, description, path))
        return to

    return give
