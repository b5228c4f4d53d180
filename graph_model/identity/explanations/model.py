"""What an explanation says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph_model.identity.matching.component import Pair
from graph_model.identity.matching.guards import Guarded
from graph_model.identity.matching.partition import Step
from graph_model.identity.matching.scoring import Explanation
from graph_model.identity.rulesets.model import Ruleset


class Decision(StrEnum):
    """What decided that two records are one individual, or are not."""

    EVIDENCE = "EVIDENCE"
    """One: by what they weigh themselves."""
    INDIRECT = "INDIRECT"
    """One: through other records."""
    ALWAYS_LINK = "ALWAYS_LINK"
    """One: a steward said so."""
    DEVICE = "DEVICE"
    """One: the device follows who uses it."""
    CORRECTION = "CORRECTION"
    """One: one of them is a steward's correction of the individual."""
    ALONE = "ALONE"
    """Apart: the source of one of them gives a reason not to merge it."""
    KEPT_OUT = "KEPT_OUT"
    """Apart: the ruleset's record filter keeps one of them out of matching."""
    PARTY = "PARTY"
    """Apart: one is a person's, the other an organisation's."""
    NEVER_LINK = "NEVER_LINK"
    """Apart: a steward said so, of them or of records that they are one with."""
    GUARD = "GUARD"
    """Apart: a guard stopped it."""
    NOT_COMPARED = "NOT_COMPARED"
    """Apart: they share no key that few enough records hold, so they were never compared."""
    BELOW_THRESHOLD = "BELOW_THRESHOLD"
    """Apart: they weigh less than a link has to."""
    LINKAGE = "LINKAGE"
    """Apart: they weigh enough, but the records that each is one with contradict each other."""


LINKING = frozenset(
    {
        Decision.EVIDENCE,
        Decision.INDIRECT,
        Decision.ALWAYS_LINK,
        Decision.DEVICE,
        Decision.CORRECTION,
    }
)
"""The decisions by which records are one individual."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A source record that an explanation speaks of."""

    key: str
    id: str
    source: str
    object: str
    record_id: str
    individual: str | None


@dataclass(frozen=True, slots=True)
class SharedKey:
    """A key by which two records could find each other: its `kind` (of a blocking key, or the type of an
    identifier), and how many records hold it now: None if more than `cap`, and then it does not count."""

    kind: str
    holders: int | None
    cap: int


@dataclass(frozen=True, slots=True)
class Hop:
    """One link of a path: evidence with its weight and rule, or a steward's always-link without them."""

    pair: Pair
    weight: int | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class PairTold:
    """Why two records are one individual, or are not. `stored` is the weight of the evidence in the graph,
    None where there is none; `told` what they weigh, computed anew. `path` leads from the one to the other,
    if they are one, such that its weakest link is as strong as can be. `linkage` is that of the two
    clusters that were judged apart. `guarded` is what a guard stopped between them."""

    one: Reference
    other: Reference
    decision: Decision
    told: Explanation
    stored: int | None
    shared: tuple[SharedKey, ...]
    path: tuple[Hop, ...]
    linkage: int | None
    guarded: Guarded | None
    never: Pair | None
    ruleset: Ruleset
    version: int
    references: dict[str, Reference]

    @property
    def linked(self) -> bool:
        """Whether they are one individual."""
        return self.decision in LINKING

    @property
    def compared(self) -> bool:
        """Whether some key that they share counts, so that they were compared."""
        return any(key.holders is not None for key in self.shared)


@dataclass(frozen=True, slots=True)
class History:
    """How an individual came about: its records, the steps in their order, what guards stopped of it, and the
    rules of the pairs that the steps rest on."""

    individual: str
    records: tuple[Reference, ...]
    steps: tuple[Step, ...]
    guarded: tuple[Guarded, ...]
    rules: dict[Pair, str]
    version: int
    references: dict[str, Reference]
