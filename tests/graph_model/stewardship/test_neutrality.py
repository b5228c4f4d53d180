"""The same records and the same constraints give the same people, whenever each of them came."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from random import Random

import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.identity.constraints.model import ConstraintKind
from graph_model.identity.stewardship import actions
from graph_model.ingestion.ingestion import Ingestion
from graph_model.migrations import migrate
from tests.graph_model.populations import Sent, person, population, send, shuffled
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.graph_model.stewardship.acting import STEWARD, owners, people, record_ids
from tests.servers.engine import wipe

ALWAYS, NEVER = ConstraintKind.ALWAYS_LINK, ConstraintKind.NEVER_LINK
Wanted = tuple[ConstraintKind, str, str]


def constraints(random: Random, sent: Sequence[Sent]) -> list[Wanted]:
    """Some constraints, no two of which name the same record, so that none contradicts another."""
    names = sorted({item.record["id"] for item in sent if item.object == "Individual"})
    mixed = random.sample(names, len(names))
    pairs = zip(mixed[::2], mixed[1::2], strict=False)
    return [(random.choice((ALWAYS, NEVER)), one, other) for one, other in pairs][:3]


async def settled(
    graph: Graph, ingestion: Ingestion, batches: Sequence[Sequence[Sent]], wanted: Sequence[Wanted]
) -> Snapshot:
    """What comes of the batches where each constraint is set as soon as its records are there."""
    await wipe(graph)
    await migrate(graph)
    waiting = list(wanted)
    for batch in batches:
        await send(ingestion, batch)
        ids = await record_ids(graph)
        for item in [item for item in waiting if {item[1], item[2]} <= ids.keys()]:
            waiting.remove(item)
            kind, one, other = item
            await actions.link(ingestion, STEWARD, kind, ids[one], ids[other])
    assert waiting == []
    return await snapshot(graph)


@pytest.mark.parametrize("seed", range(4))
async def test_it_does_not_matter_when_a_constraint_is_set(
    graph: Graph, ingestion: Ingestion, seed: int
) -> None:
    random = Random(seed)
    sent = population(random, records=9)
    wanted = constraints(random, sent)
    expected = await settled(graph, ingestion, [sent], wanted)
    for kind, one, other in wanted:
        together = any(
            {one, other} <= {key.rpartition("/")[2] for key in part} for part in expected.partition
        )
        assert together == (kind is ALWAYS)
    mixed = random.sample(wanted, len(wanted))
    assert await settled(graph, ingestion, shuffled(random, sent), mixed) == expected


@pytest.mark.parametrize("seed", range(4))
async def test_what_was_set_and_taken_back_leaves_nothing(
    graph: Graph, ingestion: Ingestion, seed: int
) -> None:
    random = Random(seed)
    await send(ingestion, population(random, records=9))
    before = await snapshot(graph), await owners(graph)
    ids = await record_ids(graph)
    done: list[str] = []
    for _ in range(6):
        one, other = random.sample(sorted(ids), 2)
        # One may contradict those before it.
        with suppress(BadInput):
            kind = random.choice((ALWAYS, NEVER))
            found = await actions.link(ingestion, STEWARD, kind, ids[one], ids[other])
            done.append(found.decided[0].id)
    assert done
    for id_ in random.sample(list(dict.fromkeys(done)), len(set(done))):
        await actions.undo(ingestion, STEWARD, id_)
    assert (await snapshot(graph)).partition == before[0].partition
    assert await snapshot(graph) == before[0]


async def test_an_undone_automatic_merge_stays_undone_in_any_order(
    graph: Graph, ingestion: Ingestion
) -> None:
    """Two people whom a mailbox joins: whatever comes later, in whatever order, no record of the one side is
    with one of the other."""
    for seed in range(3):
        random = Random(seed)
        await wipe(graph)
        await migrate(graph)
        ids = [
            (await send(ingestion, [person(name, email=f"{name}@mail.example")]))[0].individual_id
            for name in "ab"
        ]
        both = ["a@mail.example", "b@mail.example"]
        await send(ingestion, [person("b", modified=1, email=both)])
        await actions.unmerge(ingestion, STEWARD, max(map(str, ids)))
        later = [
            *(person(f"{name}{number}", email=f"{name}@mail.example") for name in "ab" for number in "12"),
            person("c", email=both),
        ]
        for batch in shuffled(random, later):
            await send(ingestion, batch)
            assert [part for part in await people(graph) if {"a", "b"} <= part] == []
