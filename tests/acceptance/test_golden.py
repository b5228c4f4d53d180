"""A steward asks where the values of an individual are from, and what other rules would make of it."""

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


async def ada(gateway: GatewayProcess, email: str) -> str:
    """Somebody whom the shop knew before the CRM did; her id."""
    shop = {"modifiedAt": "2026-01-01T00:00:00Z", "firstName": "Augusta", "city": "London", "email": email}
    crm = {"modifiedAt": "2026-02-01T00:00:00Z", "firstName": "Ada", "gender": None, "email": email}
    await gateway.ingest("shop", "Individual", {"id": f"s-{email}", **shop})
    (result,) = await gateway.ingest("crm", "Individual", {"id": f"c-{email}", **crm})
    id_: str = result["individualId"]
    return id_


async def test_each_golden_value_names_its_record_and_the_rule(gateway: GatewayProcess) -> None:
    email = "whence@mail.example"
    found = (await gateway.query(WHENCE, id=await ada(gateway, email)))["individual"]
    crm = {
        "source": "crm",
        "object": "Individual",
        "recordId": f"c-{email}",
        "modifiedAt": "2026-02-01T00:00:00.000000Z",
    }
    shop = {**crm, "source": "shop", "recordId": f"s-{email}", "modifiedAt": "2026-01-01T00:00:00.000000Z"}
    last = "LAST_UPDATED"
    assert found["firstName"] == "Ada"
    assert found["goldenValues"] == [
        {"field": "firstName", "value": "Ada", "rule": last, "record": crm},
        {"field": "gender", "value": None, "rule": last, "record": crm},
        {"field": "address", "value": {"city": "London"}, "rule": last, "record": shop},
        {"field": "emails", "value": email, "rule": last, "record": crm},
    ]


async def test_other_rules_are_previewed_beside_the_present_ones(gateway: GatewayProcess) -> None:
    email = "preview@mail.example"
    id_ = await ada(gateway, email)
    rules: dict[str, Any] = {
        "default": {"rule": "LONGEST"},
        "fields": [{"field": "emails", "rule": {"rule": "SOURCE_PRIORITY", "sources": ["shop"]}}],
    }
    found = (await gateway.query(PREVIEW, id=id_, reconciliation=rules))["previewReconciliation"]
    assert found["individualId"] == id_
    fields = {field.pop("field"): field for field in found["fields"]}
    assert fields["firstName"] == {
        "changes": True,
        "present": [{"value": "Ada", "rule": "LAST_UPDATED", "record": {"recordId": f"c-{email}"}}],
        "proposed": [{"value": "Augusta", "rule": "LONGEST", "record": {"recordId": f"s-{email}"}}],
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
