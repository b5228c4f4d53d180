"""What a ruleset would change, found out in memory by the code that resolves in the graph."""

from __future__ import annotations

from random import Random

import pytest

from graph_model.graph import Graph
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets.model import BIT
from graph_model.identity.rulesets.population import is_sampled, read_population
from graph_model.identity.rulesets.preview_job import preview
from graph_model.identity.rulesets.report import report
from graph_model.identity.rulesets.trial import Trial
from graph_model.ingestion.ingestion import Ingestion
from tests.graph_model.populations import person, population, send, shuffled

PEOPLE = [
    person("A-1", firstName="Ada", lastName="Lovelace", email="ada@mail.example", birthDate="1980-12-10"),
    person("A-2", firstName="Ada", lastName="Lovelace", email="ada@mail.example"),
    person("G-1", firstName="Grace", lastName="Hopper", email="grace@mail.example"),
    person("G-2", firstName="Grace", lastName="Hopper", email="grace@mail.example"),
    person("T-1", firstName="Alan", lastName="Turing", email="alan@mail.example"),
]
STRICT = DEFAULT.model_copy(update={"link": 900 * BIT, "rules": ()})
"""Links nobody."""


async def ignore(_: int, __: int) -> None:
    pass


def tell(_: int, __: int) -> None:
    pass


@pytest.mark.parametrize("seed", range(6))
async def test_under_the_ruleset_that_counts_nothing_changes(
    graph: Graph, ingestion: Ingestion, seed: int
) -> None:
    random = Random(seed)
    for batch in shuffled(random, population(random, records=12, objects=0)):
        await send(ingestion, batch)
    sampled, total = await read_population(graph, 1_000, ignore)
    assert len(sampled) == total > 0
    found = preview(tell, 1, DEFAULT.model_dump_json(), sampled, (), ())
    assert (found["merges"], found["splits"], found["movedRecords"]) == (0, 0, 0)
    assert found["individualsBefore"] == found["individualsAfter"]


async def test_a_ruleset_that_links_nobody_splits_who_is_linked(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, PEOPLE)
    sampled, _ = await read_population(graph, 1_000, ignore)
    found = preview(tell, 2, STRICT.model_dump_json(), sampled, (), ())
    assert (found["individualsBefore"], found["individualsAfter"]) == (3, 5)
    assert (found["merges"], found["splits"], found["movedRecords"]) == (0, 2, 2)
    assert [len(sample["parts"]) for sample in found["splitSamples"]] == [2, 2]


async def test_constraints_hold_in_a_preview_too(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, PEOPLE)
    sampled, _ = await read_population(graph, 1_000, ignore)
    ada, other, grace = "crm/Individual/A-1", "crm/Individual/A-2", "crm/Individual/G-1"
    found = preview(tell, 1, DEFAULT.model_dump_json(), sampled, [[ada, grace]], [[ada, other]])
    assert (found["merges"], found["splits"]) == (1, 1)


async def test_a_sample_takes_whole_individuals_and_is_always_the_same(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(
        ingestion,
        [
            person(f"{number}-{part}", firstName="Kim", email=f"kim{number}@mail.example")
            for number in range(40)
            for part in range(3)
        ],
    )
    sampled, total = await read_population(graph, 60, ignore)
    assert total == 120
    assert 20 < len(sampled) < 100
    by_individual = {each.individual: 0 for each in sampled}
    for each in sampled:
        by_individual[each.individual] += 1
    assert set(by_individual.values()) == {3}
    assert (await read_population(graph, 60, ignore))[0] == sampled


def test_the_larger_sample_holds_the_smaller_one() -> None:
    names = [f"ind_{number}" for number in range(1_000)]
    small, large = ({name for name in names if is_sampled(name, share)} for share in (0.1, 0.3))
    assert small < large
    assert 50 < len(small) < 150 < len(large) < 400


def test_a_report_names_ids_and_evidence_and_nothing_that_records_say() -> None:
    membership = {"a": "ind_1", "b": "ind_2", "c": "ind_2", "d": "ind_3"}
    ids = {key: f"rec_{key}" for key in membership}
    trial = Trial(
        [frozenset("ab"), frozenset("c"), frozenset("d")],
        {("a", "b"): Evidence(7_500, "EMAIL"), ("b", "c"): Evidence(-1_000, "WEIGHT")},
        3,
    )
    found = report(trial, membership, ids)
    assert found == {
        "records": 4,
        "individualsBefore": 3,
        "individualsAfter": 3,
        "pairsCompared": 3,
        "merges": 1,
        "mergedIndividuals": 2,
        "splits": 1,
        "movedRecords": 1,
        "mergeSamples": [
            {
                "individuals": ["ind_1", "ind_2"],
                "records": 2,
                "one": "rec_a",
                "other": "rec_b",
                "rule": "EMAIL",
                "weight": 7_500,
            }
        ],
        "splitSamples": [{"individual": "ind_2", "parts": [["rec_b"], ["rec_c"]]}],
    }
