"""Who asks: the principal that goes with every operation, and the scopes it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a principal may do; every field of the schema names the one that it asks for."""

    PROFILE_READ = "profile:read"
    PROFILE_PII = "profile:pii"
    PROFILE_LOOKUP = "profile:lookup"
    INGEST = "ingest"
    SOURCE_MANAGE = "source:manage"
    STEWARD = "steward"
    INSIGHT_MANAGE = "insight:manage"
    SEGMENT_MANAGE = "segment:manage"
    ACTION_MANAGE = "action:manage"
    PRIVACY = "privacy"
    METADATA_READ = "metadata:read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that sends operations; `id` is what the graph stores as the actor."""

    id: str
    kind: str
    scopes: frozenset[Scope]


DEVELOPMENT = Principal(id="development", kind="development", scopes=frozenset(Scope))
"""The principal of every operation until access control exists: it may do everything."""
