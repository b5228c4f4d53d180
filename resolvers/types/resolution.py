"""How sure an individual is of itself: facts that were computed when it was resolved."""

from __future__ import annotations

import strawberry

from resolvers.fields import computed, counted, stored
from resolvers.principal import Scope
from resolvers.stewardship.paths import OPEN_REVIEWS
from resolvers.types.weights import bits_condition, in_bits


@strawberry.type(
    description="How sure it is that the records of an individual are one person, and all of them."
)
class Resolution:
    score: float = stored(
        Scope.PROFILE_READ,
        "The probability of the least certain step by which evidence joined the records, from 0 to 1; "
        "1 where no evidence was needed.",
        property="resolutionScore",
    )
    weakest_link: float | None = computed(
        Scope.PROFILE_READ,
        "The least weight, in bits (log2 odds), of a link that a step rests on; null without any.",
        in_bits,
        "weakestLink",
        condition=bits_condition,
    )
    contradictions: int = stored(
        Scope.PROFILE_READ,
        "Pairs of its records, joined by evidence, that taken alone would be no match at all.",
    )
    possible_matches: int = stored(
        Scope.PROFILE_READ,
        "Other individuals with a link to this one that weighs enough for a review, though not kept apart by "
        "a steward.",
    )
    open_reviews: int = counted(
        Scope.PROFILE_READ, "Items about its records in the review queue that are open.", OPEN_REVIEWS
    )
