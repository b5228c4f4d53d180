"""Insight values and thresholds, on the graph: right after every change, and told once."""

from __future__ import annotations

from datetime import timedelta

from graph_model.events import store as events
from graph_model.events.model import Event, EventKind
from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from tests.graph_model import profiles
from tests.graph_model.conftest import Clock
from tests.graph_model.populations import day, order, person, send

ADA = person("ada", email="ada@mail.example")
ADAS = "ada@mail.example"


async def values(graph: Graph, place: int = 0) -> dict[str, int | str | None]:
    """The insight values of the individual at that place in the order of ids, by unit."""
    page = await profiles.page(graph, after="", limit=10)
    return {value.unit: value.since or value.amount for value in page[place].insights}


async def crossings(graph: Graph) -> list[Event]:
    found = await events.read_after(graph, 0, limit=1_000)
    return [event for event in found if event.kind is EventKind.THRESHOLD_CROSSED]


async def test_orders_add_up_by_currency_but_for_those_cancelled_or_returned(
    graph: Graph, ingestion: Ingestion
) -> None:
    batch = [
        ADA,
        order("1", email=ADAS, ordered=-9, total="10.10"),
        order("2", email=ADAS, ordered=-5, total="20.20"),
        order("3", email=ADAS, ordered=-7, total="5", currency="GBP"),
        order("4", email=ADAS, ordered=-1, total="99", status="CANCELLED"),
        order("5", email=ADAS, ordered=-1, total="99", status="RETURNED"),
    ]
    await send(ingestion, batch)
    assert await values(graph) == {
        "EUR": 30_300_000,
        "GBP": 5_000_000,
        "day": "2025-12-27T00:00:00.000000Z",
    }


async def test_a_value_goes_when_its_orders_do(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [ADA, order("1", email=ADAS), order("2", email=ADAS, currency="GBP")])
    await send(ingestion, [order("2", email=ADAS, currency="GBP", modified=1, status="CANCELLED")])
    assert (await values(graph)).keys() == {"EUR", "day"}
    await send(ingestion, [order("1", email=ADAS, modified=1, status="RETURNED")])
    assert await values(graph) == {}


async def test_a_value_goes_when_the_identifier_does(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [ADA, order("1", email=ADAS)])
    await send(ingestion, [person("ada", modified=1, email="ada@work.example")])
    assert await values(graph) == {}


async def test_silence_is_crossed_by_the_clock_and_told_once(
    graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    (ada, _) = await send(ingestion, [ADA, order("1", email=ADAS, total="500.00")])
    clock.now = day(180) - timedelta(microseconds=1)
    assert await ingestion.sweep() == 0
    clock.now = day(180)
    assert await ingestion.sweep() == 1
    assert await ingestion.sweep() == 0
    clock.now = day(300)
    await send(ingestion, [person("ada", modified=1, email=ADAS, firstName="Ada")])
    assert await ingestion.sweep() == 0
    (event,) = await crossings(graph)
    assert event.individual_id == ada.individual_id
    assert event.data == {
        "threshold": Threshold().name,
        "insights": [
            {"name": "days_since_last_order", "value": "180", "unit": "day"},
            {"name": "lifetime_value", "value": "500.00", "unit": "EUR"},
        ],
    }


async def test_who_is_valuable_and_silent_already_is_told_at_once(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [ADA, order("1", email=ADAS, ordered=-200, total="499.99")])
    assert await crossings(graph) == []
    await send(ingestion, [order("2", email=ADAS, ordered=-200, total="0.01")])
    assert len(await crossings(graph)) == 1


async def test_who_orders_again_can_fall_silent_again(
    graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    await send(ingestion, [ADA, order("1", email=ADAS, ordered=-200, total="500.00")])
    await send(ingestion, [order("2", email=ADAS, ordered=-1)])
    clock.now = day(178)
    assert await ingestion.sweep() == 0
    clock.now = day(179)
    assert await ingestion.sweep() == 1
    assert len(await crossings(graph)) == 2


async def test_many_due_at_once_are_all_swept(graph: Graph, ingestion: Ingestion, clock: Clock) -> None:
    people = [person(f"{number}", email=f"{number}@mail.example") for number in range(30)]
    orders = [order(f"{number}", email=f"{number}@mail.example", total="500") for number in range(30)]
    await send(ingestion, [*people, *orders])
    clock.now = day(200)
    assert await ingestion.sweep() == 30
    assert len({event.individual_id for event in await crossings(graph)}) == 30


async def test_two_who_had_crossed_are_no_news_when_they_turn_out_to_be_one(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(
        ingestion,
        [
            person("a", email="a@mail.example"),
            person("b", email="b@mail.example"),
            order("1", email="a@mail.example", ordered=-5, total="10.00"),
            order("2", email="b@mail.example", ordered=-200, total="700.00"),
        ],
    )
    assert len(await crossings(graph)) == 1
    both = person("c", email=["a@mail.example", "b@mail.example"])
    await send(ingestion, [both])
    assert len(await crossings(graph)) == 1
    assert (await values(graph))["EUR"] == 710_000_000
    await send(ingestion, [order("1", email="a@mail.example", modified=1, ordered=-190, total="10.00")])
    assert len(await crossings(graph)) == 2


async def test_what_the_older_had_not_crossed_and_the_younger_had_is_no_news(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [person("a", email="a@mail.example")])
    await send(
        ingestion,
        [
            person("b", email="b@mail.example"),
            order("1", email="b@mail.example", ordered=-200, total="700.00"),
        ],
    )
    await send(ingestion, [person("c", email=["a@mail.example", "b@mail.example"])])
    assert len(await crossings(graph)) == 1


async def test_two_who_cross_only_together_are_news(graph: Graph, ingestion: Ingestion) -> None:
    orders = [order(key, email=f"{key}@mail.example", ordered=-200, total="300.00") for key in "ab"]
    await send(ingestion, [*orders, *(person(key, email=f"{key}@mail.example") for key in "ab")])
    assert await crossings(graph) == []
    await send(ingestion, [person("c", email=["a@mail.example", "b@mail.example"])])
    assert len(await crossings(graph)) == 1


async def test_an_order_at_the_end_of_the_calendar_harms_nobody(graph: Graph, ingestion: Ingestion) -> None:
    last = order("1", email=ADAS, total="500.00", orderedAt="9999-12-31T00:00:00Z")
    await send(ingestion, [ADA, last])
    assert (await values(graph))["EUR"] == 500_000_000
