"""What the `arcadedb-embedded` wheel brings, and how the server in it is launched."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gateway.errors import CommandError

HOST = "127.0.0.1"
USER = "root"
DATABASE = "identity"

_LOGGING = Path(__file__).with_name("logging.properties")


class EmbeddedServerError(CommandError):
    """The embedded graph server cannot run; the message says why and what to do, without secrets."""


@dataclass(frozen=True)
class Wheel:
    """The two things in the wheel that a launch needs: its Java runtime and its jars."""

    java: str
    jars: Path

    @classmethod
    def find(cls, package: Path | None = None) -> Wheel:
        """The installed wheel, or the one unpacked at `package`.

        Raises EmbeddedServerError when there is none, or when its Java cannot be executed here.
        """
        # Importing the package would start a Java machine inside the gateway.
        if package is None and (spec := find_spec("arcadedb_embedded")) is not None:
            package = Path(next(iter(spec.submodule_search_locations or ())))
        java = shutil.which("java", path=package / "jre" / "bin") if package is not None else None
        if package is None or java is None:
            raise EmbeddedServerError(
                "There is no embedded graph server here: the package arcadedb-embedded is made for Linux with"
                " glibc 2.35 or later (x86-64 and arm64), macOS (arm64) and Windows."
                " Install it, or set NEO4J_URI to use a Neo4j server."
            )
        return cls(java, package / "jars")

    def command(
        self, data_dir: Path, password_file: Path, *, bolt: int, http: int, heap: str, command_timeout: float
    ) -> list[str]:
        """The command line of a server on the ports `bolt` and `http` of the loopback interface.

        `heap` is in Java's notation (`2g`), and half of it holds pages of the graph's files, because what is
        not there is read anew at each look-up. `command_timeout` is in seconds. No secret is in it, for every
        user of the machine can read it.
        """
        properties: dict[str, object] = {
            "java.util.logging.config.file": _LOGGING,
            "arcadedb.installCustomFormatter": "false",
            "arcadedb.server.rootPath": data_dir / "server",
            "arcadedb.server.databaseDirectory": data_dir / "databases",
            "arcadedb.server.rootPasswordPath": password_file,
            "arcadedb.server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "arcadedb.bolt.host": HOST,
            "arcadedb.bolt.port": bolt,
            "arcadedb.server.httpIncomingHost": HOST,
            "arcadedb.server.httpIncomingPort": http,
            "arcadedb.server.httpWorkerThreads": 4,
            # 2 is a full flush of every commit; by default a power cut loses acknowledged ones.
            "arcadedb.txWalFlush": 2,
            "arcadedb.server.mode": "production",
            "arcadedb.command.timeout": round(command_timeout * 1000),
            "arcadedb.opencypher.loadCsv.allowFileUrls": "false",
            "arcadedb.opencypher.loadCsv.allowRemoteUrls": "false",
            "arcadedb.polyglotEngineEnabled": "false",
            "arcadedb.serverMetrics": "false",
        }
        if (megabytes := _megabytes(heap)) is not None:
            properties["arcadedb.maxPageRAM"] = megabytes // 2
        return [
            self.java,
            f"-Xmx{heap}",
            "-XX:MaxDirectMemorySize=256m",
            # A server short of memory limps on, answering some and failing others; a dead one is restarted.
            "-XX:+ExitOnOutOfMemoryError",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            str(self.jars / "*"),
            *(f"-D{name}={value}" for name, value in properties.items()),
            "com.arcadedb.server.ArcadeDBServer",
        ]


def _megabytes(heap: str) -> int | None:
    """None if that is no size: Java says so better."""
    found = re.fullmatch("([0-9]+)([mg])", heap)
    return None if found is None else int(found[1]) * (1_024 if found[2] == "g" else 1)
