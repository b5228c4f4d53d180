"""How much memory the embedded graph may take where nobody says."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where a container finds its limit, by version of Linux's control groups."""
_LEAST, _MOST = 1_024, 16_384
_USUAL = 2_048


def default_heap(limits: Iterable[Path] = _LIMITS) -> str:
    """A quarter of the memory of the machine or of the container, 1 to 16 GB, in Java's notation; 2 GB where
    the system does not say how much there is."""
    known = [int(text) for path in limits if (text := _read(path)).isdigit()]
    with suppress(AttributeError, ValueError, OSError):
        known.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    megabytes = min(known) // 4 // 1_048_576 if known else _USUAL
    return f"{min(max(megabytes, _LEAST), _MOST)}m"


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
