"""A gateway as users run it: a process of its own, spoken to over its port."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import httpx
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

START_SECONDS = 60


class GatewayProcess:
    """`identity-gateway serve` in `directory`, which holds its data and its log (`gateway.log`)."""

    def __init__(self, directory: Path, environment: Mapping[str, str], process: Process, port: int) -> None:
        self.directory = directory
        self.environment = environment
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self.websocket_url = f"ws://127.0.0.1:{port}/graphql"
        self.client = httpx.AsyncClient(base_url=self.url, timeout=60)

    @classmethod
    async def start(cls, directory: Path, environment: Mapping[str, str] | None = None) -> Self:
        """A gateway that is ready. Without `NEO4J_URI` in the environment it has an embedded graph of its
        own in `directory`, which a later start in the same directory finds again."""
        own = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GATEWAY_", "NEO4J_", "TEST_"))
        }
        own |= {"GATEWAY_DATA_DIR": str(directory / "data")} | dict(environment or {})
        root = str(Path(__file__).parents[2])
        own["PYTHONPATH"] = root
        port = free_port()
        with (directory / "gateway.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "gateway", "serve", "--port", str(port)),
                cwd=directory,
                env=own,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        gateway = cls(directory, environment or {}, process, port)
        try:
            await gateway.wait_ready()
        except BaseException:
            await gateway.kill()
            raise
        return gateway

    async def wait_ready(self, *, ready: bool = True) -> None:
        """Wait until /readyz says so. Raises AssertionError with the log if the process has ended."""
        waiting = AsyncRetrying(
            retry=retry_if_result(lambda is_ready: is_ready is not ready),
            wait=wait_fixed(0.05),
            stop=stop_after_delay(START_SECONDS),
        )
        await waiting(self._is_ready)

    async def query(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation that must succeed."""
        answer = await self.post(document, **variables)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def post(self, document: str, **variables: Any) -> dict[str, Any]:
        """The whole response of an operation."""
        response = await self.client.post("/graphql", json={"query": document, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    async def ingest(
        self, source: str, object_name: str, *records: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """The results of records that must all be right."""
        data = await self.query(INGEST, input={"source": source, "object": object_name, "records": records})
        assert data["ingestRecords"]["userErrors"] == []
        results: list[dict[str, Any]] = data["ingestRecords"]["results"]
        return results

    async def stop(self) -> int:
        """Ask it to end, and return its exit status."""
        await self.client.aclose()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()

    async def kill(self) -> None:
        """SIGKILL."""
        await self.client.aclose()
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def _is_ready(self) -> bool | None:
        assert self.process.returncode is None, self.log()
        try:
            return (await self.client.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return None

    def log(self) -> str:
        """What it has logged."""
        return (self.directory / "gateway.log").read_text()


INGEST = """
mutation ($input: IngestRecordsInput!) {
  ingestRecords(input: $input) {
    results { recordId outcome individualId }
    userErrors { code message path }
  }
}
"""


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
