"""The four stories again, with all who take part: portal, service center, CRM, MDM and mobile app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.gateway.delivering import patiently
from tests.servers.gateway import GatewayProcess
from tests.servers.systems import (
    App,
    Crm,
    Listening,
    MasterData,
    Portal,
    Row,
    ServiceCenter,
    System,
    now,
)

WEBHOOKS = "{ webhooks { position deliveryCounts { held dead } } }"
ABOUT_INDIVIDUALS = ("INDIVIDUAL_CREATED", "INDIVIDUAL_UPDATED", "INDIVIDUALS_MERGED")
CREATED, UPDATED = "identity.individual.created", "identity.individual.updated"
FENCE = "fence"


@dataclass(frozen=True)
class Landscape:
    """A gateway and the systems around it."""

    gateway: GatewayProcess
    portal: Portal
    service: ServiceCenter
    crm: Crm
    mdm: MasterData
    app: App

    async def settle(self) -> None:
        """Until everybody has all that there is for them, and nothing more comes of it: until nobody was told
        of anything between two fences. A fence is a person of no system, whom everybody is told of."""
        before = -1
        while before != (so_far := self._told()):
            before = so_far
            id_ = str(uuid4())
            await System(self.gateway, FENCE).send("Individual", {"id": id_, "modifiedAt": now()})
            async for attempt in patiently(within=60):
                with attempt:
                    assert all(_fences(system, id_) for system in (self.crm, self.mdm, self.app))
                    last = max(int(event["sequence"]) for event in _fences(self.mdm, id_))
                    for webhook in (await self.mdm.ask(WEBHOOKS))["webhooks"]:
                        assert webhook["position"] >= last, webhook
                        assert webhook["deliveryCounts"] == {"held": 0, "dead": 0}

    def _told(self) -> int:
        listening = (self.crm, self.mdm, self.app)
        return sum(len(system.events) - len(_fences(system)) for system in listening)


def _fences(system: Listening, id_: str | None = None) -> list[Row]:
    """The events about fences, or about this one, that a system was told of."""
    return [
        event
        for event in system.events
        for record in event["data"].get("records", [event["data"]])
        if record.get("source") == FENCE and id_ in (None, record["recordId"])
    ]


@pytest.fixture(scope="module")
async def landscape(gateway: GatewayProcess) -> AsyncIterator[Landscape]:
    async with AsyncExitStack() as stack:
        crm = await stack.enter_async_context(Crm(gateway))
        mdm = await stack.enter_async_context(MasterData(gateway))
        app = await stack.enter_async_context(App(gateway))
        await crm.introduce()
        await crm.listen(*ABOUT_INDIVIDUALS)
        await mdm.listen(*ABOUT_INDIVIDUALS, "RECORD_CREATED", "RECORD_UPDATED")
        await app.listen(*ABOUT_INDIVIDUALS)
        yield Landscape(gateway, Portal(gateway), ServiceCenter(gateway), crm, mdm, app)


async def test_a_case_opened_on_the_portal_shows_on_the_profile_that_the_service_center_reads(
    landscape: Landscape,
) -> None:
    contact = {"Id": "0031", "FirstName": "Mona", "LastName": "Keller", "Email": "mona.keller@example.com"}
    (known,) = await landscape.crm.send("Contact", contact | {"SystemModstamp": now()})

    opened = await landscape.portal.open_case("P-77", "Mona.Keller@Example.com", "The tent leaks")

    assert (opened["outcome"], opened["individualId"]) == ("CREATED", known["individualId"])
    assert await landscape.service.profile("mona.keller@example.com") == {
        "id": known["individualId"],
        "displayName": "Mona Keller",
        "cases": [{"recordId": "P-77", "subject": "The tent leaks", "status": "NEW", "channel": "PORTAL"}],
    }


async def test_a_new_account_and_its_opportunity_reach_the_graph_and_the_master_data_system(
    landscape: Landscape,
) -> None:
    account = {"Id": "0019", "Name": "Marchand SARL", "Industry": "Outdoor", "CreatedDate": now()}
    (created,) = await landscape.crm.send("Account", account | {"SystemModstamp": now()})
    await landscape.settle()
    company = created["individualId"]
    entry = landscape.mdm.entries[company]
    assert entry["displayName"] == "Marchand SARL"
    assert entry["accounts"] == [{"recordId": "0019", "name": "Marchand SARL", "industry": "Outdoor"}]
    assert entry["opportunities"] == []

    opportunity = {"Id": "0061", "AccountId": "0019", "Name": "Ten tents", "StageName": "Prospecting"}
    (sold,) = await landscape.crm.send(
        "Opportunity", opportunity | {"CreatedDate": now(), "SystemModstamp": now()}
    )
    await landscape.settle()

    assert sold["individualId"] == company
    assert landscape.mdm.entries[company]["opportunities"] == [
        {"recordId": "0061", "name": "Ten tents", "stage": "Prospecting"}
    ]
    assert landscape.mdm.inserted[company] == 1
    # The CRM sent all of it, and so hears nothing of it; the MDM is told which record was new.
    assert landscape.crm.told_of(company) == []
    assert [
        (event["data"]["type"], event["data"]["recordId"])
        for event in landscape.mdm.events
        if event["type"] == "identity.record.created" and event.get("subject") == company
    ] == [("Account", "0019"), ("Organization", "0019"), ("Opportunity", "0061")]


async def test_a_registration_in_the_app_arrives_at_the_crm_and_the_mdm_once_and_nothing_echoes(
    landscape: Landscape,
) -> None:
    app, crm, mdm = landscape.app, landscape.crm, landscape.mdm
    await landscape.settle()
    # The CRM stores the contact and writes it back, and then its answer is lost: the event comes again.
    crm.stumbles = 1
    registered = await app.register("U-5", firstName="Noor", lastName="Haddad", email="noor@example.com")
    async for attempt in patiently(within=60):
        with attempt:
            assert crm.stumbles == 0
    await landscape.settle()

    person = registered["individualId"]
    assert crm.inserted[person] == mdm.inserted[person] == 1
    (told,) = [event for event in crm.events if event["subject"] == person]
    assert crm.repeated[told["id"]] >= 1
    contact, entry = crm.contacts[person], mdm.entries[person]
    assert (contact["UniversalId__c"], contact["Email"]) == (person, "noor@example.com")
    assert (entry["id"], entry["displayName"]) == (person, "Noor Haddad")
    # Nobody is told what they said themselves: the app hears of the CRM's contact only, the CRM of the
    # registration only, and there the circle ends.
    assert app.told_of(person) == [(UPDATED, {"crm"})]
    assert crm.told_of(person) == [(CREATED, {"app"})]
    assert [told for told in mdm.told_of(person) if told[1]] == [(CREATED, {"app"}), (UPDATED, {"crm"})]

    # The universal id that the CRM wrote back finds the person, and so does the CRM's own number.
    for identifier in (
        {"type": "OTHER_ID", "issuer": "UNIVERSAL_ID", "value": person},
        {"type": "CUSTOMER_NUMBER", "issuer": "crm", "value": contact["Id"]},
    ):
        found = await app.ask(
            "query ($by: IdentifierInput!)"
            " { individual(by: {identifier: $by}) { id sourceRecords { source } } }",
            by=identifier,
        )
        assert found["individual"]["id"] == person
        assert {record["source"] for record in found["individual"]["sourceRecords"]} == {"app", "crm"}


async def test_a_later_change_in_the_app_goes_round_once_and_stops(landscape: Landscape) -> None:
    app, crm = landscape.app, landscape.crm
    registered = await app.register("U-6", firstName="Ola", lastName="Lind", email="ola@example.com")
    await landscape.settle()
    person = registered["individualId"]
    heard = len(app.told_of(person))

    await app.register("U-6", firstName="Ola", lastName="Lindgren", email="ola@example.com")
    await landscape.settle()

    assert crm.contacts[person]["LastName"] == "Lindgren"
    assert crm.inserted[person] == 1
    assert crm.told_of(person) == [(CREATED, {"app"}), (UPDATED, {"app"})]
    assert app.told_of(person)[heard:] == [(UPDATED, {"crm"})]
