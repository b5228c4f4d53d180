"""Short names for what is measured, and never too many of them."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256

OTHER = "other"
MAX_LENGTH = 64

_TARGETS = re.compile(r"\b(MATCH|MERGE|CREATE)\s*\(\s*\w*\s*:\s*(\w+)")


class Names:
    """Lets the first `limit` different names pass, cut to 64 characters; every later one is `other`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: set[str] = set()

    def of(self, name: str) -> str:
        """The name, or `other`."""
        name = name[:MAX_LENGTH]
        if name not in self._known:
            if len(self._known) >= self._limit:
                return OTHER
            self._known.add(name)
        return name


@lru_cache(maxsize=1_000)
def statement_name(text: str) -> str:
    """What a statement is called: what it begins with, and eight hexadecimal digits of its SHA-256, such as
    `MATCH Individual 0f3a9c1e`."""
    found = _TARGETS.search(text)
    beginning = f"{found[1]} {found[2]}" if found else (text.split(maxsplit=1) or [""])[0]
    return f"{beginning[: MAX_LENGTH - 9]} {sha256(text.encode()).hexdigest()[:8]}"
