"""Deleting records through the front door."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.servers.gateway import GatewayProcess
from tests.servers.subscriber import sse_events

DELETE = """
mutation ($input: DeleteRecordsInput!) {
  deleteRecords(input: $input) {
    results { recordId outcome individualId individual { id } }
    userErrors { code path }
  }
}
"""
GONE = """
subscription { insightEvents(kinds: [INDIVIDUAL_GONE]) { kind individualId records { recordId outcome } } }
"""
BY_ID = "query ($id: ID!) { individual(by: {id: $id}) { id emails } }"
NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } node(id: "%s") { id } }'
COUNT = "{ individuals { totalCount } }"


async def delete(gateway: GatewayProcess, *ids: str, **more: Any) -> dict[str, Any]:
    data = await gateway.query(DELETE, input={"source": "crm", "object": "Individual", "ids": ids, **more})
    payload: dict[str, Any] = data["deleteRecords"]
    return payload


async def test_an_individual_of_whom_nothing_is_left_is_gone(gateway: GatewayProcess) -> None:
    count = (await gateway.query(COUNT))["individuals"]["totalCount"]
    (created,) = await gateway.ingest("crm", "Individual", {"id": "D-1", "email": "d1@example.com"})
    id_ = created["individualId"]
    record = (
        await gateway.query("query ($id: ID!) { individual(by: {id: $id}) { sourceRecords { id } } }", id=id_)
    )["individual"]["sourceRecords"][0]["id"]
    async with sse_events(gateway, GONE) as told:
        payload = await delete(gateway, "D-1")
        assert payload == {
            "results": [{"recordId": "D-1", "outcome": "DELETED", "individualId": None, "individual": None}],
            "userErrors": [],
        }
        async with asyncio.timeout(20):
            event = (await anext(told))["data"]["insightEvents"]
    assert event == {
        "kind": "INDIVIDUAL_GONE",
        "individualId": id_,
        "records": [{"recordId": "D-1", "outcome": "DELETED"}],
    }

    answer = await gateway.post(BY_ID, id=id_)
    assert answer["data"] == {"individual": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["GONE"]
    assert await gateway.query(NODES % id_, ids=[id_, record]) == {"nodes": [None, None], "node": None}
    assert (await gateway.query(COUNT))["individuals"]["totalCount"] == count


async def test_orders_are_deleted_as_of_a_moment(gateway: GatewayProcess) -> None:
    order = {"id": "D-2", "orderedAt": "2026-10-01T00:00:00Z", "modifiedAt": "2026-10-02T00:00:00Z"}
    (sent,) = await gateway.ingest("shop", "SalesOrder", order)
    assert sent["outcome"] == "CREATED"
    outcomes = [
        (
            await gateway.query(
                DELETE,
                input={"source": "shop", "object": "SalesOrder", "ids": ["D-2"], "modifiedAt": moment},
            )
        )["deleteRecords"]["results"][0]["outcome"]
        for moment in ("2026-10-01T00:00:00Z", "2026-10-03T00:00:00Z", "2026-10-03T00:00:00Z")
    ]
    assert outcomes == ["STALE", "DELETED", "UNCHANGED"]


async def test_what_is_wrong_is_said_and_the_rest_is_deleted(gateway: GatewayProcess) -> None:
    await gateway.ingest("crm", "Individual", {"id": "D-3"})
    payload = await delete(gateway, "", "D-3")
    assert [result["outcome"] for result in payload["results"]] == ["REJECTED", "DELETED"]
    assert payload["userErrors"] == [{"code": "INVALID_ID", "path": ["ids", 0]}]
    wrong = await gateway.query(DELETE, input={"source": "crm", "object": "Nothing", "ids": ["1"]})
    assert wrong["deleteRecords"]["results"] == []
    assert [error["code"] for error in wrong["deleteRecords"]["userErrors"]] == ["UNKNOWN_OBJECT"]
    many = await delete(gateway, *map(str, range(1_001)))
    assert [error["code"] for error in many["userErrors"]] == ["TOO_MANY_RECORDS"]


async def test_a_correction_is_not_deleted_like_a_record(gateway: GatewayProcess) -> None:
    data = await gateway.query(DELETE, input={"source": "steward", "object": "Individual", "ids": ["cor_1"]})
    assert data["deleteRecords"]["results"] == []
    assert len(data["deleteRecords"]["userErrors"]) == 1
