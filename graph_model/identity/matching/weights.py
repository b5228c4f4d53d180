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

LEAST_FREQUENCY = 5e-6
"""No value counts as rarer than this, however many are known: slips and shared values are no rarer."""


SLIP = 6 * BIT
"""How much rarer a name must be than another to be a slip of it, where both are listed."""


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
        self._shares: dict[str, tuple[float, ...]] = {}
        self._adjusted: dict[str, tuple[dict[str, int], int]] = {}
        self._partial: dict[str, tuple[dict[str, int], int]] = {}
        for comparison in ruleset.comparisons:
            names = tuple(level.name for level in comparison.levels)
            if LEVELS.get(comparison.attribute) != names:
                raise ValueError(f"levels of {comparison.attribute}")
            levels = comparison.levels
            self.unrelated[comparison.attribute] = tuple(bits(x.match, x.unrelated) for x in levels)
            self.household[comparison.attribute] = tuple(bits(x.match, x.household) for x in levels)
            shares = tuple(x.frequency_share for x in levels)
            self._shares[comparison.attribute] = shares
            for name, adjusted, usual in (
                (comparison.frequencies, self._adjusted, levels[0].unrelated),
                (comparison.partial_frequencies, self._partial, None),
            ):
                table = ruleset.frequencies.get(name or "")
                if table is not None:
                    adjusted[comparison.attribute] = _adjustments(table, usual or repeated(table))

    def adjustment(self, attribute: str, level: int, one: str, other: str) -> int:
        """What the frequency of the value (or of its part) adds; of unlike values the commoner counts."""
        shares = self._shares.get(attribute)
        if shares is None or not shares[level]:
            return 0
        entry = self._adjusted.get(attribute)
        if level and attribute in self._partial:
            entry = self._partial[attribute]
            one, other = one.rpartition("@")[2], other.rpartition("@")[2]
        if entry is None:
            return 0
        counts, absent = entry
        adjustment = counts.get(one, absent)
        return int(shares[level] * min(adjustment, counts.get(other, absent))) if level else adjustment

    def both_common(self, attribute: str, one: str, other: str) -> bool:
        """Whether both are listed by the attribute's table, and neither could be a slip of the other."""
        counts, _ = self._adjusted.get(attribute, ({}, 0))
        first, second = counts.get(one), counts.get(other)
        return first is not None and second is not None and abs(first - second) <= SLIP

    def of(self, found: Iterable[_Found]) -> int:
        """What findings weigh against unrelated, without the prior."""
        unrelated = self.unrelated
        return sum(unrelated[x.attribute][x.level] + x.adjustment for x in found)


def bits(match: float, other: float) -> int:
    """log2 of the ratio, in thousandths of a bit."""
    return round(BIT * log2(match / other))


def _adjustments(table: FrequencyTable, usual: float) -> tuple[dict[str, int], int]:
    def of(count: int) -> int:
        return bits(usual, max(LEAST_FREQUENCY, min(1.0, (count + 1) / (table.total + 1))))

    return {value: of(count) for value, count in table.counts.items()}, of(1)


def repeated(table: FrequencyTable) -> float:
    """The probability that two values drawn from the table are the same."""
    return max(sum((count / table.total) ** 2 for count in table.counts.values()), 1 / table.total)
