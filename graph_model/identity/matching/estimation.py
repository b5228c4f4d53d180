"""Expectation maximisation: how probable each level is in each class, learned from pairs without labels.

A mixture of three classes, match, household and unrelated, whose attributes are independent within a class
(Fellegi and Sunter 1969; EM after Winkler 1988 and Jaro 1989). All pairs of the records are modelled; those
that are no candidates are taken as unrelated. What unrelated pairs look like comes from pairs drawn at
random and is not moved by EM. Every probability is pulled towards where it began, as if by pairs already
seen, and matches disagree no more often than a cap: unanchored, EM finds some other mixture.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int8]

ROUNDS: Final = 25
ANCHOR_MATCH: Final = 150.0
MOST_HOUSEHOLD_PRIOR: Final = 6.0
"""Bits: households are there, even where few are seen."""
ANCHOR_HOUSEHOLDS: Final = 75.0
ANCHOR_UNRELATED: Final = 400.0
HELD: Final = 0.1
"""The part of a match's probabilities that stays as it began, however much is seen."""
ALIKE: Final = {"email": ("email_given_name",), "email_given_name": ("email",)}
"""Attributes that are one to a match, and differ in what unrelated pairs look like."""
LEAST: Final = 1e-6
"""The least probability of a level."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Compared pairs: by attribute the level of each (-1: not known on both sides), and what frequencies add
    to the weight of each against unrelated, in bits."""

    levels: dict[str, Levels]
    adjustment: Floats

    @property
    def size(self) -> int:
        """How many pairs."""
        return len(self.adjustment)


@dataclass(frozen=True, slots=True)
class Model:
    """Probabilities of levels by attribute in the three classes, and of how many pairs are matches and
    households among all."""

    match: dict[str, Floats]
    household: dict[str, Floats]
    unrelated: dict[str, Floats]
    matches: float
    households: float
    pairs: float

    @property
    def prior(self) -> float:
        """log2 odds of a match against unrelated."""
        return float(np.log2(self.matches / max(self.pairs - self.matches, 1.0)))

    @property
    def household_prior(self) -> float:
        """log2 odds of a match against a household, pulled towards even."""
        odds = (self.matches + ANCHOR_HOUSEHOLDS) / (self.households + ANCHOR_HOUSEHOLDS)
        return min(float(np.log2(odds)), MOST_HOUSEHOLD_PRIOR)


def random_levels(observed: Observed, start: Mapping[str, Floats], moved: Sequence[str]) -> dict[str, Floats]:
    """How probable each level is among unrelated, from pairs drawn at random, for attributes in `moved`."""
    found = dict(start)
    for attribute in moved:
        levels = observed.levels.get(attribute)
        if levels is not None:
            counts = np.bincount(levels[levels >= 0], minlength=len(start[attribute])).astype(np.float64)
            weight = max(ANCHOR_UNRELATED, counts.sum() * 0.2)
            found[attribute] = _normalised(counts + weight * start[attribute])
    return found


def estimate(
    observed: Observed, start: Model, caps: Mapping[str, float], scale: float, held: Collection[str]
) -> Model:
    """The model after EM on candidate pairs, each of which stands for `scale` of them. `caps` limit how often
    matches disagree, by attribute; the attributes `held` stay as they are."""
    model = start
    for _ in range(ROUNDS):
        match, household = posterior(observed, model)
        seen: dict[str, Floats] = {}
        new_match = dict(model.match)
        for attribute, levels in observed.levels.items():
            seen[attribute] = _counted(levels, match, len(start.match[attribute]))
        for attribute, counts in seen.items():
            if attribute in held:
                continue
            together = sum((seen[name] for name in ALIKE.get(attribute, ()) if name in seen), counts)
            learned = _normalised(together + ANCHOR_MATCH * start.match[attribute])
            kept = (1 - HELD) * learned + HELD * start.match[attribute]
            new_match[attribute] = _capped(kept, caps.get(attribute, 1.0))
        model = Model(
            new_match,
            start.household,
            start.unrelated,
            max(float(match.sum()) * scale, 1.0),
            max(float(household.sum()) * scale, 1.0),
            model.pairs,
        )
    return model


def posterior(observed: Observed, model: Model) -> tuple[Floats, Floats]:
    """The probability of each pair to be a match, and to be of one household."""
    against_unrelated = np.full(observed.size, model.prior) + observed.adjustment
    against_household = np.full(observed.size, model.household_prior)
    for attribute, levels in observed.levels.items():
        for table, total in (
            (model.unrelated[attribute], against_unrelated),
            (model.household[attribute], against_household),
        ):
            ratio = np.append(np.log2(model.match[attribute] / table), 0.0)
            total += ratio[levels]
    unrelated = np.exp2(np.clip(-against_unrelated, -60, 60))
    household = np.exp2(np.clip(-against_household, -60, 60))
    total = 1.0 + unrelated + household
    return 1.0 / total, household / total


def _counted(levels: Levels, weights: Floats, size: int) -> Floats:
    known = levels >= 0
    counts = np.bincount(levels[known], weights=weights[known], minlength=size)
    return np.asarray(counts, dtype=np.float64)


def _normalised(counts: Floats) -> Floats:
    shares = np.maximum(counts / counts.sum(), LEAST)
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _capped(shares: Floats, cap: float) -> Floats:
    """The last level has at most this share; the others share what it loses."""
    if shares[-1] <= cap:
        return shares
    others = shares[:-1] * ((1.0 - cap) / shares[:-1].sum())
    return np.append(others, cap)
