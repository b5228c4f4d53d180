"""The enums of explanations."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph_model.identity.explanations import model
from graph_model.identity.matching import guards, partition
from resolvers.enums import described

_DECISION = model.Decision
_REASON = guards.GuardReason


@strawberry.enum(description="What decided that two records are one individual, or are not.")
class LinkDecision(Enum):
    EVIDENCE = described(_DECISION.EVIDENCE, "One individual: by what the two weigh themselves.")
    INDIRECT = described(_DECISION.INDIRECT, "One individual: through other records, by the path.")
    ALWAYS_LINK = described(_DECISION.ALWAYS_LINK, "One individual: a steward's always-link.")
    DEVICE = described(_DECISION.DEVICE, "One individual: the device follows who uses it.")
    CORRECTION = described(
        _DECISION.CORRECTION, "One individual: one of the records is a steward's correction of it."
    )
    ALONE = described(_DECISION.ALONE, "Apart: the source of one of them gives a reason not to merge it.")
    KEPT_OUT = described(
        _DECISION.KEPT_OUT, "Apart: the record filter of the ruleset keeps one of them out of matching."
    )
    PARTY = described(_DECISION.PARTY, "Apart: one is a person's, the other an organisation's.")
    NEVER_LINK = described(
        _DECISION.NEVER_LINK, "Apart: a steward's never-link, of them or of records that they are one with."
    )
    GUARD = described(_DECISION.GUARD, "Apart: a guard stopped it.")
    NOT_COMPARED = described(
        _DECISION.NOT_COMPARED, "Apart: they share no key that counts, so they were never compared."
    )
    BELOW_THRESHOLD = described(_DECISION.BELOW_THRESHOLD, "Apart: they weigh less than a link has to.")
    LINKAGE = described(
        _DECISION.LINKAGE,
        "Apart: the two weigh enough, but the records that each is one with contradict each other.",
    )


@strawberry.enum(description="Why a guard stopped something.")
class GuardReason(Enum):
    UNIQUE_IDENTIFIER = described(
        _REASON.UNIQUE_IDENTIFIER, "The two sides carry different values of a type that is unique to one."
    )
    IDENTIFIER_LIMIT = described(
        _REASON.IDENTIFIER_LIMIT,
        "Together they carry more identifiers of a type than one individual may: the type was left out.",
    )
    CONTRADICTION = described(_REASON.CONTRADICTION, "A record of the one side contradicts one of the other.")
    SIZE = described(_REASON.SIZE, "Together they would be more records than one individual may hold.")
    SHARED_DEVICE = described(
        _REASON.SHARED_DEVICE, "Several people use the device, so it stays anonymous to each."
    )
    PARTY = described(_REASON.PARTY, "A steward's always-link would make a person and an organisation one.")
    CONSTRAINTS = described(
        _REASON.CONSTRAINTS, "Stewards' constraints contradict each other; the always-links hold."
    )


@strawberry.enum(description="What joined records into one individual.")
class StepKind(Enum):
    WEIGHT = described(partition.StepKind.WEIGHT, "Evidence: their linkage reached the threshold.")
    ALWAYS_LINK = described(partition.StepKind.ALWAYS_LINK, "A steward's always-link, or a correction.")
    DEVICE = described(partition.StepKind.DEVICE, "A device follows who uses it.")
