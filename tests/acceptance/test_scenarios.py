"""The four stories that the gateway exists for, told through its front door by real clients."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.servers.gateway import GatewayProcess
from tests.servers.receiver import Received, Receiver
from tests.servers.subscriber import sse_events, websocket_events

BY_EMAIL = """
query ($value: String!) {
  individual(by: {identifier: {type: EMAIL, value: $value}}) {
    id kind displayName emails mergedIds
    cases { recordId subject status channel }
    accounts { recordId name industry }
    webEngagements { recordId url }
    orders { recordId total currency }
    insights { name value unit }
    sourceRecords { source object recordId }
    links { rule score from { recordId } to { recordId } }
  }
}
"""

REGISTER = """
mutation ($input: RegisterWebhookInput!) {
  registerWebhook(input: $input) { webhook { id state } secret userErrors { code path } }
}
"""


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


async def first(events: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    async with asyncio.timeout(20):
        return await anext(events)


async def register(gateway: GatewayProcess, receiver: Receiver, *kinds: str) -> str:
    data = await gateway.query(REGISTER, input={"url": receiver.url, "kinds": kinds})
    payload = data["registerWebhook"]
    assert payload["userErrors"] == []
    secret: str = payload["secret"]
    return secret


def verify(received: Received, secret: str) -> dict[str, Any]:
    """The event, once its signature is found to be right as Standard Webhooks says."""
    headers, body = received.headers, received.body
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    event: dict[str, Any] = json.loads(body)
    assert event["id"] == headers["webhook-id"]
    assert event["specversion"] == "1.0"
    return event


async def test_a_case_opened_on_the_portal_shows_on_the_customers_profile(gateway: GatewayProcess) -> None:
    contact = {"id": "C-1", "firstName": "Mona", "lastName": "Keller", "email": "mona.keller@example.com"}
    (created,) = await gateway.ingest("crm", "Individual", contact)

    case = {
        "id": "P-77",
        "email": "Mona.Keller@Example.com",
        "subject": "The tent leaks",
        "status": "NEW",
        "channel": "PORTAL",
        "openedAt": days_ago(0),
    }
    (opened,) = await gateway.ingest("portal", "Case", case)

    assert opened == {"recordId": "P-77", "outcome": "CREATED", "individualId": created["individualId"]}
    profile = (await gateway.query(BY_EMAIL, value="mona.keller@example.com"))["individual"]
    assert profile["id"] == created["individualId"]
    assert profile["cases"] == [
        {"recordId": "P-77", "subject": "The tent leaks", "status": "NEW", "channel": "PORTAL"}
    ]


async def test_the_care_team_is_told_when_a_good_customer_falls_silent(gateway: GatewayProcess) -> None:
    customer = {"id": "S-1", "firstName": "Ines", "lastName": "Roth", "customerNumber": "4711"}
    (known,) = await gateway.ingest("shop", "Individual", customer | {"email": "ines.roth@example.com"})
    old = {"id": "O-1", "customerNumber": "4711", "orderedAt": days_ago(200), "total": "640.00"}
    recent = {"id": "O-2", "customerNumber": "4711", "orderedAt": days_ago(20), "total": "99.50"}
    await gateway.ingest("shop", "SalesOrder", *[order | {"currency": "EUR"} for order in (old, recent)])

    document = """
    subscription { insightEvents { id sequence kind individualId threshold insights { name value unit } } }
    """
    async with (
        Receiver() as care_team,
        websocket_events(gateway, document) as over_websocket,
        sse_events(gateway, document) as over_sse,
    ):
        secret = await register(gateway, care_team, "THRESHOLD_CROSSED")
        waiting = [asyncio.create_task(first(events)) for events in (over_websocket, over_sse)]
        # The recent order is cancelled, so the last one is 200 days old. The cancellation is sent until the
        # subscriptions, whose beginning no answer marks, have seen a crossing.
        cancelled = recent | {"currency": "EUR", "status": "CANCELLED"}
        placed = recent | {"currency": "EUR", "status": "PLACED"}
        while not all(task.done() for task in waiting):
            await gateway.ingest("shop", "SalesOrder", cancelled)
            await asyncio.wait(waiting, timeout=0.5)
            if not all(task.done() for task in waiting):
                await gateway.ingest("shop", "SalesOrder", placed)
        events = [task.result()["data"]["insightEvents"] for task in waiting]
        received = await care_team.wait_for(1)

    for event in events:
        assert event["kind"] == "THRESHOLD_CROSSED"
        assert event["threshold"] == "valuable_and_silent"
        assert event["individualId"] == known["individualId"]
        assert event["insights"] == [
            {"name": "days_since_last_order", "value": "200", "unit": "day"},
            {"name": "lifetime_value", "value": "640.00", "unit": "EUR"},
        ]
    pushed = verify(received[0], secret)
    assert pushed["type"] == "identity.threshold.crossed"
    assert pushed["subject"] == known["individualId"]
    assert {item["name"] for item in pushed["data"]["insights"]} == {
        "days_since_last_order",
        "lifetime_value",
    }


async def test_a_new_account_reaches_the_profile_and_the_master_data_system(gateway: GatewayProcess) -> None:
    contact = {"id": "C-9", "firstName": "Paul", "lastName": "Marchand", "email": "paul.marchand@example.com"}
    (known,) = await gateway.ingest("crm", "Individual", contact)
    async with Receiver() as master_data:
        secret = await register(gateway, master_data, "INDIVIDUAL_CREATED", "INDIVIDUAL_UPDATED")
        account = {"id": "A-9", "name": "Marchand SARL", "industry": "Outdoor", "createdAt": days_ago(0)}
        await gateway.ingest("crm", "Account", account | {"email": "paul.marchand@example.com"})
        received = await master_data.wait_for(1)

    event = verify(received[0], secret)
    assert event["type"] == "identity.individual.updated"
    assert event["subject"] == known["individualId"]
    assert event["data"]["records"] == [
        {"source": "crm", "object": "Account", "recordId": "A-9", "outcome": "CREATED"}
    ]
    # The event names ids only; the master-data system asks for the rest with the id that it was given.
    found = await gateway.query(
        "query ($id: ID!) { individual(by: {id: $id}) { accounts { recordId name industry } } }",
        id=event["subject"],
    )
    assert found["individual"]["accounts"] == [
        {"recordId": "A-9", "name": "Marchand SARL", "industry": "Outdoor"}
    ]


async def test_who_registers_in_the_app_brings_their_anonymous_past(gateway: GatewayProcess) -> None:
    visits = [
        {
            "id": f"V-{n}",
            "deviceId": "phone-55",
            "url": f"https://shop.example/{n}",
            "occurredAt": days_ago(n),
        }
        for n in (1, 2, 3)
    ]
    results = await gateway.ingest("web", "WebEngagement", *visits)
    (anonymous,) = {result["individualId"] for result in results}
    before = await gateway.query(
        '{ individual(by: {identifier: {type: DEVICE, value: "phone-55"}}) { id kind displayName } }'
    )
    assert before["individual"] == {"id": anonymous, "kind": "ANONYMOUS", "displayName": "Anonymous"}

    registration = {"id": "U-5", "firstName": "Noor", "lastName": "Haddad", "deviceId": "phone-55"}
    (registered,) = await gateway.ingest("app", "Individual", registration | {"email": "noor@example.com"})

    assert registered["individualId"] == anonymous
    profile = (await gateway.query(BY_EMAIL, value="noor@example.com"))["individual"]
    assert profile["kind"] == "KNOWN"
    assert profile["displayName"] == "Noor Haddad"
    assert [visit["recordId"] for visit in profile["webEngagements"]] == ["V-1", "V-2", "V-3"]


async def test_a_known_customer_who_registers_keeps_the_older_id_and_the_other_still_finds_them(
    gateway: GatewayProcess,
) -> None:
    (known,) = await gateway.ingest(
        "crm",
        "Individual",
        {"id": "C-12", "firstName": "Ola", "lastName": "Lind", "email": "ola@example.com"},
    )
    visit = {"id": "V-9", "deviceId": "tablet-7", "occurredAt": days_ago(1)}
    (visited,) = await gateway.ingest("web", "WebEngagement", visit)
    assert visited["individualId"] != known["individualId"]

    registration = {"id": "U-12", "email": "ola@example.com", "deviceId": "tablet-7"}
    (registered,) = await gateway.ingest("app", "Individual", registration)

    assert registered["individualId"] == known["individualId"]
    by_id = "query ($id: ID!) { individual(by: {id: $id}) { id mergedIds webEngagements { recordId } } }"
    found = (await gateway.query(by_id, id=visited["individualId"]))["individual"]
    assert found["id"] == known["individualId"]
    assert found["mergedIds"] == [visited["individualId"]]
    assert found["webEngagements"] == [{"recordId": "V-9"}]


async def test_a_subscriber_that_was_away_goes_on_behind_the_last_event_it_saw(
    gateway: GatewayProcess,
) -> None:
    document = """
    subscription ($after: ID) {
      insightEvents(kinds: [INDIVIDUAL_CREATED], after: $after) { id sequence individualId }
    }
    """
    (seen,) = await gateway.ingest("crm", "Individual", {"id": "R-0", "email": "r0@example.com"})
    async with Receiver() as receiver:
        await register(gateway, receiver, "INDIVIDUAL_CREATED")
        (first_missed,) = await gateway.ingest("crm", "Individual", {"id": "R-1", "email": "r1@example.com"})
        last_seen = json.loads((await receiver.wait_for(1))[0].body)
    (second_missed,) = await gateway.ingest("crm", "Individual", {"id": "R-2", "email": "r2@example.com"})
    (third_missed,) = await gateway.ingest("crm", "Individual", {"id": "R-3", "email": "r3@example.com"})
    assert last_seen["subject"] == first_missed["individualId"] != seen["individualId"]

    async with websocket_events(gateway, document, after=last_seen["id"]) as events:
        caught_up = [(await first(events))["data"]["insightEvents"] for _ in range(2)]

    assert [event["individualId"] for event in caught_up] == [
        second_missed["individualId"],
        third_missed["individualId"],
    ]
    assert caught_up[0]["sequence"] < caught_up[1]["sequence"]
