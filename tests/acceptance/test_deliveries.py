"""What an endpoint did not take, through the front door: seen, sent again, discarded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.gateway.delivering import patiently
from tests.servers.gateway import GatewayProcess
from tests.servers.receiver import Answer, Receiver

REGISTER = """
mutation ($input: RegisterWebhookInput!) {
  registerWebhook(input: $input) { webhook { id exceptSource } secret userErrors { code } }
}
"""
STATE = """
query ($id: ID!) {
  node(id: $id) {
    ... on Webhook {
      state failedAttempts restingUntil lastError oldSecretUntil deliveryCounts { held dead }
      recentAttempts { eventId individualId number error }
    }
  }
  deliveries(webhookId: $id) { id eventId kind individualId state attempts lastError }
}
"""
ENABLE = "mutation ($input: EnableWebhookInput!) { enableWebhook(input: $input) { userErrors { code } } }"
CHANGE = """
mutation ($input: DeliveriesInput!, $discard: Boolean!) {
  redriveDeliveries(input: $input) @skip(if: $discard) { count userErrors { code path } }
  discardDeliveries(input: $input) @include(if: $discard) { count userErrors { code path } }
}
"""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


async def register(gateway: GatewayProcess, receiver: Receiver, **more: Any) -> str:
    given = {"url": receiver.url, "kinds": ["INDIVIDUAL_CREATED"]} | more
    payload = (await gateway.query(REGISTER, input=given))["registerWebhook"]
    assert payload["userErrors"] == []
    id_: str = payload["webhook"]["id"]
    return id_


async def until(gateway: GatewayProcess, id_: str, **wanted: Any) -> dict[str, Any]:
    """The webhook and its deliveries, once it is so."""

    async def look() -> dict[str, Any]:
        found = await gateway.query(STATE, id=id_)
        assert {name: found["node"][name] for name in wanted} == wanted
        # The two are read one after the other.
        assert len(found["deliveries"]) == sum(found["node"]["deliveryCounts"].values())
        return found

    return await patiently()(look)


async def person(gateway: GatewayProcess, name: str) -> str:
    (result,) = await gateway.ingest("crm", "Individual", {"id": name, "email": f"{name}@d.example"})
    id_: str = result["individualId"]
    return id_


async def test_what_an_endpoint_did_not_take_is_listed_and_sent_again_or_forgotten(
    gateway: GatewayProcess, receiver: Receiver
) -> None:
    webhook = await register(gateway, receiver)
    receiver.answer(Answer(410))
    ada = await person(gateway, "ada")
    found = await until(gateway, webhook, state="DISABLED", deliveryCounts={"held": 1, "dead": 0})
    (attempt,) = found["node"]["recentAttempts"]
    (delivery,) = found["deliveries"]
    event = receiver.received[0].json()
    assert attempt == {"eventId": event["id"], "individualId": ada, "number": 1, "error": "HTTP 410"}
    assert delivery == {
        "id": delivery["id"],
        "eventId": event["id"],
        "kind": "INDIVIDUAL_CREATED",
        "individualId": ada,
        "state": "RETRYING",
        "attempts": 1,
        "lastError": "HTTP 410",
    }

    grace = await person(gateway, "grace")
    await gateway.query(ENABLE, input={"id": webhook})
    received = await receiver.wait_for(3)
    assert {request.json()["subject"] for request in received[1:]} == {ada, grace}
    await until(gateway, webhook, state="ACTIVE", lastError=None, deliveryCounts={"held": 0, "dead": 0})

    receiver.answer(Answer(500))
    await person(gateway, "mary")
    (held,) = (await until(gateway, webhook, deliveryCounts={"held": 1, "dead": 0}))["deliveries"]
    which = {"webhookId": webhook, "which": {"ids": [held["id"]]}}
    again = await gateway.query(CHANGE, input=which, discard=False)
    assert again["redriveDeliveries"] == {"count": 1, "userErrors": []}
    received = await receiver.wait_for(5)
    assert received[3].id == received[4].id
    await until(gateway, webhook, deliveryCounts={"held": 0, "dead": 0})

    receiver.answer(Answer(500))
    await person(gateway, "rosa")
    (held,) = (await until(gateway, webhook, deliveryCounts={"held": 1, "dead": 0}))["deliveries"]
    which = {"webhookId": webhook, "which": {"ids": [held["id"]]}}
    forgotten = await gateway.query(CHANGE, input=which, discard=True)
    assert forgotten["discardDeliveries"] == {"count": 1, "userErrors": []}
    assert (await gateway.query(STATE, id=webhook))["deliveries"] == []


async def test_who_names_nothing_that_is_there_is_told_so(
    gateway: GatewayProcess, receiver: Receiver
) -> None:
    webhook = await register(gateway, receiver, exceptSource="crm")
    nothing = await gateway.query(
        CHANGE, input={"webhookId": webhook, "which": {"allDead": True}}, discard=False
    )
    assert nothing["redriveDeliveries"] == {"count": 0, "userErrors": []}
    unknown = await gateway.query(
        CHANGE, input={"webhookId": "whk_0", "which": {"allDead": True}}, discard=True
    )
    assert unknown["discardDeliveries"] == {
        "count": 0,
        "userErrors": [{"code": "NOT_FOUND", "path": ["webhookId"]}],
    }
    refused = await gateway.query(
        REGISTER, input={"url": receiver.url, "kinds": ["RECORD_CREATED"], "exceptSource": "no such / name"}
    )
    assert [error["code"] for error in refused["registerWebhook"]["userErrors"]] == ["INVALID_SOURCE"]


async def test_a_new_secret_is_shown_once_and_the_former_one_signs_for_a_while(
    gateway: GatewayProcess, receiver: Receiver
) -> None:
    webhook = await register(gateway, receiver)
    document = """
    mutation ($input: RotateWebhookSecretInput!) {
      rotateWebhookSecret(input: $input) { secret webhook { oldSecretUntil } userErrors { code } }
    }
    """
    rotated = (await gateway.query(document, input={"id": webhook, "overlapHours": 1}))["rotateWebhookSecret"]
    assert rotated["secret"].startswith("whsec_")
    assert rotated["webhook"]["oldSecretUntil"]
    await person(gateway, "joan")
    (request,) = await receiver.wait_for(1)
    assert len(request.headers["webhook-signature"].split()) == 2
    for given in ({"id": "whk_0"}, {"id": webhook, "secret": "weak"}, {"id": webhook, "overlapHours": 9_999}):
        refused = (await gateway.query(document, input=given))["rotateWebhookSecret"]
        assert refused["secret"] is None
        assert len(refused["userErrors"]) == 1
