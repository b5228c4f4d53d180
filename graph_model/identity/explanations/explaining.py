"""Explaining a pair, and an individual, from the component as it is stored.

Nothing here decides anything: the scorer that weighed says what it added up, and the partition is made once
more of what is stored. So an explanation agrees with the decision to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph_model.identity.candidates import IDENTIFIER, Caps, Holders, Mark
from graph_model.identity.components import Member
from graph_model.identity.explanations.model import (
    Decision,
    History,
    Hop,
    PairTold,
    Reference,
    SharedKey,
)
from graph_model.identity.explanations.paths import strongest_path
from graph_model.identity.judging import Judged
from graph_model.identity.matching.component import Pair, Part
from graph_model.identity.matching.features import Features, Party, unpack
from graph_model.identity.matching.guards import Guarded, GuardReason
from graph_model.identity.matching.linkage import agglomerate
from graph_model.identity.matching.partition import Step, StepKind
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets.active import Loaded
from graph_model.records.model import STEWARD

_ANY = -(10**9)
"""A threshold that every linkage reaches."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known around the records to explain: members by key, what matching sees of them, evidence, the
    always-links (corrections' too), and the components of several records as they are judged."""

    loaded: Loaded
    members: Mapping[str, Member]
    features: Mapping[str, Features]
    evidence: Mapping[Pair, Evidence]
    always: Sequence[Pair]
    judged: Sequence[Judged]

    def reference(self, key: str) -> Reference:
        """The record of this key, as it is told."""
        member = self.members[key]
        record_id = key[len(member.source) + len(member.object) + 2 :]
        return Reference(key, member.id, member.source, member.object, record_id, member.individual)

    def of(self, key: str) -> Judged | None:
        """The judgement of the component that the record is in; None if it is alone."""
        return next((item for item in self.judged if key in item.features), None)

    def together(self, individual: str | None) -> Part:
        """The records of an individual."""
        return frozenset(key for key, member in self.members.items() if member.individual == individual)

    def references(self, keys: Iterable[str]) -> dict[str, Reference]:
        """The records of these keys, as they are told."""
        return {key: self.reference(key) for key in sorted(set(keys))}


def explain_pair(known: Known, one: str, other: str, shared: Sequence[SharedKey]) -> PairTold:
    """Why two records are one individual, or are not. `shared` are the keys by which they could be
    compared."""
    pair = (one, other) if one < other else (other, one)
    ruleset = known.loaded.ruleset
    told = known.loaded.scorer.explain(known.features[one], known.features[other])
    stored = known.evidence.get(pair)
    sides = [known.together(known.members[key].individual) for key in pair]
    linkage: int | None = None
    guarded: Guarded | None = None
    never: Pair | None = None
    path: tuple[Hop, ...] = ()
    if other in sides[0] and one in sides[0]:
        within = {ends: item for ends, item in known.evidence.items() if sides[0].issuperset(ends)}
        always = [ends for ends in known.always if sides[0].issuperset(ends)]
        path = strongest_path(one, other, within, always)
        direct = stored is not None and stored.weight >= ruleset.link
        decision = _linked(known, pair, direct=direct)
    else:
        judged = known.of(one)
        never = _never(judged, *sides)
        guarded = _guarded(judged, *sides)
        decision = _apart(known, pair, never, guarded, compared=_compared(shared, stored), weight=told.weight)
        if decision is Decision.LINKAGE and judged is not None:
            linkage = _linkage(known, judged, *sides)
    mentioned = [key for hop in path for key in hop.pair]
    mentioned += [*pair, *(never or ()), *((*guarded.records, *guarded.because) if guarded else ())]
    return PairTold(
        known.reference(one),
        known.reference(other),
        decision,
        told,
        stored.weight if stored else None,
        tuple(shared),
        path,
        linkage,
        guarded,
        never,
        ruleset,
        known.loaded.version,
        known.references(mentioned),
    )


def explain_individual(known: Known, individual: str) -> History:
    """How an individual came about."""
    records = known.together(individual)
    judged = next((item for key in sorted(records) if (item := known.of(key)) is not None), None)
    steps: list[Step] = []
    guarded: list[Guarded] = []
    if judged is not None:
        steps = [step for step in judged.partition.steps if step.one <= records]
        guarded = [item for item in judged.partition.guarded if not records.isdisjoint(item.records)]
    steps += _corrections(known, records)
    mentioned = [*records, *(key for item in guarded for key in (*item.records, *item.because))]
    return History(
        individual,
        tuple(known.reference(key) for key in sorted(records)),
        tuple(steps),
        tuple(guarded),
        {step.pair: known.evidence[step.pair].rule for step in steps if step.pair in known.evidence},
        known.loaded.version,
        known.references(mentioned),
    )


def strongest_pair(known: Known, one: Part, other: Part) -> Pair:
    """Of two individuals the two records that speak most for their being one."""
    pairs = [(a, b) for a in sorted(one) for b in sorted(other)]
    stored = {
        (a, b): item.weight
        for a, b in pairs
        if (item := known.evidence.get((a, b) if a < b else (b, a))) is not None
    }
    if stored:
        return min(stored, key=lambda pair: (-stored[pair], pair))
    weigh = known.loaded.scorer.weigh
    weights = {(a, b): weigh(known.features[a], known.features[b]) for a, b in pairs[:_COMPARED]}
    return min(weights, key=lambda pair: (-weights[pair], pair))


_COMPARED = 1_000
"""How many pairs of records of two individuals are weighed for want of any evidence between them."""


def shared_keys(
    one: Iterable[Mark], other: Iterable[Mark], held: Mapping[Mark, Holders], caps: Caps, kinds: Sequence[str]
) -> list[SharedKey]:
    """The marks that both records have, by kind."""
    found = []
    for mark in sorted(set(one) & set(other), key=lambda mark: (mark[0], str(mark[1]))):
        holders = held[mark]
        kind = str(mark[1]).split("|", 1)[0] if mark[0] == IDENTIFIER else kinds[mark[0]]
        found.append(SharedKey(kind, None if holders is None else len(holders), caps.of(mark)))
    return found


def _linked(known: Known, pair: Pair, *, direct: bool) -> Decision:
    if any(known.members[key].source == STEWARD for key in pair):
        return Decision.CORRECTION
    if pair in known.always:
        return Decision.ALWAYS_LINK
    if direct:
        devices = [key for key in pair if known.features[key].party is Party.DEVICE]
        return Decision.DEVICE if len(devices) == 1 else Decision.EVIDENCE
    return Decision.INDIRECT


def _apart(
    known: Known, pair: Pair, never: Pair | None, guarded: Guarded | None, *, compared: bool, weight: int
) -> Decision:
    features = [known.features[key] for key in pair]
    if any(item.alone for item in features):
        return Decision.ALONE
    if any(known.loaded.keeps_out(unpack(known.members[key].features)) for key in pair):
        return Decision.KEPT_OUT
    if {item.party for item in features} == {Party.PERSON, Party.ORGANIZATION}:
        return Decision.PARTY
    if never is not None:
        return Decision.NEVER_LINK
    if guarded is not None:
        return Decision.GUARD
    if not compared:
        return Decision.NOT_COMPARED
    return Decision.BELOW_THRESHOLD if weight < known.loaded.ruleset.link else Decision.LINKAGE


def _compared(shared: Iterable[SharedKey], stored: Evidence | None) -> bool:
    return stored is not None or any(key.holders is not None for key in shared)


def _never(judged: Judged | None, one: Part, other: Part) -> Pair | None:
    """A never-link across the two."""
    for pair in judged.never if judged else ():
        if not one.isdisjoint(pair) and not other.isdisjoint(pair):
            return pair
    return None


def _guarded(judged: Judged | None, one: Part, other: Part) -> Guarded | None:
    """What a guard stopped between the two."""
    for item in judged.partition.guarded if judged else ():
        across = not one.isdisjoint(item.records) and not other.isdisjoint(item.records)
        if across and item.reason is not GuardReason.CONSTRAINTS:
            return item
    return None


def _linkage(known: Known, judged: Judged, one: Part, other: Part) -> int | None:
    """The linkage of two clusters that were not joined."""
    clusters = [part & judged.features.keys() for part in (one, other)]
    ruleset, scorer, features = known.loaded.ruleset, known.loaded.scorer, judged.features

    def weigh(a: str, b: str) -> int:
        known_weight = judged.partition.weights.get((a, b))
        return scorer.weigh(features[a], features[b]) if known_weight is None else known_weight

    found = agglomerate(
        clusters[0] | clusters[1], judged.weights, weigh, link=_ANY, clip=ruleset.clip, joined=clusters
    )
    return found.joins[0].linkage if found.joins else None


def _corrections(known: Known, records: Part) -> list[Step]:
    """The steps by which stewards' corrections came to the individual, behind all others."""
    found = []
    for pair in sorted(known.always):
        corrections = [key for key in pair if known.members[key].source == STEWARD]
        if corrections and records.issuperset(pair):
            (target,) = set(pair) - {corrections[0]}
            parts = frozenset((target,)), frozenset((corrections[0],))
            found.append(Step(*parts, StepKind.ALWAYS_LINK, None, pair, None))
    return found
