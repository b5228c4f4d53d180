"""The inputs of a steward's mutations."""

from __future__ import annotations

import strawberry

from resolvers.stewardship.enums import ReviewDecision

_REASON = "Why: it is kept with the constraint. At most 1,000 characters."
_DRY_RUN = "Change nothing, and answer with the individuals that would come of it."


@strawberry.input(description="Individuals that are one.")
class MergeIndividualsInput:
    ids: list[strawberry.ID] = strawberry.field(description="The individuals, 2 to 100.")
    survivor: strawberry.ID | None = strawberry.field(
        default=None, description="The one of them whose id is kept; left out, the oldest."
    )
    reason: str = strawberry.field(description=_REASON)
    dry_run: bool = strawberry.field(default=False, description=_DRY_RUN)


@strawberry.input(description="A merge to undo.")
class UnmergeInput:
    id: strawberry.ID = strawberry.field(
        description="The id that the merge retired (one of mergedIds), the individual if that is its only "
        "one, or the constraint of a steward's merge."
    )
    reason: str = strawberry.field(description=_REASON)
    dry_run: bool = strawberry.field(default=False, description=_DRY_RUN)


@strawberry.input(description="Records that are not the individual's.")
class SplitIndividualInput:
    id: strawberry.ID = strawberry.field(description="The individual.")
    record_ids: list[strawberry.ID] = strawberry.field(
        description="The source records that are somebody else, by their ids (rec_…)."
    )
    reason: str = strawberry.field(description=_REASON)
    dry_run: bool = strawberry.field(default=False, description=_DRY_RUN)


@strawberry.input(description="Two source records to bind.")
class LinkRecordsInput:
    record_id: strawberry.ID = strawberry.field(description="One of the records (rec_…).")
    other_record_id: strawberry.ID = strawberry.field(description="The other one.")
    reason: str = strawberry.field(description=_REASON)
    dry_run: bool = strawberry.field(default=False, description=_DRY_RUN)


@strawberry.input(description="A constraint to take back.")
class UndoConstraintInput:
    id: strawberry.ID = strawberry.field(description="The constraint (con_…).")
    reason: str = strawberry.field(description=_REASON)
    dry_run: bool = strawberry.field(default=False, description=_DRY_RUN)


@strawberry.input(description="Reviews and whom they go to.")
class AssignReviewsInput:
    ids: list[strawberry.ID] = strawberry.field(description="The reviews, at most 1,000.")
    assignee: str | None = strawberry.field(
        default=None, description="The principal who is to decide them; null for nobody."
    )


@strawberry.input(description="What a steward says of a review.")
class ReviewDecisionInput:
    id: strawberry.ID = strawberry.field(description="The review.")
    decision: ReviewDecision = strawberry.field(description="What it is.")
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(description="Reviews and what a steward says of them.")
class DecideReviewsInput:
    decisions: list[ReviewDecisionInput] = strawberry.field(description="The decisions, at most 200.")
