"""A steward corrects an individual, whatever its records say, and takes it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, LiteralString

import pytest

from graph_model.errors import BadInput
from graph_model.events import store as events
from graph_model.events.model import EventKind
from graph_model.graph import Graph
from graph_model.identity.corrections.actions import Correcting
from graph_model.identity.corrections.model import correction_record
from graph_model.identity.golden.rederive import rederive_page
from graph_model.identity.rulesets.model import Reconcile, Reconciliation, ReconciliationRule
from graph_model.identity.stewardship.actions import merge, split, unmerge
from graph_model.identity.stewardship.carrying import Steward
from graph_model.ingestion.ingestion import Ingestion
from graph_model.metadata.objects import INDIVIDUAL, ORGANIZATION
from graph_model.records.model import Problem, Record
from tests.graph_model.conftest import Clock
from tests.graph_model.populations import Sent, day, person, send
from tests.graph_model.snapshots import snapshot

NOW = datetime.fromisoformat("2026-03-01T00:00:00Z")
ADA = {"email": "ada@mail.example", "firstName": "Ada", "lastName": "King"}
_CONSTRAINTS: LiteralString = """
MATCH (c:Constraint) WITH c ORDER BY c.id
RETURN collect([c.cause, c.reason, c.actor, c.endReason])
"""

_RECORDS: LiteralString = "MATCH (r:SourceRecord) RETURN collect([r.key, r.id])"


class Desk:
    """A steward at work, later by a day with every move."""

    def __init__(self, graph: Graph, ingestion: Ingestion, clock: Clock) -> None:
        self.graph, self.ingestion, self.clock = graph, ingestion, clock
        clock.now = day(10)

    def _correcting(self) -> Correcting:
        self.clock.now = day((self.clock.now - day(0)).days + 1)
        return Correcting(self.graph, self.ingestion, "steward-1", self.clock.now, "DE")

    async def correct(self, id_: str, **fields: Any) -> str:
        found = await self._correcting().correct(id_, fields, "She told us.")
        assert found.problems == ()
        return str(found.correction)

    async def withdraw(self, correction: str) -> str:
        found = await self._correcting().withdraw(correction, "It was a mistake.")
        return str(found.individual_id)

    async def shown(self, id_: str, *names: str) -> tuple[Any, ...]:
        statement: LiteralString = (
            "MATCH (i:Individual {id: $id}) RETURN [name IN $names | properties(i)[name]]"
        )
        return tuple(await self.graph.read(statement, id=id_, names=list(names)))


@pytest.fixture
def desk(graph: Graph, ingestion: Ingestion, clock: Clock) -> Desk:
    return Desk(graph, ingestion, clock)


async def sent(ingestion: Ingestion, *batch: Sent) -> list[str]:
    return [str(result.individual_id) for result in await send(ingestion, batch)]


async def test_a_correction_wins_over_the_records_of_before_and_of_later(
    desk: Desk, ingestion: Ingestion
) -> None:
    (ada,) = await sent(ingestion, person("a", modified=1, middleName="Zoe", **ADA))
    await desk.correct(ada, lastName="Lovelace", middleName=None)
    assert await desk.shown(ada, "displayName", "middleName") == ("Ada Lovelace", None)
    await sent(ingestion, person("a", modified=50, **ADA, middleName="Mary", gender="FEMALE"))
    assert await desk.shown(ada, "displayName", "middleName", "gender") == ("Ada Lovelace", None, "FEMALE")


async def test_a_withdrawn_correction_leaves_the_graph_as_it_was(
    desk: Desk, graph: Graph, ingestion: Ingestion
) -> None:
    (ada,) = await sent(ingestion, person("a", modified=1, **ADA))
    before = await snapshot(graph)
    correction = await desk.correct(ada, lastName="Lovelace", emails=["ada@lovelace.example"])
    assert (await snapshot(graph)).individuals != before.individuals
    assert await desk.withdraw(correction) == ada
    assert await snapshot(graph) == before
    assert await graph.read(_CONSTRAINTS) == [
        ["CORRECTION", "She told us.", "steward-1", "It was a mistake."]
    ]


async def test_of_several_corrections_each_can_be_withdrawn_by_itself(
    desk: Desk, ingestion: Ingestion
) -> None:
    (ada,) = await sent(ingestion, person("a", modified=1, **ADA))
    one = await desk.correct(ada, firstName="Augusta", lastName="Byron")
    two = await desk.correct(ada, lastName="Lovelace")
    assert await desk.shown(ada, "displayName") == ("Augusta Lovelace",)
    await desk.withdraw(two)
    assert await desk.shown(ada, "displayName") == ("Augusta Byron",)
    await desk.withdraw(one)
    assert await desk.shown(ada, "displayName") == ("Ada King",)


async def test_a_correction_takes_no_part_in_matching(desk: Desk, graph: Graph, ingestion: Ingestion) -> None:
    grace = {"firstName": "Grace", "lastName": "Hopper", "email": "grace@mail.example"}
    ada, other = await sent(ingestion, person("a", modified=1, **ADA), person("g", modified=1, **grace))
    await desk.correct(ada, firstName="Grace", lastName="Hopper", emails=["grace@mail.example"])
    assert len((await snapshot(graph)).partition) == 2
    (again,) = await sent(ingestion, person("g2", modified=2, **grace))
    assert (again, ada != other) == (other, True)


async def test_a_correction_follows_its_record_through_merge_and_split(
    desk: Desk, graph: Graph, ingestion: Ingestion
) -> None:
    grace = {"firstName": "Grace", "lastName": "Hopper", "email": "grace@mail.example"}
    ada, other = await sent(ingestion, person("a", modified=1, **ADA), person("g", modified=1, **grace))
    await desk.correct(ada, birthDate="1815-12-10")
    both = ["ada@mail.example", "grace@mail.example"]
    merged = await sent(ingestion, person("m", modified=3, firstName="Ada", lastName="King", email=both))
    assert await desk.shown(merged[0], "birthDate") == ("1815-12-10",)
    await sent(ingestion, person("m", modified=4, firstName="Ada", lastName="King", email="x@mail.example"))
    assert await desk.shown(ada, "birthDate") == ("1815-12-10",)
    if await desk.shown(other, "status") == ("ACTIVE",):
        assert await desk.shown(other, "birthDate") == (None,)
    await snapshot(graph)


async def test_a_correction_comes_along_when_a_steward_merges_and_goes_back_when_that_is_undone(
    desk: Desk, graph: Graph, ingestion: Ingestion
) -> None:
    grace = {"firstName": "Grace", "lastName": "Hopper", "email": "grace@mail.example"}
    ada, other = await sent(ingestion, person("a", modified=1, **ADA), person("g", modified=1, **grace))
    await desk.correct(other, birthDate="1906-12-09")
    before = await snapshot(graph)
    steward = Steward("steward-1", "The same person.")
    await merge(ingestion, steward, [ada, other])
    assert await desk.shown(ada, "birthDate") == ("1906-12-09",)
    await unmerge(ingestion, steward, ada)
    assert await snapshot(graph) == before
    assert await desk.shown(other, "birthDate") == ("1906-12-09",)


async def test_a_split_leaves_a_correction_with_its_record(
    desk: Desk, graph: Graph, ingestion: Ingestion
) -> None:
    await sent(ingestion, person("a", modified=1, **ADA))
    (ada,) = await sent(ingestion, person("b", modified=2, **ADA))
    await desk.correct(ada, birthDate="1815-12-10")
    records: dict[str, str] = dict(await graph.read(_RECORDS))
    await split(ingestion, Steward("steward-1", "Two of that name."), ada, [records["crm/Individual/b"]])
    parts = [{key for key in part if "/cor_" not in key} for part in (await snapshot(graph)).partition]
    assert sorted(map(sorted, parts)) == [["crm/Individual/a"], ["crm/Individual/b"]]
    assert await desk.shown(ada, "birthDate") == ("1815-12-10",)


async def test_when_its_record_is_deleted_a_correction_stays_with_the_individual(
    desk: Desk, graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    await sent(ingestion, person("a", modified=1, **ADA))
    (ada,) = await sent(ingestion, person("b", modified=2, **ADA))
    correction = await desk.correct(ada, lastName="Lovelace")
    clock.now = day(60)
    await ingestion.delete("crm", "Individual", ["a"], actor="tester")
    assert await desk.shown(ada, "displayName") == ("Ada Lovelace",)
    await snapshot(graph)
    await desk.withdraw(correction)
    assert await desk.shown(ada, "displayName") == ("Ada King",)


async def test_with_the_last_record_the_correction_goes_too(
    desk: Desk, graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    (ada,) = await sent(ingestion, person("a", modified=1, **ADA))
    correction = await desk.correct(ada, lastName="Lovelace")
    clock.now = day(60)
    await ingestion.delete("crm", "Individual", ["a"], actor="tester")
    assert (await snapshot(graph)).partition == set()
    with pytest.raises(BadInput) as caught:
        await desk.withdraw(correction)
    assert caught.value.code == "NOT_FOUND"


async def test_other_rules_leave_a_correction_in_force(
    desk: Desk, graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    (ada,) = await sent(ingestion, person("a", modified=1, **ADA))
    await desk.correct(ada, lastName="L")
    longest = Reconciliation(default=ReconciliationRule(rule=Reconcile.LONGEST))
    await rederive_page(graph, longest, "", 10, now=clock())
    assert await desk.shown(ada, "displayName") == ("Ada L",)


async def test_a_correction_is_an_event(desk: Desk, graph: Graph, ingestion: Ingestion) -> None:
    (ada,) = await sent(ingestion, person("a", modified=1, **ADA))
    told = len(await events.read_after(graph, 0, limit=100))
    correction = await desk.correct(ada, lastName="Lovelace")
    (event,) = (await events.read_after(graph, 0, limit=100))[told:]
    assert (event.kind, event.individual_id) == (EventKind.INDIVIDUAL_UPDATED, ada)
    assert [record["recordId"] for record in event.data["records"]] == [correction]


async def test_an_organisation_is_corrected_as_one(desk: Desk, ingestion: Ingestion) -> None:
    (firm,) = await sent(ingestion, Sent("crm", "Organization", {"id": "1", "name": "Analytical Engine"}))
    await desk.correct(firm, organizationName="Analytical Engines")
    assert await desk.shown(firm, "displayName", "partyType") == ("Analytical Engines", "ORGANIZATION")


async def test_what_cannot_be_corrected_is_refused(desk: Desk, ingestion: Ingestion) -> None:
    (ada,) = await sent(ingestion, person("a", modified=1, **ADA))
    correcting = Correcting(desk.graph, ingestion, "steward-1", NOW)
    for id_, fields, reason, code in (
        ("ind_nobody", {"lastName": "L"}, "why", "NOT_FOUND"),
        (ada, {}, "why", "EMPTY_CORRECTION"),
        (ada, {"lastName": "L"}, "  ", "MISSING_REASON"),
        (ada, {"lastName": "L"}, "x" * 1_001, "REASON_TOO_LONG"),
    ):
        with pytest.raises(BadInput) as caught:
            await correcting.correct(id_, fields, reason)
        assert caught.value.code == code
    refused = await correcting.correct(ada, {"birthDate": "yesterday"}, "why")
    assert [problem.code for problem in refused.problems] == ["INVALID_DATE"]
    assert await desk.shown(ada, "birthDate") == (None,)


def record_of(**fields: Any) -> Record | list[Problem]:
    return correction_record(INDIVIDUAL, fields, id_="cor_1", now=NOW)


def test_a_correction_says_what_a_record_would() -> None:
    record = record_of(
        lastName="Lovelace", middleName=None, emails=["a@b.example"], phones=[], salutation=" "
    )
    assert isinstance(record, Record)
    assert str(record.key) == "steward/Individual/cor_1"
    assert record.said == {
        "lastName": "Lovelace",
        "email": ["a@b.example"],
        "middleName": None,
        "phone": None,
        "salutation": None,
    }


def test_a_corrected_address_is_the_whole_address() -> None:
    record = record_of(address={"city": "London", "street": None})
    assert isinstance(record, Record)
    assert record.said == {"city": "London"}
    nowhere = record_of(address=None)
    assert isinstance(nowhere, Record)
    assert set(nowhere.said.values()) == {None}
    assert "street" in nowhere.withdrawn


def test_problems_are_told_where_the_client_wrote_them() -> None:
    problems = record_of(emails=["a@b.example", "nonsense"], address={"country": "Atlantis"}, firstName=7)
    assert isinstance(problems, list)
    assert {(problem.code, problem.path) for problem in problems} >= {
        ("INVALID_COUNTRY", ("fields", "address", "country")),
    }
    organization = correction_record(ORGANIZATION, {"lastName": "L"}, id_="cor_1", now=NOW)
    assert isinstance(organization, list)
    assert [(problem.code, problem.path) for problem in organization] == [
        ("UNKNOWN_FIELD", ("fields", "lastName"))
    ]
