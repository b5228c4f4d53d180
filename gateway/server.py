"""Serving: uvicorn, with an end in good order."""

from __future__ import annotations

import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from gateway.running import Gateway
from gateway.settings import Settings

COLLECTED_AFTER = 10_000
"""Containers made, less those freed, after which the youngest are looked through for garbage."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class GatewayServer(uvicorn.Server):
    """A uvicorn server that drains the gateway before it closes.

    At SIGTERM or SIGINT: not ready, sockets closed with 1001, batches finished, all within the setting
    `shutdown_seconds`. A second SIGINT ends at once.
    """

    def __init__(self, gateway: Gateway, settings: Settings, *, on_started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                gateway.app,
                ws="websockets-sansio",
                ws_max_size=settings.max_body_bytes,
                ws_ping_interval=None,
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                # The gateway has drained by then: this is for what did not end in time.
                timeout_graceful_shutdown=1,
            )
        )
        self._gateway = gateway
        self._deadline = settings.shutdown_seconds
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        _spare_the_collector()
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then close."""
        await self._gateway.drain(self._deadline)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike uvicorn's own, does not raise the signal again at the end: there is more to close."""
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _spare_the_collector() -> None:
    """Let the garbage collector look at what requests leave behind, seldom, and at nothing else.

    What was made by now (schema, types, modules) stays as long as the process. An answer is thousands of
    lists at a time, all of them alive and none in a cycle: with Python's threshold of 700 the collector walks
    through them again and again, for half of the time that a long page takes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, 20, 20)


def bind(settings: Settings) -> socket.socket:
    """The address to serve on, taken but not yet listened at. Raises OSError if it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    taken = socket.socket(family)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, sys.platform != "win32")
        taken.bind((settings.host, settings.port))
    except OSError:
        taken.close()
        raise
    return taken


def url_of(taken: socket.socket) -> str:
    """Where what is served on it is reached."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
