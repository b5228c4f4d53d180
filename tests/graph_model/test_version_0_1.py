"""What version 0.1 stored is decided anew, and then equals what the same records make of an empty graph."""

from __future__ import annotations

from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.migrations import migrate
from tests.graph_model import profiles, version_0_1
from tests.graph_model.normalising import normalise
from tests.graph_model.oracle import expected
from tests.graph_model.populations import Json, order, person, send
from tests.graph_model.snapshots import snapshot

ADA: Json = {"firstName": "Ada", "lastName": "Lovelace", "birthDate": "1815-12-10"}
GRACE: Json = {"firstName": "Grace", "lastName": "Hopper", "birthDate": "1906-12-09"}

PEOPLE = [
    [person("a1", email="ada@mail.example", **ADA), person("a2", source="shop", email="ada@mail.example")],
    # Two whom the same address made one, but who are two by name and day of birth.
    [person("f1", email="family@home.example", **ADA), person("f2", email="family@home.example", **GRACE)],
    # One who was two, for want of a postal code.
    [person("g1", phone="+49 30 23125001", **GRACE)],
    [person("g2", source="shop", city="Berlin", postalCode="10115", phone="+49 30 23125001", **GRACE)],
]
ORDERS = [order("1", email="ada@mail.example"), order("2", email="family@home.example")]


async def test_a_graph_of_version_0_1_ends_as_if_it_had_been_filled_today(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [*(sent for records in PEOPLE for sent in records), *ORDERS])
    fresh = await snapshot(graph)
    ids = await version_0_1.write(graph, PEOPLE, ORDERS)
    await migrate(graph)
    await normalise(graph, ingestion)
    assert await snapshot(graph) == fresh
    wanted = await expected(graph)
    assert (fresh.matches, fresh.golden) == (wanted.matches, wanted.individuals)
    assert (await profiles.by_ids(graph, ids)).keys() == set(ids)


async def test_what_is_sent_before_its_neighbours_were_decided_anew_meets_them_all_the_same(
    graph: Graph, ingestion: Ingestion
) -> None:
    late = [
        person("a3", email="ada@mail.example", phone="+49 30 23125009", **ADA),
        person("g1", modified=1, email="grace@mail.example", **GRACE),
        order("3", email="ada@mail.example"),
    ]
    await send(ingestion, [*(sent for records in PEOPLE for sent in records), *ORDERS])
    await send(ingestion, late)
    fresh = await snapshot(graph)
    ids = await version_0_1.write(graph, PEOPLE, ORDERS)
    await migrate(graph)
    await send(ingestion, late)
    await normalise(graph, ingestion)
    assert await snapshot(graph) == fresh
    assert (await profiles.by_ids(graph, ids)).keys() == set(ids)
