"""A gateway that executes what its operator has listed, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.test_commands import run
from tests.servers.engine import Engine, wipe
from tests.servers.gateway import INGEST, GatewayProcess

PROFILE = """query Profile($type: IdentifierType!, $value: String!, $issuer: String) {
  individual(by: {identifier: {type: $type, value: $value, issuer: $issuer}}) { displayName emails }
}"""


async def test_a_profile_is_fetched_by_its_address_and_nothing_else_is_executed(
    engine: Engine, tmp_path: Path
) -> None:
    async with engine.connect() as graph:
        await wipe(graph)
    manifest = tmp_path / "persisted-documents.json"
    manifest.write_text(json.dumps({"profile": PROFILE, "ingest": INGEST}))
    environment = engine.environment() | {
        "GATEWAY_TRUSTED_DOCUMENTS": str(manifest),
        "GATEWAY_TRUSTED_ONLY": "1",
    }
    gateway = await GatewayProcess.start(tmp_path, environment)
    try:
        record = {"id": "T-1", "firstName": "Ada", "lastName": "King", "email": "ada@example.com"}
        await gateway.ingest("crm", "Individual", record)
        found = await gateway.client.get("/profiles/Profile/EMAIL/Ada@Example.com")
        assert found.json()["data"] == {
            "individual": {"displayName": "Ada King", "emails": ["ada@example.com"]}
        }
        headers = {"if-none-match": found.headers["etag"]}
        again = await gateway.client.get("/profiles/Profile/EMAIL/Ada@Example.com", headers=headers)
        assert again.status_code == 304

        for path, status, code in (
            ("EMAIL/bob@example.com", 404, "NOT_FOUND"),
            ("EMAIL/nonsense", 400, "INVALID_IDENTIFIER"),
            ("CUSTOMER_NUMBER/1", 400, "MISSING_ISSUER"),
        ):
            refused = await gateway.client.get(f"/profiles/profile/{path}")
            assert refused.status_code == status
            assert refused.json()["errors"][0]["extensions"]["code"] == code

        other = await gateway.post("{ individuals { edges { node { id } } } }")
        assert other["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        assert "GraphiQL" not in gateway.log()
    finally:
        await gateway.stop()


async def test_without_its_documents_it_does_not_start(tmp_path: Path) -> None:
    status, _, errors = await run(
        "serve", "--port", "0", cwd=tmp_path, environment={"GATEWAY_TRUSTED_DOCUMENTS": "none.json"}
    )
    assert status == 1
    assert "Cannot read the trusted documents in none.json: No such file or directory." in errors
