"""What installs and deploys the gateway, as far as it can be tried without a container engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMMAND = Path(sys.executable).with_name("identity-gateway")


def test_the_compose_file_keeps_to_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests/data/compose-spec.json").read_text())
    problems = [error.message for error in Draft7Validator(schema).iter_errors(COMPOSE)]
    assert problems == []


def test_no_service_has_a_default_password() -> None:
    secrets = [
        value
        for service in SERVICES.values()
        for name, value in service["environment"].items()
        if re.search("PASSWORD|AUTH", name)
    ]
    assert len(secrets) == 2
    for secret in secrets:
        assert re.fullmatch(r"(neo4j/)?\$\{NEO4J_PASSWORD:\?[^}]+\}", secret)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_published_on_loopback_only_and_says_when_it_is_healthy(service: str) -> None:
    assert SERVICES[service]["ports"]
    for port in SERVICES[service]["ports"]:
        assert port.startswith("127.0.0.1:")
    assert SERVICES[service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_keeps_its_data_in_a_declared_volume(service: str) -> None:
    for volume in SERVICES[service]["volumes"]:
        assert volume.split(":")[0] in COMPOSE["volumes"]


def test_the_gateway_waits_for_its_graph_and_finds_it_by_name() -> None:
    gateway = SERVICES["gateway"]
    assert gateway["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert gateway["environment"]["NEO4J_URI"] == "bolt://neo4j:7687"
    assert gateway["environment"]["GATEWAY_DATA_DIR"] == gateway["volumes"][0].split(":")[1]


def test_the_health_check_of_neo4j_hands_its_password_to_cypher_shell(tmp_path: Path) -> None:
    cypher_shell = tmp_path / "cypher-shell"
    cypher_shell.write_text('#!/bin/sh\nprintf "%s %s %s" "$NEO4J_USERNAME" "$NEO4J_PASSWORD" "$1"\n')
    cypher_shell.chmod(0o755)
    kind, line = SERVICES["neo4j"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    said = subprocess.run(
        ["sh", "-c", line.replace("$$", "$")],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "NEO4J_AUTH": "neo4j/pass/word with $igns"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "neo4j pass/word with $igns RETURN 1"


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_of_the_gateway_tells_a_healthy_one_from_a_sick_one(
    status: int, healthy: bool
) -> None:
    with answering("/healthz", status) as port:
        assert (subprocess.run(health_check(port), check=False).returncode == 0) is healthy


def test_the_health_check_of_the_gateway_fails_where_nothing_listens() -> None:
    with answering("/healthz", 200) as port:
        pass
    checked = subprocess.run(health_check(port), check=False, stderr=subprocess.DEVNULL)
    assert checked.returncode != 0


def test_the_image_copies_only_what_is_there_and_not_ignored() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source.rstrip("/")
        for instruction in dockerfile("COPY")
        if not instruction.startswith("--from")
        for source in instruction.split()[:-1]
    }
    assert copied == let_in
    for source in copied:
        assert (ROOT / source).exists()


def test_the_image_does_not_run_as_root() -> None:
    assert dockerfile("USER") == ["identity-gateway"]


def test_the_command_of_the_image_is_one_that_the_gateway_knows() -> None:
    (command,) = dockerfile("CMD")
    program, *arguments = json.loads(command)
    assert program == COMMAND.name
    known = subprocess.run(
        [COMMAND, *arguments, "--help"], capture_output=True, text=True, check=False, env=os.environ
    )
    assert known.returncode == 0, known.stderr


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("runtime", PROJECT["project"]["dependencies"]),
        ("test", PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["test"]),
        ("build", PROJECT["build-system"]["requires"]),
    ],
)
def test_a_lock_file_pins_every_requirement_within_its_range(lock: str, requirements: list[str]) -> None:
    pinned = {canonicalize_name(pin.name): pin for pin in locked(lock)}
    for requirement in map(Requirement, requirements):
        (pin,) = pinned[canonicalize_name(requirement.name)].specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version)


def test_the_lock_file_of_the_tests_pins_what_the_runtime_and_the_build_have() -> None:
    tests = {str(pin) for pin in locked("test")}
    assert {str(pin) for pin in locked("runtime")} <= tests
    names = {pin.name for pin in locked("test")}
    assert {str(pin) for pin in locked("build") if pin.name in names} <= tests


@pytest.mark.parametrize("lock", ["runtime", "test", "build"])
def test_a_lock_file_has_hashes_and_names_no_place_to_fetch_from(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    assert "://" not in text
    for entry in entries(text):
        name, *options = shlex.split(entry.split("--hash", 1)[0]), *re.findall(r"--\S+", entry)
        assert name
        assert options
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", option) for option in options)


def test_the_wheel_carries_the_sample_and_what_the_browser_is_served(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("gateway/static", "gateway/sample"):
        data = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.*") if path.is_file()}
        data = {path for path in data if "__pycache__" not in path}
        assert data
        assert data <= carried
    assert {path.split("/")[0] for path in carried} == {
        "gateway",
        "resolvers",
        "graph_model",
        f"identity_gateway-{PROJECT['project']['version']}.dist-info",
    }


def health_check(port: int) -> list[str]:
    """The gateway's health check as this machine can run it, with `port` in place of the gateway's own."""
    kind, _python, flag, program = SERVICES["gateway"]["healthcheck"]["test"]
    assert kind == "CMD"
    assert "8000" in program
    return [sys.executable, flag, program.replace("8000", str(port))]


@contextmanager
def answering(path: str, status: int) -> Iterator[int]:
    """A server on loopback that answers GET `path` with `status`; yields its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == path else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def dockerfile(instruction: str) -> list[str]:
    """The arguments of each such instruction of the Dockerfile."""
    return re.findall(rf"^{instruction} (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def entries(text: str) -> list[str]:
    """The requirements of a lock file, each with its options, on one line and without comments."""
    joined = text.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def locked(lock: str) -> list[Requirement]:
    """The pins of requirements/`lock`.txt."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return [Requirement(entry.split("--hash", 1)[0]) for entry in entries(text)]
