"""Whether a ruleset's frequencies still are those of the records: a pure comparison of tables.

Two measures for each table. *Divergence* is the Jensen-Shannon divergence (Lin 1991), from 0 (alike) to 1
bit, over the values that either side has most of and all others as one. It sees that the people have become
others, and hardly that one value was rare and is common now: therefore *risen* counts the values whose share
is many times what the ruleset believes, which it takes for evidence and which may be a call centre's number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import nlargest
from math import log2

from graph_model.identity.rulesets.model import FrequencyTable

COMMON = 200
"""The most common values of either side that are compared one by one."""
LEAST_TOTAL = 1_000
"""A table of fewer live values is not compared: it differs by chance."""
DIVERGED = 0.1
"""Divergence, in bits, from which on a table counts as another."""
RISEN_TIMES, RISEN_COUNT = 10.0, 20
"""A value has risen if its share is so many times what it was, and so many carry it."""
GROWN = 4.0
"""A trained ruleset is out of date when there are so many times the records that it was trained on."""


@dataclass(frozen=True, slots=True)
class TableChange:
    """How one table differs: divergence in bits, and how many values have risen."""

    table: str
    divergence: float
    risen: int


@dataclass(frozen=True, slots=True)
class Staleness:
    """How the live records differ from what the ruleset knows: tables that differ, and how many times as
    many records there are as it was trained on (None: it was trained on none)."""

    changes: tuple[TableChange, ...]
    growth: float | None

    @property
    def is_stale(self) -> bool:
        """Whether a new version is due."""
        return bool(self.changes) or (self.growth is not None and self.growth >= GROWN)


def compare(
    frozen: Mapping[str, FrequencyTable],
    live: Mapping[str, FrequencyTable],
    *,
    records: int,
    trained_on: int | None,
) -> Staleness:
    """How the live tables differ from the frozen ones; a table that only one side has is not compared."""
    changes = []
    for name in sorted(frozen.keys() & live.keys()):
        if live[name].total >= LEAST_TOTAL:
            change = TableChange(name, divergence(frozen[name], live[name]), risen(frozen[name], live[name]))
            if change.divergence >= DIVERGED or change.risen:
                changes.append(change)
    return Staleness(tuple(changes), records / trained_on if trained_on else None)


def divergence(one: FrequencyTable, other: FrequencyTable) -> float:
    """The Jensen-Shannon divergence of two tables, in bits: 0 to 1, whichever comes first."""
    values = set(_common(one)) | set(_common(other))
    found, rest_one, rest_other = 0.0, 1.0, 1.0
    for value in sorted(values):
        p, q = _share(one, value), _share(other, value)
        rest_one, rest_other = rest_one - p, rest_other - q
        found += _term(p, q)
    return max(0.0, found + _term(max(0.0, rest_one), max(0.0, rest_other)))


def risen(frozen: FrequencyTable, live: FrequencyTable) -> int:
    """How many values are common now and were not."""
    return sum(
        count >= RISEN_COUNT and _share(live, value) >= RISEN_TIMES * _share(frozen, value, absent=1)
        for value, count in live.counts.items()
    )


def _common(table: FrequencyTable) -> list[str]:
    return nlargest(COMMON, table.counts, key=lambda value: (table.counts[value], value))


def _share(table: FrequencyTable, value: str, *, absent: int = 0) -> float:
    return min(1.0, table.counts.get(value, absent) / max(table.total, 1))


def _term(p: float, q: float) -> float:
    middle = (p + q) / 2
    return sum(share / 2 * log2(share / middle) for share in (p, q) if share > 0)
