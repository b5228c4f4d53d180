"""The short way to what is asked for most."""

from __future__ import annotations

import re
from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send


class Shortcut:
    """An ASGI application: a POST to `path` that no web page sent goes straight to `endpoint`, all else
    to `app`.

    On its way through `app` a request passes routes, and middlewares that look after browsers and foreign
    names. They take as long as a short operation does, and for these requests would do nothing: a page's POST
    names its Origin, and `hosts` are the names that the gateway may be called by, or None for any.
    """

    def __init__(
        self, app: ASGIApp, path: str, endpoint: ASGIApp, *, hosts: Collection[str] | None = None
    ) -> None:
        self._app = app
        self._path = path
        self._endpoint = endpoint
        names = "|".join(re.escape(host) for host in hosts) if hosts is not None else ".*"
        self._host = re.compile(rf"({names})(:\d+)?".encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._endpoint if self._is_plain(scope) else self._app)(scope, receive, send)

    def _is_plain(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] != "POST":
            return False
        named = False
        for name, value in scope["headers"]:
            if name == b"origin":
                return False
            if name == b"host":
                if not self._host.fullmatch(value):
                    return False
                named = True
        return named
