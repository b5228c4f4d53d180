"""A change decides anew what it touches, whatever that is, and nothing else."""

from __future__ import annotations

from typing import Any, LiteralString

from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from tests.graph_model.conftest import Clock
from tests.graph_model.oracle import expected
from tests.graph_model.populations import Json, day, deletion, person, send
from tests.graph_model.rulesets import SMALL_CAPS, use
from tests.graph_model.snapshots import Snapshot, snapshot

ADA: Json = {"firstName": "Ada", "lastName": "Lovelace", "birthDate": "1815-12-10"}
GRACE: Json = {"firstName": "Grace", "lastName": "Hopper", "birthDate": "1906-12-09"}
CAP = SMALL_CAPS.key_cap

# Everything that a decision writes says when.
_WRITTEN: LiteralString = """
MATCH (r:SourceRecord)-[u:UNIFIED]->(i:Individual)
OPTIONAL MATCH (r)-[m:MATCH]-(:SourceRecord)
WITH r, u, i, collect(m.since) AS since
RETURN collect([r.key, r.component, u.since, i.id, i.updatedAt, since])
"""


async def written(graph: Graph) -> dict[str, list[Any]]:
    """What is written about the decision on each record, by key, and when."""
    return {key: rest for key, *rest in await graph.read(_WRITTEN)}


async def sound(graph: Graph) -> Snapshot:
    """The state, which is what the records come to from scratch."""
    found, wanted = await snapshot(graph), await expected(graph)
    assert (found.matches, found.golden) == (wanted.matches, wanted.individuals)
    return found


async def test_an_update_leaves_others_as_they_are(graph: Graph, ingestion: Ingestion, clock: Clock) -> None:
    bystanders = [person(f"g{number}", email="grace@mail.example", **GRACE) for number in range(3)]
    await send(ingestion, [person("a", email="ada@mail.example", **ADA), *bystanders])
    before = await written(graph)
    clock.now = day(1)
    await send(ingestion, [person("a", modified=1, email="ada@work.example", **ADA)])
    await send(ingestion, [person("b", email="ada@work.example")])
    await send(ingestion, [deletion(person("a"), modified=2)])
    after = await written(graph)
    assert {key: after[key] for key in before if "/g" in key} == {
        key: rest for key, rest in before.items() if "/g" in key
    }
    await sound(graph)


async def test_a_record_that_says_something_else_leaves_who_it_was_with(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [person(key, email="ada@mail.example", **ADA) for key in "abc"])
    assert len((await sound(graph)).partition) == 1
    await send(ingestion, [person("b", modified=1, email="grace@mail.example", **GRACE)])
    assert (await sound(graph)).partition == {
        frozenset({"crm/Individual/a", "crm/Individual/c"}),
        frozenset({"crm/Individual/b"}),
    }


async def test_a_key_that_too_many_records_have_finds_nobody_and_finds_again_when_fewer_have_it(
    graph: Graph, ingestion: Ingestion
) -> None:
    await use(graph, SMALL_CAPS)
    alike = [person(f"a{number}", **ADA) for number in range(CAP + 1)]
    await send(ingestion, alike[:CAP])
    assert len((await sound(graph)).partition) == 1
    await send(ingestion, alike[CAP:])
    state = await sound(graph)
    assert (len(state.partition), state.matches) == (CAP + 1, frozenset())
    await send(ingestion, [deletion(alike[0], modified=1)])
    assert len((await sound(graph)).partition) == 1
    await send(ingestion, [person("a0", modified=2, **ADA)])
    assert len((await sound(graph)).partition) == CAP + 1
    await send(ingestion, [person("a0", modified=3, **GRACE)])
    assert sorted(map(len, (await sound(graph)).partition)) == [1, CAP]


async def test_an_identifier_that_ceases_to_be_generic_links_those_who_did_not_change(
    graph: Graph, ingestion: Ingestion
) -> None:
    await use(graph, SMALL_CAPS)
    sharing = [person(key, email="info@shop.example") for key in "abc"]
    await send(ingestion, sharing)
    state = await sound(graph)
    assert state.owners == {"EMAIL||info@shop.example": (True, None)}
    await send(ingestion, [deletion(sharing[1], modified=1)])
    state = await sound(graph)
    assert state.partition == {frozenset({"crm/Individual/a", "crm/Individual/c"})}
    assert state.owners == {
        "EMAIL||info@shop.example": (False, frozenset({"crm/Individual/a", "crm/Individual/c"}))
    }
