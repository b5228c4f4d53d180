from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from gateway.graphql.graphiql import DIRECTORY

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/", "/graphql", "/graphql?query={hello}"])
async def test_a_browser_gets_the_page(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, headers=BROWSER)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "GraphiQL" in response.text


async def test_a_program_that_asks_graphql_for_nothing_gets_no_page(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql")).status_code == 400


async def test_the_page_may_load_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    response = await client.get("/", headers=BROWSER)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "//" not in response.text


async def test_every_part_of_the_page_is_served_and_kept_by_its_version(client: httpx.AsyncClient) -> None:
    page = (await client.get("/", headers=BROWSER)).text
    parts = re.findall(r'(?:src|href)="(static/[^"]+)"', page)
    assert len(parts) == 7
    for part in parts:
        response = await client.get(f"/{part}")
        assert response.status_code == 200
        versioned = re.search(r"-\d+\.\d+\.\d+\.", part)
        assert ("immutable" in response.headers["cache-control"]) is bool(versioned)


def test_each_vendored_file_is_of_a_version_that_is_recorded() -> None:
    lines = [line.split() for line in (DIRECTORY / "VERSIONS").read_text().splitlines()]
    assert all(integrity.startswith("sha512-") for _, _, integrity in lines)
    recorded = {f"{name}-{version}" for name, version, _ in lines}
    vendored = {_package(file) for file in DIRECTORY.iterdir() if re.search(r"\d", file.name)}
    assert vendored == recorded
    assert all((DIRECTORY / f"{package}.LICENSE").is_file() for package in recorded)


def _package(file: Path) -> str:
    return re.sub(r"(\.min)?\.(js|css|LICENSE)$", "", file.name)
