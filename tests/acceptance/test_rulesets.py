"""An operator reads the ruleset, drafts another, tries it out, and lets it count."""

from __future__ import annotations

from typing import Any

from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from tests.servers.engine import Engine
from tests.servers.gateway import GatewayProcess

READ = """
query ($version: Int) {
  ruleset(version: $version) {
    id version state name note basedOn trainedOn createdBy activatedAt keyKinds keyCap genericCap prior
    householdPrior thresholds { link review floor clip support }
    comparisons { attribute frequencies levels { name match household unrelated weight householdWeight } }
    matchRules { name weight unless criteria { attribute method level } }
    guards { limits { type most days priority } unique blocked shortest distinct size contradiction }
    deviceStrategy deviceStrategies { source strategy }
    reconciliation { default { rule sources ignoreEmpty } fields { field rule { rule } } }
    recordFilter
    frequencies { table total listed mostCommon(first: 3) { value count } }
    matchingCost { keyKind candidates comparisons seconds }
  }
}
"""
UPDATE = """
mutation ($input: UpdateRulesetDraftInput!) {
  updateRulesetDraft(input: $input) {
    ruleset { version name note thresholds { link } guards { unique size } matchRules { name }
              comparisons { attribute levels { match } } reconciliation { fields { field rule { rule } } } }
    userErrors { code message path }
  }
}
"""
JOB = """
query ($id: ID!) {
  job(id: $id) {
    id kind state phase done total rate secondsLeft abortable errorCode errorMessage actor
    createdAt startedAt updatedAt finishedAt
    ruleset { version state trainedOn }
    preview {
      population records individualsBefore individualsAfter merges mergedIndividuals splits movedRecords
      mergeSamples { individualIds recordCount recordIds rule weight }
      splitSamples { individualId parts }
    }
  }
}
"""
FINAL = ("JOB_COMPLETE", "FAILED", "ABORTED")


async def drafted(gateway: GatewayProcess, **input_: Any) -> int:
    data = await gateway.query(
        "mutation ($input: CreateRulesetDraftInput!) {"
        " createRulesetDraft(input: $input) { ruleset { version } userErrors { code } } }",
        input=input_,
    )
    assert data["createRulesetDraft"]["userErrors"] == []
    version: int = data["createRulesetDraft"]["ruleset"]["version"]
    return version


async def done(gateway: GatewayProcess, mutation: str, **input_: Any) -> dict[str, Any]:
    """The job that a mutation asks for, once it has ended."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    data = await gateway.query(
        f"mutation ($input: {kind}) {{ {mutation}(input: $input) {{ job {{ id }} userErrors {{ code }} }} }}",
        input=input_,
    )
    assert data[mutation]["userErrors"] == []
    id_ = data[mutation]["job"]["id"]

    async def look() -> dict[str, Any]:
        job: dict[str, Any] = (await gateway.query(JOB, id=id_))["job"]
        return job

    waiting = AsyncRetrying(
        retry=retry_if_result(lambda job: job["state"] not in FINAL),
        wait=wait_fixed(0.1),
        stop=stop_after_delay(120),
    )
    job: dict[str, Any] = await waiting(look)
    return job


async def test_the_active_ruleset_is_read_with_all_its_parts(gateway: GatewayProcess) -> None:
    ruleset = (await gateway.query(READ))["ruleset"]
    assert (ruleset["version"], ruleset["state"], ruleset["basedOn"]) == (1, "ACTIVE", None)
    first_names = next(item for item in ruleset["comparisons"] if item["attribute"] == "first_name")
    assert first_names["levels"][0]["name"] == "EQUAL"
    assert first_names["levels"][0]["weight"] > 0 > first_names["levels"][-1]["weight"]
    assert "EMAIL" in [rule["name"] for rule in ruleset["matchRules"]]
    tables = {table["table"]: table for table in ruleset["frequencies"]}
    assert [value["value"] for value in tables["last_name"]["mostCommon"]] == ["smith", "johnson", "williams"]
    assert (
        await gateway.query("query ($id: ID!) { node(id: $id) { id __typename } }", id=ruleset["id"])
    ) == {"node": {"id": ruleset["id"], "__typename": "Ruleset"}}


async def test_a_draft_is_changed_part_by_part_and_what_is_wrong_is_told_by_path(
    gateway: GatewayProcess,
) -> None:
    version = await drafted(gateway, basedOn=1, name="stricter")
    patch = {
        "note": "for the merger of the shops",
        "thresholds": {"link": 2.5},
        "guards": {"unique": ["CUSTOMER_NUMBER"]},
        "matchRules": [
            {"name": "LOGIN", "weight": 9, "criteria": [{"attribute": "account", "method": "NORMALIZED"}]}
        ],
        "reconciliation": {"fields": [{"field": "lastName", "rule": {"rule": "LONGEST"}}]},
    }
    changed = (await gateway.query(UPDATE, input={"version": version, "patch": patch}))["updateRulesetDraft"]
    assert changed["userErrors"] == []
    assert changed["ruleset"]["name"] == "stricter"
    assert changed["ruleset"]["note"] == "for the merger of the shops"
    assert changed["ruleset"]["thresholds"] == {"link": 2.5}
    assert changed["ruleset"]["guards"] == {"unique": ["CUSTOMER_NUMBER"], "size": 500}
    assert changed["ruleset"]["matchRules"] == [{"name": "LOGIN"}]
    assert changed["ruleset"]["reconciliation"] == {
        "fields": [{"field": "lastName", "rule": {"rule": "LONGEST"}}]
    }
    wrong = {
        "keyKinds": ["birth", "moon"],
        "thresholds": {"review": 50},
        "matchRules": [{"name": "X", "weight": 1, "criteria": []}],
    }
    refused = (await gateway.query(UPDATE, input={"version": version, "patch": wrong}))["updateRulesetDraft"]
    assert refused["ruleset"] is None
    assert sorted((error["code"], error["path"]) for error in refused["userErrors"]) == [
        ("INVALID_THRESHOLDS", ["patch", "thresholds"]),
        ("MISSING_CRITERIA", ["patch", "matchRules", 0, "criteria"]),
        ("UNKNOWN_KEY_KIND", ["patch", "keyKinds", 1]),
    ]
    level = {"name": "EQUAL", "match": 1.5, "household": 0.1, "unrelated": 0.1}
    impossible = {"comparisons": [{"attribute": "gender", "levels": [level]}]}
    refused = (await gateway.query(UPDATE, input={"version": version, "patch": impossible}))[
        "updateRulesetDraft"
    ]
    assert [error["code"] for error in refused["userErrors"]] == ["INVALID_VALUE"]
    assert refused["userErrors"][0]["path"][:2] == ["patch", "comparisons"]
    refused = (await gateway.query(UPDATE, input={"version": 1, "patch": {"name": "x"}}))[
        "updateRulesetDraft"
    ]
    assert [(error["code"], error["path"]) for error in refused["userErrors"]] == [
        ("NOT_A_DRAFT", ["version"])
    ]
    deleted = await gateway.query(
        "mutation ($v: Int!) {"
        " deleteRulesetDraft(input: {version: $v}) { deletedVersion userErrors { code } } }",
        v=version,
    )
    assert deleted == {"deleteRulesetDraft": {"deletedVersion": version, "userErrors": []}}
    assert (await gateway.query(READ, version=version))["ruleset"] is None


async def test_a_ruleset_is_learned_tried_out_activated_and_carried_away(gateway: GatewayProcess) -> None:
    records = [
        {
            "id": f"R-{number}-{part}",
            "firstName": f"Kim{number}",
            "lastName": f"Name{number}",
            "email": f"kim{number}@mail.example",
            "birthDate": f"19{number + 10}-01-01",
        }
        for number in range(40)
        for part in range(2)
    ]
    results = await gateway.ingest("crm", "Individual", *records)
    owners = {result["recordId"]: result["individualId"] for result in results}
    assert len(set(owners.values())) == 40

    trained = await done(gateway, "trainRuleset", name="learned")
    assert (trained["kind"], trained["state"], trained["errorCode"]) == (
        "TRAIN_RULESET",
        "JOB_COMPLETE",
        None,
    )
    version = trained["ruleset"]["version"]
    assert (trained["ruleset"]["state"], trained["ruleset"]["trainedOn"]) == ("DRAFT", 80)

    calm = (await done(gateway, "previewRuleset", version=version))["preview"]
    assert (calm["population"], calm["records"], calm["movedRecords"]) == (80, 80, 0)
    strict = await drafted(gateway, basedOn=version, name="links nobody")
    patch = {"matchRules": [], "thresholds": {"link": 900}}
    await gateway.query(UPDATE, input={"version": strict, "patch": patch})
    stormy = (await done(gateway, "previewRuleset", version=strict))["preview"]
    assert (stormy["individualsBefore"], stormy["individualsAfter"], stormy["splits"]) == (40, 80, 40)
    assert len(stormy["splitSamples"]) == 20
    assert all(len(sample["parts"]) == 2 for sample in stormy["splitSamples"])

    activated = await done(gateway, "activateRuleset", version=version)
    assert (activated["state"], activated["ruleset"]["state"]) == ("JOB_COMPLETE", "ACTIVE")
    states = await gateway.query("{ rulesets { version state } }")
    assert {item["version"]: item["state"] for item in states["rulesets"]} == {
        1: "RETIRED",
        version: "ACTIVE",
        strict: "DRAFT",
    }
    again = await gateway.ingest("crm", "Individual", *records)
    assert {result["recordId"]: result["individualId"] for result in again} == owners
    refused = await gateway.query(
        "mutation ($v: Int!) {"
        " activateRuleset(input: {version: $v}) { job { id } userErrors { code path } } }",
        v=version,
    )
    assert refused["activateRuleset"]["userErrors"] == [{"code": "ALREADY_ACTIVE", "path": ["version"]}]

    carried = (await gateway.query("{ exportRuleset }"))["exportRuleset"]
    imported = await gateway.query(
        "mutation ($input: ImportRulesetInput!) {"
        " importRuleset(input: $input) { ruleset { version name trainedOn } userErrors { code } } }",
        input={"ruleset": carried, "name": "carried"},
    )
    assert imported["importRuleset"]["userErrors"] == []
    assert imported["importRuleset"]["ruleset"]["trainedOn"] == 80
    copied = imported["importRuleset"]["ruleset"]["version"]
    copy = await gateway.query("query ($v: Int) { exportRuleset(version: $v) }", v=copied)
    assert copy["exportRuleset"]["ruleset"] == carried["ruleset"] | {"name": "carried"}

    jobs = (await gateway.query("{ jobs(first: 10, states: [JOB_COMPLETE]) { kind } }"))["jobs"]
    assert [job["kind"] for job in jobs] == [
        "ACTIVATE_RULESET",
        "PREVIEW_RULESET",
        "PREVIEW_RULESET",
        "TRAIN_RULESET",
    ]
    ended = await gateway.query(
        "mutation ($id: ID!) { abortJob(input: {id: $id}) { job { state } userErrors { code path } } }",
        id=activated["id"],
    )
    assert ended["abortJob"]["userErrors"] == [{"code": "JOB_ENDED", "path": ["id"]}]


async def test_too_few_records_teach_nothing(engine: Engine, gateway: GatewayProcess) -> None:
    job = await done(gateway, "trainRuleset", sampleSize=5)
    assert (job["state"], job["errorCode"], job["ruleset"]) == ("FAILED", "TOO_FEW_RECORDS", None)
