"""The receiver in docs/ takes what a gateway sends it, once, and nothing else."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import httpx
import pytest

from gateway.webhooks.signing import new_secret, signed_headers
from tests.gateway.delivering import patiently
from tests.servers.gateway import free_port

RECEIVER = Path(__file__).parents[2] / "docs" / "receiver.py"
BODY = b'{"type": "identity.individual.created", "subject": "ind_1", "sequence": "0000000000000000001"}'


@pytest.mark.parametrize("rotating", [False, True], ids=["one secret", "two secrets"])
async def test_the_sample_takes_an_event_once_and_no_forged_one(tmp_path: Path, rotating: bool) -> None:
    secret, port = new_secret(), free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(RECEIVER), str(port), str(tmp_path / "taken.sqlite")),
        env=os.environ | {"WEBHOOK_SECRET": secret},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

            async def send(*secrets: str, timestamp: float, body: bytes = BODY) -> int:
                headers = signed_headers(*secrets, message_id="evt_1", timestamp=int(timestamp), body=BODY)
                return (await client.post("/", content=body, headers=headers)).status_code

            signing = (new_secret(), secret) if rotating else (secret,)
            async for attempt in patiently(httpx.ConnectError):
                with attempt:
                    assert await send(*signing, timestamp=time.time()) == 204
            assert await send(*signing, timestamp=time.time()) == 204
            assert await send(new_secret(), timestamp=time.time()) == 401
            assert await send(secret, timestamp=time.time(), body=BODY + b" ") == 401
            assert await send(secret, timestamp=time.time() - 3_600) == 401
    finally:
        process.terminate()
        out, _ = await process.communicate()
    assert out.decode().split() == ["identity.individual.created", "ind_1", "0000000000000000001"]
