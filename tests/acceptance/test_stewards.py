"""A steward's day, through the front door."""

from __future__ import annotations

from typing import Any

from tests.servers.gateway import GatewayProcess

PAYLOAD = """{
  dryRun userErrors { code message path }
  constraints { id kind cause reason actor until records { recordId } }
  individuals { id isNew kind displayName records { recordId } individual { id mergedIds } }
}"""
MERGE = f"mutation ($input: MergeIndividualsInput!) {{ mergeIndividuals(input: $input) {PAYLOAD} }}"
UNMERGE = f"mutation ($input: UnmergeInput!) {{ unmerge(input: $input) {PAYLOAD} }}"
SPLIT = f"mutation ($input: SplitIndividualInput!) {{ splitIndividual(input: $input) {PAYLOAD} }}"
ALWAYS = f"mutation ($input: LinkRecordsInput!) {{ alwaysLink(input: $input) {PAYLOAD} }}"
NEVER = f"mutation ($input: LinkRecordsInput!) {{ neverLink(input: $input) {PAYLOAD} }}"
UNDO = f"mutation ($input: UndoConstraintInput!) {{ undoConstraint(input: $input) {PAYLOAD} }}"
HISTORY = """
query ($id: ID!) {
  individual(by: {id: $id}) {
    id mergedIds sourceRecords { id recordId }
    constraints { id kind cause reason actor since until endedBy endReason retiredIds records { recordId } }
  }
}
"""
REVIEWS = """
query ($where: ReviewFilter, $first: Int, $after: String) {
  reviews(where: $where, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { cursor node {
      id kind state weight detail assignee decision decidedBy reason constraintId
      records { id source recordId fields individualId }
      evidence { linked storedWeight }
    } }
  }
}
"""
ASSIGN = """
mutation ($input: AssignReviewsInput!) {
  assignReviews(input: $input) { reviews { id assignee } userErrors { code path } }
}
"""
DECIDE = """
mutation ($input: DecideReviewsInput!) {
  decideReviews(input: $input) {
    reviews { id state decision decidedBy constraintId }
    userErrors { code message path }
  }
}
"""
QUALITY = "{ reviewQuality { decided precision recall strata { weight pairs decided linked share } } }"


async def act(gateway: GatewayProcess, document: str, **input: Any) -> dict[str, Any]:
    """The payload of a mutation that was given a reason."""
    data = await gateway.query(document, input={"reason": "The customer told us so", **input})
    (payload,) = data.values()
    found: dict[str, Any] = payload
    return found


async def people(gateway: GatewayProcess, prefix: str, names: str) -> list[str]:
    """People of these names who have nothing in common."""
    records = [{"id": f"{prefix}-{name}", "email": f"{prefix}{name}@example.com"} for name in names]
    stored = await gateway.ingest("crm", "Individual", *records)
    return [str(result["individualId"]) for result in stored]


async def history(gateway: GatewayProcess, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = (await gateway.query(HISTORY, id=id_))["individual"]
    return found


async def test_two_customers_are_one_and_then_they_are_not(gateway: GatewayProcess) -> None:
    a, b = await people(gateway, "m", "ab")
    tried = await act(gateway, MERGE, ids=[a, b], survivor=b, dryRun=True)
    assert (tried["dryRun"], tried["constraints"], tried["userErrors"]) == (True, [], [])
    assert [(item["id"], len(item["records"])) for item in tried["individuals"]] == [(b, 2)]
    assert (await history(gateway, a))["id"] == a

    merged = await act(gateway, MERGE, ids=[a, b], survivor=b)
    (individual,) = merged["individuals"]
    assert individual["individual"] == {"id": b, "mergedIds": [a]}
    assert (await history(gateway, a))["id"] == b

    parted = await act(gateway, UNMERGE, id=a, reason="They are brothers")
    assert [item["id"] for item in parted["individuals"]] == sorted([a, b])
    found = await history(gateway, a)
    assert (found["id"], found["mergedIds"]) == (a, [])
    (constraint,) = found["constraints"]
    assert constraint == {
        "id": merged["constraints"][0]["id"],
        "kind": "ALWAYS_LINK",
        "cause": "MERGE",
        "reason": "The customer told us so",
        "actor": "development",
        "since": constraint["since"],
        "until": constraint["until"],
        "endedBy": "development",
        "endReason": "They are brothers",
        "retiredIds": [a],
        "records": [{"recordId": "m-a"}, {"recordId": "m-b"}],
    }
    assert constraint["until"] > constraint["since"]
    node = "query ($id: ID!) { node(id: $id) { id ... on Constraint { kind records { recordId } } } }"
    assert (await gateway.query(node, id=constraint["id"]))["node"] == {
        "id": constraint["id"],
        "kind": "ALWAYS_LINK",
        "records": constraint["records"],
    }


async def test_a_family_that_shares_an_address_is_split_for_good(gateway: GatewayProcess) -> None:
    records = [{"id": f"s-{number}", "email": "family@example.org"} for number in range(3)]
    (whose, *_) = {item["individualId"] for item in await gateway.ingest("crm", "Individual", *records)}
    ids = {item["recordId"]: item["id"] for item in (await history(gateway, whose))["sourceRecords"]}
    split = await act(gateway, SPLIT, id=whose, recordIds=[ids["s-2"]])
    assert [(item["isNew"], len(item["records"])) for item in split["individuals"]] == [(False, 2), (True, 1)]
    await gateway.ingest("crm", "Individual", records[2] | {"lastName": "Roth"})
    assert len((await history(gateway, whose))["sourceRecords"]) == 2

    again = await act(gateway, ALWAYS, recordId=ids["s-0"], otherRecordId=ids["s-2"])
    (error,) = again["userErrors"]
    assert error["code"] == "CONTRADICTING_CONSTRAINT"
    assert split["constraints"][0]["id"] in error["message"]
    undone = await act(gateway, UNDO, id=split["constraints"][0]["id"])
    assert [len(item["records"]) for item in undone["individuals"]] == [3]


async def test_records_are_bound_one_by_one(gateway: GatewayProcess) -> None:
    a, b = await people(gateway, "l", "ab")
    records = [(await history(gateway, id_))["sourceRecords"][0]["id"] for id_ in (a, b)]
    linked = await act(gateway, ALWAYS, recordId=records[0], otherRecordId=records[1])
    assert len(linked["individuals"]) == 1
    await act(gateway, UNDO, id=linked["constraints"][0]["id"])
    apart = await act(gateway, NEVER, recordId=records[0], otherRecordId=records[1])
    assert [item["kind"] for item in apart["constraints"]] == ["NEVER_LINK"]
    refused = await act(gateway, MERGE, ids=[a, b])
    assert [error["code"] for error in refused["userErrors"]] == ["CONTRADICTING_CONSTRAINT"]
    silent = await act(gateway, MERGE, ids=[a, b], reason=" ")
    assert [(error["code"], error["path"]) for error in silent["userErrors"]] == [
        ("MISSING_REASON", ["reason"])
    ]


async def test_the_queue_is_worked_off(gateway: GatewayProcess) -> None:
    surnames = ("Quistgaard", "Oyelaran", "Zubiri", "Thistlewood")
    for number, name in enumerate(surnames):
        for side in ("a", "b"):
            # Of a phone number alone, and of a name alone, hardly a ruleset is sure.
            shared = {"id": f"q-{side}{number}", "phone": f"+493023125{number:03}"}
            alike = {"id": f"q-{name}{side}", "firstName": "Ada", "lastName": name}
            await gateway.ingest("crm", "Individual", shared, alike)
    page = (await gateway.query(REVIEWS, where={"kind": "PAIR", "state": "OPEN"}, first=2))["reviews"]
    items = [edge["node"] for edge in page["edges"]]
    assert page["totalCount"] >= len(items) == 2
    assert page["pageInfo"] == {
        "hasNextPage": page["totalCount"] > 2,
        "endCursor": page["edges"][-1]["cursor"],
    }
    first, second = items
    assert [record["source"] for record in first["records"]] == ["crm", "crm"]
    assert first["evidence"] == {"linked": False, "storedWeight": first["weight"]}

    assigned = await gateway.query(ASSIGN, input={"ids": [first["id"], "rvw_0"], "assignee": "kim"})
    assert assigned["assignReviews"] == {
        "reviews": [{"id": first["id"], "assignee": "kim"}],
        "userErrors": [{"code": "NOT_FOUND", "path": ["ids", 1]}],
    }
    mine = (await gateway.query(REVIEWS, where={"assignee": "kim"}))["reviews"]
    assert [edge["node"]["id"] for edge in mine["edges"]] == [first["id"]]

    decisions = [
        {"id": first["id"], "decision": "LINK", "reason": "Same voice"},
        {"id": second["id"], "decision": "NO_LINK", "reason": "A shared office"},
        {"id": "rvw_0", "decision": "DISMISS", "reason": "None"},
    ]
    decided = (await gateway.query(DECIDE, input={"decisions": decisions}))["decideReviews"]
    assert [(item["decision"], item["decidedBy"]) for item in decided["reviews"]] == [
        ("LINK", "development"),
        ("NO_LINK", "development"),
    ]
    assert [(error["code"], error["path"]) for error in decided["userErrors"]] == [
        ("NOT_FOUND", ["decisions", 2])
    ]
    whose = [
        {record["individualId"] for record in edge["node"]["records"]}
        for edge in (await gateway.query(REVIEWS, where={"state": "DECIDED"}))["reviews"]["edges"]
    ]
    assert [len(ids) for ids in whose] == [1, 2]
    found = (await gateway.query(QUALITY))["reviewQuality"]
    assert found["decided"] == 2
    assert 0 < found["recall"] <= 1
    node = "query ($id: ID!) { node(id: $id) { ... on ReviewItem { state decision } } }"
    assert (await gateway.query(node, id=first["id"]))["node"] == {"state": "DECIDED", "decision": "LINK"}
