from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import neo4j
import pytest
from neo4j.exceptions import AuthError, DriverError, Neo4jError
from structlog.testing import capture_logs
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from gateway.embedded.memory import default_heap
from gateway.embedded.server import Address, EmbeddedServer, EmbeddedServerError

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@dataclass
class Running:
    data_dir: Path
    address: Address

    def server_pid(self) -> int:
        return int((self.data_dir / "server.pid").read_text())


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    data_dir = tmp_path_factory.mktemp("shared") / "a directory"
    server = EmbeddedServer(data_dir, heap="512m", command_timeout=1.0)
    yield Running(data_dir, await server.start())
    await server.stop()


async def ask(address: Address, cypher: str, **parameters: Any) -> list[Any]:
    auth = (address.user, address.password)
    async with neo4j.AsyncGraphDatabase.driver(address.uri, auth=auth) as driver:
        answer = await driver.execute_query(cypher, parameters, database_=address.database)
        return [record[0] for record in answer.records]


def patiently(error: type[Exception]) -> AsyncRetrying:
    """Attempts until one does not raise `error`, for half a minute."""
    return AsyncRetrying(
        retry=retry_if_exception_type(error), stop=stop_after_delay(30), wait=wait_fixed(0.05), reraise=True
    )


async def until(condition: Callable[[], bool]) -> None:
    async for attempt in patiently(AssertionError):
        with attempt:
            assert condition()


async def until_it_answers(address: Address) -> None:
    async for attempt in patiently(DriverError):
        with attempt:
            assert await ask(address, "RETURN 1") == [1]


async def until_bound(port: int) -> socket.socket:
    async def bind() -> socket.socket:
        return socket.create_server(("127.0.0.1", port))

    return await patiently(OSError)(bind)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def guard_of(server: int) -> int:
    stat = Path(f"/proc/{server}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def command_line_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def what_others_see_of_processes() -> Iterator[bytes]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield (process / "cmdline").read_bytes() + (process / "environ").read_bytes()


def addresses_that_listen(pid: int) -> list[str]:
    """In hexadecimal, without the port."""
    sockets = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            sockets.add(os.readlink(link))
    lines = (Path(f"/proc/net/{table}").read_text().splitlines()[1:] for table in ("tcp", "tcp6"))
    rows = [line.split() for line in chain.from_iterable(lines)]
    listening = "0A"
    return [
        row[1].rpartition(":")[0] for row in rows if row[3] == listening and f"socket:[{row[9]}]" in sockets
    ]


async def test_it_answers_over_bolt_as_root(running: Running) -> None:
    assert running.address.uri.startswith("bolt://127.0.0.1:")
    assert await ask(running.address, "RETURN 40 + $n", n=2) == [42]
    wrong = Address(running.address.uri, running.address.user, "wrong", running.address.database)
    with pytest.raises(AuthError):
        await ask(wrong, "RETURN 1")


async def test_no_other_user_can_read_the_password_or_the_data(running: Running) -> None:
    assert (running.data_dir / "password").read_text() == running.address.password
    assert len(running.address.password) >= 32
    assert running.address.password not in repr(running.address)
    assert running.address.password not in (running.data_dir / "server.log").read_text()
    assert running.data_dir.stat().st_mode & 0o777 == 0o700
    assert (running.data_dir / "password").stat().st_mode & 0o777 == 0o600
    readable = [path for path in running.data_dir.glob("*/**/*") if path.stat().st_mode & 0o077]
    assert readable == []


@linux_only
async def test_the_password_is_on_no_command_line(running: Running) -> None:
    assert b"rootPasswordPath" in command_line_of(running.server_pid())
    assert b"rootPasswordPath" in command_line_of(guard_of(running.server_pid()))
    password = running.address.password.encode()
    assert not any(password in seen for seen in what_others_see_of_processes())


@linux_only
async def test_it_listens_on_loopback_only(running: Running) -> None:
    bolt, http = addresses_that_listen(running.server_pid())
    assert bolt[-8:] == http[-8:] == "0100007F"


@pytest.mark.parametrize("url", ["file:///etc/hostname", "http://127.0.0.1:9/"])
async def test_statements_read_no_files_and_no_urls(running: Running, url: str) -> None:
    with pytest.raises(Neo4jError) as refused:
        await ask(running.address, f"LOAD CSV FROM '{url}' AS line RETURN line")
    assert refused.value.code == "Neo.ClientError.Security.Forbidden"


async def test_a_statement_that_runs_too_long_is_stopped(running: Running) -> None:
    with pytest.raises(Neo4jError) as stopped:
        await ask(running.address, "UNWIND range(1, 30000) AS i UNWIND range(1, 30000) AS j RETURN count(*)")
    assert stopped.value.code == "Neo.ClientError.Transaction.TransactionTimedOut"


async def test_a_second_gateway_is_refused_at_once(running: Running) -> None:
    with pytest.raises(EmbeddedServerError) as refused:
        await EmbeddedServer(running.data_dir, command_timeout=30).start()
    for hint in (str(running.data_dir), f"process {os.getpid()}", "GATEWAY_DATA_DIR", "NEO4J_URI"):
        assert hint in str(refused.value)
    assert await ask(running.address, "RETURN 1") == [1]


@linux_only
async def test_the_signals_of_a_terminal_do_not_stop_it(running: Running) -> None:
    server = running.server_pid()
    assert os.getsid(server) == os.getsid(guard_of(server)) != os.getsid(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(guard_of(server), number)
    assert await ask(running.address, "RETURN 1") == [1]
    assert running.server_pid() == server


async def test_a_killed_server_comes_back_on_the_same_port_with_its_data(running: Running) -> None:
    await ask(running.address, "CREATE (:Note {text: 'before'})")
    killed = running.server_pid()
    with capture_logs() as logs:
        os.kill(killed, signal.SIGKILL)
        await until(lambda: any(entry["log_level"] == "info" for entry in logs))
    assert [entry["event"] for entry in logs] == [
        "embedded graph server died",
        "embedded graph server restarted",
    ]
    assert await ask(running.address, "MATCH (n:Note) RETURN n.text") == ["before"]
    assert running.server_pid() != killed


@linux_only
async def test_a_killed_guard_takes_the_server_with_it_and_both_come_back(running: Running) -> None:
    killed = running.server_pid()
    os.kill(guard_of(killed), signal.SIGKILL)
    await until(lambda: not is_alive(killed))
    await until_it_answers(running.address)


async def test_it_waits_for_its_port_when_another_process_took_it(running: Running) -> None:
    port = int(running.address.uri.rpartition(":")[2])
    with capture_logs() as logs:
        os.kill(running.server_pid(), signal.SIGKILL)
        with await until_bound(port):
            await until(lambda: any(entry["log_level"] == "error" for entry in logs))
    assert f"Port {port} of the graph server is taken" in logs[1]["reason"]
    await until_it_answers(running.address)


async def test_data_survives_a_stop_and_a_start(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, command_timeout=30)
    address = await server.start()
    pid = Running(tmp_path, address).server_pid()
    await ask(address, "CREATE (:Note {text: 'kept'})")
    await server.stop()
    await server.stop()
    assert not is_alive(pid)
    assert not (tmp_path / "server.pid").exists()

    address = await server.start()
    try:
        assert await ask(address, "MATCH (n:Note) RETURN n.text") == ["kept"]
    finally:
        await server.stop()

    (tmp_path / "password").unlink()
    with pytest.raises(EmbeddedServerError, match="made with another password"):
        await server.start()
    assert not (tmp_path / "server.pid").exists()


async def test_a_killed_gateway_leaves_no_server_behind_and_its_data_to_the_next(tmp_path: Path) -> None:
    script = f"""
import asyncio, dataclasses, json, pathlib
from gateway.embedded.server import EmbeddedServer

async def main():
    address = await EmbeddedServer(pathlib.Path({str(tmp_path)!r}), command_timeout=30).start()
    print(json.dumps(dataclasses.asdict(address)), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
    gateway = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=PIPE)
    try:
        assert gateway.stdout is not None
        address = Address(**json.loads(await gateway.stdout.readline()))
        await ask(address, "CREATE (:Note {text: 'acknowledged'})")
        left = Running(tmp_path, address).server_pid()
    finally:
        gateway.kill()
        await gateway.wait()

    server = EmbeddedServer(tmp_path, command_timeout=30)
    address = await server.start()
    try:
        assert not is_alive(left)
        assert await ask(address, "MATCH (n:Note) RETURN n.text") == ["acknowledged"]
    finally:
        await server.stop()


async def test_where_there_is_no_wheel_it_names_the_platforms_and_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError) as refused:
        await EmbeddedServer(tmp_path / "data", command_timeout=30, package=tmp_path / "no wheel").start()
    for hint in ("glibc 2.35", "arm64", "macOS", "Windows", "NEO4J_URI"):
        assert hint in str(refused.value)


async def test_a_server_that_cannot_start_points_to_its_log(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError, match=r"ended with status 1; see .*server\.log"):
        await EmbeddedServer(tmp_path, heap="plenty", command_timeout=30).start()
    assert "plenty" in (tmp_path / "server.log").read_text()


async def test_a_server_that_is_not_ready_in_time_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError, match=r"not ready in 0\.2 s; see .*server\.log"):
        await EmbeddedServer(tmp_path, command_timeout=30, start_timeout=0.2).start()
    assert not (tmp_path / "server.pid").exists()


async def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(EmbeddedServerError, match=r"cannot be used.*GATEWAY_DATA_DIR"):
        await EmbeddedServer(tmp_path / "data", command_timeout=30).start()


async def test_a_long_log_is_put_aside_when_the_server_starts(tmp_path: Path) -> None:
    (tmp_path / "server.log").write_bytes(b"." * 10_000_001)
    with pytest.raises(EmbeddedServerError):
        await EmbeddedServer(tmp_path, heap="plenty", command_timeout=30).start()
    assert (tmp_path / "server.log.1").stat().st_size == 10_000_001
    assert (tmp_path / "server.log").stat().st_size < 10_000


def test_the_heap_is_a_quarter_of_the_least_that_is_known(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{8 * 2**30}\n")
    unlimited = tmp_path / "unlimited"
    unlimited.write_text("max\n")
    machine = int(default_heap([]).removesuffix("m"))
    assert int(default_heap([unlimited, limit]).removesuffix("m")) == min(2_048, machine)
    assert default_heap([unlimited, tmp_path / "absent"]) == default_heap([])
    limit.write_text("1000000\n")
    assert default_heap([limit]) == "1024m"
