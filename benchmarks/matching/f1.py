"""How right a partition is: precision, recall and F1 over pairs of records; and whether two are the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairs that were joined, that ought to be, and that are both."""

    joined: int
    true: int
    right: int

    @property
    def precision(self) -> float:
        """How many of the joined pairs are right; 1 where nothing was joined."""
        return self.right / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        """How many of the true pairs were joined; 1 where there are none."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        together = self.joined + self.true
        return 2 * self.right / together if together else 1.0


def quality(parts: Iterable[Collection[str]], truth: Mapping[str, str]) -> Quality:
    """What a partition of records is worth. A record that `truth` names and no part holds is alone; one that
    it does not name counts for nothing."""
    joined = right = 0
    for part in parts:
        known = [truth[record] for record in part if record in truth]
        joined += _pairs(len(known))
        right += sum(map(_pairs, Counter(known).values()))
    return Quality(joined, sum(map(_pairs, Counter(truth.values()).values())), right)


def digest(parts: Iterable[Collection[str]]) -> str:
    """The same for the same partition, whatever its order."""
    lines = sorted("\x1f".join(sorted(part)) for part in parts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
