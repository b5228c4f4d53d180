"""Orders, cases, accounts and visits: what belongs to an individual besides its source records."""

from __future__ import annotations

from typing import Any, Self, TypeVar

import strawberry

from graph_model.profiles.model import BusinessObject
from resolvers.enums import CaseChannel, CasePriority, CaseStatus, OrderStatus, WebEngagementType
from resolvers.fields import shown
from resolvers.principal import Scope
from resolvers.scalars import DateTime, Decimal

E = TypeVar("E")


def _enum(type_: type[E], value: Any) -> E | None:
    return None if value is None else type_(value)  # type: ignore[call-arg]


@strawberry.interface(description="A business object as its source last said it.")
class SourcedObject:
    id: strawberry.ID = shown(Scope.PROFILE_READ, "The gateway's id of this object.")
    source: str = shown(Scope.PROFILE_READ, "The source that sent it.")
    record_id: str = shown(Scope.PROFILE_READ, "Its id in the source.")
    modified_at: DateTime = shown(Scope.PROFILE_READ, "When the source last changed it.")


def _sourced(item: BusinessObject) -> dict[str, Any]:
    return {
        "id": strawberry.ID(item.id),
        "source": item.source,
        "record_id": item.record_id,
        "modified_at": DateTime(item.modified_at),
    }


@strawberry.type(description="An order that somebody placed.")
class SalesOrder(SourcedObject):
    ordered_at: DateTime = shown(Scope.PROFILE_READ, "When it was placed.")
    total: Decimal | None = shown(Scope.PROFILE_READ, "Total amount in the order's currency.")
    currency: str | None = shown(Scope.PROFILE_READ, "Currency of the total, ISO 4217.")
    status: OrderStatus | None = shown(Scope.PROFILE_READ, "State of the order.")
    item_count: int | None = shown(Scope.PROFILE_READ, "Number of items.")

    @classmethod
    def of(cls, item: BusinessObject) -> Self:
        """The order that this object is."""
        fields = item.fields
        return cls(
            **_sourced(item),
            ordered_at=fields["orderedAt"],
            total=fields.get("total"),
            currency=fields.get("currency"),
            status=_enum(OrderStatus, fields.get("status")),
            item_count=fields.get("itemCount"),
        )


@strawberry.type(description="A question or a problem that somebody brought to the service center.")
class Case(SourcedObject):
    subject: str | None = shown(Scope.PROFILE_PII, "What it is about.")
    status: CaseStatus | None = shown(Scope.PROFILE_READ, "State of the case.")
    priority: CasePriority | None = shown(Scope.PROFILE_READ, "Priority.")
    channel: CaseChannel | None = shown(Scope.PROFILE_READ, "Where it was opened.")
    opened_at: DateTime = shown(Scope.PROFILE_READ, "When it was opened.")

    @classmethod
    def of(cls, item: BusinessObject) -> Self:
        """The case that this object is."""
        fields = item.fields
        return cls(
            **_sourced(item),
            subject=fields.get("subject"),
            status=_enum(CaseStatus, fields.get("status")),
            priority=_enum(CasePriority, fields.get("priority")),
            channel=_enum(CaseChannel, fields.get("channel")),
            opened_at=fields["openedAt"],
        )


@strawberry.type(description="A business relationship that sales keeps with a person or their organisation.")
class Account(SourcedObject):
    name: str | None = shown(Scope.PROFILE_READ, "Name of the account.")
    industry: str | None = shown(Scope.PROFILE_READ, "Industry.")
    account_number: str | None = shown(Scope.PROFILE_READ, "Account number.")
    created_at: DateTime = shown(Scope.PROFILE_READ, "When the account was created.")

    @classmethod
    def of(cls, item: BusinessObject) -> Self:
        """The account that this object is."""
        fields = item.fields
        return cls(
            **_sourced(item),
            name=fields.get("name"),
            industry=fields.get("industry"),
            account_number=fields.get("accountNumber"),
            created_at=fields["createdAt"],
        )


@strawberry.type(description="Something that somebody did on a website.")
class WebEngagement(SourcedObject):
    type: WebEngagementType | None = shown(Scope.PROFILE_READ, "What was done.")
    url: str | None = shown(Scope.PROFILE_PII, "Address of the page.")
    referrer: str | None = shown(Scope.PROFILE_PII, "Address of the page before.")
    occurred_at: DateTime = shown(Scope.PROFILE_READ, "When it was done.")

    @classmethod
    def of(cls, item: BusinessObject) -> Self:
        """The visit that this object is."""
        fields = item.fields
        return cls(
            **_sourced(item),
            type=_enum(WebEngagementType, fields.get("type")),
            url=fields.get("url"),
            referrer=fields.get("referrer"),
            occurred_at=fields["occurredAt"],
        )
