"""Which ruleset decides, as a write sees it: the active one and, while another is activated, that one too.

What the graph says is read in every transaction, so all gateway processes change over with the same commit.
What a version consists of never changes once it counts, so it is kept in the process, by its digest.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from typing import LiteralString, Self

from graph_model.filters.model import Filter
from graph_model.graph import Transaction
from graph_model.identity.matching.features import Features
from graph_model.identity.matching.scoring import Scorer
from graph_model.identity.rulesets import store
from graph_model.identity.rulesets.model import Ruleset
from graph_model.identity.rulesets.record_filter import keeps_out, read_filter

_KEPT = 4

_STATE: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
RETURN [s.active, s.digest, s.generation, s.next, s.nextDigest, s.nextGeneration, s.phase]
"""

_known: OrderedDict[str, tuple[Ruleset, Scorer, Filter | None]] = OrderedDict()


class Phase(StrEnum):
    """How far an activation is. Until CUTOVER the active version decides, and what is written is prepared for
    the next one as well; in CUTOVER whatever a write touches is cut over first, and the next one decides."""

    KEYS = "KEYS"
    EDGES = "EDGES"
    CUTOVER = "CUTOVER"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version with its scorer. `generation` is of the KeySets that its candidates are found by: versions
    with the same kinds of key share them. `kept_out` is its record filter."""

    version: int
    generation: int
    ruleset: Ruleset
    scorer: Scorer
    kept_out: Filter | None = None

    @classmethod
    def of(cls, version: int, generation: int, ruleset: Ruleset) -> Self:
        """The version with what is worked out of it once."""
        return cls(version, generation, *_worked_out(ruleset))

    def keeps_out(self, record: Features) -> bool:
        """Whether the record filter lets this record take no part in matching."""
        return self.kept_out is not None and keeps_out(self.kept_out, record)


@dataclass(frozen=True, slots=True)
class Active:
    """The version that counts, and the one that is being activated, with its phase."""

    current: Loaded
    next: Loaded | None = None
    phase: Phase | None = None

    @property
    def deciding(self) -> Loaded:
        """The version by which a write decides."""
        return self.next if self.next is not None and self.phase is Phase.CUTOVER else self.current


async def active(transaction: Transaction) -> Active:
    """What counts at this moment. A writer asks after it has taken a lock of resolution: a change of phase
    takes them all."""
    version, digest, generation, next_version, next_digest, next_generation, phase = await transaction.run(
        _STATE
    )
    current = await _loaded(transaction, version, digest, generation)
    if next_version is None:
        return Active(current)
    following = await _loaded(transaction, next_version, next_digest, next_generation)
    return Active(current, following, Phase(phase))


async def _loaded(transaction: Transaction, version: int, digest: str, generation: int) -> Loaded:
    if digest in _known:
        _known.move_to_end(digest)
    else:
        stored = await store.load(transaction, version)
        if stored is None:
            raise LookupError(f"ruleset {version} is not in the graph")
        _known[digest] = _worked_out(stored.ruleset)
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return Loaded(version, generation, *_known[digest])


def _worked_out(ruleset: Ruleset) -> tuple[Ruleset, Scorer, Filter | None]:
    kept_out = None if ruleset.record_filter is None else read_filter(ruleset.record_filter)
    return ruleset, Scorer(ruleset), kept_out
