"""A trace: what business objects of one type carry alike, and which of it says whose they are.

A thousand visits of one browser, or orders of one customer, are one trace. Whose they are is decided for the
trace, not for each of them: what a change of ownership costs does not depend on how much was done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trace:
    """A type of business objects (canonical name), and identifiers by key, the strongest first."""

    object_type: str
    identifiers: tuple[str, ...]

    @property
    def key(self) -> str:
        """What is unique in the graph; identifiers themselves are too long for an index."""
        said = "\n".join((self.object_type, *self.identifiers))
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Decision:
    """The identifier that a trace `leads_to`, which belongs to somebody; None if nothing of it does. It
    `awaits` those that would take over if they came to belong to somebody."""

    leads_to: str | None
    awaits: tuple[str, ...]


def decide(identifiers: tuple[str, ...], owned: Container[str]) -> Decision:
    """The strongest identifier that belongs to somebody decides, and it awaits all that are stronger."""
    for place, key in enumerate(identifiers):
        if key in owned:
            return Decision(key, identifiers[:place])
    return Decision(None, identifiers)
