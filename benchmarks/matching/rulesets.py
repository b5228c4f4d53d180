"""Training, activating and moving rulesets through the gateway's own GraphQL."""

from __future__ import annotations

import asyncio
from typing import Any

from benchmarks.matching.gateways import Client

POLL_SECONDS = 0.25
DONE = "JOB_COMPLETE"
OVER = frozenset({"FAILED", "ABORTED"})

_TRAIN = """
mutation { trainRuleset(input: {}) { job { id } userErrors { code message } } }
"""
_ACTIVATE = """
mutation Activate($version: Int!) {
  activateRuleset(input: {version: $version}) { job { id } userErrors { code message } }
}
"""
_JOB = "query Job($id: ID!) { job(id: $id) { state errorMessage ruleset { version } } }"
_EXPORT = "query Export($version: Int!) { exportRuleset(version: $version) }"
_IMPORT = """
mutation Import($ruleset: JSON!) {
  importRuleset(input: {ruleset: $ruleset}) { ruleset { version } userErrors { code message } }
}
"""


async def train(client: Client) -> int:
    """Learn a ruleset from the graph's own records, without labels; the version of the draft."""
    job = await _finished(client, _payload(await client.ask(_TRAIN), "trainRuleset")["job"]["id"])
    version: int = job["ruleset"]["version"]
    return version


async def activate(client: Client, version: int) -> None:
    """Let a version decide, and wait until everything is resolved by it."""
    data = await client.ask(_ACTIVATE, {"version": version})
    await _finished(client, _payload(data, "activateRuleset")["job"]["id"])


async def exported(client: Client, version: int) -> Any:
    """A version as JSON, for another graph."""
    return (await client.ask(_EXPORT, {"version": version}))["exportRuleset"]


async def adopt(client: Client, ruleset: Any) -> None:
    """Let an exported ruleset decide; None leaves the default."""
    if ruleset is None:
        return
    data = await client.ask(_IMPORT, {"ruleset": ruleset})
    await activate(client, _payload(data, "importRuleset")["ruleset"]["version"])


async def _finished(client: Client, id_: str) -> dict[str, Any]:
    """The job once it has ended well. Raises RuntimeError if it ended otherwise."""
    while True:
        job: dict[str, Any] = (await client.ask(_JOB, {"id": id_}))["job"]
        if job["state"] == DONE:
            return job
        if job["state"] in OVER:
            raise RuntimeError(f"The job {id_} is {job['state']}: {job['errorMessage']}")
        await asyncio.sleep(POLL_SECONDS)


def _payload(data: dict[str, Any], field: str) -> dict[str, Any]:
    payload: dict[str, Any] = data[field]
    if payload["userErrors"]:
        raise RuntimeError(f"{field}: {payload['userErrors']}")
    return payload
