"""Objects and fields of an integrator's own: what may be added, and what becomes of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.metadata.additions import Additions, Refused
from graph_model.metadata.catalogue import Catalogues
from graph_model.metadata.custom import CustomField, custom_object
from graph_model.metadata.customizing import MAX_VALUES, problems_of_fields, problems_of_object
from graph_model.metadata.fields import Category, Classification, Field, FieldType
from graph_model.metadata.identifier_types import IdentifierType
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Outcome

NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def field(name: str, type_: FieldType = FieldType.TEXT, *, of: str = "Visit__c", **more: Any) -> CustomField:
    care = more.pop("classification", Classification.PERSONAL)
    relation = {key: more.pop(key) for key in ("relates_to", "owning") if key in more}
    values = more.get("values", ())
    made = Field(name, type_, f"The {name}.", care, meanings=values, custom=True, **more)
    return CustomField(of, made, **relation)


AT = field("at__c", FieldType.DATETIME)
VISIT = custom_object("Visit__c", Category.ENGAGEMENT, "A visit.", "at__c")


def codes(*fields: CustomField, of: str = "Case") -> list[str]:
    return [problem.code for problem in problems_of_fields(SHIPPED, of, fields)]


def test_an_object_with_its_fields_is_fine() -> None:
    email = field("email__c", FieldType.EMAIL, identifier=IdentifierType.EMAIL)
    assert problems_of_object(SHIPPED, VISIT, [AT, email]) == []


@pytest.mark.parametrize(
    "name", ["tier", "Tier__c", "tier_c", "__c", "tier__c__c ", "t" * 70 + "__c", "é__c"]
)
def test_names_of_fields_end_so_that_they_never_collide(name: str) -> None:
    assert codes(field(name)) == ["INVALID_NAME"]


@pytest.mark.parametrize("name", ["Visit", "visit__c", "Case", "Visit__x", "V isit__c"])
def test_names_of_objects_do_too(name: str) -> None:
    item = custom_object(name, Category.OTHER, "A visit.", None)
    problems = problems_of_object(SHIPPED, item, [])
    assert "INVALID_NAME" in [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (field("a__c", FieldType.OBJECT), "INVALID_TYPE"),
        (field("a__c", FieldType.DECIMAL, many=True), "INVALID_TYPE"),
        (field("a__c", FieldType.ENUM), "INVALID_VALUES"),
        (field("a__c", FieldType.ENUM, values=("x", "x")), "INVALID_VALUES"),
        (field("a__c", FieldType.ENUM, values=(" x",)), "INVALID_VALUES"),
        (field("a__c", FieldType.ENUM, values=tuple(map(str, range(MAX_VALUES + 1)))), "INVALID_VALUES"),
        (field("a__c", values=("x",)), "INVALID_VALUES"),
        (field("a__c", FieldType.DATE, identifier=IdentifierType.EMAIL), "INVALID_IDENTIFIER"),
        (field("a__c", identifier=IdentifierType.PASSPORT), "INVALID_IDENTIFIER"),
        (
            field("a__c", identifier=IdentifierType.LOGIN, classification=Classification.PUBLIC),
            "INVALID_CLASSIFICATION",
        ),
        (field("a__c", FieldType.MONEY), "MISSING_CURRENCY"),
        (field("a__c", FieldType.MONEY, currency="subject"), "MISSING_CURRENCY"),
        (field("a__c", currency="subject"), "MISSING_CURRENCY"),
        (field("a__c", required=True), "INVALID_FIELD"),
        (field("a__c", relates_to="Nothing"), "UNKNOWN_OBJECT"),
        (field("a__c", FieldType.DATE, relates_to="Case"), "INVALID_RELATION"),
        (field("a__c", owning=True), "INVALID_RELATION"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_is_refused(wrong: CustomField, code: str) -> None:
    assert codes(wrong) == [code]


def test_an_engagement_needs_its_moment_and_nobody_adds_a_profile() -> None:
    without = custom_object("Visit__c", Category.ENGAGEMENT, "A visit.", None)
    wrong = custom_object("Visit__c", Category.ENGAGEMENT, "A visit.", "name__c")
    profile = custom_object("Visit__c", Category.PROFILE, "A visitor.", None)
    assert [item.code for item in problems_of_object(SHIPPED, without, [])] == ["MISSING_TIME_FIELD"]
    assert [item.code for item in problems_of_object(SHIPPED, wrong, [field("name__c")])] == [
        "MISSING_TIME_FIELD"
    ]
    assert [item.code for item in problems_of_object(SHIPPED, profile, [])] == ["INVALID_CATEGORY"]


def test_there_is_something_to_add() -> None:
    assert codes() == ["MISSING_FIELD"]


def test_a_name_is_given_once() -> None:
    assert codes(field("a__c"), field("a__c")) == ["ALREADY_EXISTS"]
    (problem,) = problems_of_fields(SHIPPED, "Case", [field("a__c"), field("b__c"), field("a__c")])
    assert problem.path == ("fields", 2, "name")


def test_an_amount_may_take_its_currency_from_the_object_or_from_a_field_beside_it() -> None:
    beside = field("unit__c", FieldType.CURRENCY)
    assert codes(field("a__c", FieldType.MONEY, currency="currency"), of="SalesOrder") == []
    assert codes(field("a__c", FieldType.MONEY, currency="unit__c"), beside) == []


@pytest.fixture
def catalogues(graph: Graph) -> Catalogues:
    return Catalogues(graph)


@pytest.fixture
def additions(catalogues: Catalogues) -> Additions:
    return Additions(catalogues, actor="integrator", now=NOW)


@pytest.fixture
def ingestion(graph: Graph, catalogues: Catalogues) -> Ingestion:
    return Ingestion(graph, threshold=Threshold(), catalogues=catalogues)


async def kept(graph: Graph, key: str) -> Any:
    records, objects = await graph.read(
        "RETURN [COLLECT { MATCH (n:SourceRecord {key: $key}) RETURN n.fields }, "
        "COLLECT { MATCH (n:BusinessObject {key: $key}) RETURN n.fields }]",
        key=key,
    )
    return orjson.loads((records + objects)[0])


async def test_a_custom_object_is_taken_at_once_and_belongs_to_whom_it_names(
    graph: Graph, additions: Additions, ingestion: Ingestion
) -> None:
    email = field("email__c", FieldType.EMAIL, identifier=IdentifierType.EMAIL)
    stars = field("stars__c", FieldType.DECIMAL)
    await additions.register_object(VISIT, [AT, email, stars])
    person = {"id": "1", "email": "ada@mail.example", "firstName": "Ada"}
    (ada,) = await ingestion.ingest("crm", "Individual", [person], actor="tester")
    visit = {"id": "7", "at__c": "2026-10-01T12:00:00Z", "email__c": "Ada@mail.example", "stars__c": 4.5}
    results = await ingestion.ingest("crm", "Visit__c", [visit, {"id": "8"}], actor="tester")
    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.REJECTED]
    assert results[0].individual_id == ada.individual_id
    assert [problem.path for problem in results[1].problems] == [("records", 1, "at__c")]
    assert await kept(graph, "crm/Visit__c/7") == {
        "at__c": "2026-10-01T12:00:00.000000Z",
        "email__c": "Ada@mail.example",
        "stars__c": "4.5",
    }


async def test_custom_fields_of_shipped_objects_are_kept_and_lead_to_a_person(
    graph: Graph, additions: Additions, ingestion: Ingestion
) -> None:
    club = field("club__c", of="Individual", identifier=IdentifierType.LOYALTY_NUMBER)
    await additions.register_fields("Individual", [club])
    await additions.register_fields("Case", [field("floor__c", FieldType.INTEGER, of="Case")])
    person = {"id": "1", "firstName": "Ada", "lastName": "Lovelace", "club__c": "L-7"}
    (ada,) = await ingestion.ingest("crm", "Individual", [person], actor="tester")
    sale = {"id": "1", "soldAt": "2026-10-01T12:00:00Z", "loyaltyNumber": "L-7"}
    (sold,) = await ingestion.ingest("till", "StoreSale", [sale], actor="tester")
    assert sold.individual_id == ada.individual_id
    case = {"id": "1", "openedAt": "2026-10-01T12:00:00Z", "floor__c": 3}
    (opened,) = await ingestion.ingest("service", "Case", [case], actor="tester")
    assert opened.outcome is Outcome.CREATED
    assert (await kept(graph, "service/Case/1"))["floor__c"] == 3
    assert (await kept(graph, "crm/Individual/1"))["club__c"] == "L-7"


async def test_what_one_process_adds_another_takes(
    graph: Graph, additions: Additions, ingestion: Ingestion
) -> None:
    other = Ingestion(graph, threshold=Threshold())
    with pytest.raises(BadInput):
        await other.ingest("crm", "Visit__c", [{"id": "1"}], actor="tester")
    item = custom_object("Visit__c", Category.OTHER, "A visit.", None)
    await additions.register_object(item, [field("name__c")])
    for each in (ingestion, other):
        (result,) = await each.ingest("crm", "Visit__c", [{"id": "1", "name__c": "x"}], actor="tester")
        assert result.outcome in (Outcome.CREATED, Outcome.UNCHANGED)


async def test_what_is_stored_can_neither_be_retyped_nor_removed(
    additions: Additions, ingestion: Ingestion
) -> None:
    item = custom_object("Visit__c", Category.OTHER, "A visit.", None)
    await additions.register_object(item, [field("name__c"), field("note__c")])
    await additions.update_field("Visit__c", "note__c", type_=FieldType.INTEGER)
    (result,) = await ingestion.ingest(
        "crm", "Visit__c", [{"id": "1", "name__c": 'a "note__c": b', "note__c": 4}], actor="tester"
    )
    assert result.outcome is Outcome.CREATED
    for refused in (
        additions.update_field("Visit__c", "name__c", type_=FieldType.INTEGER),
        additions.remove_field("Visit__c", "note__c"),
        additions.remove_object("Visit__c"),
    ):
        with pytest.raises(Refused) as caught:
            await refused
        assert [problem.code for problem in caught.value.problems] == ["IN_USE"]
    changed = await additions.update_field(
        "Visit__c", "name__c", description="Its name.", classification=Classification.PUBLIC, deprecated="old"
    )
    known = changed.field("name__c")
    assert known is not None
    assert (known.description, known.classification, known.deprecated) == (
        "Its name.",
        Classification.PUBLIC,
        "old",
    )


async def test_a_text_that_looks_like_a_field_is_no_use_of_it(
    additions: Additions, ingestion: Ingestion
) -> None:
    item = custom_object("Visit__c", Category.OTHER, "A visit.", None)
    await additions.register_object(item, [field("name__c"), field("note__c")])
    await ingestion.ingest("crm", "Visit__c", [{"id": "1", "name__c": '"note__c":'}], actor="tester")
    changed = await additions.remove_field("Visit__c", "note__c")
    assert [known.name for known in changed.fields] == ["name__c"]


async def test_what_nothing_is_stored_of_goes_again(
    catalogues: Catalogues, additions: Additions, ingestion: Ingestion
) -> None:
    item = custom_object("Visit__c", Category.OTHER, "A visit.", None)
    await additions.register_object(item, [field("name__c")])
    await ingestion.ingest("crm", "Visit__c", [{"id": "1", "name__c": "x"}], actor="tester")
    await ingestion.delete("crm", "Visit__c", ["1"], actor="tester")
    await additions.remove_object("Visit__c")
    assert (await catalogues.current()).registry.find("Visit__c") is None
    await additions.register_object(item, [field("other__c")])
    assert (await catalogues.current()).registry.objects["Visit__c"].field("name__c") is None


async def test_what_ships_cannot_be_changed(additions: Additions) -> None:
    for refused in (
        additions.update_field("Case", "subject", description="x"),
        additions.remove_field("Case", "subject"),
        additions.remove_object("Case"),
    ):
        with pytest.raises(Refused) as caught:
            await refused
        assert [problem.code for problem in caught.value.problems] == ["NOT_CUSTOM"]
    for unknown in (additions.remove_object("Visit__c"), additions.remove_field("Case", "nothing")):
        with pytest.raises(BadInput):
            await unknown


async def test_what_is_refused_changes_nothing(catalogues: Catalogues, additions: Additions) -> None:
    before = await catalogues.renew()
    with pytest.raises(Refused):
        await additions.register_fields("Case", [field("ok__c", of="Case"), field("wrong", of="Case")])
    after = await catalogues.renew()
    assert (after.version, after.registry.objects["Case"]) == (
        before.version,
        before.registry.objects["Case"],
    )


async def test_of_two_who_add_at_once_both_are_there(graph: Graph, catalogues: Catalogues) -> None:
    others = [Additions(Catalogues(graph), actor="one", now=NOW) for _ in range(4)]
    await asyncio.gather(
        *(each.register_fields("Case", [field(f"f{n}__c", of="Case")]) for n, each in enumerate(others))
    )
    found = (await catalogues.renew()).registry.objects["Case"]
    assert {known.name for known in found.fields if known.custom} == {f"f{n}__c" for n in range(4)}
