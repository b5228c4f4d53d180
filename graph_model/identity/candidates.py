"""Which records are compared: those that share a mark which not too many records hold.

A *mark* is a blocking key or an identifier. Whether a mark counts depends on how many records hold it now,
so the candidates of a record are a function of the set of records, never of the order they came in; a mark
that crosses its cap, either way, reopens what it held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

from graph_model.identity.matching.features import Features
from graph_model.identity.matching.keys import MOST_KINDS, key_sets

Mark: TypeAlias = tuple[int, int | str]
"""(slot, hash) of a blocking key, or (IDENTIFIER, the identifier's key)."""
Pair: TypeAlias = tuple[str, str]
"""The keys of two records, the lesser first."""
Holders: TypeAlias = frozenset[str] | None
"""The records that hold a mark; None if these are more than its cap."""

IDENTIFIER = -1
SLOTS = MOST_KINDS
"""Slots of a key set: one for each kind of blocking key that a ruleset may have."""
_SALT = 0x9E3779B97F4A7C15
_POSITIVE = 2**63 - 1


def sets_of_keys(features: Features, kinds: tuple[str, ...], generation: int) -> list[tuple[int | None, ...]]:
    """The record's sets of blocking keys in this generation, one hash a slot; a hash that an earlier set has
    in the same slot is left out, so that as many key sets hold it as records do."""
    seen: set[Mark] = set()
    sets: list[tuple[int | None, ...]] = []
    for keys in key_sets(features, kinds):
        kept: list[int | None] = []
        for slot, key in enumerate(keys):
            salted = None if key is None else (key + generation * _SALT) & _POSITIVE
            if salted is None or (slot, salted) in seen:
                kept.append(None)
            else:
                seen.add((slot, salted))
                kept.append(salted)
        if any(key is not None for key in kept):
            sets.append(tuple(kept))
    return sets


def marks_of(sets: Iterable[tuple[int | None, ...]], identifiers: Iterable[str]) -> frozenset[Mark]:
    """Everything by which the record may be found."""
    keys = ((slot, key) for keys in sets for slot, key in enumerate(keys) if key is not None)
    return frozenset([*keys, *((IDENTIFIER, key) for key in identifiers)])


@dataclass(frozen=True, slots=True)
class Caps:
    """How many records may hold a blocking key, or an identifier, for it to count."""

    key: int
    identifier: int

    def of(self, mark: Mark) -> int:
        """The cap of this mark."""
        return self.identifier if mark[0] == IDENTIFIER else self.key


@dataclass(slots=True)
class Census:
    """Who holds each mark that changed records hold or held, `before` and `after` the change."""

    caps: Caps
    before: dict[Mark, Holders] = field(default_factory=dict)
    after: dict[Mark, Holders] = field(default_factory=dict)

    def move(self, old: Mapping[str, frozenset[Mark]], new: Mapping[str, frozenset[Mark]]) -> set[Mark]:
        """Work out `after`, the marks of the changed records having gone from `old` to `new`. Returns the
        marks that have to be counted anew, because more than the cap held them and some let go."""
        gained: dict[Mark, set[str]] = {}
        lost: dict[Mark, set[str]] = {}
        for key in old.keys() | new.keys():
            was, now = old.get(key, frozenset()), new.get(key, frozenset())
            for mark in now - was:
                gained.setdefault(mark, set()).add(key)
            for mark in was - now:
                lost.setdefault(mark, set()).add(key)
        uncertain: set[Mark] = set()
        for mark, holders in self.before.items():
            if holders is None:
                self.after[mark] = None
                if mark in lost:
                    uncertain.add(mark)
                continue
            held = (holders - lost.get(mark, set())) | gained.get(mark, set())
            self.after[mark] = held if len(held) <= self.caps.of(mark) else None
        return uncertain

    def crossed(self) -> Iterator[tuple[Mark, frozenset[str]]]:
        """The marks that counted and count no longer, or the other way round, with those who held them while
        they counted."""
        for mark, after in self.after.items():
            before = self.before[mark]
            if (before is None) != (after is None):
                yield mark, (before if after is None else after) or frozenset()

    def pairs(self, subjects: Mapping[str, frozenset[Mark]]) -> dict[Pair, int]:
        """The pairs of each of the subjects with everybody who holds a mark of it that counts, each with the
        least slot of such a mark."""
        found: dict[Pair, int] = {}
        for key, marks in subjects.items():
            for mark in marks:
                slot = mark[0]
                for other in self.after.get(mark) or ():
                    if other != key:
                        pair = (key, other) if key < other else (other, key)
                        if found.get(pair, SLOTS) > slot:
                            found[pair] = slot
        return found

    def generic(self, marks: Iterable[Mark]) -> frozenset[str]:
        """The identifiers among the marks that too many records carry to say who somebody is."""
        return frozenset(
            str(value)
            for slot, value in marks
            if slot == IDENTIFIER and self.after.get((slot, value)) is None
        )


def pairs_among(holders: Iterable[str]) -> Iterator[Pair]:
    """Every pair of them."""
    return combinations(sorted(holders), 2)
