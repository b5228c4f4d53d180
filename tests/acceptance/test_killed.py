"""What was acknowledged survives a kill: of the gateway, and of the embedded server under it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from tests.servers.engine import Engine, wipe
from tests.servers.gateway import INGEST, GatewayProcess

CLIENTS = 8
KILL_AFTER = 40
"""Acknowledged requests after which the process is killed, in the midst of the others."""

ALL = """
query ($after: String) {
  individuals(first: 100, after: $after) {
    edges { node { id emails sourceRecords { recordId } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


class Writers:
    """Clients that each send record after record; two records of every pair share an e-mail address."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self.gateway = gateway
        self.acknowledged: dict[str, str] = {}
        self.enough = asyncio.Event()
        self._next = 0

    async def write(self) -> None:
        """Send until the gateway is gone, or does not take any more."""
        while True:
            number, self._next = self._next, self._next + 1
            records = [
                {"id": f"K-{number}-{part}", "firstName": "Kim", "email": f"kim{number // 2}@example.com"}
                for part in (1, 2, 3)
            ]
            variables = {"input": {"source": "crm", "object": "Individual", "records": records}}
            response = await self.gateway.client.post(
                "/graphql", json={"query": INGEST, "variables": variables}
            )
            answer = response.json()
            if "errors" in answer:
                return
            for result in answer["data"]["ingestRecords"]["results"]:
                self.acknowledged[result["recordId"]] = result["individualId"]
            if len(self.acknowledged) >= KILL_AFTER * 3:
                self.enough.set()


async def stored(gateway: GatewayProcess) -> dict[str, list[str]]:
    """The individuals that each record belongs to, by record id."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    after = None
    while True:
        page = (await gateway.query(ALL, after=after))["individuals"]
        for edge in page["edges"]:
            for record in edge["node"]["sourceRecords"]:
                found[record["recordId"]].append(edge["node"]["id"])
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def assert_nothing_lost(gateway: GatewayProcess, acknowledged: dict[str, str]) -> None:
    found = await stored(gateway)
    assert len(acknowledged) >= KILL_AFTER * 3
    assert acknowledged.keys() <= found.keys()
    assert [record for record, individuals in found.items() if len(individuals) != 1] == []
    together = defaultdict(set)
    for record, (individual,) in found.items():
        together[int(record.split("-")[1]) // 2].add(individual)
    assert [pair for pair, individuals in together.items() if len(individuals) != 1] == []
    # A request is one transaction: all of its records are there or none.
    by_request = defaultdict(list)
    for record in found:
        by_request[record.rsplit("-", 1)[0]].append(record)
    assert {len(records) for records in by_request.values()} == {3}


async def wait_until_gone(process_id: int) -> None:
    def is_there() -> bool:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return False
        # A process that has ended stays until its parent asks for it.
        return " Z " not in Path(f"/proc/{process_id}/stat").read_text() if Path("/proc").is_dir() else True

    async def ask() -> bool:
        with suppress(FileNotFoundError):
            return is_there()
        return False

    await AsyncRetrying(retry=retry_if_result(bool), wait=wait_fixed(0.05), stop=stop_after_delay(20))(ask)


@pytest.fixture
async def directory(tmp_path: Path) -> AsyncIterator[Path]:
    """Where a gateway with a graph of its own lives; no server may be left there."""
    yield tmp_path
    server = tmp_path / "data" / "server.pid"
    if server.exists():
        await wait_until_gone(int(server.read_text()))


async def test_nothing_is_lost_when_the_gateway_is_killed(engine: Engine, tmp_path: Path) -> None:
    async with engine.connect() as graph:
        await wipe(graph)
    gateway = await GatewayProcess.start(tmp_path, engine.environment())
    writers = Writers(gateway)
    tasks = [asyncio.create_task(writers.write()) for _ in range(CLIENTS)]
    await writers.enough.wait()
    await gateway.kill()
    await asyncio.gather(*tasks, return_exceptions=True)

    gateway = await GatewayProcess.start(tmp_path, engine.environment())
    try:
        await assert_nothing_lost(gateway, writers.acknowledged)
    finally:
        await gateway.stop()


async def test_nothing_is_lost_or_left_behind_when_the_gateway_with_the_embedded_graph_is_killed(
    directory: Path,
) -> None:
    gateway = await GatewayProcess.start(directory)
    server = int((directory / "data" / "server.pid").read_text())
    writers = Writers(gateway)
    tasks = [asyncio.create_task(writers.write()) for _ in range(CLIENTS)]
    await writers.enough.wait()
    await gateway.kill()
    await asyncio.gather(*tasks, return_exceptions=True)
    await wait_until_gone(server)

    gateway = await GatewayProcess.start(directory)
    try:
        await assert_nothing_lost(gateway, writers.acknowledged)
    finally:
        await gateway.stop()


async def test_nothing_is_lost_when_the_embedded_server_is_killed(directory: Path) -> None:
    gateway = await GatewayProcess.start(directory)
    try:
        writers = Writers(gateway)
        tasks = [asyncio.create_task(writers.write()) for _ in range(CLIENTS)]
        await writers.enough.wait()
        before = len(writers.acknowledged)
        killed = int((directory / "data" / "server.pid").read_text())
        os.kill(killed, signal.SIGKILL)
        await wait_until_gone(killed)
        # The clients that were waiting get their answers: nobody has to send anything again.
        async with asyncio.timeout(40):
            while len(writers.acknowledged) < before + CLIENTS * 3:
                await asyncio.wait(tasks, timeout=0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await assert_nothing_lost(gateway, writers.acknowledged)
    finally:
        await gateway.stop()


async def test_a_second_gateway_on_the_same_data_is_refused_with_a_clear_message(directory: Path) -> None:
    gateway = await GatewayProcess.start(directory)
    try:
        with pytest.raises(AssertionError) as refused:
            await GatewayProcess.start(directory)
        assert "GATEWAY_DATA_DIR" in str(refused.value)
        assert "NEO4J_URI" in str(refused.value)
        assert "Traceback" not in str(refused.value)
        assert (await gateway.client.get("/healthz")).status_code == 200
    finally:
        await gateway.stop()
