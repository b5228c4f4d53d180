"""What an older normaliser saw, or none, ends as if the present one had seen it."""

from __future__ import annotations

from random import Random
from typing import LiteralString

import pytest

from graph_model.graph import Graph, Transaction
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.normalising_job import ask_for_it
from tests.graph_model.activating import matched
from tests.graph_model.normalising import normalise
from tests.graph_model.populations import START, order, person, population, send, shuffled
from tests.graph_model.snapshots import snapshot

_FORGET_VERSION: LiteralString = "MATCH (s:RulesetState {name: 'rulesets'}) SET s.normaliser = 0"

# What another normaliser would have stored: it took names and numbers as they came, and found no e-mail.
_OLDER: tuple[LiteralString, ...] = (
    "MATCH (r:SourceRecord) WHERE r.features IS NOT NULL SET r.features = '[0' + substring(r.features, 2)",
    "MATCH (r:SourceRecord)-[c:CARRIES]->(x:Identifier {type: 'EMAIL'})"
    " SET r.identifiers = [key IN r.identifiers WHERE key <> x.key] DELETE c",
    "MATCH (:BusinessObject)-[c:CAUSED_BY]->(:Identifier {type: 'EMAIL'}) DELETE c",
)
# What was stored before there were rulesets.
_NEVER: tuple[LiteralString, ...] = (
    "MATCH (r:SourceRecord) WHERE r.deletedAt IS NULL"
    " SET r.features = null, r.ruleset = 0, r.component = null",
    "MATCH (:SourceRecord)-[m:MATCH]->(:SourceRecord) DELETE m",
    "MATCH (k:KeySet) DELETE k",
)


async def change(graph: Graph, *statements: LiteralString) -> None:
    async def work(transaction: Transaction) -> None:
        for statement in (*statements, _FORGET_VERSION):
            await transaction.run(statement)

    await graph.write(work)


@pytest.mark.parametrize("stored", [_OLDER, _NEVER], ids=["an older one", "none"])
@pytest.mark.parametrize("seed", range(2))
async def test_the_graph_ends_as_if_it_had_always_been_normalised_so(
    graph: Graph, ingestion: Ingestion, stored: tuple[LiteralString, ...], seed: int
) -> None:
    random = Random(seed)
    for batch in shuffled(random, population(random, records=10, objects=4)):
        await send(ingestion, batch)
    expected = await snapshot(graph), await matched(graph)
    await change(graph, *stored)
    await normalise(graph, ingestion)
    assert (await snapshot(graph), await matched(graph)) == expected


async def test_an_order_finds_its_person_by_the_number_as_it_is_normalised_now(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [person("P", email="ada@mail.example"), order("O", email="ADA@mail.example")])
    expected = await snapshot(graph)
    assert expected.objects["shop/SalesOrder/O"] is not None
    await change(graph, *_OLDER)
    await normalise(graph, ingestion)
    assert await snapshot(graph) == expected


async def test_a_new_graph_has_nothing_to_normalise(graph: Graph) -> None:
    assert await ask_for_it(graph, now=START) is False
