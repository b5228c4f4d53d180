"""A real Neo4j Community server for the tests, run from the jars that Maven fetches.

As a program it is what `make neo4j` runs: it starts a server, prints what to set for a test run to use
it, and stops it when interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from filelock import FileLock
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

POM = Path(__file__).parents[1] / "pom.xml"
CACHE = Path(__file__).parents[2] / ".cache" / "neo4j"
DEFAULT_VERSION = ElementTree.parse(POM).findtext(".//{*}neo4j.version", default="")
STARTUP_SECONDS = 180.0
PAGE_CACHE = "256m"
HEAP = "1g"

_SETTINGS = """\
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size={page_cache}
dbms.usage_report.enabled=false
db.tx_log.preallocate=false
db.logs.query.enabled=OFF
"""
_JVM_OPTIONS = (
    "-Xms256m",
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.nio", "java.io", "sun.nio.ch")),
)
# Becomes the server, and leaves a watcher behind that kills it when this process's end of the pipe
# closes: so the server ends with the tests, however those end.
_TIED_TO_STDIN = 'exec 3<&0; { read -r _ <&3; kill -9 $$; } & exec "$@" 3<&- </dev/null'


def missing_tools(version: str = DEFAULT_VERSION, cache: Path = CACHE) -> str | None:
    """What this machine lacks to run that Neo4j, as a phrase for people, or None."""
    if _java(version) is None:
        return f"Java {_java_release(version)} or later"
    if not _jars(version, cache).is_dir() and shutil.which("mvn") is None:
        return "Maven (mvn)"
    return None


def fetch(version: str, cache: Path) -> Path:
    """The folder with that version's jars, fetched through Maven unless `cache` has them (116 MB).

    Raises CalledProcessError when Maven fails; the cache then holds nothing of that version.
    """
    jars = _jars(version, cache)
    jars.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(jars.parent / "lock"):
        if not jars.is_dir():
            with tempfile.TemporaryDirectory(dir=jars.parent) as partial:
                subprocess.run(
                    [
                        *("mvn", "--batch-mode", "--quiet", "-Dstyle.color=never", "--file", str(POM)),
                        "dependency:copy-dependencies",
                        f"-Dneo4j.version={version}",
                        "-DincludeScope=runtime",
                        f"-DoutputDirectory={partial}/jars",
                    ],
                    check=True,
                    stdin=subprocess.DEVNULL,
                )
                os.replace(f"{partial}/jars", jars)
    return jars


class Neo4jServer:
    """A running Community server with an empty database, on a free port of 127.0.0.1."""

    user = "neo4j"
    database = "neo4j"

    def __init__(self, version: str, cache: Path, *, page_cache: str = PAGE_CACHE, heap: str = HEAP) -> None:
        """Starts the process; `start` also waits until it answers. Sizes are in Neo4j's notation."""
        java = _java(version)
        if java is None:
            raise RuntimeError(f"Neo4j {version} needs Java {_java_release(version)} or later")
        class_path = f"{fetch(version, cache)}/*"
        self.password = secrets.token_hex(16)
        port = _free_port()
        self.uri = f"bolt://127.0.0.1:{port}"
        self._directory = tempfile.TemporaryDirectory(prefix="neo4j-")
        home = Path(self._directory.name)
        conf = home / "conf"
        conf.mkdir()
        (conf / "neo4j.conf").write_text(_SETTINGS.format(port=port, page_cache=page_cache))
        admin = "org.neo4j.cli.AdminTool"
        subprocess.run(
            [java, "-cp", class_path, admin, "dbms", "set-initial-password", self.password],
            env=os.environ | {"NEO4J_HOME": str(home), "NEO4J_CONF": str(conf)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        self._log = home / "server.log"
        server = [java, *_JVM_OPTIONS, f"-Xmx{heap}", "-cp", class_path, _main_class(version)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", _TIED_TO_STDIN, "sh", *server, f"--home-dir={home}", f"--config-dir={conf}"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the tests, whose fixtures still need the server while they end.
                start_new_session=True,
            )

    @classmethod
    def start(
        cls,
        version: str = DEFAULT_VERSION,
        cache: Path = CACHE,
        *,
        page_cache: str = PAGE_CACHE,
        heap: str = HEAP,
    ) -> Neo4jServer:
        """A server that answers over Bolt; fetches it first if `cache` lacks it.

        Raises RuntimeError, with the end of the server's log, when it ends or stays silent for
        STARTUP_SECONDS.
        """
        server = cls(version, cache, page_cache=page_cache, heap=heap)
        try:
            server._await_answer()
        except BaseException:
            server.stop()
            raise
        return server

    def stop(self) -> None:
        """Kills the server and removes its files."""
        # The watcher is of the same group: it goes too, and until then the group's id is ours.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()
        self._directory.cleanup()

    def wait(self) -> None:
        """Blocks until the server ends by itself."""
        self._process.wait()

    def _await_answer(self) -> None:
        answering = Retrying(
            retry=retry_if_exception_type((DriverError, Neo4jError)),
            wait=wait_fixed(0.1),
            stop=stop_after_delay(STARTUP_SECONDS),
            reraise=True,
        )
        with GraphDatabase.driver(self.uri, auth=(self.user, self.password)) as driver:
            try:
                for attempt in answering:
                    with attempt, driver.session(database=self.database) as session:
                        if self._process.poll() is not None:
                            raise RuntimeError(f"Neo4j ended at its start:\n{self._log_tail()}")
                        session.run("RETURN 1").consume()
            except (DriverError, Neo4jError) as error:
                raise RuntimeError(f"Neo4j does not answer:\n{self._log_tail()}") from error

    def _log_tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-30:])


def _jars(version: str, cache: Path) -> Path:
    return cache / version / "jars"


def _main_class(version: str) -> str:
    return f"org.neo4j.server.{'CommunityEntryPoint' if version.startswith('5.') else 'Neo4jCommunity'}"


def _java_release(version: str) -> int:
    return 17 if version.startswith("5.") else 21


@functools.cache
def _java(version: str) -> str | None:
    """The first Java of JAVA_HOME, PATH and Linux's usual place that is recent enough."""
    return next((java for java in _installed_javas() if _release_of(java) >= _java_release(version)), None)


def _installed_javas() -> Iterator[str]:
    if home := os.environ.get("JAVA_HOME"):
        yield f"{home}/bin/java"
    if java := shutil.which("java"):
        yield java
    yield from map(str, sorted(Path("/usr/lib/jvm").glob("*/bin/java")))


def _release_of(java: str) -> int:
    with contextlib.suppress(OSError):
        said = subprocess.run([java, "-version"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if release := re.search(r'version "(\d+)', said.stderr):
            return int(release[1])
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.neo4j", description=__doc__)
    parser.add_argument("--version", default=DEFAULT_VERSION, help="of Neo4j (default: %(default)s)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the jars are kept")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--check", action="store_true", help="only say what is missing to run it")
    only.add_argument("--fetch-only", action="store_true", help="only fetch the jars")
    options = parser.parse_args()
    if missing := missing_tools(options.version, options.cache):
        sys.exit(f"Neo4j {options.version} needs {missing}.")
    if options.check:
        return
    print(f"Neo4j {options.version}: jars in {fetch(options.version, options.cache)}", flush=True)
    if options.fetch_only:
        return
    server = Neo4jServer.start(options.version, options.cache)
    try:
        print("It answers. To run the tests on it (until it is interrupted here):")
        print(f"TEST_NEO4J_URI={server.uri} TEST_NEO4J_USER={server.user} \\")
        print(f"TEST_NEO4J_PASSWORD={server.password} make test", flush=True)
        server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


if __name__ == "__main__":
    main()
