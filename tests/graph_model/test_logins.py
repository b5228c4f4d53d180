"""A login links what a browser did before and does later to the person; shared ones stay anonymous."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from graph_model.graph import Graph
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.rulesets.population import read_population
from graph_model.identity.rulesets.preview_job import preview
from graph_model.ingestion.devices import derived_device, logins_of_device
from graph_model.ingestion.ingestion import Ingestion
from graph_model.metadata.registry import SHIPPED
from graph_model.migrations import migrate
from graph_model.records.model import Record
from graph_model.records.validation import validate
from tests.graph_model.populations import START, Sent, order, person, send, shuffled, visit
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.graph_model.test_trial import ignore, tell
from tests.servers.engine import wipe

ADA: dict[str, Any] = {"firstName": "Ada", "lastName": "Lovelace", "login": "ada"}
GRACE: dict[str, Any] = {"firstName": "Grace", "lastName": "Hopper", "login": "grace"}


def derived(sent: Sent) -> Record | None:
    checked = validate(sent.record, sent.source, SHIPPED.objects[sent.object], received_at=START)
    assert isinstance(checked, Record)
    return derived_device(checked)


def test_a_device_knows_the_login_that_it_was_seen_with() -> None:
    device = derived(visit("v", cookieId="k", login="ada"))
    assert device is not None
    assert logins_of_device(device) == {"ada"}
    assert [identifier.value for identifier in device.identifiers] == ["k"]


def test_without_a_login_only_what_a_device_alone_decides_comes_from_it() -> None:
    assert derived(visit("v", cookieId="k")) is not None
    assert derived(order("o", email="ada@mail.example", deviceId="d")) is None
    assert derived(visit("v", login="ada")) is None


async def test_a_login_links_past_and_future_to_the_person(graph: Graph, ingestion: Ingestion) -> None:
    (past,) = await send(ingestion, [visit("v1", cookieId="k")])
    (ada,) = await send(ingestion, [person("a", **ADA)])
    assert ada.individual_id != past.individual_id
    (signed_in,) = await send(ingestion, [visit("v2", cookieId="k", login="ada")])
    (future,) = await send(ingestion, [visit("v3", cookieId="k")])
    found = await snapshot(graph)
    assert set(found.individuals) == {frozenset(("crm/Individual/a", "web/Device/COOKIE:k"))}
    assert len({signed_in.individual_id, future.individual_id}) == 1
    assert set(found.objects.values()) == set(found.individuals)


async def test_a_browser_that_two_people_sign_in_on_is_anonymous_to_each(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [person("a", **ADA), person("g", **GRACE), visit("v1", cookieId="k")])
    await send(ingestion, [visit("v2", cookieId="k", login="ada"), visit("v3", cookieId="k", login="grace")])
    found = await snapshot(graph)
    assert set(found.individuals) == {
        frozenset(("crm/Individual/a",)),
        frozenset(("crm/Individual/g",)),
        frozenset(("web/Device/COOKIE:k",)),
    }
    assert found.objects["web/WebEngagement/v2"] == frozenset(("crm/Individual/a",))
    assert found.objects["web/WebEngagement/v1"] == frozenset(("web/Device/COOKIE:k",))


async def test_many_browsers_do_not_make_a_login_generic(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("a", **ADA), person("b", source="shop", **ADA)])
    await send(ingestion, [visit(f"v{number}", cookieId=f"k{number}", login="ada") for number in range(70)])
    (everything,) = (await snapshot(graph)).individuals
    assert len(everything) == 72


def traffic(random: Random) -> list[Sent]:
    """Visits with and without logins, and people who have them, lose them or share them."""
    logins, cookies = ["ada", "grace", "alan"], ["k1", "k2", "k3"]
    sent = []
    for number in range(6):
        for _ in range(random.choice((1, 2))):
            login = random.choice([*logins, None])
            fields: dict[str, Any] = {"login": login} if login else {}
            first, last = random.choice((("Ada", "Lovelace"), ("Grace", "Hopper")))
            sent.append(
                person(f"p{number}", modified=random.randrange(4), firstName=first, lastName=last, **fields)
            )
    for number in range(7):
        login = random.choice([*logins, None])
        fields = {"login": login} if login else {}
        sent.append(visit(f"v{number}", cookieId=random.choice(cookies), **fields))
    return sent


async def resolved(graph: Graph, ingestion: Ingestion, batches: list[list[Sent]]) -> Snapshot:
    await wipe(graph)
    await migrate(graph)
    for batch in batches:
        await send(ingestion, batch)
    return await snapshot(graph)


@pytest.mark.parametrize("seed", range(4))
async def test_the_order_of_visits_and_logins_does_not_matter_and_a_preview_says_the_same(
    graph: Graph, ingestion: Ingestion, seed: int
) -> None:
    random = Random(seed)
    sent = traffic(random)
    expected = await resolved(graph, ingestion, [sent])
    assert await resolved(graph, ingestion, shuffled(random, sent)) == expected
    sampled, _ = await read_population(graph, 1_000, ignore)
    found = preview(tell, 1, DEFAULT.model_dump_json(), sampled, (), ())
    assert (found["merges"], found["splits"], found["movedRecords"]) == (0, 0, 0)
