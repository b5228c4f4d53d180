"""Ids that are opaque, sort by the time they were made, and carry their type."""

from __future__ import annotations

import uuid_utils


def new_id(prefix: str) -> str:
    """A new id such as `ind_0198…`: the type's prefix and the hexadecimal form of a UUIDv7 (RFC 9562)."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"
