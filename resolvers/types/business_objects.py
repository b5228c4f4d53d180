"""Orders, cases, accounts and visits: what belongs to an individual besides its source records."""

from __future__ import annotations

import strawberry

from resolvers.enums import CaseChannel, CasePriority, CaseStatus, OrderStatus, WebEngagementType
from resolvers.fields import stored
from resolvers.principal import Scope
from resolvers.scalars import DateTime, Decimal
from resolvers.types.node import Node


@strawberry.interface(description="A business object as its source last said it.")
class SourcedObject(Node):
    id: strawberry.ID = stored(Scope.PROFILE_READ, "The gateway's id of this object.")
    source: str = stored(Scope.PROFILE_READ, "The source that sent it.")
    record_id: str = stored(Scope.PROFILE_READ, "Its id in the source.")
    modified_at: DateTime = stored(Scope.PROFILE_READ, "When the source last changed it.")


@strawberry.type(description="An order that somebody placed.")
class SalesOrder(SourcedObject):
    ordered_at: DateTime = stored(Scope.PROFILE_READ, "When it was placed.")
    total: Decimal | None = stored(Scope.PROFILE_READ, "Total amount in the order's currency.")
    currency: str | None = stored(Scope.PROFILE_READ, "Currency of the total, ISO 4217.")
    status: OrderStatus | None = stored(Scope.PROFILE_READ, "State of the order.")
    item_count: int | None = stored(Scope.PROFILE_READ, "Number of items.")


@strawberry.type(description="A question or a problem that somebody brought to the service center.")
class Case(SourcedObject):
    subject: str | None = stored(Scope.PROFILE_PII, "What it is about.", folded=True)
    status: CaseStatus | None = stored(Scope.PROFILE_READ, "State of the case.")
    priority: CasePriority | None = stored(Scope.PROFILE_READ, "Priority.")
    channel: CaseChannel | None = stored(Scope.PROFILE_READ, "Where it was opened.")
    opened_at: DateTime = stored(Scope.PROFILE_READ, "When it was opened.")


@strawberry.type(description="A business relationship that sales keeps with a person or their organisation.")
class Account(SourcedObject):
    name: str | None = stored(Scope.PROFILE_READ, "Name of the account.", folded=True)
    industry: str | None = stored(Scope.PROFILE_READ, "Industry.", folded=True)
    account_number: str | None = stored(Scope.PROFILE_READ, "Account number.")
    created_at: DateTime = stored(Scope.PROFILE_READ, "When the account was created.")


@strawberry.type(description="Something that somebody did on a website.")
class WebEngagement(SourcedObject):
    type: WebEngagementType | None = stored(Scope.PROFILE_READ, "What was done.")
    url: str | None = stored(Scope.PROFILE_PII, "Address of the page.")
    referrer: str | None = stored(Scope.PROFILE_PII, "Address of the page before.")
    occurred_at: DateTime = stored(Scope.PROFILE_READ, "When it was done.")
