"""What a steward does on the graph: it is kept, obeyed by whatever comes later, told, and undone."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from graph_model.errors import BadInput
from graph_model.events import store as events
from graph_model.events.model import EventKind
from graph_model.graph import Graph
from graph_model.identity.constraints.model import ConstraintCause, ConstraintKind
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.rulesets.active import Phase
from graph_model.identity.stewardship import actions
from graph_model.identity.stewardship.carrying import Steward
from graph_model.identity.stewardship.model import Outcome
from graph_model.ingestion.ingestion import Ingestion
from tests.graph_model.activating import activate, drafted
from tests.graph_model.populations import Sent, at, order, person, send, visit
from tests.graph_model.snapshots import snapshot
from tests.graph_model.stewardship.acting import (
    STEWARD,
    TRYING,
    everything,
    owners,
    parts,
    people,
    record_ids,
)


async def three(ingestion: Ingestion) -> list[str]:
    """Three people who have nothing in common."""
    results = await send(ingestion, [person(name, email=f"{name}@mail.example") for name in "abc"])
    return [str(result.individual_id) for result in results]


async def refused(action: Awaitable[Outcome]) -> str:
    with pytest.raises(BadInput) as error:
        await action
    return error.value.code


async def told(graph: Graph, after: int) -> list[tuple[EventKind, str | None, list[str]]]:
    found = await events.read_after(graph, after, limit=100)
    return [
        (event.kind, event.individual_id, event.data.get("mergedIds") or event.data.get("splitIds") or [])
        for event in found
    ]


async def test_a_merge_keeps_the_oldest_id_and_holds_whatever_comes(
    graph: Graph, ingestion: Ingestion
) -> None:
    a, b, c = await three(ingestion)
    done = await actions.merge(ingestion, STEWARD, [c, b, a])
    assert [(item.id, item.is_new) for item in done.individuals] == [(min(a, b, c), False)]
    assert parts(done) == [{"a", "b", "c"}]
    (constraint,) = done.decided
    assert (constraint.kind, constraint.cause) == (ConstraintKind.ALWAYS_LINK, ConstraintCause.MERGE)
    assert (len(constraint.pairs), len(constraint.retired)) == (2, 2)
    await send(ingestion, [person("b", modified=1, email="other@mail.example"), person("d")])
    assert await people(graph) == [{"a", "b", "c"}, {"d"}]


async def test_a_merge_and_a_split_are_told(graph: Graph, ingestion: Ingestion) -> None:
    a, b, _ = await three(ingestion)
    before = await events.last_sequence(graph)
    done = await actions.merge(ingestion, STEWARD, [a, b], max(a, b))
    assert await told(graph, before) == [
        (EventKind.INDIVIDUALS_MERGED, max(a, b), [min(a, b)]),
        (EventKind.INDIVIDUAL_UPDATED, max(a, b), [min(a, b)]),
    ]
    before = await events.last_sequence(graph)
    await actions.undo(ingestion, STEWARD, done.decided[0].id)
    assert (await told(graph, before))[0] == (EventKind.INDIVIDUAL_SPLIT, max(a, b), [min(a, b)])


async def test_the_named_survivor_keeps_its_id_and_the_others_come_back(
    graph: Graph, ingestion: Ingestion
) -> None:
    ids = await three(ingestion)
    before = await owners(graph)
    done = await actions.merge(ingestion, STEWARD, ids, ids[2])
    assert [item.id for item in done.individuals] == [ids[2]]
    await actions.unmerge(ingestion, STEWARD, ids[0])
    assert await owners(graph) == before


async def test_so_it_does_while_a_ruleset_is_being_activated(graph: Graph, ingestion: Ingestion) -> None:
    a, b, _ = await three(ingestion)
    named = max(a, b)
    done: dict[str, Outcome] = {}

    async def between(_: int, phase: str) -> None:
        if phase == Phase.CUTOVER and not done:
            done[phase] = await actions.merge(ingestion, STEWARD, [a, b], named)

    draft = DEFAULT.model_copy(update={"link": DEFAULT.link + 1})
    await activate(graph, ingestion, await drafted(graph, draft), between=between)
    assert [item.id for item in done[Phase.CUTOVER].individuals] == [named]
    assert {"crm/Individual/a": named, "crm/Individual/b": named}.items() <= (await owners(graph)).items()


async def test_a_merge_reaches_devices_too(graph: Graph, ingestion: Ingestion) -> None:
    known, *_ = await three(ingestion)
    (seen,) = await send(ingestion, [visit("1", deviceId="device-1")])
    (other,) = await send(ingestion, [visit("2", deviceId="device-2")])
    done = await actions.merge(ingestion, STEWARD, [str(seen.individual_id), known, str(other.individual_id)])
    assert len(done.individuals) == 1
    await actions.unmerge(ingestion, STEWARD, done.decided[0].id)
    assert len((await snapshot(graph)).partition) == 5


async def test_what_an_individual_owns_goes_and_comes_with_it(graph: Graph, ingestion: Ingestion) -> None:
    a, b, _ = await three(ingestion)
    await send(ingestion, [order("1", email="a@mail.example"), order("2", email="b@mail.example")])
    before = await snapshot(graph)
    done = await actions.merge(ingestion, STEWARD, [a, b])
    together = await snapshot(graph)
    assert len(set(together.objects.values())) == 1
    assert {amount for _, name, _, amount, _ in together.insights if name == "lifetime_value"} == {20_000_000}
    await actions.unmerge(ingestion, STEWARD, done.decided[0].id)
    assert await snapshot(graph) == before


async def test_undoing_an_automatic_merge_parts_its_sides_for_good(
    graph: Graph, ingestion: Ingestion
) -> None:
    (a,) = await send(ingestion, [person("a", email="a@mail.example")])
    (b,) = await send(ingestion, [person("b", email="b@mail.example")])
    await send(ingestion, [person("b", modified=1, email=["a@mail.example", "b@mail.example"])])
    assert await people(graph) == [{"a", "b"}]
    retired = max(str(a.individual_id), str(b.individual_id))
    done = await actions.unmerge(ingestion, STEWARD, retired)
    assert done.decided[0].cause is ConstraintCause.UNMERGE
    assert await owners(graph) == {"crm/Individual/a": a.individual_id, "crm/Individual/b": b.individual_id}
    await send(
        ingestion, [person("b", modified=2, email=["a@mail.example"]), person("b1", email="b@mail.example")]
    )
    assert {"a"} in await people(graph)
    await actions.undo(ingestion, STEWARD, done.decided[0].id)
    assert {"a", "b"} in await people(graph)


async def test_a_split_holds_whatever_comes_and_is_undone(graph: Graph, ingestion: Ingestion) -> None:
    (whose,) = {
        result.individual_id
        for result in await send(ingestion, [person(name, email="a@mail.example") for name in "abcd"])
    }
    before = await snapshot(graph), await owners(graph)
    ids = await record_ids(graph)
    done = await actions.split(ingestion, STEWARD, str(whose), [ids["d"]])
    assert parts(done) == [{"a", "b", "c"}, {"d"}]
    assert [item.is_new for item in done.individuals] == [False, True]
    assert done.individuals[0].id == whose
    await send(
        ingestion, [person("e", email="a@mail.example"), person("d", modified=1, email="a@mail.example")]
    )
    found = await people(graph)
    assert [part for part in found if "d" in part and part & {"a", "b", "c"}] == []
    await ingestion.delete("crm", "Individual", ["e"], actor="tester")
    await send(ingestion, [person("d", modified=2, email="a@mail.example")])
    await actions.undo(ingestion, STEWARD, done.decided[0].id)
    assert await people(graph) == [{"a", "b", "c", "d"}]
    assert (await owners(graph)) == before[1]


async def test_a_dry_run_says_what_would_come_and_changes_nothing(graph: Graph, ingestion: Ingestion) -> None:
    a, b, _ = await three(ingestion)
    await actions.merge(ingestion, STEWARD, [a, b])
    before = await everything(graph)
    ids = await record_ids(graph)
    parted = await actions.unmerge(ingestion, TRYING, max(a, b))
    assert parts(parted) == [{"a"}, {"b"}]
    linked = await actions.link(ingestion, TRYING, ConstraintKind.ALWAYS_LINK, ids["a"], ids["c"])
    assert parts(linked) == [{"a", "b", "c"}]
    assert await everything(graph) == before


async def test_records_are_linked_and_kept_apart_one_by_one(graph: Graph, ingestion: Ingestion) -> None:
    await three(ingestion)
    await send(ingestion, [person("a1", email="a@mail.example")])
    ids = await record_ids(graph)
    always = await actions.link(ingestion, STEWARD, ConstraintKind.ALWAYS_LINK, ids["b"], ids["c"])
    assert parts(always) == [{"b", "c"}]
    never = await actions.link(ingestion, STEWARD, ConstraintKind.NEVER_LINK, ids["a"], ids["a1"])
    assert parts(never) == [{"a"}, {"a1"}]
    again = await actions.link(ingestion, STEWARD, ConstraintKind.NEVER_LINK, ids["a1"], ids["a"])
    assert again.decided == never.decided
    await actions.undo(ingestion, STEWARD, never.decided[0].id)
    await actions.undo(ingestion, STEWARD, always.decided[0].id)
    assert await people(graph) == [{"a", "a1"}, {"b"}, {"c"}]


async def test_what_contradicts_is_refused_and_names_what_holds(graph: Graph, ingestion: Ingestion) -> None:
    a, b, c = await three(ingestion)
    ids = await record_ids(graph)
    merged = await actions.merge(ingestion, STEWARD, [a, b])
    before = await everything(graph)
    with pytest.raises(BadInput, match=merged.decided[0].id) as error:
        await actions.link(ingestion, STEWARD, ConstraintKind.NEVER_LINK, ids["a"], ids["b"])
    assert error.value.code == "CONTRADICTING_CONSTRAINT"
    assert await refused(actions.split(ingestion, STEWARD, a, [ids["b"]])) == "CONTRADICTING_CONSTRAINT"
    assert await everything(graph) == before
    never = await actions.link(ingestion, STEWARD, ConstraintKind.NEVER_LINK, ids["b"], ids["c"])
    with pytest.raises(BadInput, match=never.decided[0].id):
        await actions.merge(ingestion, STEWARD, [a, c])
    with pytest.raises(BadInput, match=never.decided[0].id):
        await actions.link(ingestion, STEWARD, ConstraintKind.ALWAYS_LINK, ids["a"], ids["c"])


async def test_what_would_contradict_once_a_record_comes_back_is_refused_too(
    graph: Graph, ingestion: Ingestion
) -> None:
    await three(ingestion)
    ids = await record_ids(graph)
    always, never = ConstraintKind.ALWAYS_LINK, ConstraintKind.NEVER_LINK
    first = await actions.link(ingestion, STEWARD, always, ids["a"], ids["b"])
    await actions.link(ingestion, STEWARD, always, ids["b"], ids["c"])
    await ingestion.delete("crm", "Individual", ["b"], actor="tester")
    with pytest.raises(BadInput, match=first.decided[0].id):
        await actions.link(ingestion, STEWARD, never, ids["a"], ids["c"])


async def test_a_constraint_rests_while_its_record_is_deleted(graph: Graph, ingestion: Ingestion) -> None:
    a, b, _ = await three(ingestion)
    await send(ingestion, [person("b1", email="b@mail.example")])
    await actions.merge(ingestion, STEWARD, [a, b])
    await ingestion.delete("crm", "Individual", ["b"], actor="tester")
    assert await people(graph) == [{"a"}, {"b1"}, {"c"}]
    await send(ingestion, [person("b", modified=1, email="b@mail.example")])
    assert await people(graph) == [{"a", "b", "b1"}, {"c"}]


async def test_a_person_and_an_organisation_are_not_merged(graph: Graph, ingestion: Ingestion) -> None:
    a, *_ = await three(ingestion)
    engines = Sent("crm", "Organization", {"id": "o", "modifiedAt": at(0), "name": "Analytical Engines"})
    alone = person("n", email="n@mail.example", noMergeReason="asked not to be")
    results = await send(ingestion, [engines, alone])
    for result in results:
        merge = actions.merge(ingestion, STEWARD, [a, str(result.individual_id)])
        assert await refused(merge) == "NOT_MERGEABLE"


async def test_what_cannot_be_done_is_refused(graph: Graph, ingestion: Ingestion) -> None:
    a, b, c = await three(ingestion)
    ids = await record_ids(graph)
    never = ConstraintKind.NEVER_LINK
    assert await refused(actions.merge(ingestion, STEWARD, [a])) == "NOTHING_TO_MERGE"
    assert await refused(actions.merge(ingestion, STEWARD, [a, a])) == "NOTHING_TO_MERGE"
    assert await refused(actions.merge(ingestion, STEWARD, [a, "ind_0"])) == "NOT_FOUND"
    assert await refused(actions.merge(ingestion, STEWARD, [a, b], c)) == "INVALID_SURVIVOR"
    assert await refused(actions.merge(ingestion, STEWARD, ["ind_0"] * 101)) == "TOO_MANY_INDIVIDUALS"
    assert await refused(actions.unmerge(ingestion, STEWARD, a)) == "NOT_MERGED"
    assert await refused(actions.unmerge(ingestion, STEWARD, "con_0")) == "NOT_FOUND"
    assert await refused(actions.split(ingestion, STEWARD, a, [ids["a"]])) == "NOTHING_TO_SPLIT"
    assert await refused(actions.split(ingestion, STEWARD, a, [])) == "NOTHING_TO_SPLIT"
    assert await refused(actions.split(ingestion, STEWARD, a, [ids["b"]])) == "FOREIGN_RECORD"
    assert await refused(actions.split(ingestion, STEWARD, a, ["rec_0"])) == "NOT_FOUND"
    assert await refused(actions.link(ingestion, STEWARD, never, ids["a"], ids["a"])) == "SAME_RECORD"
    assert await refused(actions.undo(ingestion, STEWARD, "con_0")) == "NOT_FOUND"
    done = await actions.link(ingestion, STEWARD, never, ids["a"], ids["b"])
    await actions.undo(ingestion, STEWARD, done.decided[0].id)
    assert await refused(actions.undo(ingestion, STEWARD, done.decided[0].id)) == "ALREADY_ENDED"
    await actions.merge(ingestion, STEWARD, [a, b])
    await actions.merge(ingestion, STEWARD, [a, c])
    oldest = min(a, b, c)
    assert await refused(actions.unmerge(ingestion, STEWARD, oldest)) == "AMBIGUOUS_MERGE"
    await ingestion.delete("crm", "Individual", ["a", "b", "c"], actor="tester")
    assert await refused(actions.merge(ingestion, STEWARD, [a, b])) == "GONE"


@pytest.mark.parametrize(("reason", "code"), [("  ", "MISSING_REASON"), ("x" * 1_001, "REASON_TOO_LONG")])
def test_a_reason_is_given(reason: str, code: str) -> None:
    with pytest.raises(BadInput) as error:
        Steward("steward", reason)
    assert error.value.code == code
