"""What levels and frequencies weigh under a ruleset, in thousandths of a bit.

A level weighs log2(m / u): how much more probable it is in a pair of one class than in a pair of another
(Fellegi and Sunter 1969). Agreement on a rare value weighs more and on a common one less: the probability
that two unrelated records agree is replaced by the frequency of the value that they agree on (Winkler 1989).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log2
from typing import Protocol

from graph_model.identity.matching.comparisons import LEVELS
from graph_model.identity.rulesets.model import BIT, FrequencyTable, Ruleset

LEAST_ADJUSTMENT, MOST_ADJUSTMENT = -8 * BIT, 8 * BIT
"""How far the frequency of a value can move a weight."""


class _Found(Protocol):
    @property
    def attribute(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def adjustment(self) -> int: ...


class Weights:
    """A ruleset's weights, by attribute and level."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.unrelated: dict[str, tuple[int, ...]] = {
            name: (0,) * len(levels) for name, levels in LEVELS.items()
        }
        self.household = dict(self.unrelated)
        self._adjusted: dict[str, tuple[dict[str, int], int, tuple[float, ...]]] = {}
        for comparison in ruleset.comparisons:
            names = tuple(level.name for level in comparison.levels)
            if LEVELS.get(comparison.attribute) != names:
                raise ValueError(f"levels of {comparison.attribute}")
            levels = comparison.levels
            self.unrelated[comparison.attribute] = tuple(bits(x.match, x.unrelated) for x in levels)
            self.household[comparison.attribute] = tuple(bits(x.match, x.household) for x in levels)
            table = ruleset.frequencies.get(comparison.frequencies or "")
            if table is not None:
                counts, absent = _adjustments(table, levels[0].unrelated)
                shares = (1.0, *(x.frequency_share for x in levels[1:]))
                self._adjusted[comparison.attribute] = counts, absent, shares

    def adjustment(self, attribute: str, level: int, one: str, other: str) -> int:
        """What the frequency of the value adds; of two unlike values the commoner counts."""
        entry = self._adjusted.get(attribute)
        if entry is None:
            return 0
        counts, absent, shares = entry
        share = shares[level]
        if not share:
            return 0
        adjustment = counts.get(one, absent)
        if level:
            adjustment = int(share * min(adjustment, counts.get(other, absent)))
        return adjustment

    def of(self, found: Iterable[_Found]) -> int:
        """What findings weigh against unrelated, without the prior."""
        unrelated = self.unrelated
        return sum(unrelated[x.attribute][x.level] + x.adjustment for x in found)


def bits(match: float, other: float) -> int:
    """log2 of the ratio, in thousandths of a bit."""
    return round(BIT * log2(match / other))


def _adjustments(table: FrequencyTable, usual: float) -> tuple[dict[str, int], int]:
    def of(count: int) -> int:
        adjustment = bits(usual, min(1.0, (count + 1) / (table.total + 1)))
        return max(LEAST_ADJUSTMENT, min(MOST_ADJUSTMENT, adjustment))

    return {value: of(count) for value, count in table.counts.items()}, of(1)
