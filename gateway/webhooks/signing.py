"""Signatures that tell a receiver who sent a webhook, after Standard Webhooks 1.0.0.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

from graph_model.errors import BadInput

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64
NEW_BYTES = 32


def new_secret() -> str:
    """A new random signing secret, serialised as `whsec_` and base64."""
    return PREFIX + b64encode(secrets.token_bytes(NEW_BYTES)).decode()


def parse_secret(secret: str) -> bytes:
    """The signing key in a serialised secret: 24 to 64 bytes. Raises BadInput (INVALID_SECRET) otherwise."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except ValueError:
        key = b""
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise BadInput(
            f"A signing secret is {PREFIX} and the base64 of {LEAST_BYTES} to {MOST_BYTES} random bytes.",
            code="INVALID_SECRET",
        )
    return key


def signed_headers(*secrets: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that identify and sign one attempt to send `body`, once with each secret: several while one
    follows another.

    `message_id` stays the same over attempts, `timestamp` is the attempt's, in seconds since 1970. Raises
    BadInput (INVALID_SECRET) for a malformed secret.
    """
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    signatures = (hmac.digest(parse_secret(secret), signed, hashlib.sha256) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{b64encode(signature).decode()}" for signature in signatures),
    }
