"""Checksums in headers: `Content-Digest` of RFC 9530, and `Digest` of RFC 3230, which it replaced."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from graph_model.errors import BadInput

_FORMS = {
    "content-digest": re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):"),
    "digest": re.compile(r"(?:^|,)\s*sha-256=([A-Za-z0-9+/=]+)", re.IGNORECASE),
}
_BYTES = 32


def claimed_sha256(headers: Mapping[str, str]) -> str | None:
    """The SHA-256, in hexadecimal, that a sender says its body has; None if it says nothing. Raises BadInput
    for a header that says it otherwise: what is claimed must be checked."""
    claims = {_read(name, form, headers[name]) for name, form in _FORMS.items() if name in headers}
    if len(claims) > 1:
        raise BadInput("The checksums contradict each other.", code="CHECKSUM_MISMATCH")
    return claims.pop() if claims else None


def digest_field(sha256: str) -> str:
    """The value of `Content-Digest` or `Repr-Digest` for a SHA-256 in hexadecimal."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def _read(name: str, form: re.Pattern[str], value: str) -> str:
    if (found := form.search(value)) is not None:
        try:
            digest = base64.b64decode(found[1], validate=True)
        except binascii.Error:
            digest = b""
        if len(digest) == _BYTES:
            return digest.hex()
    raise BadInput(f"{name} must hold a sha-256 in base64.", code="INVALID_CHECKSUM")
