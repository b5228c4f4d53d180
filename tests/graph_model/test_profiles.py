"""Profiles as they are read: by id, by identifier, page by page."""

from __future__ import annotations

import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.identity.lookup import parse_identifier
from graph_model.ingestion.ingestion import Ingestion
from graph_model.metadata.objects import IdentifierType
from graph_model.records.model import Identifier
from tests.graph_model import profiles
from tests.graph_model.populations import Json, at, order, person, send, visit
from tests.graph_model.profiles import Profile, ProfileIdentifier

PHONE = "+49 30 23125001"
NEWEST = 50


def email(value: str) -> Identifier:
    return parse_identifier(IdentifierType.EMAIL, value, None)


async def test_a_page_is_in_the_order_of_ids_and_starts_behind_one(
    graph: Graph, ingestion: Ingestion
) -> None:
    assert await profiles.page(graph, after="", limit=5) == []
    results = await send(ingestion, [person(key, email=f"{key}@mail.example") for key in "abcde"])
    ids = sorted(str(result.individual_id) for result in results)
    first = await profiles.page(graph, after="", limit=2)
    assert [profile.id for profile in first] == ids[:2]
    rest = await profiles.page(graph, after=ids[1], limit=5)
    assert [profile.id for profile in rest] == ids[2:]
    assert await profiles.page(graph, after=ids[-1], limit=5) == []


async def test_a_page_has_no_merged_individuals_and_is_full_all_the_same(
    graph: Graph, ingestion: Ingestion
) -> None:
    for key in "abc":
        await send(ingestion, [person(key, email=f"{key}@mail.example")])
    await send(ingestion, [person("ab", email=["a@mail.example", "b@mail.example"])])
    page = await profiles.page(graph, after="", limit=2)
    assert [len(profile.records) for profile in page] == [3, 1]


async def test_profiles_by_ids_answer_by_the_id_that_was_asked_for(
    graph: Graph, ingestion: Ingestion
) -> None:
    first = str((await send(ingestion, [person("a", email="a@mail.example")]))[0].individual_id)
    second = str((await send(ingestion, [person("b", email="b@mail.example")]))[0].individual_id)
    await send(ingestion, [person("c", email=["a@mail.example", "b@mail.example"])])
    found = await profiles.by_ids(graph, [second, first, second, "ind_unknown"])
    assert {asked: profile.id for asked, profile in found.items()} == {first: first, second: first}
    assert await profiles.by_ids(graph, []) == {}


async def test_an_identifier_leads_to_its_one_individual(graph: Graph, ingestion: Ingestion) -> None:
    (result,) = await send(ingestion, [person("a", email="Ada@mail.example")])
    found = await profiles.by_identifier(graph, email("ADA@mail.example"))
    assert found is not None
    assert found.id == result.individual_id
    assert await profiles.by_identifier(graph, email("nobody@mail.example")) is None


async def test_an_identifier_that_only_an_order_carries_leads_to_nobody(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [order("1", email="ada@mail.example")])
    assert await profiles.by_identifier(graph, email("ada@mail.example")) is None


async def test_an_identifier_that_several_share_is_ambiguous(graph: Graph, ingestion: Ingestion) -> None:
    family = [person(name, phone=PHONE, firstName=name, lastName="Lovelace") for name in ("Ada", "Otto")]
    await send(ingestion, family)
    phone = parse_identifier(IdentifierType.PHONE, PHONE, None)
    assert await profiles.by_identifier(graph, phone) is None
    assert await profiles.is_shared(graph, phone)
    await send(ingestion, [person("Otto", modified=1, firstName="Otto")])
    found = await profiles.by_identifier(graph, phone)
    assert found is not None
    assert found.golden["firstName"] == "Ada"


@pytest.mark.parametrize(
    ("type_", "value", "issuer", "code"),
    [
        (IdentifierType.EMAIL, "nobody", None, "INVALID_IDENTIFIER"),
        (IdentifierType.PHONE, "+49", None, "INVALID_IDENTIFIER"),
        (IdentifierType.PHONE, "030 23125001", None, "INVALID_IDENTIFIER"),
        (IdentifierType.LOGIN, "null", None, "INVALID_IDENTIFIER"),
        (IdentifierType.CUSTOMER_NUMBER, "C-1", None, "MISSING_ISSUER"),
    ],
)
def test_what_identifies_nobody_is_a_clear_error(
    type_: IdentifierType, value: str, issuer: str | None, code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        parse_identifier(type_, value, issuer)
    assert caught.value.code == code
    assert value not in caught.value.message


def test_an_issuer_counts_only_where_values_are_issued() -> None:
    number = parse_identifier(IdentifierType.CUSTOMER_NUMBER, "C-1", "shop")
    assert number.key == "CUSTOMER_NUMBER|shop|C-1"
    assert parse_identifier(IdentifierType.LOGIN, "Ada", "shop").key == "LOGIN||ada"
    assert parse_identifier(IdentifierType.PHONE, "030 23125001", None, "DE").value == "+493023125001"


async def test_a_profile_tells_all_that_is_known(graph: Graph, ingestion: Ingestion) -> None:
    ada: Json = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@mail.example"}
    await send(
        ingestion,
        [
            person("1", customerNumber="C-1", **ada),
            person("1", source="shop", modified=1, **(ada | {"lastName": "King"})),
            order("1", email="ada@mail.example"),
        ],
    )
    await ingestion.ingest(
        "service",
        "Case",
        [{"id": "1", "email": "ada@mail.example", "openedAt": at(0), "subject": "Where is it?"}],
        actor="tester",
    )
    await ingestion.ingest(
        "crm", "Account", [{"id": "1", "email": "ada@mail.example", "createdAt": at(0)}], actor="tester"
    )
    (profile,) = await profiles.page(graph, after="", limit=1)
    assert profile.golden["displayName"] == "Ada King"
    assert [record.key for record in profile.records] == ["crm/Individual/1", "shop/Individual/1"]
    assert profile.records[0].fields == {"customerNumber": "C-1", **ada, "email": ["ada@mail.example"]}
    assert [(link.a, link.b) for link in profile.links] == [("crm/Individual/1", "shop/Individual/1")]
    assert profile.identifiers == [
        ProfileIdentifier("CUSTOMER_NUMBER", "crm", "C-1"),
        ProfileIdentifier("EMAIL", "", "ada@mail.example"),
    ]
    assert [case.fields["subject"] for case in profile.cases] == ["Where is it?"]
    assert [account.source for account in profile.accounts] == ["crm"]
    assert [item.fields["total"] for item in profile.orders] == ["10.00"]
    assert {value.name for value in profile.insights} == {"lifetime_value", "days_since_last_order"}


async def test_business_objects_come_newest_first_whatever_identifier_they_came_by(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [person("a", email="a@mail.example", customerNumber="C-1", source="shop")])
    by: tuple[Json, Json] = ({"email": "a@mail.example"}, {"customerNumber": "C-1"})
    days = [3, 9, 1, 7, 5, 9]
    await send(
        ingestion,
        [order(str(place), ordered=ordered, **by[place % 2]) for place, ordered in enumerate(days)],
    )
    (profile,) = await profiles.page(graph, after="", limit=1)
    assert [item.record_id for item in profile.orders] == ["1", "5", "3", "4", "0", "2"]


async def test_a_profile_shows_the_newest_of_many_objects(graph: Graph, ingestion: Ingestion) -> None:
    visits = [visit(f"{number:03}", modified=number, deviceId="device-1") for number in range(NEWEST + 3)]
    await send(ingestion, visits)
    (profile,) = await profiles.page(graph, after="", limit=1)
    shown = [item.record_id for item in profile.web_engagements]
    assert shown == [f"{number:03}" for number in range(NEWEST + 2, 2, -1)]


async def test_a_profile_is_the_same_however_it_is_read(graph: Graph, ingestion: Ingestion) -> None:
    (result,) = await send(ingestion, [person("a", email="a@mail.example", gender="FEMALE")])
    id_ = str(result.individual_id)
    (paged,) = await profiles.page(graph, after="", limit=1)
    read: list[Profile | None] = [
        (await profiles.by_ids(graph, [id_]))[id_],
        await profiles.by_identifier(graph, email("a@mail.example")),
    ]
    assert read == [paged, paged]
