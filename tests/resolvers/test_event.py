from __future__ import annotations

from graph_model.events.model import Event, EventKind
from resolvers.types.event import InsightEvent

OWN: dict[str, object] = {"source": "crm", "object": "Contact", "recordId": "1"}


def shown(kind: EventKind, data: dict[str, object], individual: str | None = None) -> InsightEvent:
    return InsightEvent.of(Event("evt_1", 1, kind, individual, "2026-01-01T00:00:00.000000Z", data))


def test_a_ruleset_that_is_out_of_date_names_no_records_but_counts_them() -> None:
    stale = {"version": 2, "records": 1_000, "trainedOn": 10, "tables": []}
    event = shown(EventKind.RULESET_STALE, stale)
    assert event.records == []
    assert event.stale_ruleset is not None
    assert event.stale_ruleset.records == 1_000


def test_an_event_of_a_record_names_it_and_one_of_an_individual_those_that_caused_it() -> None:
    event = shown(EventKind.RECORD_CREATED, OWN | {"type": "Individual", "actor": "someone"}, "ind_1")
    assert event.record is not None
    assert (event.record.record_id, event.record.type, event.record.actor) == ("1", "Individual", "someone")
    event = shown(EventKind.INDIVIDUAL_CREATED, {"records": [OWN | {"outcome": "CREATED"}]}, "ind_1")
    assert event.record is None
    assert [record.record_id for record in event.records] == ["1"]
