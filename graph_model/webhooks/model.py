"""A webhook: an endpoint, the events it wants, and its place in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph_model.events.model import EventKind


class WebhookState(StrEnum):
    """Whether events are sent to a webhook."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


@dataclass(frozen=True, slots=True)
class Webhook:
    """`position` is the sequence number of the last event that was delivered or passed over; `attempt` counts
    the failed attempts at the next one, `next_attempt_at` (text) is when it will be tried again."""

    id: str
    url: str
    secret: str
    kinds: tuple[EventKind, ...]
    state: WebhookState
    position: int
    attempt: int
    next_attempt_at: str | None
    last_error: str | None
    created_at: str

    def __repr__(self) -> str:
        return f"Webhook(id={self.id!r}, state={self.state!r}, position={self.position})"
