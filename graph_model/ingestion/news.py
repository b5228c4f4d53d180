"""What the outbox is told of records: each that changed, and by individual those that caused a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from typing import Any

from graph_model.events.model import EventKind, NewEvent
from graph_model.records.model import Outcome, Record

_KINDS = {
    Outcome.CREATED: EventKind.RECORD_CREATED,
    Outcome.UPDATED: EventKind.RECORD_UPDATED,
    Outcome.DELETED: EventKind.RECORD_DELETED,
}


def record_events(
    stored: Iterable[Record],
    whose: Mapping[str, str],
    outcomes: Mapping[str, Outcome],
    actors: Mapping[str, str],
    known: Container[str],
) -> list[NewEvent]:
    """The event of each record that changed, in the order of the records; `whose` each is, what became of it
    and who sent it go by key. To delete what was not `known` changes nothing."""
    return [
        NewEvent(
            _KINDS[outcome],
            whose.get(key),
            {
                "source": record.key.source,
                "object": record.key.object,
                "recordId": record.key.record_id,
                "type": record.object_type.name,
                "individualId": whose.get(key),
                "actor": actors[key],
            },
        )
        for record in stored
        if (outcome := outcomes[key := str(record.key)]) in _KINDS
        and (key in known or outcome is not Outcome.DELETED)
    ]


def by_individual(events: Iterable[NewEvent]) -> dict[str, list[dict[str, Any]]]:
    """The records that these events are about, as those of their individuals name them."""
    outcomes = {kind: outcome for outcome, kind in _KINDS.items()}
    causes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        if event.individual_id is not None:
            named = {name: event.data[name] for name in ("source", "object", "recordId")}
            causes[event.individual_id].append(named | {"outcome": outcomes[event.kind]})
    return causes
