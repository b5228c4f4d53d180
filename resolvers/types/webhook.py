"""A webhook as those who manage it see it. Its secret is shown once, when it is registered."""

from __future__ import annotations

from typing import Self

import strawberry

from graph_model.webhooks import model
from resolvers.enums import EventKind, WebhookState
from resolvers.fields import shown
from resolvers.principal import Scope
from resolvers.scalars import DateTime
from resolvers.types.node import Node


@strawberry.type(
    description="An endpoint that is called with events, in order, until it answers 2xx to each."
)
class Webhook(Node):
    id: strawberry.ID = shown(Scope.ACTION_MANAGE, "The webhook's id.")
    url: str = shown(Scope.ACTION_MANAGE, "Where events are posted.")
    kinds: list[EventKind] = shown(Scope.ACTION_MANAGE, "The events that it wants.")
    state: WebhookState = shown(Scope.ACTION_MANAGE, "Whether events are sent.")
    failed_attempts: int = shown(Scope.ACTION_MANAGE, "Failed attempts at the event that is due.")
    next_attempt_at: DateTime | None = shown(Scope.ACTION_MANAGE, "When that event will be tried again.")
    last_error: str | None = shown(Scope.ACTION_MANAGE, "Why the last attempt failed.")
    created_at: DateTime = shown(Scope.ACTION_MANAGE, "When it was registered.")

    @classmethod
    def of(cls, item: model.Webhook) -> Self:
        """The webhook as it is shown."""
        return cls(
            id=strawberry.ID(item.id),
            url=item.url,
            kinds=[EventKind(kind.value) for kind in item.kinds],
            state=WebhookState(item.state.value),
            failed_attempts=item.attempt,
            next_attempt_at=DateTime(item.next_attempt_at) if item.next_attempt_at else None,
            last_error=item.last_error,
            created_at=DateTime(item.created_at),
        )
