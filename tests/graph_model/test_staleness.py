"""A ruleset whose frequencies are no longer those of the records says so, once."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from graph_model.events import store as events
from graph_model.events.model import EventKind
from graph_model.graph import Graph
from graph_model.identity.rulesets.model import FrequencyTable
from graph_model.identity.rulesets.staleness import compare, divergence, risen
from graph_model.identity.rulesets.watching import watch
from graph_model.ingestion.ingestion import Ingestion
from tests.graph_model.populations import START, person, send

SMITHS = FrequencyTable(total=10_000, counts={"smith": 500, "jones": 400, "brown": 300})
MUELLERS = FrequencyTable(total=10_000, counts={"mueller": 500, "schmidt": 400, "schneider": 300})

tables = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(3, 1_000)).map(
    lambda counts: FrequencyTable(total=sum(counts.values()) + 100, counts=counts)
)


@given(tables, tables)
def test_divergence_is_between_0_and_1_whichever_table_comes_first(
    one: FrequencyTable, other: FrequencyTable
) -> None:
    found = divergence(one, other)
    assert 0 <= found <= 1
    assert abs(found - divergence(other, one)) < 1e-9
    assert divergence(one, one) < 1e-9


def test_other_people_are_other_tables() -> None:
    assert divergence(SMITHS, MUELLERS) > 0.1
    doubled = FrequencyTable(total=20_000, counts={"smith": 1_010, "jones": 790, "brown": 600})
    assert divergence(SMITHS, doubled) < 0.001
    assert compare({"last_name": SMITHS}, {"last_name": doubled}, records=9, trained_on=5).is_stale is False
    assert compare({"last_name": SMITHS}, {"last_name": MUELLERS}, records=9, trained_on=None).is_stale


def test_a_rare_value_that_became_common_is_seen_though_the_tables_are_alike() -> None:
    live = FrequencyTable(total=10_000, counts=SMITHS.counts | {"call centre": 40})
    assert divergence(SMITHS, live) < 0.1
    assert risen(SMITHS, live) == 1
    found = compare({"phone": SMITHS}, {"phone": live}, records=9, trained_on=None)
    assert [(change.table, change.risen) for change in found.changes] == [("phone", 1)]


def test_few_values_and_tables_of_one_side_alone_say_nothing() -> None:
    few = FrequencyTable(total=500, counts={"mueller": 400})
    found = compare({"last_name": SMITHS}, {"last_name": few, "city": MUELLERS}, records=9, trained_on=None)
    assert found.is_stale is False


def test_a_population_that_has_grown_beyond_the_training_wants_another() -> None:
    assert compare({}, {}, records=399, trained_on=100).is_stale is False
    assert compare({}, {}, records=400, trained_on=100).is_stale is True


async def test_it_is_told_once_for_a_version(graph: Graph, ingestion: Ingestion) -> None:
    assert await watch(graph, now=START) is False
    for start in range(0, 1_200, 300):
        people = [
            person(f"P-{number}", firstName="Ottokar", lastName=f"Name{number}")
            for number in range(start, start + 300)
        ]
        await send(ingestion, people)
    assert await watch(graph, now=START, least=2_000) is False
    assert await watch(graph, now=START) is True
    assert await watch(graph, now=START) is False
    assert await watch(graph, now=START + timedelta(days=2)) is False
    (told,) = [
        event
        for event in await events.read_after(graph, 0, limit=10_000)
        if event.kind is EventKind.RULESET_STALE
    ]
    assert told.individual_id is None
    assert (told.data["version"], told.data["records"], told.data["trainedOn"]) == (1, 1_200, None)
    assert [table["table"] for table in told.data["tables"]] == ["first_name", "last_name"]
    assert "ottokar" not in str(told.data)
