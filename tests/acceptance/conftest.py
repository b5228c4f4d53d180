from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.servers.engine import Engine, wipe
from tests.servers.gateway import GatewayProcess


@pytest.fixture(scope="module")
async def gateway(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayProcess]:
    """A gateway on an engine that was empty when the module began."""
    async with engine.connect() as graph:
        await wipe(graph)
    gateway = await GatewayProcess.start(tmp_path_factory.mktemp("gateway"), engine.environment())
    try:
        yield gateway
    finally:
        await gateway.stop()
