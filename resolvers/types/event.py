"""An event as a subscriber receives it. It names ids, kinds and insight values, never personal data."""

from __future__ import annotations

from typing import Any, Self

import strawberry

from graph_model.events import model as events
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


@strawberry.type(description="The record that an event is about.")
class ChangedRecord:
    source: str = shown(Scope.PROFILE_READ, "The source that sent it.")
    object: str = shown(Scope.PROFILE_READ, "What the source calls the object that it is.")
    type: str = shown(Scope.PROFILE_READ, "The object of the canonical model that it is.")
    record_id: str = shown(Scope.PROFILE_READ, "Its id in the source.")
    actor: str = shown(Scope.PROFILE_READ, "The principal that sent it.")


@strawberry.type(description="A table of frequencies that is out of date.")
class StaleTable:
    table: str = shown(Scope.PROFILE_READ, "The table's name.")
    divergence: float = shown(
        Scope.PROFILE_READ, "How far it is from the records, from 0 to 1 bit (Jensen-Shannon)."
    )
    risen: int = shown(Scope.PROFILE_READ, "How many values are common now that it takes for rare.")


@strawberry.type(description="A version of the ruleset that the records have outgrown.")
class StaleRuleset:
    version: int = shown(Scope.PROFILE_READ, "The version.")
    records: int = shown(Scope.PROFILE_READ, "How many source records there are.")
    trained_on: int | None = shown(Scope.PROFILE_READ, "How many it was trained on; null: it was not.")
    tables: list[StaleTable] = shown(Scope.PROFILE_READ, "What is out of date in it.")


@strawberry.type(
    description="Something that happened, to an individual unless its kind says otherwise, in the order "
    "of commits."
)
class InsightEvent(Node):
    id: strawberry.ID = shown(Scope.PROFILE_READ, "The event's id: pass it as `after` to go on behind it.")
    sequence: int = shown(Scope.PROFILE_READ, "Its number; numbers rise in the order of commits.")
    kind: EventKind = shown(Scope.PROFILE_READ, "What happened.")
    time: DateTime = shown(Scope.PROFILE_READ, "When it was committed.")
    individual_id: strawberry.ID | None = shown(
        Scope.PROFILE_READ,
        "The individual that it is about, or whose the record is; null for RULESET_STALE and records "
        "that are nobody's yet.",
    )
    threshold: str | None = shown(Scope.PROFILE_READ, "The threshold that was crossed; null for other kinds.")
    insights: list[EventInsight] = shown(
        Scope.PROFILE_READ, "The insights' values when the threshold was crossed; empty for other kinds."
    )
    record: ChangedRecord | None = shown(
        Scope.PROFILE_READ, "The record that was created, updated or deleted; null for other kinds of event."
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
    stale_ruleset: StaleRuleset | None = shown(
        Scope.PROFILE_READ, "The ruleset that is out of date; null for other kinds of event."
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
            individual_id=strawberry.ID(event.individual_id) if event.individual_id is not None else None,
            threshold=data.get("threshold"),
            insights=[EventInsight(**item) for item in data.get("insights", [])],
            record=_changed_record(data) if "recordId" in data else None,
            records=[
                EventRecord(
                    source=item["source"],
                    object=item["object"],
                    record_id=item["recordId"],
                    outcome=RecordOutcome(item["outcome"]),
                )
                for item in event.records
            ],
            merged_ids=[strawberry.ID(id_) for id_ in data.get("mergedIds", [])],
            split_ids=[strawberry.ID(id_) for id_ in data.get("splitIds", [])],
            individual_kind=IndividualKind(kind) if (kind := data.get("individualKind")) else None,
            stale_ruleset=_stale(data) if event.kind is events.EventKind.RULESET_STALE else None,
        )


def _changed_record(data: dict[str, Any]) -> ChangedRecord:
    return ChangedRecord(
        source=data["source"],
        object=data["object"],
        type=data["type"],
        record_id=data["recordId"],
        actor=data["actor"],
    )


def _stale(data: dict[str, Any]) -> StaleRuleset:
    return StaleRuleset(
        version=data["version"],
        records=data["records"],
        trained_on=data["trainedOn"],
        tables=[StaleTable(**item) for item in data["tables"]],
    )
