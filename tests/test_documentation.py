"""The documentation keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import parse, validate
from typer.main import get_command

from docs.tables import pages
from gateway.cli import main
from gateway.graphql.errors import Code
from gateway.sample.queries import QUERIES
from gateway.telemetry.metrics import PREFIX, Metrics
from graph_model.events.model import EventKind
from resolvers.schema import schema

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = [
    path for package in ("gateway", "resolvers", "graph_model") for path in (ROOT / package).rglob("*.py")
]


def documentation() -> str:
    return "\n".join(page.read_text() for page in PAGES)


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.name)
def test_the_tables_are_those_that_the_code_makes(page: Path) -> None:
    assert page.read_text() == pages()[page], "the tables have changed: run `make docs`"


def test_every_error_code_is_documented() -> None:
    code = re.compile(
        r"""(?:code=|Invalid\(|Problem\(|^\s+code\ =)\s*"([A-Z_]{4,})" """, re.VERBOSE | re.MULTILINE
    )
    codes = {found for path in SOURCES for found in code.findall(path.read_text())} | set(Code)
    assert len(codes) > 30
    documented = set(re.findall(r"`([A-Z_]+)`", documentation()))
    assert codes - documented == set()


def test_every_command_and_option_is_documented() -> None:
    operators = (ROOT / "docs" / "operators.md").read_text()
    commands = getattr(get_command(main), "commands")  # noqa: B009
    for name, command in commands.items():
        (line,) = re.findall(rf"^\| `identity-gateway {name}.*$", operators, re.MULTILINE)
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert f"`{option}`" in line


def test_every_metric_is_documented() -> None:
    own = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in Metrics().registry.collect()
        if family.name.startswith(PREFIX)
    }
    operators = (ROOT / "docs" / "operators.md").read_text()
    assert set(re.findall(rf"^\| `({PREFIX}_\w+)`", operators, re.MULTILINE)) == own


def test_every_kind_of_event_is_documented() -> None:
    services = (ROOT / "docs" / "services.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", services, re.MULTILINE)) == set(EventKind)


def test_every_make_target_is_documented() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in phony.split():
        assert f"`make {target}`" in documentation()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_the_operations_in_the_pages_fit_the_schema(page: Path) -> None:
    for document in re.findall(r"```graphql\n(.*?)```", page.read_text(), re.DOTALL):
        assert validate(schema._schema, parse(document)) == []


@pytest.mark.parametrize(("title", "document"), [(title, document) for title, document, _ in QUERIES])
def test_the_operations_that_the_demo_prints_fit_the_schema(title: str, document: str) -> None:
    assert validate(schema._schema, parse(document)) == []


def test_no_module_is_long() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in SOURCES}
    assert {str(path): length for path, length in lengths.items() if length > 400} == {}
