"""Every record that a source sends, and that changes something, is an event of its own."""

from __future__ import annotations

from datetime import UTC, datetime

from graph_model.events import store as outbox
from graph_model.events.model import Event, EventKind
from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.records.model import RecordResult

ADA = {"id": "a", "modifiedAt": "2026-01-01T00:00:00Z", "lastName": "Lovelace", "email": "ada@mail.example"}
LATER = ADA | {"modifiedAt": "2026-02-01T00:00:00Z", "lastName": "King"}
ORDER = {"id": "1", "email": "ada@mail.example", "total": "9.50", "currency": "EUR"}


async def about_records(graph: Graph) -> list[Event]:
    told = await outbox.read_after(graph, 0, limit=1_000)
    return [event for event in told if event.kind.startswith("RECORD_")]


async def send(ingestion: Ingestion, object_name: str, *records: object) -> list[RecordResult]:
    return await ingestion.ingest("crm", object_name, records, actor="an integrator")


async def test_an_event_names_the_record_and_whose_it_is_and_nothing_personal(
    graph: Graph, ingestion: Ingestion
) -> None:
    (ada,) = await send(ingestion, "Individual", ADA)
    (event,) = await about_records(graph)
    assert (event.kind, event.individual_id) == (EventKind.RECORD_CREATED, ada.individual_id)
    assert event.data == {
        "source": "crm",
        "object": "Individual",
        "recordId": "a",
        "type": "Individual",
        "individualId": ada.individual_id,
        "actor": "an integrator",
    }


async def test_it_comes_before_what_it_caused(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, "Individual", ADA)
    told = await outbox.read_after(graph, 0, limit=10)
    assert [event.kind for event in told] == [EventKind.RECORD_CREATED, EventKind.INDIVIDUAL_CREATED]


async def test_another_version_and_a_deletion_are_told_of_and_what_changes_nothing_is_not(
    graph: Graph, ingestion: Ingestion
) -> None:
    (ada,) = await send(ingestion, "Individual", ADA)
    for _ in range(2):
        await send(ingestion, "Individual", LATER)
    await send(ingestion, "Individual", ADA)
    for ids in (["a"], ["a"], ["never sent"]):
        await ingestion.delete(
            "crm", "Individual", ids, modified_at=datetime(2026, 3, 1, tzinfo=UTC), actor="an integrator"
        )
    told = await about_records(graph)
    assert [event.kind for event in told] == [
        EventKind.RECORD_CREATED,
        EventKind.RECORD_UPDATED,
        EventKind.RECORD_DELETED,
    ]
    assert {event.individual_id for event in told} == {ada.individual_id}


async def test_a_business_object_is_told_of_with_whose_it_is_or_nobodys(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, "SalesOrder", ORDER | {"orderedAt": "2026-01-01T00:00:00Z"})
    (nobodys,) = await about_records(graph)
    assert (nobodys.kind, nobodys.individual_id) == (EventKind.RECORD_CREATED, None)
    (ada,) = await send(ingestion, "Individual", ADA)
    await send(ingestion, "SalesOrder", ORDER | {"orderedAt": "2026-01-02T00:00:00Z"})
    (*_, hers) = await about_records(graph)
    assert (hers.kind, hers.individual_id) == (EventKind.RECORD_UPDATED, ada.individual_id)
    assert hers.lanes & nobodys.lanes == {"crm/SalesOrder/1"}


async def test_a_large_batch_fills_pages_and_each_event_is_found_by_its_id(
    graph: Graph, ingestion: Ingestion
) -> None:
    people = [{"id": str(number), "email": f"p{number}@mail.example"} for number in range(150)]
    await send(ingestion, "Individual", *people)
    told = await outbox.read_after(graph, 0, limit=1_000)
    assert [event.sequence for event in told] == list(range(1, 301))
    assert len({event.id for event in told}) == 300
    for event in (told[0], told[1], told[63], told[64], told[200], told[299]):
        assert await outbox.find(graph, event.id) == event
        assert await outbox.read_after(graph, event.sequence, limit=3) == told[event.sequence :][:3]
    assert await graph.read("MATCH (p:EventPage) RETURN count(p)") == 5
