"""The enums of stewardship."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph_model.identity.constraints import model as constraints
from graph_model.identity.reviews import model as reviews
from resolvers.enums import described


@strawberry.enum(description="What a constraint says of the records that it binds.")
class ConstraintKind(Enum):
    ALWAYS_LINK = described(
        constraints.ConstraintKind.ALWAYS_LINK, "They are one individual, whatever they weigh."
    )
    NEVER_LINK = described(
        constraints.ConstraintKind.NEVER_LINK,
        "They are never one individual, neither directly nor through other records.",
    )


@strawberry.enum(description="What a steward did that set a constraint.")
class ConstraintCause(Enum):
    MERGE = described(constraints.ConstraintCause.MERGE, "mergeIndividuals.")
    UNMERGE = described(constraints.ConstraintCause.UNMERGE, "unmerge, of an automatic merge.")
    SPLIT = described(constraints.ConstraintCause.SPLIT, "splitIndividual.")
    LINK = described(constraints.ConstraintCause.LINK, "alwaysLink or neverLink.")
    REVIEW = described(constraints.ConstraintCause.REVIEW, "A review was decided.")
    CORRECTION = described(
        constraints.ConstraintCause.CORRECTION, "A correction, which is a record tied to another."
    )


@strawberry.enum(description="Where a review stands.")
class ReviewState(Enum):
    OPEN = described(reviews.ReviewState.OPEN, "It waits to be decided.")
    DECIDED = described(reviews.ReviewState.DECIDED, "A steward decided it.")
    CLOSED = described(
        reviews.ReviewState.CLOSED,
        "Its case is gone: records changed, or became one individual otherwise. It opens again if the case "
        "comes back.",
    )


@strawberry.enum(description="What a steward says of a review.")
class ReviewDecision(Enum):
    LINK = described(reviews.ReviewDecision.LINK, "The records are one individual: an always-link is set.")
    NO_LINK = described(
        reviews.ReviewDecision.NO_LINK, "The records are not one individual: never-links are set."
    )
    DISMISS = described(
        reviews.ReviewDecision.DISMISS,
        "Nothing is said: it sets no constraint, and counts for no estimate.",
    )
