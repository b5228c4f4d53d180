"""Runs the client suite against a gateway of its own: `python tests/clients/run.py`.

Starts `identity-gateway serve` on a free port with an empty data directory, waits until it is ready, runs
`node --test` with GATEWAY_URL set, and stops the gateway. Exits as the suite does.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

COMMAND = Path(sys.executable).with_name("identity-gateway")
READY_SECONDS = 120
STOP_SECONDS = 60


def main() -> int:
    with tempfile.TemporaryDirectory() as directory, gateway(Path(directory)) as url:
        suite = ["node", "--test"]
        environment = os.environ | {"GATEWAY_URL": url}
        return subprocess.run(suite, cwd=Path(__file__).parent, env=environment).returncode


@contextmanager
def gateway(directory: Path) -> Iterator[str]:
    """A gateway that is ready; gives its origin. Prints its log if it does not become ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = directory / "gateway.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [COMMAND, "serve", "--port", str(port)],
            cwd=directory,
            env=os.environ | {"GATEWAY_DATA_DIR": str(directory / "data")},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        if not ready(process, url):
            raise SystemExit(f"The gateway did not become ready:\n{log.read_text(errors='replace')}")
        yield url
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ready(process: subprocess.Popen[bytes], url: str) -> bool:
    """Whether the gateway says that it is ready, before it ends and before the time is over."""
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/readyz", timeout=5):
                return True
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    return False


if __name__ == "__main__":
    sys.exit(main())
