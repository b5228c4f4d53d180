"""An event as a subscriber receives it. It names ids, kinds and insight values, never personal data."""

from __future__ import annotations

from typing import Self

import strawberry

from graph_model.events.model import Event
from resolvers.enums import EventKind, IndividualKind, RecordOutcome
from resolvers.fields import shown
from resolvers.principal import Scope
from resolvers.scalars import DateTime, Decimal
from resolvers.types.node import Node


@strawberry.type(description="An insight's value at the moment of an event.")
class EventInsight:
    name: str = shown(Scope.PROFILE_READ, "Name of the insight.")
    value: Decimal = shown(Scope.PROFILE_READ, "The value, in the unit.")
    unit: str = shown(Scope.PROFILE_READ, "What the value counts: a currency (ISO 4217), or day.")


@strawberry.type(description="A record that caused an event.")
class EventRecord:
    source: str = shown(Scope.PROFILE_READ, "The source that sent it.")
    object: str = shown(Scope.PROFILE_READ, "The object that it is.")
    record_id: str = shown(Scope.PROFILE_READ, "Its id in the source.")
    outcome: RecordOutcome = shown(Scope.PROFILE_READ, "What became of it.")


@strawberry.type(description="Something that happened to an individual, in the order of commits.")
class InsightEvent(Node):
    id: strawberry.ID = shown(Scope.PROFILE_READ, "The event's id: pass it as `after` to go on behind it.")
    sequence: int = shown(Scope.PROFILE_READ, "Its number; numbers rise in the order of commits.")
    kind: EventKind = shown(Scope.PROFILE_READ, "What happened.")
    time: DateTime = shown(Scope.PROFILE_READ, "When it was committed.")
    individual_id: strawberry.ID = shown(Scope.PROFILE_READ, "The individual that it is about.")
    threshold: str | None = shown(Scope.PROFILE_READ, "The threshold that was crossed; null for other kinds.")
    insights: list[EventInsight] = shown(
        Scope.PROFILE_READ, "The insights' values when the threshold was crossed; empty for other kinds."
    )
    records: list[EventRecord] = shown(Scope.PROFILE_READ, "The records that caused it, if any did.")
    merged_ids: list[strawberry.ID] = shown(
        Scope.PROFILE_READ, "Ids that were merged into the individual by this change."
    )
    split_ids: list[strawberry.ID] = shown(
        Scope.PROFILE_READ, "Ids of the individuals that were split off by this change."
    )

    individual_kind: IndividualKind | None = shown(
        Scope.PROFILE_READ, "The kind that the individual has from now on; null for other kinds of event."
    )

    @classmethod
    def of(cls, event: Event) -> Self:
        """The event as it is shown."""
        data = event.data
        return cls(
            id=strawberry.ID(event.id),
            sequence=event.sequence,
            kind=EventKind(event.kind.value),
            time=DateTime(event.time),
            individual_id=strawberry.ID(event.individual_id),
            threshold=data.get("threshold"),
            insights=[EventInsight(**item) for item in data.get("insights", [])],
            records=[
                EventRecord(
                    source=item["source"],
                    object=item["object"],
                    record_id=item["recordId"],
                    outcome=RecordOutcome(item["outcome"]),
                )
                for item in data.get("records", [])
            ],
            merged_ids=[strawberry.ID(id_) for id_ in data.get("mergedIds", [])],
            split_ids=[strawberry.ID(id_) for id_ in data.get("splitIds", [])],
            individual_kind=IndividualKind(kind) if (kind := data.get("individualKind")) else None,
        )
