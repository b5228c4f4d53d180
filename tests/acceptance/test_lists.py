"""A front end lists individuals: with conditions, in an order, page by page either way, and how many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from gateway import sample
from graph_model import times
from tests.servers.gateway import GatewayProcess

LIST = """
query ($where: IndividualFilter, $orderBy: [IndividualOrder!], $first: Int, $after: String, $last: Int,
       $before: String) {
  individuals(where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    edges { cursor node { id displayName lastName createdAt kind orderCount emails address { city country }
      orders { total currency orderedAt status } insights { name value unit } sourceRecords { id source } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


@pytest.fixture(scope="module")
async def everybody(gateway: GatewayProcess) -> list[dict[str, Any]]:
    """All individuals of the sample data."""
    now = times.utc_now()
    for file in sample.files():
        records = list(file.records(now))
        for start in range(0, len(records), 500):
            await gateway.ingest(file.source, file.object, *records[start : start + 500])
    found = await listed(gateway, first=1_000)
    assert found["totalCount"] == len(found["edges"]) > 200
    return [edge["node"] for edge in found["edges"]]


async def listed(gateway: GatewayProcess, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await gateway.query(LIST, **variables))["individuals"]
    return found


def insights(person: dict[str, Any], name: str) -> list[float]:
    return [float(item["value"]) for item in person["insights"] if item["name"] == name]


CONDITIONS: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = {
    "a text whatever its case": (
        {"lastName": {"startsWithIgnoreCase": "SCH"}},
        lambda person: (person["lastName"] or "").lower().startswith("sch"),
    ),
    "one of several countries, in the address": (
        {"address": {"country": {"in": ["FR", "AT"]}}},
        lambda person: bool(person["address"]) and person["address"]["country"] in ("FR", "AT"),
    ),
    "no address": (
        {"address": {"isNull": True}},
        lambda person: person["address"] is None,
    ),
    "more than three orders": (
        {"orders": {"count": {"gt": 3}}},
        lambda person: person["orderCount"] > 3,
    ),
    "an order that was sent back": (
        {"orders": {"some": {"status": {"eq": "RETURNED"}}}},
        lambda person: any(order["status"] == "RETURNED" for order in person["orders"]),
    ),
    "orders of at least a thousand euros together": (
        {"orders": {"where": {"currency": {"eq": "EUR"}}, "sum": {"total": {"gte": "1000"}}}},
        lambda person: (
            sum(float(order["total"]) for order in person["orders"] if order["currency"] == "EUR") >= 1_000
        ),
    ),
    "worth something, and silent for half a year": (
        {
            "and": [
                {"insights": {"some": {"name": {"eq": "lifetime_value"}, "value": {"gt": "0"}}}},
                {"insights": {"some": {"name": {"eq": "days_since_last_order"}, "value": {"gte": "182"}}}},
            ]
        },
        lambda person: (
            any(value > 0 for value in insights(person, "lifetime_value"))
            and any(value >= 182 for value in insights(person, "days_since_last_order"))
        ),
    ),
    "nobody known, or somebody of several sources": (
        {"or": [{"kind": {"eq": "ANONYMOUS"}}, {"not": {"sourceRecords": {"count": {"lte": 1}}}}]},
        lambda person: person["kind"] == "ANONYMOUS" or len(person["sourceRecords"]) > 1,
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
async def test_conditions_find_whom_they_say(
    gateway: GatewayProcess, everybody: list[dict[str, Any]], name: str
) -> None:
    where, holds = CONDITIONS[name]
    expected = [person["id"] for person in everybody if holds(person)]

    found = await listed(gateway, where=where, first=1_000)

    assert [edge["node"]["id"] for edge in found["edges"]] == expected
    assert found["totalCount"] == len(expected)
    assert 0 < len(expected) < len(everybody)


async def test_pages_in_an_order_lead_through_everybody_and_back(
    gateway: GatewayProcess, everybody: list[dict[str, Any]]
) -> None:
    order = [{"lastName": "DESC"}, {"createdAt": "ASC"}]
    forwards: list[str] = []
    page: dict[str, Any] = {}
    while not forwards or page["pageInfo"]["hasNextPage"]:
        after = page["pageInfo"]["endCursor"] if page else None
        page = await listed(gateway, orderBy=order, first=90, after=after)
        assert page["pageInfo"]["hasPreviousPage"] is bool(forwards)
        forwards += [edge["node"]["id"] for edge in page["edges"]]
    backwards: list[str] = []
    page = {}
    while not backwards or page["pageInfo"]["hasPreviousPage"]:
        before = page["pageInfo"]["startCursor"] if page else None
        page = await listed(gateway, orderBy=order, last=90, before=before)
        assert page["pageInfo"]["hasNextPage"] is bool(backwards)
        backwards = [edge["node"]["id"] for edge in page["edges"]] + backwards
    assert forwards == backwards
    assert sorted(forwards) == sorted(person["id"] for person in everybody)
    names = {person["id"]: person["lastName"] for person in everybody}
    shown = [(names[id_] or "").casefold() for id_ in forwards]
    assert shown == sorted(shown, reverse=True)


async def test_a_cursor_of_another_order_is_refused(gateway: GatewayProcess, everybody: object) -> None:
    cursor = (await listed(gateway, orderBy=[{"lastName": "ASC"}], first=1))["pageInfo"]["endCursor"]

    assert await refusal(gateway, after=cursor) == "INVALID_CURSOR"
    assert await refusal(gateway, orderBy=[{"lastName": "DESC"}], before=cursor) == "INVALID_CURSOR"


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"first": 1, "last": 1}, id="both ends"),
        pytest.param({"first": 1_001}, id="too long a page"),
        pytest.param({"last": 0}, id="an empty page"),
        pytest.param({"where": {"displayName": {"eq": None}}}, id="a comparison with null"),
        pytest.param({"where": {"and": [{"kind": {"eq": "KNOWN"}}] * 60}}, id="too many conditions"),
        pytest.param({"where": {"createdAt": {"olderThan": {"days": -1}}}}, id="a negative period"),
        pytest.param({"where": {"createdAt": {"gt": "yesterday"}}}, id="no moment"),
        pytest.param({"where": {"orders": {"sum": {"total": {"gt": "1e999"}}}}}, id="no decimal"),
        pytest.param({"orderBy": [{"lastName": "ASC", "firstName": "ASC"}]}, id="two fields at once"),
        pytest.param({"orderBy": [{"id": "ASC"}] * 6}, id="an order of too many fields"),
    ],
)
async def test_what_cannot_be_is_refused(gateway: GatewayProcess, variables: dict[str, Any]) -> None:
    assert await refusal(gateway, **variables) == "BAD_USER_INPUT"


async def refusal(gateway: GatewayProcess, **variables: Any) -> str:
    async with httpx.AsyncClient() as client:
        response = await client.post(
            f"{gateway.url}/graphql", json={"query": LIST, "variables": variables}, timeout=30
        )
    (error,) = response.json()["errors"]
    code: str = error["extensions"]["code"]
    return code


async def test_whatever_has_an_id_is_found_by_it(
    gateway: GatewayProcess, everybody: list[dict[str, Any]]
) -> None:
    person = next(person for person in everybody if person["orders"] and person["sourceRecords"])
    register = """
    mutation { registerWebhook(input: {url: "http://127.0.0.1:9/", kinds: [THRESHOLD_CROSSED]}) {
      webhook { id }
    } }"""
    webhook = await gateway.query(register)
    orders = await gateway.query(
        "query ($id: ID!) { individual(by: {id: $id}) { orders { id total } } }", id=person["id"]
    )
    order, hook = orders["individual"]["orders"][0], webhook["registerWebhook"]["webhook"]
    ids = [order["id"], person["id"], "ind_nobody", person["sourceRecords"][0]["id"], hook["id"], "x"]
    nodes = """
    query ($ids: [ID!]!) { nodes(ids: $ids) {
      __typename id ... on Individual { displayName } ... on SalesOrder { total }
      ... on SourceRecord { source } ... on Webhook { url }
    } }"""

    found = (await gateway.query(nodes, ids=ids))["nodes"]

    assert found == [
        {"__typename": "SalesOrder", **order},
        {"__typename": "Individual", "id": person["id"], "displayName": person["displayName"]},
        None,
        {"__typename": "SourceRecord", **person["sourceRecords"][0]},
        {"__typename": "Webhook", "id": hook["id"], "url": "http://127.0.0.1:9/"},
        None,
    ]
    await gateway.query(
        "mutation ($id: ID!) { deleteWebhook(input: {id: $id}) { deletedId } }", id=hook["id"]
    )
