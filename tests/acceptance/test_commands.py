"""The commands, run as a user runs them."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
import yaml

from graph_model.migrations import MIGRATIONS
from tests.servers.engine import Engine
from tests.servers.gateway import GatewayProcess, free_port

ROOT = Path(__file__).parents[2]


async def run(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, input_: bytes = b""
) -> tuple[int, str, str]:
    """The exit status, the output and the errors of a command that is given its input."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *arguments),
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | dict(environment or {}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(input_)
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def test_a_gateway_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "one.ndjson").write_text('{"id": "1"}\n')

    status, _, errors = await run(
        *("ingest", "one.ndjson", "--source", "x", "--url", f"http://127.0.0.1:{free_port()}/graphql"),
        cwd=tmp_path,
    )

    assert status == 1
    assert "did not answer" in errors
    assert "Traceback" not in errors


async def test_migrate_says_where_the_graph_is(engine: Engine, tmp_path: Path) -> None:
    status, output, errors = await run("migrate", cwd=tmp_path, environment=engine.environment())

    newest = MIGRATIONS[-1].number
    assert status == 0, errors
    assert output.splitlines()[-1] == f"The graph is at migration {newest}."


async def test_all_records_are_resolved_at_once_by_splink(
    gateway: GatewayProcess, engine: Engine, tmp_path: Path
) -> None:
    both = {"firstName": "Rosa", "lastName": "Quandt", "email": "rosa.quandt@example.com"}
    await gateway.ingest("crm", "Individual", {"id": "s-1", **both}, {"id": "s-2", **both})
    command = ("resolve", "--engine", "splink", "--directory", "export")

    exported = await run(*command, "--export-only", cwd=tmp_path, environment=engine.environment())
    resolved = await run(*command, cwd=tmp_path, environment=engine.environment())

    assert exported[0] == 0, exported[2]
    assert "records written to export." in exported[1]
    assert "settings.spark.json" in os.listdir(tmp_path / "export")
    assert resolved[0] == 0, resolved[2]
    assert "kept as evidence." in resolved[1]


async def test_schema_prints_what_is_committed(tmp_path: Path) -> None:
    assert (await run("schema", cwd=tmp_path))[1] == (ROOT / "schema.graphql").read_text()


async def test_explain_prints_the_plan_of_a_document_without_a_graph(tmp_path: Path) -> None:
    golden = ROOT / "tests" / "resolvers" / "planning" / "golden"

    assert await run("explain", str(golden / "page.graphql"), cwd=tmp_path) == (
        0,
        (golden / "page.txt").read_text(),
        "",
    )


@pytest.mark.parametrize(("text", "message"), [("{ secrets }", "Cannot query field"), ("{", "Syntax Error")])
async def test_explain_says_what_is_wrong_with_a_document(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "wrong.graphql").write_text(text)

    status, _, errors = await run("explain", "wrong.graphql", cwd=tmp_path)

    assert status == 1
    assert message in errors
    assert "Traceback" not in errors


async def test_serve_refuses_an_address_that_others_reach(tmp_path: Path) -> None:
    status, _, errors = await run("serve", "--host", "0.0.0.0", cwd=tmp_path)

    assert status == 2
    assert "GATEWAY_INSECURE=1" in errors
    assert "Traceback" not in errors


async def test_serve_says_so_when_the_port_is_taken(gateway: GatewayProcess, tmp_path: Path) -> None:
    port = gateway.url.rpartition(":")[2]

    status, _, errors = await run("serve", "--port", port, cwd=tmp_path)

    assert status == 1
    assert f"Cannot listen on 127.0.0.1 port {port}" in errors
    assert "Traceback" not in errors


async def test_the_compose_files_gateway_runs_with_its_command_and_environment(
    neo4j_engine: Engine, tmp_path: Path
) -> None:
    """Without a container: what the image would run, on a free port, against the Neo4j of the tests."""
    (instruction,) = [
        line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD ")
    ]
    command = yaml.safe_load(instruction.removeprefix("CMD "))
    assert command[0] == "identity-gateway"
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["gateway"]
    environment = dict(service["environment"])
    assert environment.keys() >= neo4j_engine.environment().keys()
    environment |= neo4j_engine.environment()
    port = str(free_port())
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *command[1:], "--port", port),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        kind, _, *check = service["healthcheck"]["test"]
        assert kind == "CMD"
        assert "8000" in check[-1]
        healthy = 1
        async with asyncio.timeout(60):
            while healthy != 0:
                probe = await asyncio.create_subprocess_exec(
                    *(sys.executable, *check[:-1], check[-1].replace("8000", port)),
                    stderr=asyncio.subprocess.DEVNULL,
                )
                healthy = await probe.wait()
        async with httpx.AsyncClient() as client:
            answer = await client.post(
                f"http://127.0.0.1:{port}/graphql", json={"query": "{ individuals { edges { cursor } } }"}
            )
        assert "errors" not in answer.json()
    finally:
        process.terminate()
        assert await process.wait() == 0, shlex.join(command)
