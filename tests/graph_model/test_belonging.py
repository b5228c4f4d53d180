"""Business objects find their person by whatever they carry, whenever it comes to belong to somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.identity.constraints.model import ConstraintKind
from graph_model.identity.stewardship import actions
from graph_model.identity.traces.store import PAGE
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.migrations import migrate
from tests.graph_model.belonging import expected, stored
from tests.graph_model.conftest import Clock
from tests.graph_model.populations import (
    EMAILS,
    PHONES,
    Sent,
    at,
    deletion,
    order,
    person,
    population,
    send,
    shuffled,
    visit,
)
from tests.graph_model.rulesets import SMALL_CAPS, use
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.graph_model.stewardship.acting import STEWARD, record_ids
from tests.servers.engine import Engine, empty, wipe

# Populations are small enough to be read as they are, and to shrink them would take long.
AT_LENGTH = settings(
    max_examples=200,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
BRIEFLY = settings(AT_LENGTH, max_examples=8, derandomize=True)


@pytest.fixture(scope="module")
async def shared(engine: Engine) -> AsyncIterator[Graph]:
    """A graph for many examples, which begin without records."""
    async with engine.connect() as graph:
        await wipe(graph)
        await migrate(graph)
        yield graph


def line(id_: str, of: str, *, modified: int = 0, **fields: Any) -> Sent:
    """A line of an order of the shop."""
    record = {"id": id_, "modifiedAt": at(modified), "salesOrderId": of, **fields}
    return Sent("shop", "SalesOrderProduct", record)


def payment(id_: str, *, modified: int = 0, **fields: Any) -> Sent:
    record = {"id": id_, "modifiedAt": at(modified), "paidAt": at(modified), **fields}
    return Sent("shop", "Payment", record)


def account(id_: str, *, modified: int = 0, **fields: Any) -> Sent:
    return Sent("shop", "Account", {"id": id_, "modifiedAt": at(modified), "createdAt": at(0), **fields})


def related(random: Random) -> list[Sent]:
    """Lines, payments and accounts that name orders, accounts and people of the shop, some of which are
    there."""
    sent: list[Sent] = []
    for number in range(4):
        for _ in range(random.choice((1, 1, 2))):
            modified = random.randrange(4)
            sent.append(line(f"l{number}", f"o{random.randrange(12)}", modified=modified))
            fields: dict[str, Any] = {}
            for name, value, share in (
                ("salesOrderId", f"o{random.randrange(12)}", 0.6),
                ("accountId", f"k{random.randrange(2)}", 0.4),
                ("individualId", f"p{random.randrange(8)}", 0.3),
                ("email", random.choice(EMAILS), 0.3),
            ):
                if random.random() < share:
                    fields[name] = value
            sent.append(payment(f"y{number}", modified=modified, **fields))
            placed = {"accountId": f"k{random.randrange(2)}", "total": random.choice(("5.00", "600.00"))}
            sent.append(order(f"q{number}", modified=modified, ordered=-number, **placed))
            fields = {"phone": random.choice(PHONES)} if random.random() < 0.7 else {}
            sent.append(account(f"k{number % 2}", modified=modified, **fields))
        if random.random() < 0.2:
            sent.append(deletion(sent[-1], modified=random.randrange(4)))
    return sent


async def check(graph: Graph) -> None:
    assert await stored(graph) == await expected(graph)


async def history(graph: Graph, random: Random) -> None:
    """Whatever is sent, deleted, linked and kept apart, each object is whose its records say after each
    step."""
    ingestion = Ingestion(graph, threshold=Threshold(), clock=Clock())
    await empty(graph)
    await use(graph, SMALL_CAPS)
    decided: list[str] = []
    sent = [*population(random, records=8, objects=12, deleted=0.25), *related(random)]
    for batch in shuffled(random, sent):
        await send(ingestion, batch)
        await check(graph)
        ids = sorted((await record_ids(graph)).values())
        if len(ids) < 2 or random.random() < 0.5:
            continue
        # A steward may contradict himself.
        with suppress(BadInput):
            if decided and random.random() < 0.3:
                await actions.undo(ingestion, STEWARD, decided.pop())
            else:
                kind = random.choice((ConstraintKind.ALWAYS_LINK, ConstraintKind.NEVER_LINK))
                found = await actions.link(ingestion, STEWARD, kind, *random.sample(ids, 2))
                decided.append(found.decided[0].id)
        await check(graph)


@given(st.integers(0, 10**6))
@BRIEFLY
async def test_an_object_is_whose_the_records_say_after_each_change(shared: Graph, seed: int) -> None:
    await history(shared, Random(seed))


@pytest.mark.soak
@given(st.integers(0, 10**6))
@AT_LENGTH
async def test_so_it_is_at_length(shared: Graph, seed: int) -> None:
    await history(shared, Random(seed))


def objects(found: Snapshot) -> dict[str, frozenset[str] | None]:
    return {key.rpartition("/")[2]: part for key, part in found.objects.items()}


async def test_an_order_with_an_unknown_number_and_a_known_address_is_the_persons(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [person("a", email="ada@mail.example")])
    (placed,) = await send(ingestion, [order("o", customerNumber="C-1", email="ada@mail.example")])
    assert objects(await snapshot(graph)) == {"o": frozenset({"crm/Individual/a"})}
    assert placed.individual_id is not None


async def test_it_goes_to_whoever_gets_the_stronger_identifier_and_back(
    graph: Graph, ingestion: Ingestion
) -> None:
    ada, grace = frozenset({"crm/Individual/a"}), frozenset({"shop/Individual/g"})
    await send(ingestion, [person("a", email="ada@mail.example")])
    await send(ingestion, [order("o", customerNumber="C-1", email="ada@mail.example")])
    await send(ingestion, [person("g", source="shop", customerNumber="C-1", lastName="Hopper")])
    assert objects(await snapshot(graph)) == {"o": grace}
    await check(graph)
    await send(ingestion, [person("g", source="shop", modified=1, lastName="Hopper")])
    assert objects(await snapshot(graph)) == {"o": ada}
    await check(graph)


async def test_of_nobody_it_waits_for_whichever_is_known_first(graph: Graph, ingestion: Ingestion) -> None:
    (placed,) = await send(
        ingestion, [order("o", customerNumber="C-1", email="ada@mail.example", phone="+49 30 23125001")]
    )
    assert placed.individual_id is None
    await send(ingestion, [person("a", phone="+49 30 23125001")])
    assert objects(await snapshot(graph)) == {"o": frozenset({"crm/Individual/a"})}


async def test_an_order_that_changes_hands_is_told_of_both(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("a", email="ada@mail.example"), person("g", email="grace@mail.example")])
    await send(ingestion, [order("o", email="ada@mail.example")])
    await send(ingestion, [order("o", modified=1, email="grace@mail.example")])
    assert objects(await snapshot(graph)) == {"o": frozenset({"crm/Individual/g"})}
    await check(graph)


async def test_the_last_order_counts_out_again_when_it_is_cancelled(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [person("a", email="ada@mail.example")])
    await send(ingestion, [order(f"o{day}", email="ada@mail.example", ordered=-day) for day in range(5)])
    await send(ingestion, [order("o0", email="ada@mail.example", modified=1, status="CANCELLED")])
    await check(graph)
    await send(ingestion, [order("o0", email="ada@mail.example", modified=2, ordered=-30)])
    await check(graph)


async def test_visits_of_a_browser_are_one_trace_however_many_they_are(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [visit(f"v{number}", cookieId="kiosk") for number in range(30)])
    assert await graph.read("MATCH (t:Trace) RETURN count(t)") == 1


async def test_more_than_a_page_of_combinations_is_decided_in_several_transactions(
    graph: Graph, ingestion: Ingestion
) -> None:
    everybodys = "no-reply@mail.example"
    for start in range(0, PAGE + 100, 300):
        orders = [
            order(f"o{number}", customerNumber=f"C-{number}", email=everybodys)
            for number in range(start, start + 300)
        ]
        await ingestion.ingest("shop", "SalesOrder", [sent.record for sent in orders], actor="tester")
    await send(ingestion, [person("a", email=everybodys)])
    assert len((await stored(graph)).owners) == PAGE
    await ingestion.sweep()
    await check(graph)
    await send(ingestion, [person("a", modified=1, lastName="Lovelace")])
    await ingestion.sweep()
    assert (await stored(graph)).owners == {}
    await check(graph)


async def test_what_was_left_may_have_turned_again_meanwhile(graph: Graph, ingestion: Ingestion) -> None:
    for start in range(0, PAGE + 100, 300):
        orders = [
            order(f"o{number}", customerNumber=f"C-{number}", email="ada@mail.example")
            for number in range(start, start + 300)
        ]
        await ingestion.ingest("shop", "SalesOrder", [sent.record for sent in orders], actor="tester")
    await send(ingestion, [person("a", email="ada@mail.example")])
    await send(ingestion, [person("a", modified=1, lastName="Lovelace")])
    await send(ingestion, [person("c", source="shop", customerNumber="C-7")])
    await ingestion.sweep()
    await check(graph)
