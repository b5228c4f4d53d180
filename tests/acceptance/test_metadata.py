"""An integrator asks what there is, adds what is missing, and reads it back."""

from __future__ import annotations

from typing import Any

from tests.servers.gateway import GatewayProcess

METADATA = """{
  metadata {
    version
    sources {
      name registered objects mapping mappingVersion lastIngest recordCount
      counts { object records lastIngest }
    }
    objects {
      name category description cim timeField immutable custom
      fields {
        name type many description classification cim required identifier maxLength currencyField custom
        deprecationReason
        values { value meaning }
        parts { name type description classification required }
      }
      keys { kind fields identifier }
      relations { field object description owning }
    }
    rulesets { version state note createdAt activatedAt }
  }
}"""
REGISTER = """mutation ($input: RegisterCustomObjectInput!) {
  registerCustomObject(input: $input) { object { name custom } userErrors { code path } }
}"""
ADD = """mutation ($input: RegisterCustomFieldsInput!) {
  registerCustomFields(input: $input) { object { name } userErrors { code path } }
}"""
PERSON = """query ($email: String!) {
  individual(by: {identifier: {type: EMAIL, value: $email}}) {
    id
    opportunities { name stage status amount currency probability closesOn createdAt }
    emailEngagements { type subject occurredAt }
    subscriptions { plan status startsAt cancelReason renewsItself }
    loyaltyMemberships { programme points }
  }
}"""


async def metadata(gateway: GatewayProcess) -> dict[str, Any]:
    found: dict[str, Any] = (await gateway.query(METADATA))["metadata"]
    return found


async def test_what_ships_is_told_in_full(gateway: GatewayProcess) -> None:
    found = await metadata(gateway)
    objects = {item["name"]: item for item in found["objects"]}
    assert len(objects) >= 35
    individual = objects["Individual"]
    fields = {item["name"]: item for item in individual["fields"]}
    assert (individual["category"], individual["cim"]) == ("PROFILE", "Individual")
    assert fields["birthDate"]["classification"] == "SENSITIVE"
    assert fields["suffix"]["cim"] == "nameSuffix"
    assert [part["name"] for part in fields["partyIdentifications"]["parts"]] == ["type", "issuer", "number"]
    assert {"kind": "PRIMARY", "fields": ["id"], "identifier": None} in individual["keys"]
    assert {"kind": "IDENTIFIER", "fields": ["email"], "identifier": "EMAIL"} in individual["keys"]
    case = objects["Case"]
    assert case["timeField"] == "openedAt"
    assert [item["object"] for item in case["relations"]] == ["Individual", "Account", "Product"]
    (status,) = (item for item in case["fields"] if item["name"] == "status")
    assert status["values"][0] == {"value": "NEW", "meaning": "Nobody works on it yet."}
    assert [item["state"] for item in found["rulesets"]] == ["ACTIVE"]


async def test_a_source_that_sends_is_told_of_with_its_counts(gateway: GatewayProcess) -> None:
    await gateway.ingest(
        "books", "Individual", {"id": "1", "firstName": "Ada"}, {"id": "2", "firstName": "Al"}
    )
    await gateway.ingest("books", "Account", {"id": "1", "name": "A", "createdAt": "2026-10-01T00:00:00Z"})
    await gateway.query(
        'mutation { deleteRecords(input: {source: "books", object: "Individual", ids: ["2"]}) '
        "{ results { outcome } } }"
    )
    sources = (await metadata(gateway))["sources"]
    (books,) = (item for item in sources if item["name"] == "books")
    assert (books["registered"], books["mapping"], books["recordCount"]) == (False, None, 2)
    assert books["objects"] == ["Account", "Individual"]
    assert [(item["object"], item["records"]) for item in books["counts"]] == [
        ("Account", 1),
        ("Individual", 1),
    ]
    assert books["lastIngest"] == max(item["lastIngest"] for item in books["counts"])


async def test_a_custom_object_and_custom_fields(gateway: GatewayProcess) -> None:
    before = await metadata(gateway)
    fields = [
        {"name": "at__c", "type": "DATETIME", "description": "When.", "classification": "INTERNAL"},
        {
            "name": "email__c",
            "type": "EMAIL",
            "description": "Whose.",
            "classification": "PERSONAL",
            "identifier": "EMAIL",
        },
    ]
    visit = {"name": "Visit__c", "category": "ENGAGEMENT", "description": "A visit.", "timeField": "at__c"}
    registered = await gateway.query(REGISTER, input={**visit, "fields": fields})
    assert registered["registerCustomObject"] == {
        "object": {"name": "Visit__c", "custom": True},
        "userErrors": [],
    }
    shoe = {"name": "shoe__c", "type": "DECIMAL", "description": "Size.", "classification": "PERSONAL"}
    added = await gateway.query(ADD, input={"object": "Individual", "fields": [shoe]})
    assert added["registerCustomFields"]["userErrors"] == []
    (person,) = await gateway.ingest(
        "crm", "Individual", {"id": "1", "email": "ada@mail.example", "shoe__c": 38.5}
    )
    (stored,) = await gateway.ingest(
        "crm", "Visit__c", {"id": "1", "at__c": "2026-10-01T10:00:00Z", "email__c": "ada@mail.example"}
    )
    assert stored["individualId"] == person["individualId"]
    after = await metadata(gateway)
    assert after["version"] > before["version"]
    (known,) = (item for item in after["objects"] if item["name"] == "Visit__c")
    assert [field["classification"] for field in known["fields"]] == ["INTERNAL", "PERSONAL"]


async def test_a_field_without_a_classification_is_refused(gateway: GatewayProcess) -> None:
    answer = await gateway.post(
        'mutation { registerCustomFields(input: {object: "Case", fields: [{name: "a__c", type: TEXT, '
        'description: "A."}]}) { userErrors { code } } }'
    )
    assert "classification" in answer["errors"][0]["message"]


async def test_a_name_that_a_later_version_might_take_is_refused(gateway: GatewayProcess) -> None:
    field = {"name": "tier", "type": "TEXT", "description": "Tier.", "classification": "INTERNAL"}
    refused = await gateway.query(ADD, input={"object": "Case", "fields": [field]})
    (error,) = refused["registerCustomFields"]["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID_NAME", ["fields", 0, "name"])


async def test_the_new_objects_belong_to_their_individual(gateway: GatewayProcess) -> None:
    await gateway.ingest(
        "crm",
        "Individual",
        {"id": "grace", "email": "grace@mail.example", "firstName": "Grace", "loyaltyNumber": ["L-77"]},
    )
    await gateway.ingest(
        "crm",
        "Opportunity",
        {
            "id": "1",
            "email": "grace@mail.example",
            "name": "A fleet",
            "opportunityStageId": "Negotiation",
            "status": "OPEN",
            "amount": "1200.5",
            "currency": "EUR",
            "probability": 62.5,
            "closesOn": "2026-12-31",
            "createdAt": "2026-10-01T00:00:00Z",
        },
    )
    await gateway.ingest(
        "mail",
        "EmailEngagement",
        {
            "id": "1",
            "sendtimeEmailAddress": "GRACE@mail.example",
            "engagementChannelActionId": "Clicked",
            "subject": "News",
            "engagementDateTm": "2026-10-02T00:00:00Z",
        },
    )
    await gateway.ingest(
        "shop",
        "Subscription",
        {
            "id": "1",
            "loyaltyNumber": "L-77",
            "plan": "Coffee",
            "status": "CANCELLED",
            "startsAt": "2026-01-01T00:00:00Z",
            "cancelReason": "Tea",
            "renewsItself": "false",
        },
    )
    await gateway.ingest(
        "club",
        "LoyaltyMembership",
        {
            "id": "1",
            "loyaltyNumber": "L-77",
            "programme": "Club",
            "points": 12,
            "enrolledAt": "2026-01-01T00:00:00Z",
        },
    )
    found = (await gateway.query(PERSON, email="grace@mail.example"))["individual"]
    assert found["opportunities"] == [
        {
            "name": "A fleet",
            "stage": "Negotiation",
            "status": "OPEN",
            "amount": "1200.50",
            "currency": "EUR",
            "probability": "62.50",
            "closesOn": "2026-12-31",
            "createdAt": "2026-10-01T00:00:00.000000Z",
        }
    ]
    assert found["emailEngagements"] == [
        {"type": "CLICKED", "subject": "News", "occurredAt": "2026-10-02T00:00:00.000000Z"}
    ]
    assert found["subscriptions"] == [
        {
            "plan": "Coffee",
            "status": "CANCELLED",
            "startsAt": "2026-01-01T00:00:00.000000Z",
            "cancelReason": "Tea",
            "renewsItself": False,
        }
    ]
    assert found["loyaltyMemberships"] == [{"programme": "Club", "points": 12}]


RECORD = """query ($object: String!, $id: ID!, $source: String = "crm") {
  sourceRecord(source: $source, object: $object, recordId: $id) {
    id source object canonicalObject recordId modifiedAt deletedAt individualId fields payload mappingVersion
    versions { modifiedAt mode payload mappingVersion actor }
  }
}"""


async def record(gateway: GatewayProcess, object_name: str, id_: str, **more: str) -> Any:
    return (await gateway.query(RECORD, object=object_name, id=id_, **more))["sourceRecord"]


async def test_a_record_is_read_back_with_every_version_of_it(gateway: GatewayProcess) -> None:
    first = {"id": "7", "modifiedAt": "2026-10-01T00:00:00Z", "firstName": "Mary", "nameSuffix": "Jr"}
    second = {"id": "7", "modifiedAt": "2026-10-02T00:00:00Z", "firstName": "Marie"}
    (stored,) = await gateway.ingest("crm", "Individual", second)
    await gateway.ingest("crm", "Individual", first)
    found = await record(gateway, "Individual", "7")
    assert found["fields"] == {"firstName": "Marie"}
    assert found["payload"] == second
    assert found["individualId"] == stored["individualId"]
    assert found["canonicalObject"] == "Individual"
    assert [item["payload"] for item in found["versions"]] == [first, second]
    assert {item["mode"] for item in found["versions"]} == {"UPSERT"}


async def test_a_record_of_a_custom_object_is_read_back(gateway: GatewayProcess) -> None:
    field = {"name": "note__c", "type": "TEXT", "description": "A note.", "classification": "INTERNAL"}
    await gateway.query(
        REGISTER,
        input={"name": "Note__c", "category": "OTHER", "description": "A note.", "fields": [field]},
    )
    await gateway.ingest("crm", "Note__c", {"id": "1", "note__c": "  hello "})
    found = await record(gateway, "Note__c", "1")
    assert (found["object"], found["fields"]) == ("Note__c", {"note__c": "hello"})
    assert found["payload"] == {"id": "1", "note__c": "  hello "}
    assert found["individualId"] is None


async def test_a_record_that_was_deleted_is_told_of_and_one_that_never_came_is_not(
    gateway: GatewayProcess,
) -> None:
    await gateway.ingest("crm", "Case", {"id": "9", "openedAt": "2026-10-01T00:00:00Z"})
    await gateway.query(
        'mutation { deleteRecords(input: {source: "crm", object: "Case", ids: ["9"]}) '
        "{ results { outcome } } }"
    )
    found = await record(gateway, "Case", "9")
    assert found["deletedAt"] is not None
    assert [item["mode"] for item in found["versions"]] == ["UPSERT", "DELETE"]
    assert await record(gateway, "Case", "none") is None
    assert await record(gateway, "Nothing", "1") is None


async def test_what_satellites_say_of_somebody_who_has_not_come_is_no_record(gateway: GatewayProcess) -> None:
    satellite = {"id": "1", "partyId": "unknown", "emailAddress": "new@mail.example"}
    await gateway.ingest("crm", "ContactPointEmail", satellite)
    assert await record(gateway, "Individual", "unknown") is None
    (stored,) = await gateway.ingest("crm", "Individual", {"id": "unknown", "firstName": "New"})
    found = await record(gateway, "ContactPointEmail", "1")
    assert found["individualId"] == stored["individualId"]


async def test_an_object_may_be_asked_for_under_its_name_in_the_cloud_information_model(
    gateway: GatewayProcess,
) -> None:
    visit = {"id": "5", "cookieId": "k5", "occurredAt": "2026-10-01T00:00:00Z"}
    await gateway.ingest("site", "WebsiteEngagement", visit)
    found = await record(gateway, "WebsiteEngagement", "5", source="site")
    assert (found["object"], found["canonicalObject"]) == ("WebEngagement", "WebEngagement")
