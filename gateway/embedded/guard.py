"""A small process between the gateway and its graph server, so that neither outlives the other unseen.

    python guard.py DATA_DIR COMMAND...

Its standard input is a pipe from the gateway. When that ends, however the gateway came to its end, the
guard stops the server; when the server ends, the guard ends with the server's status. It holds
`server.lock` in DATA_DIR until the server is gone, and writes the server's process id to `server.pid`.

It runs as a file, and so imports nothing of the gateway: it starts fast and needs no import path.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

LOCK_TIMEOUT = 30.0
"""Seconds to wait for the server of a killed gateway to be gone."""

STOP_GRACE = 10.0
"""Seconds a server has to stop by itself before it is killed."""

_PR_SET_PDEATHSIG = 1


def main(data_dir: Path, command: list[str]) -> int:
    """Run `command` until it ends or the gateway is gone; returns the status to exit with."""
    # A terminal's Ctrl-C and a service manager's SIGTERM reach the whole group: the gateway finishes its
    # work first and then closes the pipe. Handlers, unlike SIG_IGN, are not inherited by the server.
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, lambda *_: None)
    os.umask(0o077)
    gateway_gone = threading.Event()
    threading.Thread(target=_watch_gateway, args=(gateway_gone,), daemon=True).start()
    try:
        lock = FileLock(data_dir / "server.lock").acquire(LOCK_TIMEOUT, cancel_check=gateway_gone.is_set)
    except Timeout:
        print(f"The server before this one still runs in {data_dir}", file=sys.stderr)
        return 1
    with lock:
        return _run(data_dir / "server.pid", command, gateway_gone)


def _run(pid_file: Path, command: list[str], gateway_gone: threading.Event) -> int:
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_the_guard())
    pid_file.write_text(str(server.pid))
    threading.Thread(target=_stop, args=(server, gateway_gone), daemon=True).start()
    status = server.wait()
    pid_file.unlink()
    return status if status >= 0 else 128 - status


def _watch_gateway(gateway_gone: threading.Event) -> None:
    while os.read(0, 1):
        pass
    gateway_gone.set()


def _stop(server: subprocess.Popen[bytes], gateway_gone: threading.Event) -> None:
    gateway_gone.wait()
    server.terminate()
    try:
        server.wait(STOP_GRACE)
    except subprocess.TimeoutExpired:
        server.kill()


def _die_with_the_guard() -> Callable[[], None] | None:
    """What the child does before it becomes the server; None where the platform has nothing of the kind."""
    if sys.platform != "linux":
        return None
    libc, guard = ctypes.CDLL(None), os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard:
            os._exit(1)

    return ask_the_kernel


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
