from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx
import pytest

from gateway.running import Gateway, open_gateway
from gateway.settings import Settings
from tests.gateway.serving import serve
from tests.servers.engine import Engine, wipe


@dataclass(frozen=True)
class Client:
    """A gateway in this process, and what speaks to it over its port."""

    gateway: Gateway
    http: httpx.AsyncClient

    async def post(self, document: str, headers: Mapping[str, str] = {}, **variables: Any) -> dict[str, Any]:
        """The whole response of an operation."""
        response = await self.http.post(
            "/graphql", json={"query": document, "variables": variables}, headers=dict(headers)
        )
        answer: dict[str, Any] = response.json()
        return answer


Opener: TypeAlias = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture(scope="session")
def opened(embedded_engine: Engine) -> Opener:
    """Opens a gateway with these settings on an empty graph."""

    @asynccontextmanager
    async def open_(**settings: Any) -> AsyncIterator[Client]:
        async with embedded_engine.connect() as graph:
            await wipe(graph)
        where: dict[str, Any] = {name.lower(): value for name, value in embedded_engine.environment().items()}
        async with (
            open_gateway(Settings(**where, **settings)) as gateway,
            serve(gateway.app) as address,
            httpx.AsyncClient(base_url=f"http://{address}", timeout=30) as http,
        ):
            yield Client(gateway, http)

    return open_


INGEST = """
mutation Ingest($input: IngestRecordsInput!) {
  ingestRecords(input: $input) { results { outcome individualId } userErrors { code message } }
}
"""
