"""The sample data, resolved: the people of the story come out as the story says."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

import orjson
import pytest

from gateway import sample
from gateway.sample.personas import ANNA, CLAIRE, CLAIRE_DAYS_SINCE_LAST_ORDER, PERSONAS, REGISTRATION, ROBIN
from graph_model import times
from graph_model.identity.components import connected
from tests.servers.gateway import GatewayProcess

PROFILE = """
query ($value: String!) {
  individual(by: {identifier: {type: EMAIL, value: $value}}) {
    id kind displayName lastName
    insights { name value unit }
    sourceRecords { source object recordId }
    links { rule score from { recordId } to { recordId } }
    orders { id } cases { id } accounts { id } webEngagements { id }
  }
}
"""

PAGE = """
query ($after: String) {
  individuals(first: 100, after: $after) {
    edges { node { id sourceRecords { source object recordId } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.fixture(scope="module", autouse=True)
async def loaded(gateway: GatewayProcess) -> None:
    now = times.utc_now()
    for file in sample.files():
        records = list(file.records(now))
        for start in range(0, len(records), 500):
            await gateway.ingest(file.source, file.object, *records[start : start + 500])


async def profile(gateway: GatewayProcess, email: str) -> dict[str, Any]:
    found: dict[str, Any] = (await gateway.query(PROFILE, value=email))["individual"]
    return found


@pytest.mark.parametrize("persona", [p for p in PERSONAS if p is not ROBIN], ids=lambda p: p.first_name)
async def test_a_persona_is_who_the_documentation_says(gateway: GatewayProcess, persona: Any) -> None:
    found = await profile(gateway, persona.email)

    records = {
        "/".join((record["source"], record["object"], record["recordId"]))
        for record in found["sourceRecords"]
        if record["object"] == "Individual"
    }
    assert records == set(persona.records)
    assert len(found["orders"]) == persona.orders
    assert len(found["cases"]) == persona.cases
    assert len(found["accounts"]) == persona.accounts
    assert len(found["webEngagements"]) == persona.visits
    worth = [item["value"] for item in found["insights"] if item["name"] == "lifetime_value"]
    assert worth == ([persona.lifetime_value] if persona.lifetime_value else [])


async def test_anna_is_held_together_by_links_that_are_likelier_than_not(gateway: GatewayProcess) -> None:
    found = await profile(gateway, ANNA.email)

    likely = [link for link in found["links"] if link["score"] > 0.5]
    records = [record["recordId"] for record in found["sourceRecords"]]
    assert connected(records, ((link["from"]["recordId"], link["to"]["recordId"]) for link in likely)) == [
        frozenset(records)
    ]
    assert {"DEVICE", "WEIGHT"} <= {link["rule"] for link in likely}


async def test_claire_is_valuable_and_silent(gateway: GatewayProcess) -> None:
    found = await profile(gateway, CLAIRE.email)

    assert {
        "name": "days_since_last_order",
        "value": str(CLAIRE_DAYS_SINCE_LAST_ORDER),
        "unit": "day",
    } in found["insights"]


async def test_robin_is_anonymous_until_the_registration(gateway: GatewayProcess) -> None:
    assert await profile(gateway, ROBIN.email) is None
    (registered,) = await gateway.ingest("web", "Individual", REGISTRATION)
    found = await profile(gateway, ROBIN.email)

    assert found["id"] == registered["individualId"]
    assert len(found["webEngagements"]) == ROBIN.visits


async def test_of_the_pairs_nine_in_ten_are_found_and_one_in_twenty_at_most_is_wrong(
    gateway: GatewayProcess,
) -> None:
    """The untrained ruleset takes some of the namesakes for one: nothing but the name is known of them."""
    truth = {
        key: person
        for key, person in orjson.loads(sample.TRUTH.read_bytes()).items()
        if "/Individual/" in key
    }
    found: dict[str, str] = {}
    page: dict[str, Any] = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = (await gateway.query(PAGE, after=page["pageInfo"]["endCursor"]))["individuals"]
        for edge in page["edges"]:
            for record in edge["node"]["sourceRecords"]:
                key = "/".join((record["source"], record["object"], record["recordId"]))
                assert key not in found
                found[key] = edge["node"]["id"]
    assert truth.keys() <= found.keys()

    true_pairs, found_pairs = pairs(truth), pairs({key: found[key] for key in truth})
    right = found_pairs & true_pairs
    assert len(right) / len(found_pairs) > 0.95
    assert len(right) / len(true_pairs) > 0.9


def pairs(groups: dict[str, str]) -> set[tuple[str, str]]:
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key, group in sorted(groups.items()):
        members[group].append(key)
    return {pair for keys in members.values() for pair in combinations(keys, 2)}
