"""An activated ruleset rules as if it always had, whatever is written while it is activated.

Of the drafts each changes what no other one does: weights and rules, caps, kinds of key, guards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity.constraints.model import ConstraintKind
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.rulesets import phases
from graph_model.identity.rulesets import store as rulesets
from graph_model.identity.rulesets.activation_job import ActivateRuleset
from graph_model.identity.rulesets.model import BIT, Reconcile, Reconciliation, ReconciliationRule, Ruleset
from graph_model.identity.rulesets.stored import RulesetState
from graph_model.identity.stewardship import actions
from graph_model.ingestion.ingestion import Ingestion
from graph_model.jobs import store as jobs
from graph_model.jobs.lifecycle import abort
from graph_model.jobs.model import JobKind, JobState
from graph_model.jobs.runner import Runner
from graph_model.migrations import migrate
from tests.graph_model import profiles
from tests.graph_model.activating import activate, drafted, matched, submitted
from tests.graph_model.ending import ended
from tests.graph_model.populations import Sent, day, population, send, shuffled
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.graph_model.stewardship.acting import STEWARD, record_ids
from tests.servers.engine import wipe

DRAFTS = {
    "weights": DEFAULT.model_copy(update={"rules": (), "link": 3 * BIT, "prior": DEFAULT.prior + 2 * BIT}),
    "caps": DEFAULT.model_copy(update={"key_cap": 2, "generic_cap": 2}),
    "kinds": DEFAULT.model_copy(update={"key_kinds": ("email", "birth", "names")}),
    "guards": DEFAULT.model_copy(
        update={"guards": DEFAULT.guards.model_copy(update={"blocked": (r"ada@.*", r"\+4930.*")})}
    ),
    "filter": DEFAULT.model_copy(update={"record_filter": {"source": {"eq": "shop"}}}),
}


@dataclass(frozen=True)
class Deleted:
    """A source deletes a record."""

    source: str
    record_id: str
    day: int


@dataclass(frozen=True)
class Bound:
    """A steward binds two records, by their ids in the source."""

    kind: ConstraintKind
    one: str
    other: str


Act = Sequence[Sent] | Deleted | Bound


def acts(random: Random) -> list[Act]:
    """What happens in a graph: batches of records, deletes, a steward's constraints."""
    sent = population(random, records=10, objects=4)
    found: list[Act] = [*shuffled(random, sent)]
    names = sorted({each.record["id"] for each in sent if each.object == "Individual"})
    for _ in range(3):
        one, other = random.sample(names, 2)
        kind = random.choice(list(ConstraintKind))
        found.insert(random.randrange(len(found) + 1), Bound(kind, one, other))
    for _ in range(2):
        gone = Deleted(random.choice(("crm", "shop")), random.choice(names), random.randrange(5))
        found.insert(random.randrange(len(found) + 1), gone)
    return found


async def carry_out(graph: Graph, ingestion: Ingestion, act: Act) -> Any:
    """Do it, and say what the gateway said."""
    match act:
        case Deleted(source, record_id, moment):
            results = await ingestion.delete(
                source, "Individual", [record_id], modified_at=day(moment), actor="tester"
            )
            return [result.outcome for result in results]
        case Bound(kind, one, other):
            ids = await record_ids(graph)
            if one not in ids or other not in ids:
                return None
            try:
                await actions.link(ingestion, STEWARD, kind, ids[one], ids[other])
            except BadInput as error:
                return error.code
            return kind
        case _:
            return [result.outcome for result in await send(ingestion, act)]


async def as_if_always(
    graph: Graph, ingestion: Ingestion, draft: Ruleset, doing: Sequence[Act]
) -> tuple[Snapshot, dict[str, Any], list[Any]]:
    """What all of it comes to in a graph where the draft counted from the beginning."""
    await wipe(graph)
    await migrate(graph)
    await activate(graph, ingestion, await drafted(graph, draft))
    said = [await carry_out(graph, ingestion, act) for act in doing]
    return await snapshot(graph), await matched(graph), said


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", DRAFTS)
async def test_it_rules_as_if_it_always_had_whatever_is_written_meanwhile(
    graph: Graph, ingestion: Ingestion, name: str, seed: int
) -> None:
    random = Random(f"{name} {seed}")
    doing = acts(random)
    expected = await as_if_always(graph, ingestion, DRAFTS[name], doing)
    await wipe(graph)
    await migrate(graph)
    rest = list(doing)
    said: list[Any] = []
    known: set[str] = set()

    async def go_on() -> None:
        said.append(await carry_out(graph, ingestion, rest.pop(0)))
        known.update(profile.id for profile in await profiles.page(graph, after="", limit=1_000))
        lost = known - (await profiles.by_ids(graph, sorted(known))).keys()
        assert await profiles.gone(graph, sorted(lost)) == lost

    for _ in range(len(rest) // 3):
        await go_on()

    async def between(_: int, __: str) -> None:
        if rest and random.random() < 0.5:
            await go_on()

    dies_at = frozenset(random.sample(range(1, 12), 3))
    await activate(graph, ingestion, await drafted(graph, DRAFTS[name]), between=between, dies_at=dies_at)
    while rest:
        await go_on()
    assert (await snapshot(graph), await matched(graph), said) == expected


async def test_survivorship_alone_is_derived_anew_without_matching(
    graph: Graph, ingestion: Ingestion
) -> None:
    draft = DEFAULT.model_copy(
        update={"reconciliation": Reconciliation(default=ReconciliationRule(rule=Reconcile.LONGEST))}
    )
    doing = acts(Random("survivorship"))
    expected, matched_then, _ = await as_if_always(graph, ingestion, draft, doing)
    await wipe(graph)
    await migrate(graph)
    for act in doing:
        await carry_out(graph, ingestion, act)
    entered = await activate(graph, ingestion, await drafted(graph, draft), dies_at=frozenset({2}))
    assert set(entered) <= {"", "RECONCILE"}
    assert await snapshot(graph) == expected
    assert (await matched(graph))["evidence"] == matched_then["evidence"]


@pytest.mark.parametrize("phase", ["", "KEYS", "EDGES"])
async def test_an_activation_that_is_aborted_leaves_nothing_behind(
    graph: Graph, ingestion: Ingestion, phase: str
) -> None:
    doing = acts(Random("aborted"))
    for act in doing:
        await carry_out(graph, ingestion, act)
    expected = await snapshot(graph), (await matched(graph))["keys"]
    await wipe(graph)
    await migrate(graph)
    rest = list(doing)
    for _ in range(len(rest) // 2):
        await carry_out(graph, ingestion, rest.pop(0))
    version = await drafted(graph, DRAFTS["kinds"])
    job = await submitted(graph, version)

    async def exclusively(work: Any) -> Any:
        now = await jobs.find(graph, job.id)
        assert now is not None
        if now.progress.phase == phase and (now.progress.done or not phase):
            await abort(graph, job.id, now=day(0))
        if rest:
            await carry_out(graph, ingestion, rest.pop(0))
        return await ingestion.exclusively(work)

    runner = Runner(graph, {JobKind.ACTIVATE_RULESET: ActivateRuleset(exclusively, page=2)}, poll=0.05)
    running = asyncio.create_task(runner.run())
    try:
        aborted = await ended(graph, job.id)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (aborted.state, aborted.error_code) == (JobState.ABORTED, "ABORTED")
    for act in rest:
        await carry_out(graph, ingestion, act)
    draft = await rulesets.find(graph, version)
    assert draft is not None
    assert draft.state is RulesetState.DRAFT
    after = await matched(graph)
    assert after["state"] == [1, 1, None, None]
    assert (await snapshot(graph), after["keys"]) == expected


async def test_a_version_that_was_retired_can_be_activated_again(graph: Graph, ingestion: Ingestion) -> None:
    for act in acts(Random("again")):
        await carry_out(graph, ingestion, act)
    expected = await snapshot(graph)
    evidence = (await matched(graph))["evidence"]
    await activate(graph, ingestion, await drafted(graph, DRAFTS["weights"]))
    await activate(graph, ingestion, 1)
    assert (await snapshot(graph)).partition == expected.partition
    assert (await matched(graph))["evidence"] == evidence
    states = {item.version: item.state for item in await rulesets.all_rulesets(graph)}
    assert states == {1: RulesetState.ACTIVE, 2: RulesetState.RETIRED}


async def test_one_at_a_time_is_activated(graph: Graph) -> None:
    first, second = await drafted(graph, DRAFTS["weights"]), await drafted(graph, DRAFTS["caps"])

    async def start(version: int) -> str | None:
        async def check(transaction: Transaction) -> None:
            await phases.check_startable(transaction, version, time="now")

        try:
            await graph.write(check)
        except BadInput as error:
            return error.code
        return None

    assert [await start(version) for version in (1, 99)] == ["ALREADY_ACTIVE", "NOT_FOUND"]
    assert await start(first) is None
    await submitted(graph, first)
    assert [await start(version) for version in (first, second)] == ["ACTIVATION_RUNNING"] * 2
