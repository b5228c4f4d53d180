"""A receiver of the gateway's webhooks, of Python's standard library alone.

    WEBHOOK_SECRET=whsec_… python docs/receiver.py 9000 taken.sqlite

It answers 401 to what the gateway did not sign, and takes each event once, however often it comes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

TOLERANCE = 300
"""Seconds by which the sender's clock may differ: what is older may be a recording."""


def is_genuine(secret: str, headers: Any, body: bytes) -> bool:
    """Whether the gateway signed this, as https://www.standardwebhooks.com says."""
    id_, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not moment.isdecimal() or abs(time.time() - int(moment)) > TOLERANCE:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((id_.encode(), moment.encode(), body))
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    # While a secret is replaced there are two signatures, and either will do.
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(f"v1,{expected}".encode(), each.encode()) for each in given)


class Receiver(BaseHTTPRequestHandler):
    """Takes events."""

    secret = os.environ.get("WEBHOOK_SECRET", "")
    taken: sqlite3.Connection

    def do_POST(self) -> None:
        """Take one event."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(self.secret, self.headers, body):
            self._answer(401)
            return
        # What is done and that it was done are one transaction: else a crash between the two would lose the
        # event, or do it twice.
        with self.taken:
            try:
                self.taken.execute("INSERT INTO taken VALUES (?)", (self.headers["webhook-id"],))
            except sqlite3.IntegrityError:
                pass  # It came before.
            else:
                react(json.loads(body))
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()


def react(event: dict[str, Any]) -> None:
    """What is to be done: ask the gateway for the individual, if more is needed than the event says."""
    print(event["type"], event.get("subject"), event["sequence"], flush=True)


if __name__ == "__main__":
    port, file = int(sys.argv[1]), sys.argv[2]
    Receiver.taken = sqlite3.connect(file)
    Receiver.taken.execute("CREATE TABLE IF NOT EXISTS taken (id TEXT PRIMARY KEY)")
    HTTPServer(("127.0.0.1", port), Receiver).serve_forever()
