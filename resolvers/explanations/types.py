"""Explanations as they are shown. Weights are in bits (log2 odds)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

import strawberry

from graph_model.identity.explanations import model
from graph_model.identity.matching import guards, scoring
from graph_model.identity.matching.facts import probability
from graph_model.identity.matching.partition import Step
from resolvers.context import Info
from resolvers.explanations.enums import GuardReason, LinkDecision, StepKind
from resolvers.fields import resolved, shown
from resolvers.principal import Scope
from resolvers.types.weights import bits

_SOME, _MANY = 20, 100


def _bits(weight: int | None) -> float | None:
    return None if weight is None else bits(weight)


@strawberry.type(description="A source record that an explanation is about.")
class ExplainedRecord:
    id: strawberry.ID = shown(Scope.STEWARD, "The gateway's id of the record.")
    source: str = shown(Scope.STEWARD, "The source that sent it.")
    object: str = shown(Scope.STEWARD, "The object that it is.")
    record_id: str = shown(Scope.STEWARD, "Its id in the source.")
    individual_id: strawberry.ID | None = shown(Scope.STEWARD, "The individual that it belongs to.")

    @classmethod
    def of(cls, item: model.Reference) -> Self:
        """The record as it is shown."""
        return cls(
            id=strawberry.ID(item.id),
            source=item.source,
            object=item.object,
            record_id=item.record_id,
            individual_id=strawberry.ID(item.individual) if item.individual else None,
        )


Told = Mapping[str, model.Reference]


def _records(keys: Iterable[str], told: Told) -> list[ExplainedRecord]:
    return [ExplainedRecord.of(told[key]) for key in sorted(keys)]


@strawberry.type(description="How two records compare in one attribute, and what that weighs.")
class AttributeEvidence:
    attribute: str = shown(Scope.STEWARD, "The attribute.")
    level: str = shown(Scope.STEWARD, "The level at which the values agree, of the ruleset's comparison.")
    against_unrelated: float = shown(
        Scope.STEWARD,
        "What the level weighs for one person, against two who have nothing to do with each other.",
    )
    against_household: float = shown(
        Scope.STEWARD, "What the level weighs for one person, against two of one household."
    )
    adjustment: float = shown(
        Scope.STEWARD, "What the value being rare or frequent adds, against unrelated people."
    )
    of: strawberry.Private[scoring.Evidence]

    @resolved(Scope.PROFILE_PII, "The value of the first record, normalised.")
    async def one(self, info: Info) -> str:
        info.context.require(Scope.PROFILE_PII)
        return self.of.one

    @resolved(Scope.PROFILE_PII, "The value of the second record, normalised.")
    async def other(self, info: Info) -> str:
        info.context.require(Scope.PROFILE_PII)
        return self.of.other

    @classmethod
    def of_evidence(cls, item: scoring.Evidence) -> Self:
        """The evidence as it is shown."""
        return cls(
            attribute=item.attribute,
            level=item.level,
            against_unrelated=bits(item.unrelated),
            against_household=bits(item.household),
            adjustment=bits(item.adjustment),
            of=item,
        )


@strawberry.type(
    description="What two records weigh, and the sum that it is: the lesser of againstUnrelated (its prior, "
    "and againstUnrelated and adjustment of each attribute) and againstHousehold (its prior, and "
    "againstHousehold of each), at most the ceiling, or what a match rule lifts it to."
)
class WeightExplanation:
    weight: float = shown(Scope.STEWARD, "The weight.")
    probability: float = shown(Scope.STEWARD, "The weight as a probability.")
    rule: str = shown(Scope.STEWARD, "The match rule that decided, or WEIGHT.")
    prior: float = shown(
        Scope.STEWARD, "What is known before anything is compared, against unrelated people."
    )
    household_prior: float = shown(
        Scope.STEWARD, "What is known before anything is compared, against people of one household."
    )
    against_unrelated: float = shown(Scope.STEWARD, "The sum against unrelated people.")
    against_household: float = shown(Scope.STEWARD, "The sum against people of one household.")
    ceiling: float | None = shown(
        Scope.STEWARD, "What the weight is at most, where little but names speaks for the pair."
    )
    lifted: float | None = shown(Scope.STEWARD, "What the match rule lifted the weight to.")
    attributes: list[AttributeEvidence] = shown(
        Scope.STEWARD, "What both records say, attribute by attribute.", size=_SOME
    )

    @classmethod
    def of(cls, item: scoring.Explanation) -> Self:
        """The weight as it is shown."""
        return cls(
            weight=bits(item.weight),
            probability=probability(item.weight),
            rule=item.rule,
            prior=bits(item.prior),
            household_prior=bits(item.household_prior),
            against_unrelated=bits(item.against_unrelated),
            against_household=bits(item.against_household),
            ceiling=_bits(item.ceiling),
            lifted=_bits(item.lifted),
            attributes=[AttributeEvidence.of_evidence(evidence) for evidence in item.evidence],
        )


@strawberry.type(description="A key that both records have, by which they can be found and compared.")
class SharedKey:
    kind: str = shown(Scope.STEWARD, "The kind of blocking key, or the type of identifier.")
    holders: int | None = shown(Scope.STEWARD, "How many records have it now; null if more than the cap.")
    cap: int = shown(Scope.STEWARD, "How many records may have it for it to count.")
    counts: bool = shown(Scope.STEWARD, "Whether it counts.")


@strawberry.type(description="One link on the path between two records.")
class PathLink:
    from_: ExplainedRecord = shown(Scope.STEWARD, "One end.", name="from")
    to: ExplainedRecord = shown(Scope.STEWARD, "The other end.")
    weight: float | None = shown(Scope.STEWARD, "What it weighs; null for a steward's always-link.")
    rule: str = shown(Scope.STEWARD, "The match rule that decided, WEIGHT, or ALWAYS_LINK.")

    @classmethod
    def of(cls, hop: model.Hop, told: Told) -> Self:
        """The link as it is shown."""
        one, other = (ExplainedRecord.of(told[key]) for key in hop.pair)
        return cls(from_=one, to=other, weight=_bits(hop.weight), rule=hop.rule or StepKind.ALWAYS_LINK.value)


@strawberry.type(description="Something that a guard stopped.")
class StoppedByGuard:
    reason: GuardReason = shown(Scope.STEWARD, "Why.")
    detail: str = shown(Scope.STEWARD, "What was found, in a sentence, without personal data.")
    records: list[ExplainedRecord] = shown(
        Scope.STEWARD,
        "The strongest pair across the two sides; of a limit all records that it is about, of a device that "
        "and a record of each who uses it.",
        size=_MANY,
    )
    because: list[ExplainedRecord] = shown(
        Scope.STEWARD, "The records that contradict each other, or carry different values.", size=_SOME
    )
    weight: float | None = shown(Scope.STEWARD, "What the strongest pair weighs.")

    @classmethod
    def of(cls, item: guards.Guarded, told: Told) -> Self:
        """What was stopped, as it is shown."""
        return cls(
            reason=GuardReason(item.reason.value),
            detail=item.detail,
            records=_records(item.records, told),
            because=_records(item.because, told),
            weight=_bits(item.weight),
        )


@strawberry.type(
    description="Why two records are one individual, or are not, by the ruleset that decides now. What it "
    "says is made by the code that decided."
)
class LinkExplanation:
    one: ExplainedRecord = shown(Scope.STEWARD, "The first record.")
    other: ExplainedRecord = shown(Scope.STEWARD, "The second record.")
    linked: bool = shown(Scope.STEWARD, "Whether they are one individual.")
    decision: LinkDecision = shown(Scope.STEWARD, "What decided.")
    weight: WeightExplanation = shown(Scope.STEWARD, "What they weigh, computed anew.")
    stored_weight: float | None = shown(
        Scope.STEWARD, "The weight of the evidence between them in the graph; null where there is none."
    )
    link_threshold: float = shown(Scope.STEWARD, "What a pair has to weigh for a link.")
    review_threshold: float = shown(Scope.STEWARD, "What a pair has to weigh for a review.")
    floor: float = shown(Scope.STEWARD, "What a pair has to weigh to be kept as evidence at all.")
    compared: bool = shown(Scope.STEWARD, "Whether they share a key that counts, so that they were compared.")
    shared_keys: list[SharedKey] = shown(Scope.STEWARD, "The keys that both have.", size=_SOME)
    path: list[PathLink] = shown(
        Scope.STEWARD,
        "If they are one: the links from the first to the second whose weakest is as strong as can be.",
        size=_SOME,
    )
    linkage: float | None = shown(
        Scope.STEWARD,
        "If their clusters were judged apart: the linkage of these, which is less than the threshold.",
    )
    guard: StoppedByGuard | None = shown(Scope.STEWARD, "What a guard stopped between them.")
    never_link: list[ExplainedRecord] = shown(
        Scope.STEWARD, "The two records of a steward's never-link between them; else none.", size=2
    )
    ruleset_version: int = shown(Scope.STEWARD, "The version of the ruleset.")

    @classmethod
    def of(cls, item: model.PairTold) -> Self:
        """The explanation as it is shown."""
        told, ruleset = item.references, item.ruleset
        return cls(
            one=ExplainedRecord.of(item.one),
            other=ExplainedRecord.of(item.other),
            linked=item.linked,
            decision=LinkDecision(item.decision.value),
            weight=WeightExplanation.of(item.told),
            stored_weight=_bits(item.stored),
            link_threshold=bits(ruleset.link),
            review_threshold=bits(ruleset.review),
            floor=bits(ruleset.floor),
            compared=item.compared,
            shared_keys=[
                SharedKey(kind=key.kind, holders=key.holders, cap=key.cap, counts=key.holders is not None)
                for key in item.shared
            ],
            path=[PathLink.of(hop, told) for hop in item.path],
            linkage=_bits(item.linkage),
            guard=StoppedByGuard.of(item.guarded, told) if item.guarded else None,
            never_link=_records(item.never or (), told),
            ruleset_version=item.version,
        )


@strawberry.type(description="One step on the way to an individual: two groups of its records became one.")
class ResolutionStep:
    one: list[ExplainedRecord] = shown(Scope.STEWARD, "The records of the one group.", size=_SOME)
    other: list[ExplainedRecord] = shown(Scope.STEWARD, "The records of the other.", size=_SOME)
    by: StepKind = shown(Scope.STEWARD, "What joined them.")
    linkage: float | None = shown(
        Scope.STEWARD,
        "The linkage of the two: their best pair, less how far their records contradict each other; null if "
        "no evidence joined them.",
    )
    from_: ExplainedRecord = shown(
        Scope.STEWARD, "One record of the pair that speaks for it most.", name="from"
    )
    to: ExplainedRecord = shown(Scope.STEWARD, "The other record of that pair.")
    weight: float | None = shown(Scope.STEWARD, "What that pair weighs.")
    rule: str | None = shown(Scope.STEWARD, "The match rule that decided the pair, or WEIGHT.")

    @classmethod
    def of(cls, item: Step, rule: str | None, told: Told) -> Self:
        """The step as it is shown."""
        return cls(
            one=_records(item.one, told),
            other=_records(item.other, told),
            by=StepKind(item.by.value),
            linkage=_bits(item.linkage),
            from_=ExplainedRecord.of(told[item.pair[0]]),
            to=ExplainedRecord.of(told[item.pair[1]]),
            weight=_bits(item.weight),
            rule=rule,
        )


@strawberry.type(description="How an individual came about, made once more of what is stored.")
class ResolutionHistory:
    individual_id: strawberry.ID = shown(Scope.STEWARD, "The individual.")
    records: list[ExplainedRecord] = shown(Scope.STEWARD, "Its records.", size=_MANY)
    steps: list[ResolutionStep] = shown(Scope.STEWARD, "The steps, in the order they were taken.", size=_MANY)
    guards: list[StoppedByGuard] = shown(
        Scope.STEWARD, "What guards stopped of what would have joined it.", size=_SOME
    )
    ruleset_version: int = shown(Scope.STEWARD, "The version of the ruleset.")

    @classmethod
    def of(cls, item: model.History) -> Self:
        """The history as it is shown."""
        told = item.references
        return cls(
            individual_id=strawberry.ID(item.individual),
            records=[ExplainedRecord.of(record) for record in item.records],
            steps=[ResolutionStep.of(step, item.rules.get(step.pair), told) for step in item.steps],
            guards=[StoppedByGuard.of(stopped, told) for stopped in item.guarded],
            ruleset_version=item.version,
        )
