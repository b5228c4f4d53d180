"""The review queue on the graph: filled, paged, assigned, decided, measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity.constraints.model import ConstraintKind
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import Features, Name
from graph_model.identity.matching.scoring import Scorer
from graph_model.identity.reviews import store
from graph_model.identity.reviews.deciding import MAX_DECISIONS, Decision, decide
from graph_model.identity.reviews.model import PAIR, ReviewCase, ReviewDecision, ReviewItem, ReviewState
from graph_model.identity.reviews.pages import Wanted
from graph_model.identity.reviews.quality import quality
from graph_model.identity.stewardship import actions
from graph_model.ingestion.ingestion import Ingestion
from tests.graph_model.populations import START, Json, person, send
from tests.graph_model.rulesets import use
from tests.graph_model.stewardship.acting import STEWARD, owners, people

LINK, NO_LINK, DISMISS = ReviewDecision.LINK, ReviewDecision.NO_LINK, ReviewDecision.DISMISS
TIME = "2026-01-01T00:00:00.000000Z"
ONE: Json = {"firstName": "Ada", "lastName": "Lovelace", "birthDate": "1980-12-10"}
OTHER: Json = {**ONE, "city": "London"}
"""What two records say that may be one person's, but not surely."""
_WEIGHT = Scorer(DEFAULT).weigh(
    Features("a", names=(Name("ada", last="lovelace"),), birth_dates=("1980-12-10",)),
    Features("b", names=(Name("ada", last="lovelace"),), birth_dates=("1980-12-10",)),
)
WARY = DEFAULT.model_copy(update={"link": _WEIGHT + 1})
"""The default, but a name and a birth date are not enough: who shares no more waits for a steward."""


@pytest.fixture(autouse=True)
async def _wary(graph: Graph) -> None:
    await use(graph, WARY)


async def doubt(ingestion: Ingestion) -> None:
    """Two records that a steward has to judge."""
    await send(ingestion, [person("a", **ONE), person("b", **OTHER)])


async def queue(graph: Graph, **wanted: Any) -> list[ReviewItem]:
    return await Wanted(**wanted).page(graph, after="", limit=100)


async def found(graph: Graph, records: Sequence[str], *cases: ReviewCase) -> list[ReviewItem]:
    """The queue once resolution has found these cases for the records."""

    async def work(transaction: Transaction) -> None:
        await store.refresh(transaction, records, cases, time=TIME)

    await graph.write(work)
    return await queue(graph)


def case(kind: str, *names: str) -> ReviewCase:
    records = tuple(f"crm/Individual/{name}" for name in names)
    return ReviewCase(f"{kind}|{'|'.join(names)}", kind, records, -1_000 if kind == PAIR else None, "Why.")


async def strangers(ingestion: Ingestion, names: str) -> list[str]:
    await send(ingestion, [person(name, email=f"{name}@mail.example") for name in names])
    return [f"crm/Individual/{name}" for name in names]


async def test_a_pair_between_the_thresholds_waits_until_its_records_change(
    graph: Graph, ingestion: Ingestion
) -> None:
    await doubt(ingestion)
    (item,) = await queue(graph)
    assert (item.kind, item.state) == (PAIR, ReviewState.OPEN)
    assert item.records == ("crm/Individual/a", "crm/Individual/b")
    assert item.weight is not None
    assert WARY.review <= item.weight < WARY.link
    assert [record.record_id for record in item.concerned] == ["a", "b"]
    await send(ingestion, [person("a", modified=1, firstName="Zoe", lastName="Quist")])
    assert [item.state for item in await queue(graph)] == [ReviewState.CLOSED]
    await send(ingestion, [person("a", modified=2, **ONE)])
    assert [(again.id, again.state) for again in await queue(graph)] == [(item.id, ReviewState.OPEN)]


@pytest.mark.parametrize(("decision", "expected"), [(LINK, [{"a", "b"}]), (NO_LINK, [{"a"}, {"b"}])])
async def test_a_decision_is_a_constraint_and_holds(
    graph: Graph, ingestion: Ingestion, decision: ReviewDecision, expected: list[set[str]]
) -> None:
    await doubt(ingestion)
    (item,) = await queue(graph)
    (decided,) = await decide(graph, ingestion, "judge", [Decision(item.id, decision, "I asked")])
    assert isinstance(decided, ReviewItem)
    assert (decided.state, decided.decision, decided.decided_by) == (ReviewState.DECIDED, decision, "judge")
    assert decided.constraint is not None
    assert await people(graph) == expected
    await send(ingestion, [person("a", modified=1, **ONE), person("b", modified=1, **OTHER)])
    assert await people(graph) == expected
    assert [item.state for item in await queue(graph)] == [ReviewState.DECIDED]


async def test_a_decision_that_is_taken_back_is_open_again(graph: Graph, ingestion: Ingestion) -> None:
    await doubt(ingestion)
    before = await owners(graph)
    (item,) = await queue(graph)
    (decided,) = await decide(graph, ingestion, "judge", [Decision(item.id, LINK, "I asked")])
    assert isinstance(decided, ReviewItem)
    assert decided.constraint is not None
    await actions.undo(ingestion, STEWARD, decided.constraint)
    (again,) = await queue(graph)
    assert (again.id, again.state, again.decision) == (item.id, ReviewState.OPEN, None)
    assert await owners(graph) == before


async def test_a_dismissed_one_sets_nothing_and_does_not_come_back(
    graph: Graph, ingestion: Ingestion
) -> None:
    await doubt(ingestion)
    (item,) = await queue(graph)
    (decided,) = await decide(graph, ingestion, "judge", [Decision(item.id, DISMISS, "Who knows")])
    assert isinstance(decided, ReviewItem)
    assert decided.constraint is None
    await send(ingestion, [person("a", modified=1, **ONE)])
    assert [item.state for item in await queue(graph)] == [ReviewState.DECIDED]


async def test_what_a_guard_stopped_is_linked_or_kept_apart_as_a_whole(
    graph: Graph, ingestion: Ingestion
) -> None:
    records = await strangers(ingestion, "abcdef")
    first, second = await found(graph, records, case("SIZE", "a", "b", "c"), case("SIZE", "d", "e", "f"))
    decisions = [Decision(first.id, LINK, "A club"), Decision(second.id, NO_LINK, "Neighbours")]
    results = await decide(graph, ingestion, "judge", decisions)
    assert all(isinstance(result, ReviewItem) for result in results)
    assert await people(graph) == [{"a", "b", "c"}, {"d"}, {"e"}, {"f"}]
    await send(ingestion, [person(name, modified=1, email="d@mail.example") for name in "def"])
    assert await people(graph) == [{"a", "b", "c"}, {"d"}, {"e"}, {"f"}]


async def test_of_many_decisions_those_that_are_right_are_carried_out(
    graph: Graph, ingestion: Ingestion
) -> None:
    records = await strangers(ingestion, "abc")
    ab, bc = await found(graph, records, case(PAIR, "a", "b"), case(PAIR, "b", "c"))
    ids = dict(await graph.read("MATCH (r:SourceRecord) RETURN collect([r.recordId, r.id])"))
    await actions.link(ingestion, STEWARD, ConstraintKind.NEVER_LINK, ids["b"], ids["c"])
    await found(graph, records, case(PAIR, "a", "b"), case(PAIR, "b", "c"))
    decisions = [
        Decision(bc.id, LINK, "so"),
        Decision(ab.id, LINK, "so"),
        Decision(ab.id, NO_LINK, "so"),
        Decision("rvw_0", LINK, "so"),
        Decision(bc.id, DISMISS, " "),
    ]
    results = await decide(graph, ingestion, "judge", decisions)
    assert [result.code if isinstance(result, BadInput) else result.decision for result in results] == [
        "CONTRADICTING_CONSTRAINT",
        LINK,
        "ALREADY_DECIDED",
        "NOT_FOUND",
        "MISSING_REASON",
    ]
    assert await people(graph) == [{"a", "b"}, {"c"}]
    with pytest.raises(BadInput, match="at most"):
        await decide(graph, ingestion, "judge", decisions * MAX_DECISIONS)


async def test_a_case_that_is_gone_is_not_decided(graph: Graph, ingestion: Ingestion) -> None:
    records = await strangers(ingestion, "ab")
    (item,) = await found(graph, records, case(PAIR, "a", "b"))
    await found(graph, records)
    (result,) = await decide(graph, ingestion, "judge", [Decision(item.id, LINK, "so")])
    assert isinstance(result, BadInput)
    assert result.code == "REVIEW_CLOSED"


async def test_the_queue_is_paged_filtered_and_counted(graph: Graph, ingestion: Ingestion) -> None:
    records = await strangers(ingestion, "abcd")
    kinds = (case(PAIR, "a", "b"), case(PAIR, "c", "d"), case("SIZE", "b", "c"), case("LIMIT", "a", "d"))
    items = await found(graph, records, *kinds)
    assert len(items) == await Wanted().count(graph) == 4
    paged: list[ReviewItem] = []
    while page := await Wanted().page(graph, after=paged[-1].id if paged else "", limit=3):
        paged += page
    assert paged == items
    mine = await store.assign(graph, [items[0].id, "rvw_0"], "me", now=START)
    assert [item.assignee for item in mine.values()] == ["me"]
    assert await queue(graph, assignee="me") == list(mine.values())
    assert len(await queue(graph, unassigned=True)) == 3
    assert {item.kind for item in await queue(graph, kind="SIZE")} == {"SIZE"}
    assert await queue(graph, state=ReviewState.CLOSED) == []
    whose = (await owners(graph))["crm/Individual/a"]
    assert {item.kind for item in await queue(graph, individual=whose)} == {PAIR, "LIMIT"}
    assert await Wanted(individual=whose, kind="LIMIT", state=ReviewState.OPEN).count(graph) == 1
    given_back = await store.assign(graph, [items[0].id], None, now=START)
    assert [item.assignee for item in given_back.values()] == [None]


async def test_decisions_tell_how_good_the_ruleset_is(graph: Graph, ingestion: Ingestion) -> None:
    await doubt(ingestion)
    sure: Json = {"firstName": "Grace", "lastName": "Hopper", "birthDate": "1906-12-09"}
    sure |= {"email": "grace@mail.example", "phone": "+49 30 23125001", "login": "grace"}
    await send(ingestion, [person(name, **sure) for name in "cd"])
    (item,) = await queue(graph)
    before = await quality(graph)
    await decide(graph, ingestion, "judge", [Decision(item.id, LINK, "so")])
    after = await quality(graph)
    assert (before.decided, after.decided) == (0, 1)
    assert before.recall is not None
    assert after.recall is not None
    assert after.recall < before.recall <= 1
    assert after.precision == before.precision
