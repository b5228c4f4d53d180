"""Every explanation agrees with what is stored: to the last bit, and in its verdict."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.identity.constraints.model import ConstraintKind
from graph_model.identity.explanations.model import Decision, PairTold
from graph_model.identity.explanations.store import explain, history
from graph_model.identity.matching.partition import StepKind
from graph_model.identity.stewardship import actions
from graph_model.ingestion.ingestion import Ingestion
from graph_model.migrations import migrate
from tests.graph_model.populations import Json, Sent, person, population, send, visit
from tests.graph_model.stewardship.acting import STEWARD
from tests.servers.engine import wipe


class Stored:
    """What the graph holds after these records were sent."""

    def __init__(self, rows: list[list[str]], weights: list[list[object]]) -> None:
        self.ids = {key: id_ for key, id_, _ in rows}
        self.individuals = {key: individual for key, _, individual in rows}
        self.weights = {(a, b): weight for a, b, weight in weights}

    def members(self, individual: str) -> frozenset[str]:
        return frozenset(key for key, owner in self.individuals.items() if owner == individual)


async def stored(graph: Graph) -> Stored:
    rows, weights = await graph.read(
        """RETURN [
        COLLECT { MATCH (r:SourceRecord)-[:UNIFIED]->(i:Individual) RETURN [r.key, r.id, i.id] },
        COLLECT { MATCH (a:SourceRecord)-[m:MATCH]->(b:SourceRecord) RETURN [a.key, b.key, m.weight] }]"""
    )
    return Stored(rows, weights)


async def sent(graph: Graph, ingestion: Ingestion, records: list[Sent]) -> Stored:
    await wipe(graph)
    await migrate(graph)
    for record in records:
        await send(ingestion, [record])
    return await stored(graph)


def adds_up(told: PairTold) -> bool:
    """Whether the parts of an explanation sum up to the weight that it tells."""
    found = told.told
    unrelated = found.prior + sum(item.unrelated + item.adjustment for item in found.evidence)
    household = found.household_prior + sum(item.household for item in found.evidence)
    weight = min(unrelated, household)
    if found.ceiling is not None:
        weight = min(weight, found.ceiling)
    if found.lifted is not None:
        weight = found.lifted
    return found.weight == weight


@pytest.mark.parametrize("seed", range(3))
async def test_each_pair_explains_itself_as_it_was_decided(
    graph: Graph, ingestion: Ingestion, seed: int
) -> None:
    random = Random(seed)
    found = await sent(graph, ingestion, population(random, records=9, objects=4))
    pairs = list(combinations(sorted(found.ids), 2))
    linked = [pair for pair in pairs if found.individuals[pair[0]] == found.individuals[pair[1]]]
    drawn = {*random.sample(linked, min(8, len(linked))), *random.sample(pairs, 16)}
    told = {pair: await explain(graph, found.ids[pair[0]], found.ids[pair[1]]) for pair in sorted(drawn)}
    for (a, b), item in told.items():
        assert item.linked == (found.individuals[a] == found.individuals[b])
        assert item.stored == found.weights.get((a, b))
        assert adds_up(item)
        if item.stored is not None:
            assert item.told.weight == item.stored
        elif item.compared:
            assert item.told.weight <= item.ruleset.floor
        if item.linked:
            ends = [key for hop in item.path for key in hop.pair]
            assert {a, b} <= set(ends)
            assert {found.individuals[key] for key in ends} == {found.individuals[a]}
    assert {item.linked for item in told.values()} == {True, False}


@pytest.mark.parametrize("seed", [4, 5])
async def test_the_steps_put_each_individual_together(graph: Graph, ingestion: Ingestion, seed: int) -> None:
    found = await sent(graph, ingestion, population(Random(seed), records=9, objects=4))
    for individual in set(found.individuals.values()):
        told = await history(graph, individual)
        assert {record.key for record in told.records} == found.members(individual)
        together = {frozenset((record.key,)) for record in told.records}
        for step in told.steps:
            assert {step.one, step.other} <= together
            together = (together - {step.one, step.other}) | {step.one | step.other}
            if step.by is StepKind.WEIGHT:
                one, other = (found.ids[key] for key in step.pair)
                assert step.weight == (await explain(graph, one, other)).told.weight
                assert found.weights.get(step.pair, step.weight) == step.weight
                assert (step.pair in told.rules) == (step.pair in found.weights)
        assert together == {found.members(individual)}


ADA: Json = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "email": "ada@mail.example",
    "birthDate": "1980-12-10",
}
GRACE: Json = {
    "firstName": "Grace",
    "lastName": "Hopper",
    "email": "grace@mail.example",
    "birthDate": "1906-12-09",
}


async def test_a_link_is_told_with_its_values_and_a_path_where_it_is_indirect(
    graph: Graph, ingestion: Ingestion
) -> None:
    found = await sent(
        graph,
        ingestion,
        [person("1", **ADA), person("2", **ADA), person("3", **GRACE)],
    )
    one, other, stranger = (found.ids[f"crm/Individual/{id_}"] for id_ in "123")
    told = await explain(graph, one, other)
    assert told.decision is Decision.EVIDENCE
    assert "ada@mail.example" in [item.one for item in told.told.evidence]
    assert [hop.pair for hop in told.path] == [("crm/Individual/1", "crm/Individual/2")]
    assert any(key.holders == 2 for key in told.shared)
    apart = await explain(graph, one, stranger)
    assert apart.decision is Decision.NOT_COMPARED
    assert apart.shared == ()
    assert apart.path == ()
    assert apart.told.weight < told.ruleset.link


async def test_a_device_of_several_people_says_that_a_guard_stopped_it(
    graph: Graph, ingestion: Ingestion
) -> None:
    found = await sent(
        graph,
        ingestion,
        [visit("v", deviceId="d"), person("1", deviceId="d", **ADA), person("3", deviceId="d", **GRACE)],
    )
    (device,) = [key for key in found.ids if "/Device/" in key]
    told = await explain(graph, found.ids[device], found.ids["crm/Individual/1"])
    assert told.decision is Decision.GUARD
    assert told.guarded is not None
    assert told.guarded.reason.value == "SHARED_DEVICE"
    history_ = await history(graph, found.individuals[device])
    assert [item.reason.value for item in history_.guarded] == ["SHARED_DEVICE"]


async def test_what_stewards_say_is_told_as_what_decided(graph: Graph, ingestion: Ingestion) -> None:
    found = await sent(graph, ingestion, [person("1", **ADA), person("2", **ADA), person("3", **GRACE)])
    ada, namesake, grace = (f"crm/Individual/{id_}" for id_ in "123")
    await actions.link(ingestion, STEWARD, ConstraintKind.ALWAYS_LINK, found.ids[ada], found.ids[grace])
    always = await explain(graph, found.ids[ada], found.ids[grace])
    assert (always.linked, always.decision) == (True, Decision.ALWAYS_LINK)
    through = await explain(graph, found.ids[namesake], found.ids[grace])
    assert (through.linked, through.decision) == (True, Decision.INDIRECT)
    assert [hop.pair for hop in through.path] == [(ada, namesake), (ada, grace)]
    told = await history(graph, (await stored(graph)).individuals[ada])
    assert [step.by for step in told.steps] == [StepKind.WEIGHT, StepKind.ALWAYS_LINK]
    await actions.link(ingestion, STEWARD, ConstraintKind.NEVER_LINK, found.ids[ada], found.ids[namesake])
    never = await explain(graph, found.ids[ada], found.ids[namesake])
    assert (never.linked, never.decision) == (False, Decision.NEVER_LINK)
    assert never.never == (ada, namesake)
    assert never.told.weight == never.stored


async def test_individuals_are_explained_by_the_records_that_speak_most_for_them(
    graph: Graph, ingestion: Ingestion
) -> None:
    found = await sent(graph, ingestion, [person("1", **ADA), person("2", **ADA), person("3", **GRACE)])
    ada, grace = (found.individuals[f"crm/Individual/{id_}"] for id_ in "13")
    told = await explain(graph, ada, grace)
    assert {told.one.individual, told.other.individual} == {ada, grace}
    with pytest.raises(BadInput, match="the same"):
        await explain(graph, ada, ada)
    with pytest.raises(BadInput, match="Nothing has the id"):
        await explain(graph, ada, "ind_nobody")
    with pytest.raises(BadInput, match="not the id of an individual"):
        await history(graph, told.one.id)
