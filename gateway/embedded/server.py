"""The embedded graph server: started, supervised and stopped with the gateway."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import structlog
from filelock import FileLock, Timeout
from tenacity import AsyncRetrying, retry_if_exception_type, wait_fixed

from gateway.embedded.arcadedb import DATABASE, HOST, USER, EmbeddedServerError, Wheel
from gateway.embedded.guard import STOP_GRACE
from gateway.embedded.memory import default_heap

__all__ = ["Address", "EmbeddedServer", "EmbeddedServerError"]

log = structlog.get_logger(__name__)

_GUARD = Path(__file__).with_name("guard.py")
_LOG_LIMIT = 10_000_000
_READY_INTERVAL = 0.05
_FIRST_DELAY = 0.2
_LAST_DELAY = 10.0
_STEADY = 60.0

# Out of reach of the terminal's Ctrl-C.
if sys.platform == "win32":
    _OWN_GROUP: dict[str, Any] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
else:
    _OWN_GROUP: dict[str, Any] = {"start_new_session": True}


@dataclass(frozen=True)
class Address:
    """Where a graph is, as the Neo4j driver wants to know it."""

    uri: str
    user: str
    password: str = field(repr=False)
    database: str


class EmbeddedServer:
    """A graph server of one's own in `data_dir`, reachable over Bolt from this machine only.

    It belongs to one gateway at a time and never outlives it, even one that was killed. A server that
    dies is started again on the same ports, after 0.2 s and then twice as long each time, up to 10 s.

    In `data_dir`, made with mode 0700 if it is not there: `databases/`, `server/` (the server's own
    configuration), `server.log`, the root user's `password`, and who holds what (`gateway.lock`,
    `gateway.pid`, `server.lock`, `server.pid`).
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        heap: str | None = None,
        command_timeout: float,
        start_timeout: float = 60.0,
        package: Path | None = None,
    ) -> None:
        """Prepare a server; nothing is touched before `start`.

        `heap` bounds the server's memory, in Java's notation; None is a quarter of the machine's. A statement
        that runs longer than `command_timeout` seconds is stopped. `start_timeout`, in seconds, is for one
        start, and for every restart. `package` is where the wheel is unpacked, if it is not to be found as
        installed.
        """
        self._data_dir = data_dir.absolute()
        self._heap = heap or default_heap()
        self._command_timeout = command_timeout
        self._start_timeout = start_timeout
        self._package = package
        self._log_file = self._data_dir / "server.log"
        self._password_file = self._data_dir / "password"
        self._holder = self._data_dir / "gateway.pid"
        self._lock = FileLock(self._data_dir / "gateway.lock", thread_local=False)
        self._command: list[str] = []
        self._password = ""
        self._bolt = self._http = 0
        self._guard: Process | None = None
        self._supervisor: asyncio.Task[None] | None = None

    async def start(self) -> Address:
        """Start the server, wait until its database answers, and supervise it from then on.

        Raises EmbeddedServerError when another gateway holds the data directory, when there is no wheel
        for this platform, or when the server does not come up in time.
        """
        wheel = Wheel.find(self._package)
        try:
            self._take_data_dir()
            self._bolt, self._http = _free_ports()
            self._command = wheel.command(
                self._data_dir,
                self._password_file,
                bolt=self._bolt,
                http=self._http,
                heap=self._heap,
                command_timeout=self._command_timeout,
            )
            await self._bring_up()
        except BaseException:
            await self.stop()
            raise
        self._supervisor = asyncio.create_task(self._supervise(), name="embedded graph server")
        return Address(f"bolt://{HOST}:{self._bolt}", USER, self._password, DATABASE)

    async def stop(self) -> None:
        """Stop the server, leave the data directory to the next gateway; nothing happens the second time."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.wait([self._supervisor])
            self._supervisor = None
        await self._bring_down()
        if self._lock.is_locked:
            self._holder.unlink(missing_ok=True)
            self._lock.release()

    def _take_data_dir(self) -> None:
        try:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._data_dir / "server").mkdir(mode=0o700, exist_ok=True)
            self._lock.acquire(blocking=False)
            self._holder.write_text(str(os.getpid()))
            self._password = _stored_password(self._password_file)
        except Timeout:
            raise EmbeddedServerError(
                f"Another gateway{_process_in(self._holder)} holds the data directory {self._data_dir}."
                " Stop it, give this one a directory of its own with GATEWAY_DATA_DIR,"
                " or let both use one Neo4j server with NEO4J_URI."
            ) from None
        except OSError as error:
            raise EmbeddedServerError(
                f"The data directory {self._data_dir} cannot be used: {error.strerror}."
                " Name another with GATEWAY_DATA_DIR, or use a Neo4j server with NEO4J_URI."
            ) from error

    async def _bring_up(self) -> None:
        for port in (self._bolt, self._http):
            if not _is_free(port):
                raise EmbeddedServerError(f"Port {port} of the graph server is taken by another process")
        self._guard = await self._launch()
        try:
            async with asyncio.timeout(self._start_timeout):
                await self._until_ready(self._guard)
        except TimeoutError:
            raise EmbeddedServerError(
                f"The embedded graph server was not ready in {self._start_timeout:g} s; see {self._log_file}"
            ) from None

    async def _launch(self) -> Process:
        with suppress(FileNotFoundError):
            if self._log_file.stat().st_size > _LOG_LIMIT:
                self._log_file.replace(self._log_file.with_suffix(".log.1"))
        output = os.open(self._log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                _GUARD,
                self._data_dir,
                *self._command,
                stdin=PIPE,
                stdout=output,
                stderr=output,
                cwd=self._data_dir / "server",
                **_OWN_GROUP,
            )
        finally:
            os.close(output)

    async def _until_ready(self, guard: Process) -> None:
        """Ask for the database until the server makes it, or says that it has it."""
        url = f"http://{HOST}:{self._http}/api/v1/server"
        statement = {"command": f"create database {DATABASE}"}
        unreachable = retry_if_exception_type(aiohttp.ClientError)
        credentials = {"Authorization": aiohttp.encode_basic_auth(USER, self._password)}
        async with aiohttp.ClientSession(headers=credentials) as http:
            async for attempt in AsyncRetrying(retry=unreachable, wait=wait_fixed(_READY_INTERVAL)):
                with attempt:
                    if (status := guard.returncode) is not None:
                        raise EmbeddedServerError(
                            f"The embedded graph server ended with status {status}; see {self._log_file}"
                        )
                    async with http.post(url, json=statement) as answer:
                        if answer.status == 403:
                            raise EmbeddedServerError(
                                f"The graph in {self._data_dir} was made with another password"
                                f" than the one in {self._password_file}"
                            )
                        if answer.status != 409:
                            answer.raise_for_status()

    async def _supervise(self) -> None:
        delay = _FIRST_DELAY
        while self._guard is not None:
            up_since = monotonic()
            status = await self._guard.wait()
            if monotonic() - up_since > _STEADY:
                delay = _FIRST_DELAY
            log.warning("embedded graph server died", status=status, log_file=str(self._log_file))
            while True:
                await asyncio.sleep(delay)
                delay = min(2 * delay, _LAST_DELAY)
                try:
                    await self._bring_up()
                except (EmbeddedServerError, OSError) as error:
                    await self._bring_down()
                    log.error("embedded graph server does not restart", reason=str(error), next_try_in=delay)
                else:
                    log.info("embedded graph server restarted")
                    break

    async def _bring_down(self) -> None:
        guard, self._guard = self._guard, None
        if guard is None or guard.stdin is None:
            return
        guard.stdin.close()
        try:
            # The guard kills a server that does not stop within its grace; this is for one that hangs itself.
            await asyncio.wait_for(guard.wait(), 2 * STOP_GRACE)
        except TimeoutError:
            guard.kill()
            await guard.wait()


def _stored_password(path: Path) -> str:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    password = secrets.token_urlsafe()
    with open(file, "w") as output:
        output.write(password)
    return password


def _free_ports() -> tuple[int, int]:
    # Below every platform's range for outgoing connections: while the server is away, none of them may take
    # its place, a driver's that calls it in vain least of all.
    ports = (port for port in random.sample(range(20_000, 32_768), 1000) if _is_free(port))
    return next(ports), next(ports)


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def _process_in(pid_file: Path) -> str:
    try:
        return f" (process {int(pid_file.read_text())})"
    except (OSError, ValueError):
        return ""
