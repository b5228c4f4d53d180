"""Patches and late versions, as whoever sends them sees what becomes of them."""

from __future__ import annotations

from typing import Any

from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.records.model import Mode, Outcome, RecordResult
from tests.graph_model.populations import at, order, person, send
from tests.graph_model.snapshots import snapshot

PLACED = {"orderedAt": at(-10), "total": "700.00", "currency": "EUR"}


async def say(
    ingestion: Ingestion, object_name: str, day: int, mode: Mode = Mode.PATCH, **said: Any
) -> RecordResult:
    """A version of the one record of an object."""
    row = {"id": "1", "modifiedAt": at(day), **said}
    (result,) = await ingestion.ingest("crm", object_name, [row], mode=mode, actor="tester")
    return result


async def golden(graph: Graph) -> dict[str, Any]:
    """The golden values of the one individual."""
    ((_, values),) = (await snapshot(graph)).golden.items()
    return values


async def test_a_patched_record_is_matched_by_all_that_it_says(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("9", source="shop", email="ada@mail.example")])
    await send(ingestion, [person("1", firstName="Ada", country="DE")])
    assert len((await snapshot(graph)).partition) == 2
    result = await say(ingestion, "Individual", 1, email="ada@mail.example")
    assert (result.outcome, result.problems) == (Outcome.UPDATED, ())
    assert (await golden(graph))["firstName"] == "Ada"
    await say(ingestion, "Individual", 2, email=None)
    assert len((await snapshot(graph)).partition) == 2


async def test_the_country_of_a_patched_phone_number_may_be_stored_already(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [person("1", country="GB")])
    await say(ingestion, "Individual", 1, phone="020 7946 0018")
    assert (await graph.read("MATCH (x:Identifier) RETURN collect(x.value)")) == ["+442079460018"]


async def test_a_null_in_a_patch_is_a_choice_of_no_value(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("1", email="ada@mail.example", gender="FEMALE")])
    await say(ingestion, "Individual", 1, gender=None)
    assert "gender" not in await golden(graph)


async def test_what_was_said_last_survives_field_by_field(graph: Graph, ingestion: Ingestion) -> None:
    """A patch of the one field does not make the other newer than it is."""
    ada = {"email": "ada@mail.example", "firstName": "Ada", "lastName": "Lovelace"}
    await send(ingestion, [person("1", modified=1, salutation="Ms", suffix="II", **ada)])
    await send(ingestion, [person("9", source="shop", modified=2, salutation="Lady", suffix="I", **ada)])
    await say(ingestion, "Individual", 3, suffix="III")
    values = await golden(graph)
    assert (values["salutation"], values["suffix"]) == ("Lady", "III")


async def test_an_order_that_is_not_complete_yet_is_shown_nowhere(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("1", email="ada@mail.example")])
    result = await say(ingestion, "SalesOrder", 1, email="ada@mail.example", status="SHIPPED")
    assert (result.outcome, result.individual_id) == (Outcome.CREATED, None)
    assert (await snapshot(graph)).objects["crm/SalesOrder/1"] is None
    complete = await say(ingestion, "SalesOrder", 0, Mode.UPSERT, email="ada@mail.example", **PLACED)
    assert complete.outcome is Outcome.UPDATED
    state = await snapshot(graph)
    assert state.objects["crm/SalesOrder/1"] == frozenset({"crm/Individual/1"})
    assert 700_000_000 in {row[-2] for row in state.insights}
    assert await graph.read("MATCH (o:BusinessObject) RETURN [o.status, o.incomplete]") == ["SHIPPED", None]
    await say(ingestion, "SalesOrder", 2, currency=None)
    assert (await snapshot(graph)).objects["crm/SalesOrder/1"] is None


async def test_an_order_goes_with_the_customer_that_a_patch_names(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("1", email="ada@mail.example"), person("2", email="ida@mail.example")])
    await send(ingestion, [order("1", source="crm", email="ada@mail.example")])
    await say(ingestion, "SalesOrder", 1, email="ida@mail.example")
    assert (await snapshot(graph)).objects["crm/SalesOrder/1"] == frozenset({"crm/Individual/2"})


async def test_when_an_event_happened_cannot_be_changed(graph: Graph, ingestion: Ingestion) -> None:
    first = {"cookieId": "cookie-1", "url": "/a", "occurredAt": at(0)}
    await say(ingestion, "WebEngagement", 1, Mode.UPSERT, **first)
    later = await say(
        ingestion, "WebEngagement", 2, Mode.UPSERT, **first | {"url": "/b", "occurredAt": at(5)}
    )
    (warning,) = later.warnings
    assert (later.outcome, warning.code, warning.path) == (
        Outcome.UPDATED,
        "IMMUTABLE_FIELD",
        ("records", 0, "occurredAt"),
    )
    happened, url = await graph.read("MATCH (o:BusinessObject) RETURN [o.at, o.url]")
    assert (happened, url) == ("2026-01-01T00:00:00.000000Z", "/b")
    earlier = await say(ingestion, "WebEngagement", 0, Mode.UPSERT, **first | {"occurredAt": at(-1)})
    assert earlier.outcome is Outcome.UPDATED
    assert await graph.read("MATCH (o:BusinessObject) RETURN o.occurredAt") == "2025-12-31T00:00:00.000000Z"


async def test_a_patch_of_half_a_place_is_no_error(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("1", email="ada@mail.example")])
    result = await say(ingestion, "Individual", 1, latitude=52.5)
    assert (result.outcome, result.problems) == (Outcome.UPDATED, ())
    assert (await golden(graph))["latitude"] == 52.5
