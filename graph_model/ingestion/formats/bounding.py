"""A process that reads what strangers made, in no more memory than it should need."""

from __future__ import annotations

import sys

MOST = 1_000_000_000
"""Bytes of memory, far more than the reading of any honest file takes."""


def bound_memory(most: int = MOST) -> None:
    """Let this process have no more memory for data than this, so that what asks for more fails; it must be
    one that does nothing else. Where the system knows no such bound, nothing happens."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))
