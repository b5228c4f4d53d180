"""A steward asks where the values of an individual are from and what other rules would make of it, and
corrects it."""

from __future__ import annotations

from typing import Any

from tests.servers.gateway import GatewayProcess

WHENCE = """
query ($id: ID!) {
  individual(by: {id: $id}) {
    firstName
    goldenValues { field value rule record { source object recordId modifiedAt } }
  }
}
"""
PREVIEW = """
query ($id: ID!, $reconciliation: ReconciliationInput!) {
  previewReconciliation(id: $id, reconciliation: $reconciliation) {
    individualId
    fields { field changes present { value rule record { recordId } }
      proposed { value rule record { recordId } } }
  }
}
"""


async def liz(gateway: GatewayProcess, email: str, last_name: str) -> str:
    """Somebody whom the shop knew before the CRM did; her id."""
    both = {"lastName": last_name, "email": email}
    shop = {"modifiedAt": "2026-01-01T00:00:00Z", "firstName": "Elizabeth", "city": "London", **both}
    crm = {"modifiedAt": "2026-02-01T00:00:00Z", "firstName": "Liz", "gender": None, **both}
    await gateway.ingest("shop", "Individual", {"id": f"s-{email}", **shop})
    (result,) = await gateway.ingest("crm", "Individual", {"id": f"c-{email}", **crm})
    id_: str = result["individualId"]
    return id_


async def test_each_golden_value_names_its_record_and_the_rule(gateway: GatewayProcess) -> None:
    email = "whence@mail.example"
    found = (await gateway.query(WHENCE, id=await liz(gateway, email, "Whittaker")))["individual"]
    crm = {
        "source": "crm",
        "object": "Individual",
        "recordId": f"c-{email}",
        "modifiedAt": "2026-02-01T00:00:00.000000Z",
    }
    shop = {**crm, "source": "shop", "recordId": f"s-{email}", "modifiedAt": "2026-01-01T00:00:00.000000Z"}
    last = "LAST_UPDATED"
    assert found["firstName"] == "Liz"
    assert found["goldenValues"] == [
        {"field": "firstName", "value": "Liz", "rule": last, "record": crm},
        {"field": "lastName", "value": "Whittaker", "rule": last, "record": crm},
        {"field": "gender", "value": None, "rule": last, "record": crm},
        {"field": "address", "value": {"city": "London"}, "rule": last, "record": shop},
        {"field": "addresses", "value": {"city": "London"}, "rule": last, "record": shop},
        {"field": "emails", "value": email, "rule": last, "record": crm},
    ]


async def test_other_rules_are_previewed_beside_the_present_ones(gateway: GatewayProcess) -> None:
    email = "preview@mail.example"
    id_ = await liz(gateway, email, "Abernathy")
    rules: dict[str, Any] = {
        "default": {"rule": "LONGEST"},
        "fields": [{"field": "emails", "rule": {"rule": "SOURCE_PRIORITY", "sources": ["shop"]}}],
    }
    found = (await gateway.query(PREVIEW, id=id_, reconciliation=rules))["previewReconciliation"]
    assert found["individualId"] == id_
    fields = {field.pop("field"): field for field in found["fields"]}
    assert fields["firstName"] == {
        "changes": True,
        "present": [{"value": "Liz", "rule": "LAST_UPDATED", "record": {"recordId": f"c-{email}"}}],
        "proposed": [{"value": "Elizabeth", "rule": "LONGEST", "record": {"recordId": f"s-{email}"}}],
    }
    assert fields["emails"]["proposed"] == [
        {"value": email, "rule": "SOURCE_PRIORITY", "record": {"recordId": f"s-{email}"}}
    ]
    assert [name for name, field in fields.items() if field["changes"]] == ["firstName"]


async def test_rules_that_make_no_sense_are_a_clear_error(gateway: GatewayProcess) -> None:
    twice = [{"field": "gender", "rule": {"rule": "LONGEST"}}] * 2
    for rules, code in (
        ({"fields": [{"field": "shoe", "rule": {"rule": "LONGEST"}}]}, "UNKNOWN_FIELD"),
        ({"fields": twice}, "DUPLICATE_FIELD"),
        ({"default": {"rule": "SOURCE_PRIORITY"}}, "INVALID_RULE"),
    ):
        answer = await gateway.post(PREVIEW, id="ind_nobody", reconciliation=rules)
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
    nobody = await gateway.query(PREVIEW, id="ind_nobody", reconciliation={})
    assert nobody["previewReconciliation"] is None


CORRECT = """
mutation ($input: CorrectIndividualInput!) {
  correctIndividual(input: $input) {
    correctionId
    individual {
      id displayName gender birthDate emails address { street city } addresses { street city }
      goldenValues { field value rule record { source recordId } }
      corrections { id fields reason actor correctedAt }
    }
    userErrors { code path }
  }
}
"""
WITHDRAW = """
mutation ($input: WithdrawCorrectionInput!) {
  withdrawCorrection(input: $input) {
    correctionId individual { id displayName corrections { id } } userErrors { code }
  }
}
"""


async def test_a_steward_corrects_an_individual_and_takes_it_back(gateway: GatewayProcess) -> None:
    email = "correct@mail.example"
    id_ = await liz(gateway, email, "King")
    fields = {
        "lastName": "Windsor",
        "gender": "FEMALE",
        "birthDate": "1926-04-21",
        "address": {"street": "The Mall 1", "city": "London"},
        "emails": ["liz@palace.example"],
    }
    corrected = (await gateway.query(CORRECT, input={"id": id_, "fields": fields, "reason": "She told us."}))[
        "correctIndividual"
    ]
    assert corrected["userErrors"] == []
    shown = corrected["individual"]
    assert (shown["id"], shown["displayName"], shown["gender"]) == (id_, "Liz Windsor", "FEMALE")
    assert (shown["birthDate"], shown["emails"]) == ("1926-04-21", ["liz@palace.example"])
    assert shown["address"] == {"street": "The Mall 1", "city": "London"}
    assert shown["addresses"] == [shown["address"], {"street": None, "city": "London"}]
    by_steward = [item for item in shown["goldenValues"] if item["rule"] == "CORRECTION"]
    assert [item["field"] for item in by_steward] == [
        *("lastName", "birthDate", "gender", "address", "addresses", "emails")
    ]
    assert {(item["record"]["source"], item["record"]["recordId"]) for item in by_steward} == {
        ("steward", corrected["correctionId"])
    }
    (correction,) = shown["corrections"]
    assert (correction["id"], correction["reason"]) == (corrected["correctionId"], "She told us.")
    assert correction["fields"]["lastName"] == "Windsor"

    found = await gateway.query(WITHDRAW, input={"id": corrected["correctionId"], "reason": "A joke."})
    assert found["withdrawCorrection"] == {
        "correctionId": corrected["correctionId"],
        "individual": {"id": id_, "displayName": "Liz King", "corrections": []},
        "userErrors": [],
    }
    again = await gateway.query(WITHDRAW, input={"id": corrected["correctionId"], "reason": "A joke."})
    assert again["withdrawCorrection"]["userErrors"] == [{"code": "NOT_FOUND"}]


async def test_what_is_left_out_of_a_correction_stays_and_a_null_takes_away(gateway: GatewayProcess) -> None:
    email = "null@mail.example"
    id_ = await liz(gateway, email, "Nolan")
    given = {"id": id_, "fields": {"lastName": None, "address": None, "emails": None}, "reason": "Wrong."}
    corrected = (await gateway.query(CORRECT, input=given))["correctIndividual"]
    shown = corrected["individual"]
    assert (shown["displayName"], shown["address"], shown["emails"]) == ("Liz", None, [])


async def test_mistakes_in_a_correction_are_told_where_they_are(gateway: GatewayProcess) -> None:
    id_ = await liz(gateway, "mistake@mail.example", "Okonkwo")
    for given, expected in (
        ({"id": id_, "fields": {}}, {"code": "EMPTY_CORRECTION", "path": []}),
        ({"id": "ind_nobody", "fields": {"suffix": "Jr"}}, {"code": "NOT_FOUND", "path": []}),
        (
            {"id": id_, "fields": {"address": {"country": "Atlantis"}}},
            {"code": "INVALID_COUNTRY", "path": ["fields", "address", "country"]},
        ),
        (
            {"id": id_, "fields": {"organizationName": "Windsor Ltd"}},
            {"code": "UNKNOWN_FIELD", "path": ["fields", "organizationName"]},
        ),
    ):
        found = (await gateway.query(CORRECT, input={**given, "reason": "why"}))["correctIndividual"]
        assert found == {"correctionId": None, "individual": None, "userErrors": [expected]}


async def test_nobody_else_sends_records_of_the_source_of_corrections(gateway: GatewayProcess) -> None:
    document = (
        "mutation ($input: IngestRecordsInput!) { ingestRecords(input: $input) { userErrors { code } } }"
    )
    sent = {"source": "steward", "object": "Individual", "records": [{"id": "1", "firstName": "Eve"}]}
    found = await gateway.query(document, input=sent)
    assert found["ingestRecords"]["userErrors"] == [{"code": "RESERVED_SOURCE"}]
