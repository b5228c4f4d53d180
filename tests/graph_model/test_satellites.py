"""What satellites say of a party counts as said by the party's own record, whichever comes first."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from graph_model.graph import Graph
from graph_model.ingestion import satellites
from graph_model.ingestion.ingestion import Ingestion
from graph_model.records.model import Mode, Outcome, RecordResult
from tests.graph_model import profiles
from tests.graph_model.oracle import expected
from tests.graph_model.populations import at, person, send
from tests.graph_model.snapshots import snapshot

ADA = person("1", firstName="Ada", lastName="Lovelace")
OTHER = person("9", source="shop", email="ada@mail.example", lastName="Byron")


async def say(
    ingestion: Ingestion, object_name: str, mode: Mode = Mode.UPSERT, day: int = 0, **said: Any
) -> RecordResult:
    """One record of the CRM."""
    row = {"modifiedAt": at(day), **said}
    (result,) = await ingestion.ingest("crm", object_name, [row], mode=mode, actor="tester")
    assert result.problems == ()
    return result


async def email(
    ingestion: Ingestion, address: str, *, party: str = "1", mode: Mode = Mode.UPSERT, day: int = 0
) -> RecordResult:
    """An e-mail address that the CRM keeps apart from whose it is."""
    said = {"partyId": party, "email": address} if mode is Mode.UPSERT else {}
    return await say(ingestion, "ContactPointEmail", mode, day, id="e1", **said)


async def people(graph: Graph) -> list[tuple[set[str], list[str]]]:
    """Each individual's records and e-mail addresses, after a check that all is as the records say."""
    found, wanted = await snapshot(graph), await expected(graph)
    assert (found.matches, found.golden) == (wanted.matches, wanted.individuals)
    return sorted(
        ((set(part), list(values.get("emails", ()))) for part, values in found.golden.items()),
        key=lambda item: sorted(item[0]),
    )


ONE = [({"crm/Individual/1", "shop/Individual/9"}, ["ada@mail.example"])]
TWO = [({"crm/Individual/1"}, []), ({"shop/Individual/9"}, ["ada@mail.example"])]


async def test_an_address_finds_its_person_whichever_comes_first(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [OTHER])
    assert (await email(ingestion, "ada@mail.example")).outcome is Outcome.CREATED
    (ada,) = await send(ingestion, [ADA])
    assert ada.outcome is Outcome.CREATED
    assert await people(graph) == ONE
    assert (await email(ingestion, "ada@mail.example")).individual_id == ada.individual_id


async def test_or_the_person(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [OTHER, ADA])
    assert await people(graph) == TWO
    result = await email(ingestion, "ada@mail.example")
    assert await people(graph) == ONE
    assert result.individual_id in await profiles.by_ids(graph, [str(result.individual_id)])


async def test_what_several_satellites_say_is_said_once(graph: Graph, ingestion: Ingestion) -> None:
    for id_ in ("e1", "e2"):
        await say(ingestion, "ContactPointEmail", id=id_, partyId="1", email="ada@mail.example")
    await send(ingestion, [ADA])
    fields: str = await graph.read("MATCH (r:SourceRecord {key: 'crm/Individual/1'}) RETURN r.fields")
    assert orjson.loads(fields)["email"] == ["ada@mail.example"]


async def test_what_a_satellite_said_goes_with_it(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [OTHER, ADA])
    await email(ingestion, "ada@mail.example")
    await email(ingestion, "ida@mail.example", day=1)
    assert await people(graph) == [
        ({"crm/Individual/1"}, ["ida@mail.example"]),
        ({"shop/Individual/9"}, ["ada@mail.example"]),
    ]
    await email(ingestion, "ada@mail.example", day=2)
    assert await people(graph) == ONE
    await email(ingestion, "", mode=Mode.DELETE, day=3)
    assert await people(graph) == TWO


async def test_a_satellite_may_turn_to_another_party(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [ADA, person("2", firstName="Grace", lastName="Hopper")])
    await email(ingestion, "ada@mail.example")
    await email(ingestion, "ada@mail.example", party="2", day=1)
    assert await people(graph) == [
        ({"crm/Individual/1"}, []),
        ({"crm/Individual/2"}, ["ada@mail.example"]),
    ]


async def test_it_waits_while_its_party_is_deleted(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [OTHER, ADA])
    await email(ingestion, "ida@mail.example")
    await say(ingestion, "Individual", Mode.DELETE, 1, id="1")
    await email(ingestion, "ada@mail.example", day=2)
    assert await people(graph) == [({"shop/Individual/9"}, ["ada@mail.example"])]
    await send(ingestion, [person("1", modified=3, firstName="Ada", lastName="Lovelace")])
    assert await people(graph) == ONE


async def test_what_the_party_says_itself_is_kept_apart(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("1", firstName="Ada", email="own@mail.example")])
    await email(ingestion, "ada@mail.example")
    await say(ingestion, "Individual", Mode.PATCH, 1, id="1", lastName="Lovelace")
    said, own = await graph.read("MATCH (r:SourceRecord {key: 'crm/Individual/1'}) RETURN [r.fields, r.own]")
    assert orjson.loads(own) == {"firstName": "Ada", "email": ["own@mail.example"], "lastName": "Lovelace"}
    assert orjson.loads(said)["email"] == ["own@mail.example", "ada@mail.example"]
    await email(ingestion, "", mode=Mode.DELETE, day=1)
    said, own = await graph.read("MATCH (r:SourceRecord {key: 'crm/Individual/1'}) RETURN [r.fields, r.own]")
    assert (orjson.loads(said)["email"], own) == (["own@mail.example"], None)


async def test_addresses_numbers_and_memberships_are_the_partys_too(
    graph: Graph, ingestion: Ingestion
) -> None:
    await say(
        ingestion, "ContactPointAddress", id="a1", partyId="1", street="Unter den Linden 1", city="Berlin"
    )
    await say(
        ingestion,
        "PartyIdentification",
        id="p1",
        partyId="1",
        type="PASSPORT",
        issuer="DE",
        number="C01X00T47",
    )
    await say(ingestion, "LoyaltyMembership", id="l1", partyId="1", loyaltyNumber="L-1", enrolledAt=at(0))
    await say(ingestion, "Device", id="d1", partyId="1", deviceId="device-1")
    await send(ingestion, [ADA])
    ((records, values),) = [(part, found) for part, found in (await snapshot(graph)).golden.items()]
    assert (set(records), values["city"]) == ({"crm/Individual/1"}, "Berlin")
    carried = await graph.read("MATCH (:SourceRecord {recordId: '1'})-[:CARRIES]->(x) RETURN collect(x.type)")
    assert sorted(carried) == ["DEVICE", "LOYALTY_NUMBER", "PASSPORT"]


async def test_a_party_may_be_of_another_object(graph: Graph, ingestion: Ingestion) -> None:
    await say(
        ingestion, "ContactPointEmail", id="e1", partyId="1", partyObject="Organization", email="a@b.example"
    )
    await say(ingestion, "Organization", id="1", name="Analytical Engines")
    ((_, values),) = (await snapshot(graph)).golden.items()
    assert values["emails"] == ["a@b.example"]


async def test_of_several_values_the_one_that_was_said_last_comes_first(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion, [person("1", firstName="Ada", email="a@mail.example", modified=1)])
    await email(ingestion, "z@mail.example", day=2)
    assert await people(graph) == [({"crm/Individual/1"}, ["z@mail.example", "a@mail.example"])]
    await say(ingestion, "Individual", Mode.PATCH, 3, id="1", email=["a@mail.example"])
    assert await people(graph) == [({"crm/Individual/1"}, ["a@mail.example", "z@mail.example"])]


async def test_of_more_satellites_than_a_party_can_have_those_with_the_least_keys_count(
    graph: Graph, ingestion: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(satellites, "MOST", 2)
    await send(ingestion, [ADA])
    for number in (4, 2, 3, 1):
        row = {"id": f"e{number}", "partyId": "1", "email": f"{number}@mail.example"}
        await ingestion.ingest("crm", "ContactPointEmail", [row], actor="tester")
    assert [sorted(emails) for _, emails in await people(graph)] == [["1@mail.example", "2@mail.example"]]
    await ingestion.delete("crm", "ContactPointEmail", ["e1"], actor="tester")
    assert [sorted(emails) for _, emails in await people(graph)] == [["2@mail.example", "3@mail.example"]]
