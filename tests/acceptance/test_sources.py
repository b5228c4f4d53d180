"""An integrator connects a CRM: a ready mapping is tried, loaded from files, streamed to and changed, and
what is stored is mapped anew and replayed."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from tests.graph_model.sources.rows import ACCOUNT, CONTACT, SALESFORCE, Row, as_exported
from tests.servers.gateway import GatewayProcess

REGISTER = """
mutation ($input: RegisterSourceInput!) {
  registerSource(input: $input) {
    source { name title version template objects { name primaryKey modifiedField deletedField
      targets { object name conditional } } }
    outdatedRecords
    userErrors { code message path }
  }
}
"""
UPDATE = """
mutation ($input: UpdateSourceMappingInput!) {
  updateSourceMapping(input: $input) {
    source { version note }
    outdatedRecords
    userErrors { code path }
  }
}
"""
TRY = """
query ($input: TestMappingInput!) {
  testMapping(input: $input) {
    rows {
      records { object name recordId modifiedAt deleted fields identifiers warnings { code path } }
      problems { code path }
      unmapped
    }
    userErrors { code path }
  }
}
"""
INGEST = """
mutation ($input: IngestRecordsInput!) {
  ingestRecords(input: $input) { results { outcome individualId } userErrors { code path } }
}
"""
JOB = """
query ($id: ID!) {
  job(id: $id) {
    kind state errorCode rederivation { rows refused problems { object recordId code path } }
    ingestion { created rejected }
  }
}
"""
FINAL = ("JOB_COMPLETE", "FAILED", "ABORTED")


async def registered(gateway: GatewayProcess, name: str, **input_: Any) -> dict[str, Any]:
    payload = (await gateway.query(REGISTER, input={"name": name, **input_}))["registerSource"]
    assert payload["userErrors"] == []
    source: dict[str, Any] = payload["source"]
    return source


async def ingested(gateway: GatewayProcess, source: str, object_name: str, rows: list[Row]) -> list[Any]:
    input_ = {"source": source, "object": object_name, "records": rows}
    payload = (await gateway.query(INGEST, input=input_))["ingestRecords"]
    assert payload["userErrors"] == []
    results: list[Any] = payload["results"]
    return results


async def ended(gateway: GatewayProcess, id_: str) -> dict[str, Any]:
    async def look() -> dict[str, Any]:
        job: dict[str, Any] = (await gateway.query(JOB, id=id_))["job"]
        return job

    waiting = AsyncRetrying(
        retry=retry_if_result(lambda job: job["state"] not in FINAL),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(60),
    )
    job: dict[str, Any] = await waiting(look)
    return job


async def submitted(gateway: GatewayProcess, mutation: str, input_: str) -> dict[str, Any]:
    """The job that a mutation asks for, once it has ended."""
    document = f"mutation {{ {mutation}(input: {input_}) {{ job {{ id }} userErrors {{ code }} }} }}"
    payload = (await gateway.query(document))[mutation]
    assert payload["userErrors"] == []
    return await ended(gateway, payload["job"]["id"])


async def loaded(gateway: GatewayProcess, source: str, object_name: str, rows: list[Row]) -> dict[str, Any]:
    """The job that loads the rows from a CSV file, once it has ended."""
    created = await gateway.query(
        "mutation ($input: CreateIngestJobInput!) { createIngestJob(input: $input) { job { id } } }",
        input={"source": source, "object": object_name, "format": "CSV"},
    )
    id_ = created["createIngestJob"]["job"]["id"]
    exported = [as_exported(row) for row in rows]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in exported for name in row)))
    writer.writeheader()
    writer.writerows(exported)
    put = await gateway.client.put(f"/jobs/{id_}/parts/1", content=file.getvalue().encode())
    assert put.status_code < 300, put.text
    await gateway.query(
        "mutation ($id: ID!) { completeUpload(input: {id: $id}) { job { id } userErrors { code } } }", id=id_
    )
    return await ended(gateway, id_)


@pytest.fixture(scope="module")
async def crm(gateway: GatewayProcess) -> str:
    """A CRM that was loaded from files, object by object."""
    await registered(gateway, "crm", template="SALESFORCE_CRM", defaultCurrency="EUR", defaultCountry="DE")
    for object_name, rows in SALESFORCE.items():
        job = await loaded(gateway, "crm", object_name, rows)
        assert (job["state"], job["ingestion"]["rejected"]) == ("JOB_COMPLETE", 0), object_name
    return "crm"


async def test_a_ready_mapping_is_registered_by_its_name(gateway: GatewayProcess) -> None:
    source = await registered(gateway, "sales", template="SALESFORCE_CRM")
    assert (source["title"], source["version"], source["template"]) == ("Salesforce CRM", 1, "SALESFORCE_CRM")
    (lead,) = (item for item in source["objects"] if item["name"] == "Lead")
    assert lead["targets"] == [
        {"object": "Individual", "name": "Lead", "conditional": False},
        {"object": "Lead", "name": "Lead.Lead", "conditional": False},
    ]
    payload = (await gateway.query(REGISTER, input={"name": "sales", "template": "SHOP"}))["registerSource"]
    assert [error["code"] for error in payload["userErrors"]] == ["SOURCE_EXISTS"]
    removed = await gateway.query(
        'mutation { removeSource(input: {source: "sales"}) { removedSource userErrors { code } } }'
    )
    assert removed["removeSource"] == {"removedSource": "sales", "userErrors": []}


async def test_a_mapping_is_tried_and_nothing_is_stored(gateway: GatewayProcess) -> None:
    mapping = {
        "name": "client",
        "primaryKey": "no",
        "targets": {
            "object": "Individual",
            "fields": [
                {
                    "field": "lastName",
                    "from": "who",
                    "transforms": [{"splitName": "LAST"}, {"case": "UPPER"}],
                },
                {"field": "email", "from": "mail"},
                {"field": "birthDate", "from": "born", "transforms": [{"parseDate": {"format": "%d.%m.%Y"}}]},
            ],
        },
    }
    sample = [
        {"no": 1, "who": "Ada King", "mail": "ada@example.com", "born": "10.12.1815", "likes": "engines"},
        {"who": "Bea", "born": "1990"},
        "no row",
    ]
    input_ = {"source": "desk", "objects": mapping, "object": "client", "sample": sample}
    found = (await gateway.query(TRY, input=input_))["testMapping"]
    assert found["userErrors"] == []
    good, bad, none = found["rows"]
    assert good["problems"] == bad["records"] == none["records"] == []
    (record,) = good["records"]
    assert (record["object"], record["recordId"], record["deleted"]) == ("Individual", "1", False)
    assert record["fields"] == {"lastName": "KING", "email": ["ada@example.com"], "birthDate": "1815-12-10"}
    assert record["identifiers"] == ["EMAIL||ada@example.com"]
    assert good["unmapped"] == ["likes"]
    assert bad["problems"] == [
        {"code": "MISSING_PRIMARY_KEY", "path": ["no"]},
        {"code": "INVALID_DATE", "path": ["born"]},
    ]
    assert none["problems"] == [{"code": "INVALID_RECORD", "path": []}]
    assert (await gateway.query('{ source(name: "desk") { version } }'))["source"] is None


async def test_a_wrong_mapping_is_told_with_all_paths(gateway: GatewayProcess) -> None:
    mapping = {
        "name": "client",
        "targets": {
            "object": "Individual",
            "fields": [
                {"field": "nick", "from": "a"},
                {"field": "birthDate", "from": "b", "transforms": {"parseDate": {"format": "dd.mm"}}},
            ],
        },
    }
    fields = ["objects", 0, "targets", 0, "fields"]
    expected = [
        {"code": "UNKNOWN_FIELD", "path": [*fields, 0, "field"]},
        {"code": "INVALID_FORMAT", "path": [*fields, 1, "transforms", 0, "parseDate", "format"]},
    ]
    tried = await gateway.query(TRY, input={"objects": mapping, "object": "client", "sample": []})
    assert tried["testMapping"]["userErrors"] == expected
    payload = (await gateway.query(REGISTER, input={"name": "wrong", "objects": mapping}))["registerSource"]
    assert payload["source"] is None
    assert [{"code": error["code"], "path": error["path"]} for error in payload["userErrors"]] == expected


async def test_a_file_and_the_stream_after_it_end_in_the_same_state(
    gateway: GatewayProcess, crm: str
) -> None:
    people = set()
    for object_name, rows in SALESFORCE.items():
        for result in await ingested(gateway, crm, object_name, rows):
            assert result["outcome"] == "UNCHANGED", object_name
            people.add(result["individualId"])
    # Ada, her company, and the contact that was deleted.
    assert len(people) == 3
    assert None in people


async def test_the_person_has_what_sales_and_service_know(gateway: GatewayProcess, crm: str) -> None:
    by = f'{{identifier: {{type: CUSTOMER_NUMBER, issuer: "{crm}", value: "{CONTACT}"}}}}'
    data = await gateway.query(
        f"{{ individual(by: {by}) {{ displayName cases {{ status }} opportunities {{ name amount }} }} }}"
    )
    assert data["individual"] == {
        "displayName": "Ada Lovelace",
        "cases": [{"status": "ESCALATED"}],
        "opportunities": [{"name": "Analytical engine", "amount": "125000.00"}],
    }


async def test_a_changed_mapping_is_a_version_that_is_applied_to_what_is_stored(
    gateway: GatewayProcess, crm: str
) -> None:
    read = await gateway.query(f'{{ source(name: "{crm}") {{ version mapping }} }}')
    version, objects = read["source"]["version"], read["source"]["mapping"]
    (contact,) = (item for item in objects if item["name"] == "Contact")
    contact["targets"][0]["fields"].append({"field": "preferredName", "from": "Nickname__c"})
    change = {"source": crm, "expectedVersion": version, "objects": objects, "note": "Nicknames"}
    streamed = SALESFORCE["Contact"][0] | {"Nickname__c": "Countess"}
    streamed["SystemModstamp"] = "2026-03-05T00:00:00.000+0000"
    await ingested(gateway, crm, "Contact", [streamed])
    payload = (await gateway.query(UPDATE, input=change))["updateSourceMapping"]
    assert payload["source"] == {"version": version + 1, "note": "Nicknames"}
    assert payload["outdatedRecords"] > 5
    payload = (await gateway.query(UPDATE, input=change))["updateSourceMapping"]
    assert [error["code"] for error in payload["userErrors"]] == ["VERSION_CONFLICT"]
    job = await submitted(gateway, "remapRecords", f'{{source: "{crm}"}}')
    assert (job["state"], job["kind"]) == ("JOB_COMPLETE", "REMAP_RECORDS")
    # Two rows of contacts, one of leads, accounts and cases, and two opportunities.
    assert job["rederivation"] == {"rows": 7, "refused": 0, "problems": []}
    by = f'{{identifier: {{type: CUSTOMER_NUMBER, issuer: "{crm}", value: "{CONTACT}"}}}}'
    document = f"{{ individual(by: {by}) {{ sourceRecords {{ object fields }} }} }}"
    records = (await gateway.query(document))["individual"]["sourceRecords"]
    (fields,) = (record["fields"] for record in records if record["object"] == "Contact")
    assert fields["preferredName"] == "Countess"
    versions = await gateway.query(f'{{ source(name: "{crm}") {{ versions {{ version note }} }} }}')
    assert versions["source"]["versions"] == [
        {"version": version + 1, "note": "Nicknames"},
        {"version": version, "note": None},
    ]


async def test_a_replay_leaves_everything_as_it_is(gateway: GatewayProcess, crm: str) -> None:
    by = f'{{identifier: {{type: CUSTOMER_NUMBER, issuer: "{crm}", value: "{ACCOUNT}"}}}}'
    document = (
        f"{{ individual(by: {by}) {{ id displayName sourceRecords {{ object recordId fields }}"
        " opportunities { name } accounts { name } } }"
    )
    before = await gateway.query(document)
    assert before["individual"]["displayName"] == "Lovelace Engines GmbH"
    job = await submitted(gateway, "replay", f'{{source: "{crm}", from: "2020-01-01T00:00:00Z"}}')
    assert (job["state"], job["rederivation"]["refused"]) == ("JOB_COMPLETE", 0)
    assert await gateway.query(document) == before
    job = await submitted(gateway, "replay", f'{{source: "{crm}", to: "2020-01-01T00:00:00Z"}}')
    assert job["rederivation"]["rows"] == 0


async def test_what_cannot_be_replayed_is_told(gateway: GatewayProcess) -> None:
    data = await gateway.query(
        'mutation { replay(input: {source: "crm", from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z"})'
        ' { job { id } userErrors { code } } remapRecords(input: {source: "nobody"}) '
        "{ job { id } userErrors { code path } } }"
    )
    assert data["replay"] == {"job": None, "userErrors": [{"code": "INVALID_PERIOD"}]}
    assert data["remapRecords"]["userErrors"] == [{"code": "NOT_FOUND", "path": ["source"]}]
