"""What an event says. It names ids and kinds, never personal data: it leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What happened."""

    INDIVIDUAL_CREATED = "INDIVIDUAL_CREATED"
    INDIVIDUAL_UPDATED = "INDIVIDUAL_UPDATED"
    INDIVIDUALS_MERGED = "INDIVIDUALS_MERGED"
    INDIVIDUAL_SPLIT = "INDIVIDUAL_SPLIT"
    INDIVIDUAL_KIND_CHANGED = "INDIVIDUAL_KIND_CHANGED"
    INDIVIDUAL_GONE = "INDIVIDUAL_GONE"
    THRESHOLD_CROSSED = "THRESHOLD_CROSSED"
    RULESET_STALE = "RULESET_STALE"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be written; `data` is plain JSON. `individual_id` is None if it is about nobody."""

    kind: EventKind
    individual_id: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it was committed. `sequence` numbers rise in the order of commits."""

    id: str
    sequence: int
    kind: EventKind
    individual_id: str | None
    time: str
    data: dict[str, Any]
