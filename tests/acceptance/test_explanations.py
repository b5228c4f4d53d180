"""A steward asks why two records are one person or are not, how a person came about and how sure that is."""

from __future__ import annotations

from typing import Any

from tests.servers.gateway import GatewayProcess

RECORDS = """
query ($id: ID!) {
  individual(by: {id: $id}) {
    sourceRecords { id recordId }
    links { from { recordId } to { recordId } rule ruleName weight score }
    resolution { score weakestLink contradictions possibleMatches openReviews }
  }
}
"""
WHY = """
query ($a: ID!, $b: ID!) {
  why: whyLinked(a: $a, b: $b) { ...explained }
  whyNot: whyNotLinked(a: $a, b: $b) { ...explained }
}
fragment explained on LinkExplanation {
  linked decision storedWeight linkThreshold compared
  weight { weight probability rule attributes { attribute level one other againstUnrelated } }
  sharedKeys { kind holders cap counts }
  path { from { recordId } to { recordId } weight rule }
  guard { reason detail records { object recordId } }
}
"""
HOW = """
query ($id: ID!) {
  howResolved(individual: $id) {
    records { recordId }
    steps { one { recordId } other { recordId } by linkage weight rule }
    guards { reason records { object recordId } }
  }
}
"""
SURE = """
query ($least: Float!) {
  individuals(where: {
    resolution: {weakestLink: {gte: $least}, contradictions: {eq: 0}, openReviews: {eq: 0}}
  }) {
    edges { node { id } }
  }
}
"""


async def person(gateway: GatewayProcess, id_: str, **fields: Any) -> str:
    """The individual that a record of the CRM becomes part of."""
    record = {"id": id_, "modifiedAt": "2026-01-01T00:00:00Z", **fields}
    (result,) = await gateway.ingest("crm", "Individual", record)
    individual: str = result["individualId"]
    return individual


async def test_a_link_and_a_person_explain_themselves(gateway: GatewayProcess) -> None:
    whole = {
        "firstName": "Wanda",
        "lastName": "Whyte",
        "birthDate": "1980-03-04",
        "email": "wanda@mail.example",
    }
    await person(gateway, "w1", **whole)
    wanda = await person(gateway, "w2", **whole)
    found = (await gateway.query(RECORDS, id=wanda))["individual"]
    one, other = (record["id"] for record in found["sourceRecords"])
    (link,) = found["links"]
    assert link["score"] > 0.99
    assert found["resolution"] == {
        "score": found["resolution"]["score"],
        "weakestLink": link["weight"],
        "contradictions": 0,
        "possibleMatches": 0,
        "openReviews": 0,
    }
    told = await gateway.query(WHY, a=one, b=other)
    why = told["why"]
    assert why == told["whyNot"]
    assert (why["linked"], why["decision"], why["compared"]) == (True, "EVIDENCE", True)
    assert why["storedWeight"] == why["weight"]["weight"] == link["weight"]
    assert why["weight"]["rule"] == link["ruleName"]
    assert "wanda@mail.example" in [item["one"] for item in why["weight"]["attributes"]]
    assert why["path"] == [
        {
            "from": {"recordId": "w1"},
            "to": {"recordId": "w2"},
            "weight": link["weight"],
            "rule": link["ruleName"],
        }
    ]
    how = (await gateway.query(HOW, id=wanda))["howResolved"]
    (step,) = how["steps"]
    assert (step["by"], step["weight"], step["rule"]) == ("WEIGHT", link["weight"], link["ruleName"])
    assert step["one"] + step["other"] == [{"recordId": "w1"}, {"recordId": "w2"}]
    sure = await gateway.query(SURE, least=link["weight"])
    assert {"node": {"id": wanda}} in sure["individuals"]["edges"]


async def test_two_people_say_why_they_are_not_one(gateway: GatewayProcess) -> None:
    one = await person(gateway, "n1", firstName="Nora", lastName="North", email="nora@mail.example")
    other = await person(gateway, "n2", firstName="Otto", lastName="Oak", email="otto@mail.example")
    why = (await gateway.query(WHY, a=one, b=other))["whyNot"]
    assert (why["linked"], why["decision"], why["compared"]) == (False, "NOT_COMPARED", False)
    assert why["storedWeight"] is None
    assert why["weight"]["weight"] < why["linkThreshold"]
    assert why["path"] == why["sharedKeys"] == []


async def test_a_shared_device_names_the_guard_and_waits_for_a_review(gateway: GatewayProcess) -> None:
    dora = await person(
        gateway, "d1", firstName="Dora", lastName="Day", email="dora@mail.example", deviceId="tablet"
    )
    await person(
        gateway, "d2", firstName="Emil", lastName="Eve", email="emil@mail.example", deviceId="tablet"
    )
    visit = {"id": "v", "modifiedAt": "2026-01-01T00:00:00Z", "occurredAt": "2026-01-01T00:00:00Z"}
    (seen,) = await gateway.ingest(
        "web", "WebEngagement", {**visit, "type": "PAGE_VIEW", "deviceId": "tablet"}
    )
    device = seen["individualId"]
    why = (await gateway.query(WHY, a=device, b=dora))["whyNot"]
    assert (why["linked"], why["decision"], why["guard"]["reason"]) == (False, "GUARD", "SHARED_DEVICE")
    assert {record["recordId"] for record in why["guard"]["records"]} >= {"d1", "d2"}
    found = (await gateway.query(RECORDS, id=device))["individual"]
    assert found["resolution"]["openReviews"] == 1


async def test_what_cannot_be_explained_is_the_clients_mistake(gateway: GatewayProcess) -> None:
    nora = await person(gateway, "x1", firstName="Xena", lastName="Xu", email="xena@mail.example")
    for ids in ({"a": nora, "b": "ind_nobody"}, {"a": nora, "b": nora}):
        answer = await gateway.post(WHY, **ids)
        assert answer["errors"][0]["extensions"]["code"] in ("NOT_FOUND", "BAD_USER_INPUT")
