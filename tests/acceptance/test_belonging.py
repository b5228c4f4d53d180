"""What somebody did or ordered is found on their profile, before and after it is known who they are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.gateway import GatewayProcess

WHEN = "2026-03-01T10:00:00Z"
SEEN = """
query ($login: String!) {
  individual(by: {identifier: {type: LOGIN, value: $login}}) {
    webEngagements { recordId } appEngagements { recordId } cartEngagements { recordId }
    productBrowseEngagements { recordId } messageEngagements { recordId } emailEngagements { recordId }
  }
}
"""
LISTS = {
    "WebEngagement": "webEngagements",
    "AppEngagement": "appEngagements",
    "CartEngagement": "cartEngagements",
    "ProductBrowseEngagement": "productBrowseEngagements",
    "MessageEngagement": "messageEngagements",
}
ORDER = """
query ($email: String!) {
  individual(by: {identifier: {type: EMAIL, value: $email}}) {
    id
    orders { recordId lines { recordId quantity } payments { recordId } shipments { recordId } }
    orderLines { recordId } payments { recordId } shipments { recordId } cases { recordId }
    opportunities { recordId } accounts { recordId opportunities { recordId } }
  }
}
"""


def ids(found: list[dict[str, Any]]) -> list[str]:
    return sorted(item["recordId"] for item in found)


@pytest.mark.parametrize("object_name", LISTS)
async def test_what_a_device_did_before_the_login_is_the_persons(
    gateway: GatewayProcess, object_name: str
) -> None:
    device, login = f"device-{object_name}", f"ada-{object_name}"
    before = {"id": "before", "occurredAt": WHEN, "deviceId": device}
    await gateway.ingest("app", object_name, before)
    await gateway.ingest("app", "Individual", {"id": login, "firstName": "Ada", "login": login})
    await gateway.ingest("app", object_name, before | {"id": "signed-in", "login": login})
    await gateway.ingest("app", object_name, before | {"id": "after"})
    seen = (await gateway.query(SEEN, login=login))["individual"]
    assert ids(seen[LISTS[object_name]]) == ["after", "before", "signed-in"]


async def test_an_e_mail_that_was_opened_is_theirs_whose_address_it_is(gateway: GatewayProcess) -> None:
    opened = {"id": "opened", "type": "OPENED", "email": "grace@mail.example", "occurredAt": WHEN}
    await gateway.ingest("mail", "EmailEngagement", opened)
    await gateway.ingest("crm", "Individual", {"id": "g", "email": "grace@mail.example", "login": "grace"})
    seen = (await gateway.query(SEEN, login="grace"))["individual"]
    assert ids(seen["emailEngagements"]) == ["opened"]


async def test_what_is_part_of_an_order_is_its_buyers_whichever_comes_first(gateway: GatewayProcess) -> None:
    email = "alan@mail.example"
    await gateway.ingest(
        "shop",
        "SalesOrderProduct",
        {"id": "l1", "salesOrderId": "O-1", "quantity": "2"},
        {"id": "l2", "salesOrderId": "O-2", "quantity": "1"},
    )
    await gateway.ingest("shop", "Payment", {"id": "y1", "salesOrderId": "O-1", "paidAt": WHEN})
    await gateway.ingest("shop", "SalesOrder", {"id": "O-1", "orderedAt": WHEN, "email": email})
    await gateway.ingest("shop", "Individual", {"id": "alan", "email": email})
    await gateway.ingest("shop", "Shipment", {"id": "s1", "salesOrderId": "O-1", "shippedAt": WHEN})
    await gateway.ingest("shop", "Case", {"id": "c1", "individualId": "alan", "openedAt": WHEN})
    await gateway.ingest("shop", "Opportunity", {"id": "p1", "accountId": "K", "createdAt": WHEN})
    await gateway.ingest("shop", "Account", {"id": "K", "createdAt": WHEN, "individualId": "alan"})
    alan = (await gateway.query(ORDER, email=email))["individual"]
    (order,) = alan["orders"]
    assert [ids(order[name]) for name in ("lines", "payments", "shipments")] == [["l1"], ["y1"], ["s1"]]
    found = {name: ids(alan[name]) for name in ("orderLines", "payments", "shipments", "cases")}
    assert found == {"orderLines": ["l1"], "payments": ["y1"], "shipments": ["s1"], "cases": ["c1"]}
    assert ids(alan["opportunities"]) == ["p1"]
    (account,) = alan["accounts"]
    assert ids(account["opportunities"]) == ["p1"]
