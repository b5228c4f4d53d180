"""What is about to be stored is read and weighed ahead, which leaves no trace but in the process's memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.graph import Graph
from graph_model.identity import foresight, store
from graph_model.identity.anticipation import anticipate
from graph_model.identity.foresight import Known, Turn
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import Features, features_of
from graph_model.identity.rulesets.active import active
from graph_model.ids import new_id
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Record
from graph_model.records.validation import validate
from tests.graph_model.conftest import Clock
from tests.graph_model.counting import CountingGraph
from tests.graph_model.oracle import expected
from tests.graph_model.populations import START, Sent, person, population, send, shuffled
from tests.graph_model.rulesets import SMALL_CAPS, use
from tests.graph_model.snapshots import snapshot
from tests.graph_model.test_neutrality import AT_LENGTH
from tests.servers.engine import Engine, empty

ADA: dict[str, Any] = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "birthDate": "1980-12-10",
    "postalCode": "10115",
}


def coming(sent: Sent) -> tuple[Record, Features]:
    """The record, ready to be stored."""
    record = validate(sent.record, sent.source, SHIPPED.objects[sent.object], received_at=START)
    assert isinstance(record, Record)
    return record, features_of(record)


async def test_what_was_weighed_ahead_is_not_weighed_again_when_it_is_stored(
    graph: Graph, ingestion: Ingestion
) -> None:
    # The scorer outlives a graph, so nobody may have met these records before.
    new = new_id("rec")
    stored = [person(f"{new}-{number}", email=f"ada{number}@mail.example", **ADA) for number in range(3)]
    await send(ingestion, stored)
    before = await snapshot(graph)
    scorer = (await graph.inspect(active)).deciding.scorer
    further = person(new, source="shop", email="ada1@mail.example", **ADA)
    known = scorer.remembered
    await anticipate(graph, [coming(further)])
    weighed = scorer.remembered
    assert weighed == known + len(stored)
    assert await snapshot(graph) == before
    await send(ingestion, [further])
    assert scorer.remembered == weighed
    assert await snapshot(graph) != before


def batch_of(sent: Iterable[Sent]) -> list[tuple[Record, Features]]:
    """Those that are looked for ahead: people's records."""
    return [coming(each) for each in sent if each.object == "Individual" and not each.deleted]


async def stored_anew(graph: Graph, ingestion: Ingestion, *, between: Iterable[Sent] = ()) -> list[str]:
    """The statements that look for candidates when a record is stored that was looked for ahead, with others
    stored `between`."""
    stored = [person(f"s-{number}", email=f"ada{number}@mail.example", **ADA) for number in range(3)]
    await send(ingestion, stored)
    further = person("f", source="shop", email="ada1@mail.example", **ADA)
    await anticipate(graph, [coming(further)])
    await send(ingestion, between)
    assert isinstance(graph, CountingGraph)
    graph.statements.clear()
    await send(ingestion, [further])
    return [
        text for text in graph.statements if "KeySet {k0" in text or "r.deletedAt IS NULL\nRETURN" in text
    ]


@pytest.fixture
async def counting(graph: Graph, engine: Engine) -> Any:
    async with CountingGraph(engine) as counted:
        yield counted


def ingesting(graph: Graph) -> Ingestion:
    return Ingestion(graph, threshold=Threshold(lifetime_value=500, silent_days=180), clock=Clock())


async def test_what_was_read_ahead_is_not_read_again(counting: CountingGraph) -> None:
    assert await stored_anew(counting, ingesting(counting)) == []


async def test_only_what_changed_since_is_read_again(counting: CountingGraph) -> None:
    nobody = person("n", firstName="Grace", lastName="Hopper", birthDate="1906-12-09")
    assert await stored_anew(counting, ingesting(counting), between=[nobody]) == []


async def test_a_candidate_that_changed_since_is_read_again(counting: CountingGraph) -> None:
    changed = person("s-1", modified=1, email="ada1@mail.example", phone="+49 30 23125001", **ADA)
    holders, candidates = await stored_anew(counting, ingesting(counting), between=[changed])
    assert "KeySet" in holders
    assert "KeySet" not in candidates


async def test_what_another_process_wrote_ends_what_is_known(counting: CountingGraph, graph: Graph) -> None:
    ingestion = ingesting(counting)
    stored = person("s", email="ada@mail.example", **ADA)
    await send(ingestion, [stored])
    await anticipate(counting, [coming(person("f", source="shop", **ADA))])
    assert await graph.rehearse(knows) is True
    await graph.write(store.lock)
    assert await graph.rehearse(knows) is False


async def knows(transaction: Any) -> bool:
    """Whether a transaction that takes the lock now knows the record of the tests."""
    key = "crm/Individual/s"
    return key in foresight.known(await store.lock(transaction)).rows([key])


async def test_nothing_is_kept_of_a_transaction_that_may_not_be_over(graph: Graph) -> None:
    ruling = await graph.inspect(active)
    turn = Turn(new_id("lck"), "")
    assert not foresight.is_over(turn.name)
    foresight.committed(turn, ruling, ["a"], [])
    assert foresight.is_over(turn.name)
    assert foresight.ruling(Turn("next", turn.name)) is ruling
    assert foresight.ruling(Turn("another", "")) is None


async def check_reading_ahead(graph: Graph, ruleset: Any, random: Random) -> int:
    """Each batch is looked for while the one before it is stored; the graph is what the records come to, from
    scratch. How many marks and records were known of ahead."""
    ingestion = ingesting(graph)
    await empty(graph)
    await use(graph, ruleset)
    batches = shuffled(random, population(random, records=12, deleted=0.25))
    known = 0
    with pytest.MonkeyPatch.context() as patched:

        def counted(name: str) -> None:
            original = getattr(Known, name)

            def call(self: Known, wanted: Any) -> Any:
                nonlocal known
                found = original(self, wanted)
                known += len(found)
                return found

            patched.setattr(Known, name, call)

        counted("holders")
        counted("rows")
        for place, batch in enumerate(batches):
            following = batches[min(place + random.choice((1, 1, 1, 2)), len(batches) - 1)]
            looking = asyncio.create_task(anticipate(graph, batch_of(following)))
            if random.random() < 0.5:
                await looking
            await send(ingestion, batch)
            await looking
    found = await expected(graph)
    reached = await snapshot(graph)
    assert reached.matches == found.matches
    assert reached.golden == found.individuals
    return known


CAPS = {ruleset.name: ruleset for ruleset in (DEFAULT, SMALL_CAPS)}


@pytest.mark.parametrize("ruleset", sorted(CAPS))
async def test_whatever_was_read_ahead_the_graph_is_what_the_records_say(graph: Graph, ruleset: str) -> None:
    assert sum([await check_reading_ahead(graph, CAPS[ruleset], Random(seed)) for seed in range(5)]) > 100


@pytest.mark.soak
@given(st.sampled_from(sorted(CAPS)), st.integers(0, 10**6))
@AT_LENGTH
async def test_so_it_is_at_length(graph: Graph, ruleset: str, seed: int) -> None:
    await check_reading_ahead(graph, CAPS[ruleset], Random(seed))


async def test_each_turn_knows_the_one_before(engine: Engine, graph: Graph) -> None:
    async with AsyncExitStack() as stack:
        writers = [await stack.enter_async_context(engine.connect()) for _ in range(4)]

        async def take_turns(own: Graph) -> list[Turn]:
            return [await own.write(store.lock) for _ in range(8)]

        turns = [turn for taken in await asyncio.gather(*map(take_turns, writers)) for turn in taken]
    names = {turn.name for turn in turns}
    assert len({turn.before for turn in turns}) == len(names) == 32
    # Each but the first follows one of the others, and only the last is not followed.
    assert len({turn.before for turn in turns} & names) == 31
    assert await graph.inspect(store.last_turn) in names - {turn.before for turn in turns}
