from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.gateway.graphql.toy import gateway
from tests.gateway.serving import serve


@pytest.fixture(scope="session")
async def address() -> AsyncIterator[str]:
    """The host and port of a toy gateway that all tests share which leave nothing behind."""
    async with serve(gateway().app) as address:
        yield address


@pytest.fixture(scope="session")
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{address}", headers={"accept": "*/*"}) as client:
        yield client
