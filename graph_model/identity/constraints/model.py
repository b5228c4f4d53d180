"""A constraint: a steward's decision that source records are one party, or that they never are.

It holds between pairs of records, not between individuals: those come and go as evidence does, and a
record's place among them with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Pair: TypeAlias = tuple[str, str]
"""Two records by key, the lesser first."""


class ConstraintKind(StrEnum):
    """What a constraint says of its pairs."""

    ALWAYS_LINK = "ALWAYS_LINK"
    """They are one party, whatever they weigh."""
    NEVER_LINK = "NEVER_LINK"
    """They are never one party, neither directly nor through others."""


class ConstraintCause(StrEnum):
    """What a steward did that set a constraint."""

    MERGE = "MERGE"
    UNMERGE = "UNMERGE"
    SPLIT = "SPLIT"
    LINK = "LINK"
    REVIEW = "REVIEW"
    CORRECTION = "CORRECTION"
    """A steward's correction, which is a record of its own, tied to one of the individual's."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One decision, with every pair that it binds. `retired` are the ids of individuals that a merge gave up,
    by which it can be undone. While it holds, the three that say how it ended are None."""

    id: str
    kind: ConstraintKind
    cause: ConstraintCause
    reason: str
    actor: str
    since: str
    pairs: tuple[Pair, ...]
    retired: tuple[str, ...] = ()
    until: str | None = None
    ended_by: str | None = None
    end_reason: str | None = None

    @property
    def records(self) -> tuple[str, ...]:
        """The keys of the records that it binds, in order."""
        return tuple(sorted({key for pair in self.pairs for key in pair}))


@dataclass(frozen=True, slots=True)
class Bond:
    """One pair under one constraint that holds; `id` is the constraint's."""

    pair: Pair
    kind: ConstraintKind
    id: str


@dataclass(frozen=True, slots=True)
class Among:
    """The pairs that constraints bind, each once however many bind it."""

    always: frozenset[Pair] = frozenset()
    never: frozenset[Pair] = frozenset()


def pair_of(one: str, other: str) -> Pair:
    """The two keys in order."""
    return (one, other) if one < other else (other, one)


def among(bonds: Iterable[Bond]) -> Among:
    """The pairs of the bonds by kind."""
    bonds = list(bonds)
    always, never = (
        frozenset(bond.pair for bond in bonds if bond.kind is kind)
        for kind in (ConstraintKind.ALWAYS_LINK, ConstraintKind.NEVER_LINK)
    )
    return Among(always, never)
