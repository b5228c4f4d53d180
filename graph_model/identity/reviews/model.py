"""A review item: records of which the ruleset does not say whether they are one party, or which a guard kept
apart, and what a steward says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PAIR = "PAIR"
"""The kind of a case of two records whose weight lies between the thresholds; other kinds are guards'
reasons."""


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """What resolution found to judge. `key` is the same whenever the same case is found (kind and
    records); `kind` is PAIR or the reason of a guard; `records` are keys, sorted; `weight` is in thousandths
    of a bit."""

    key: str
    kind: str
    records: tuple[str, ...]
    weight: int | None
    detail: str


class ReviewState(StrEnum):
    """Where an item stands."""

    OPEN = "OPEN"
    DECIDED = "DECIDED"
    CLOSED = "CLOSED"
    """The case is gone: the records changed, or are one party or apart by other reasons."""


class ReviewDecision(StrEnum):
    """What a steward says of an item."""

    LINK = "LINK"
    NO_LINK = "NO_LINK"
    DISMISS = "DISMISS"


@dataclass(frozen=True, slots=True)
class Concerned:
    """A source record that an item is about, as it is now: `fields` is JSON text, `individual` the id of whom
    it belongs to; None for both if it was deleted."""

    key: str
    id: str
    source: str
    object: str
    record_id: str
    fields: str | None
    individual: str | None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A case in the queue. `constraint` is what its decision set, None for one that was dismissed."""

    id: str
    key: str
    kind: str
    records: tuple[str, ...]
    weight: int | None
    detail: str
    state: ReviewState
    opened_at: str
    updated_at: str
    assignee: str | None = None
    decision: ReviewDecision | None = None
    decided_by: str | None = None
    decided_at: str | None = None
    reason: str | None = None
    constraint: str | None = None
    concerned: tuple[Concerned, ...] = ()
