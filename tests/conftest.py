"""The two graph engines that every graph test runs on."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.embedded.server import EmbeddedServer
from graph_model.graph import Graph
from tests.servers.engine import Engine, renew
from tests.servers.neo4j import DEFAULT_VERSION, Neo4jServer, missing_tools

NEO4J_VERSION = os.environ.get("TEST_NEO4J_VERSION", DEFAULT_VERSION)
HOW = "set TEST_NEO4J_URI, or install a JDK 17 and Maven"


@pytest.fixture(scope="session")
async def embedded_engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    directory: Path = tmp_path_factory.mktemp("embedded")
    server = EmbeddedServer(directory / "data", command_timeout=60)
    address = await server.start()
    try:
        yield Engine("embedded", address.uri, address.user, address.password, address.database)
    finally:
        await server.stop()


@pytest.fixture(scope="session")
def neo4j_engine() -> Iterator[Engine]:
    if uri := os.environ.get("TEST_NEO4J_URI"):
        user = os.environ.get("TEST_NEO4J_USER", "neo4j")
        database = os.environ.get("TEST_NEO4J_DATABASE", "neo4j")
        yield Engine("neo4j", uri, user, os.environ.get("TEST_NEO4J_PASSWORD", ""), database)
        return
    if missing := missing_tools(NEO4J_VERSION):
        message = f"the tests on Neo4j need {missing}: {HOW}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with ExitStack() as stack:
        server = Neo4jServer.start(NEO4J_VERSION)
        stack.callback(server.stop)
        yield Engine("neo4j", server.uri, server.user, server.password, server.database)


@pytest.fixture(scope="session", params=["embedded", "neo4j"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A graph engine: every test that uses it, or `graph`, runs on both."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture
async def graph(engine: Engine) -> AsyncIterator[Graph]:
    """An empty graph with its schema."""
    async with engine.connect() as graph:
        await renew(graph, engine)
        yield graph
