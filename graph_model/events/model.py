"""What an event says. It names ids and kinds, never personal data: it leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What happened."""

    RECORD_CREATED = "RECORD_CREATED"
    RECORD_UPDATED = "RECORD_UPDATED"
    RECORD_DELETED = "RECORD_DELETED"
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

    @property
    def records(self) -> list[dict[str, str]]:
        """The records that caused it, as it names them. What is about a ruleset counts records instead."""
        return [] if self.kind is EventKind.RULESET_STALE else self.data.get("records", [])

    @property
    def sources(self) -> set[str]:
        """The sources whose records caused it; none of what is a conclusion of ours."""
        if (source := self.data.get("source")) is not None:
            return {source}
        return {record["source"] for record in self.records}

    @property
    def lanes(self) -> frozenset[str]:
        """Whatever it is about, by name: events that share one of these are told in their order."""
        data = self.data
        names = {self.individual_id, *data.get("mergedIds", ()), *data.get("splitIds", ())} - {None}
        if "recordId" in data:
            names.add(f"{data['source']}/{data['object']}/{data['recordId']}")
        return frozenset(names or {str(self.kind)})
