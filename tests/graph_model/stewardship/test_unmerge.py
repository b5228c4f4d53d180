"""A merge that is undone leaves the graph as the same records would have left it without the merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, LiteralString

import pytest

from graph_model.graph import Graph
from graph_model.identity.stewardship import actions
from graph_model.ingestion.ingestion import Ingestion
from graph_model.migrations import migrate
from tests.graph_model.populations import Sent, day, person, population, send, shuffled
from tests.graph_model.snapshots import Part, Snapshot, snapshot
from tests.graph_model.stewardship.acting import STEWARD, owners
from tests.servers.engine import wipe

STRANGERS = [person(f"s{number}", email=f"s{number}@elsewhere.example") for number in range(2)]
"""Two whom nothing links to anybody, so that there is always somebody to merge."""

SEEDS = 5
_REVIEWS: LiteralString = """
MATCH (i:ReviewItem {state: 'OPEN'}) RETURN collect([i.key, i.records, i.weight, i.detail])
"""
_KEYS: LiteralString = "MATCH (k:KeySet) RETURN collect([k.record, k.k0, k.k1, k.k2, k.k3])"
_BOUND: LiteralString = "MATCH (:SourceRecord)-[e:ALWAYS_LINK|NEVER_LINK]->(:SourceRecord) RETURN count(e)"
Batches = Sequence[Sequence[Sent]]


@dataclass(frozen=True)
class State:
    """What the graph says, ids aside; and, by the records that each id had before the merge, which it has
    now."""

    snapshot: Snapshot
    reviews: list[Any]
    keys: list[Any]
    bound: int
    ids: dict[Part, Part | None]


async def state(graph: Graph, before: Mapping[str, Part]) -> State:
    after = await named(graph)
    return State(
        await snapshot(graph),
        sorted(await graph.read(_REVIEWS), key=repr),
        sorted(await graph.read(_KEYS), key=repr),
        await graph.read(_BOUND),
        {part: after.get(id_) for id_, part in before.items()},
    )


async def ingested(
    graph: Graph, ingestion: Ingestion, batches: Batches, deleted: Sequence[Sent] = (), *, afresh: bool = True
) -> None:
    if afresh:
        await wipe(graph)
        await migrate(graph)
    for place, batch in enumerate(batches):
        await send(ingestion, batch)
        for sent in deleted[place : place + 1]:
            ids = [sent.record["id"]]
            await ingestion.delete(sent.source, sent.object, ids, modified_at=day(2), actor="tester")


async def named(graph: Graph) -> dict[str, Part]:
    """The records that each id stands for now."""
    found: dict[str, set[str]] = {}
    for key, id_ in (await owners(graph)).items():
        found.setdefault(id_, set()).add(key)
    return {id_: frozenset(part) for id_, part in found.items()}


async def without_merge(
    graph: Graph, ingestion: Ingestion, first: Batches, then: Batches, deleted: Sequence[Sent] = ()
) -> State:
    await ingested(graph, ingestion, first)
    before = await named(graph)
    await ingested(graph, ingestion, then, deleted, afresh=False)
    return await state(graph, before)


async def with_merge(
    graph: Graph,
    ingestion: Ingestion,
    first: Batches,
    then: Batches,
    random: Random,
    deleted: Sequence[Sent] = (),
) -> State:
    """The same, but that some individuals are merged before the second half, and parted after it."""
    await ingested(graph, ingestion, first)
    before = await named(graph)
    merged: list[str] = []
    for _ in range(random.choice((1, 1, 2))):
        standing = sorted({*before} & {*await named(graph)}, key=lambda id_: min(before[id_]))
        if len(standing) < 2:
            break
        chosen = random.sample(standing, min(len(standing), random.choice((2, 2, 3))))
        done = await actions.merge(ingestion, STEWARD, chosen, random.choice([None, *chosen]))
        merged.append(done.decided[0].id)
    assert merged
    await ingested(graph, ingestion, then, deleted, afresh=False)
    for id_ in random.sample(merged, len(merged)):
        await actions.unmerge(ingestion, STEWARD, id_)
    return await state(graph, before)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_merge_and_unmerge_leave_no_trace(graph: Graph, ingestion: Ingestion, seed: int) -> None:
    batches = shuffled(Random(seed), [*STRANGERS, *population(Random(seed))])
    expected = await without_merge(graph, ingestion, batches, [])
    assert await with_merge(graph, ingestion, batches, [], Random(seed)) == expected


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_nor_do_they_with_ingestion_in_between(graph: Graph, ingestion: Ingestion, seed: int) -> None:
    random = Random(seed)
    sent = population(random, records=9)
    half = random.sample(sent, len(sent) // 2)
    first = [[*STRANGERS, *half]]
    rest = shuffled(random, [record for record in sent if record not in half])
    deleted = random.sample(sent, 2)
    expected = await without_merge(graph, ingestion, first, rest, deleted)
    found = await with_merge(graph, ingestion, first, rest, random, deleted)
    assert replace(found, ids={}) == replace(expected, ids={})


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_and_every_id_is_where_it_would_be_when_records_were_added_in_between(
    graph: Graph, ingestion: Ingestion, seed: int
) -> None:
    random = Random(seed)
    firsts = [person(f"{name}0", email=f"{name}@mail.example") for name in "abcd"]
    later = [
        person(f"{name}{number}", email=f"{name}@mail.example")
        for name in "abcd"
        for number in range(1, random.choice((2, 3, 6)))
    ]
    then = shuffled(random, later)
    expected = await without_merge(graph, ingestion, [firsts], then)
    assert await with_merge(graph, ingestion, [firsts], then, random) == expected


@pytest.mark.parametrize("survivor", ["older", "younger"])
async def test_records_that_came_meanwhile_go_back_with_their_side(
    graph: Graph, ingestion: Ingestion, survivor: str
) -> None:
    results = await send(
        ingestion, [person("a", email="a@mail.example"), person("b", email="b@mail.example")]
    )
    older, younger = sorted(str(result.individual_id) for result in results)
    kept = older if survivor == "older" else younger
    merged = await actions.merge(ingestion, STEWARD, [older, younger], kept)
    assert [item.id for item in merged.individuals] == [kept]
    before = {result.record_id: result.individual_id for result in results}
    came = ("a0", "b0", "b1", "b2")
    await send(ingestion, [person(name, email=f"{name[0]}@mail.example") for name in came])
    gone = younger if survivor == "older" else older
    await actions.unmerge(ingestion, STEWARD, gone)
    assert {key.rpartition("/")[2]: id_ for key, id_ in (await owners(graph)).items()} == {
        name: before[name[0]] for name in ("a", "b", *came)
    }


async def test_a_named_survivor_is_none_any_more_where_evidence_has_joined_them_meanwhile(
    graph: Graph, ingestion: Ingestion
) -> None:
    results = await send(ingestion, [person(name, email=f"{name}@mail.example") for name in "ab"])
    older, younger = sorted(str(result.individual_id) for result in results)
    merged = await actions.merge(ingestion, STEWARD, [older, younger], younger)
    await send(ingestion, [person("c", email=["a@mail.example", "b@mail.example"])])
    assert set((await owners(graph)).values()) == {younger}
    await actions.undo(ingestion, STEWARD, merged.decided[0].id)
    assert set((await owners(graph)).values()) == {older}
    parted = await actions.unmerge(ingestion, STEWARD, younger)
    assert {older, younger} <= {item.id for item in parted.individuals}
    whose = {key.rpartition("/")[2]: id_ for key, id_ in (await owners(graph)).items()}
    assert {whose["a"], whose["b"]} == {older, younger}
    assert {result.record_id: result.individual_id for result in results}.items() <= whose.items()
