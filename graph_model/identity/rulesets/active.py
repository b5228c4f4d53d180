"""The ruleset that decides now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graph_model.graph import Transaction
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.scoring import Scorer
from graph_model.identity.rulesets.model import Ruleset


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ruleset ready for use: its version, the generation of its blocking keys, and its scorer."""

    version: int
    generation: int
    ruleset: Ruleset
    scorer: Scorer


@dataclass(frozen=True, slots=True)
class Active:
    """What decides: the `current` ruleset."""

    current: Loaded


@cache
def _default() -> Active:
    return Active(Loaded(1, 1, DEFAULT, Scorer(DEFAULT)))


async def active(transaction: Transaction) -> Active:
    """The ruleset that decides."""
    return _default()
