"""A webhook as those who manage it see it. Its secret is shown once, when it is made."""

from __future__ import annotations

from typing import Self

import strawberry

from graph_model.webhooks import deliveries, model
from resolvers.context import Info
from resolvers.enums import EventKind
from resolvers.fields import resolved, shown
from resolvers.principal import Scope
from resolvers.scalars import DateTime
from resolvers.types.node import Node
from resolvers.webhooks.enums import DeliveryState, WebhookState

_RECENT = 50


@strawberry.type(description="An attempt to deliver an event.")
class DeliveryAttempt:
    time: DateTime = shown(Scope.ACTION_MANAGE, "When it began.")
    event_id: strawberry.ID = shown(Scope.ACTION_MANAGE, "The event, which is the `webhook-id`.")
    individual_id: strawberry.ID | None = shown(Scope.ACTION_MANAGE, "Whom the event is about.")
    number: int = shown(Scope.ACTION_MANAGE, "The how-manieth attempt it was, from 1.")
    milliseconds: int = shown(Scope.ACTION_MANAGE, "How long it took.")
    error: str | None = shown(Scope.ACTION_MANAGE, "Why it failed; null if the event was taken.")


@strawberry.type(description="How many events a webhook has not taken.")
class DeliveryCounts:
    held: int = shown(Scope.ACTION_MANAGE, "Those that are tried again, and those that wait behind them.")
    dead: int = shown(Scope.ACTION_MANAGE, "Those that were given up.")


@strawberry.type(description="An event that a webhook has not taken.")
class Delivery:
    id: strawberry.ID = shown(Scope.ACTION_MANAGE, "The delivery's id.")
    event_id: strawberry.ID = shown(Scope.ACTION_MANAGE, "The event, which is the `webhook-id`.")
    sequence: int = shown(Scope.ACTION_MANAGE, "The event's number.")
    kind: EventKind = shown(Scope.ACTION_MANAGE, "What happened.")
    individual_id: strawberry.ID | None = shown(Scope.ACTION_MANAGE, "Whom the event is about.")
    state: DeliveryState = shown(Scope.ACTION_MANAGE, "Where it is.")
    attempts: int = shown(Scope.ACTION_MANAGE, "How many attempts failed since it was driven last.")
    next_attempt_at: DateTime | None = shown(
        Scope.ACTION_MANAGE,
        "When it is tried again, unless the endpoint rests then; null: at once, or never.",
    )
    last_error: str | None = shown(Scope.ACTION_MANAGE, "Why the last attempt failed.")
    last_attempt_at: DateTime | None = shown(Scope.ACTION_MANAGE, "When that began.")

    @classmethod
    def of(cls, item: model.Delivery) -> Self:
        """The delivery as it is shown."""
        return cls(
            id=strawberry.ID(item.id),
            event_id=strawberry.ID(item.event_id),
            sequence=item.sequence,
            kind=EventKind(item.kind.value),
            individual_id=_id(item.individual_id),
            state=DeliveryState(item.state.value),
            attempts=item.attempts,
            next_attempt_at=_time(item.next_attempt_at),
            last_error=item.last_error,
            last_attempt_at=_time(item.last_attempt_at),
        )


@strawberry.type(
    description="An endpoint that is called with events until it answers 2xx to each; those about the same "
    "individual in order."
)
class Webhook(Node):
    id: strawberry.ID = shown(Scope.ACTION_MANAGE, "The webhook's id.")
    url: str = shown(Scope.ACTION_MANAGE, "Where events are posted.")
    kinds: list[EventKind] = shown(Scope.ACTION_MANAGE, "The events that it wants.")
    except_source: str | None = shown(
        Scope.ACTION_MANAGE, "The source whose own changes it is not told of; null: it is told of all."
    )
    state: WebhookState = shown(Scope.ACTION_MANAGE, "Whether events are sent.")
    position: int = shown(
        Scope.ACTION_MANAGE, "The number up to which every event was taken, is not wanted, or is a delivery."
    )
    failed_attempts: int = shown(Scope.ACTION_MANAGE, "Failed attempts since it took an event.")
    resting_until: DateTime | None = shown(
        Scope.ACTION_MANAGE, "Until when nothing is sent, because the endpoint fails or asked for it."
    )
    next_attempt_at: DateTime | None = shown(
        Scope.ACTION_MANAGE, "When the next attempt is due, of those that wait for a time."
    )
    last_error: str | None = shown(Scope.ACTION_MANAGE, "Why the last attempt failed; null if it did not.")
    recent_attempts: list[DeliveryAttempt] = shown(
        Scope.ACTION_MANAGE, "The last attempts, the newest first.", size=_RECENT
    )
    old_secret_until: DateTime | None = shown(
        Scope.ACTION_MANAGE, "Until when the former signing secret signs as well."
    )
    created_at: DateTime = shown(Scope.ACTION_MANAGE, "When it was registered.")

    @resolved(Scope.ACTION_MANAGE, "How many events it has not taken, apart from those behind its position.")
    async def delivery_counts(self, info: Info) -> DeliveryCounts:
        info.context.require(Scope.ACTION_MANAGE)
        held, dead = await deliveries.count(info.context.services.graph, self.id)
        return DeliveryCounts(held=held, dead=dead)

    @classmethod
    def of(cls, item: model.Webhook) -> Self:
        """The webhook as it is shown."""
        return cls(
            id=strawberry.ID(item.id),
            url=item.url,
            kinds=[EventKind(kind.value) for kind in item.kinds],
            except_source=item.except_source,
            state=WebhookState(item.state.value),
            position=item.position,
            failed_attempts=item.failures,
            resting_until=_time(item.resting_until),
            next_attempt_at=_time(item.next_attempt_at),
            last_error=item.last_error,
            recent_attempts=[
                DeliveryAttempt(
                    time=DateTime(attempt.time),
                    event_id=strawberry.ID(attempt.event_id),
                    individual_id=_id(attempt.individual_id),
                    number=attempt.number,
                    milliseconds=attempt.milliseconds,
                    error=attempt.error,
                )
                for attempt in reversed(item.attempts)
            ],
            old_secret_until=_time(item.old_secret_until),
            created_at=DateTime(item.created_at),
        )


def _time(text: str | None) -> DateTime | None:
    return DateTime(text) if text else None


def _id(text: str | None) -> strawberry.ID | None:
    return strawberry.ID(text) if text else None
