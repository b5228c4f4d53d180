"""A webhook: an endpoint, the events it wants, its place in the outbox, and what it has not taken yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from graph_model.events.model import Event, EventKind


class WebhookState(StrEnum):
    """Whether events are sent to a webhook."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class DeliveryState(StrEnum):
    """Where an event is that a webhook has not taken: behind another about the same, to be tried again, or
    given up."""

    WAITING = "WAITING"
    RETRYING = "RETRYING"
    DEAD = "DEAD"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver an event, which failed unless `error` is None."""

    time: str
    event_id: str
    sequence: int
    individual_id: str | None
    number: int
    milliseconds: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """All events up to the number `position` are settled, and so are those in `done` behind it: not wanted,
    taken, or kept as a `Delivery`. `failures` counts the failed attempts since the last event that was taken;
    while the endpoint rests, nothing is sent before `resting_until`. `revision` rises when somebody changes
    what is to be delivered."""

    id: str
    url: str
    secret: str
    kinds: tuple[EventKind, ...]
    created_at: str
    except_source: str | None = None
    old_secret: str | None = None
    old_secret_until: str | None = None
    state: WebhookState = WebhookState.ACTIVE
    position: int = 0
    done: tuple[int, ...] = ()
    failures: int = 0
    resting_until: str | None = None
    next_attempt_at: str | None = None
    last_error: str | None = None
    attempts: tuple[Attempt, ...] = ()
    revision: int = 0

    def __repr__(self) -> str:
        return f"Webhook(id={self.id!r}, state={self.state!r}, position={self.position})"

    def wants(self, event: Event) -> bool:
        """Whether the event is to be sent: its kind is, and it says more than what `except_source` sent."""
        if event.kind not in self.kinds:
            return False
        return self.except_source is None or event.sources != {self.except_source}

    def secrets(self, now: str) -> tuple[str, ...]:
        """The secrets to sign with at that moment, the newest first."""
        rotating = self.old_secret is not None and (self.old_secret_until or "") > now
        return (self.secret, self.old_secret) if rotating and self.old_secret else (self.secret,)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that a webhook has not taken (yet). `attempts` counts the failed ones; the next one is due at
    `next_attempt_at`, or at once; a dead one has none."""

    webhook_id: str
    event_id: str
    sequence: int
    kind: EventKind
    individual_id: str | None
    lanes: frozenset[str]
    state: DeliveryState
    attempts: int = 0
    next_attempt_at: str | None = None
    last_error: str | None = None
    last_attempt_at: str | None = None

    @classmethod
    def of(cls, event: Event, webhook_id: str) -> Self:
        """The delivery of an event that was not attempted yet."""
        return cls(
            webhook_id=webhook_id,
            event_id=event.id,
            sequence=event.sequence,
            kind=event.kind,
            individual_id=event.individual_id,
            lanes=event.lanes,
            state=DeliveryState.WAITING,
        )

    @property
    def id(self) -> str:
        """Its id: the same however often it is delivered anew."""
        return delivery_id(self.webhook_id, self.event_id)


@dataclass(frozen=True, slots=True)
class Progress:
    """What is saved at once: how far a webhook is, and what became of its deliveries: those that came about,
    those that changed, and the ids of those that were taken. `ended` are the numbers of all events that were
    taken or given up."""

    webhook: Webhook
    created: tuple[Delivery, ...] = ()
    changed: tuple[Delivery, ...] = ()
    taken: tuple[str, ...] = ()
    ended: tuple[int, ...] = ()


def delivery_id(webhook_id: str, event_id: str) -> str:
    """The id of the delivery of an event to a webhook."""
    return f"dlv_{webhook_id.removeprefix('whk_')}{event_id.removeprefix('evt_')}"
