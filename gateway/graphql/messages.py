"""A request and its answer, as the endpoints of GraphQL read and send them.

Starlette's would do as well, but its headers are searched, decoded and encoded anew whenever one of them is
asked for, and that takes as long as a short operation does.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Receive, Scope, Send


class Incoming(Request):
    """A request. `fields` are its headers by their names in lower case; one that was sent several times has
    all of its values, as a list (RFC 9110, section 5.3)."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self.fields: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            self.fields[name] = f"{self.fields[name]}, {value}" if name in self.fields else value


@dataclass(slots=True)
class Answer:
    """A finished answer, an ASGI application that sends it. The names of `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    def vary(self, name: str) -> None:
        """Says that the answer depends on that header of the request."""
        self.headers["vary"] = f"{self.headers['vary']}, {name}" if "vary" in self.headers else name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.encode(), value.encode("latin-1")) for name, value in self.headers.items()]
        if self.status != 304:
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
