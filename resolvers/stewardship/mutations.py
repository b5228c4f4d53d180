"""What a steward can change. Each of these is undone by another, and kept in the history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import strawberry

from graph_model.errors import BadInput
from graph_model.identity.constraints.model import ConstraintKind
from graph_model.identity.reviews import deciding, model, store
from graph_model.identity.stewardship import actions
from graph_model.identity.stewardship.carrying import Steward
from graph_model.identity.stewardship.model import Outcome
from graph_model.ingestion.ingestion import Ingestion
from resolvers.context import Info
from resolvers.fields import mutation, shown
from resolvers.planning.roots import MAX_PAGE
from resolvers.principal import Scope
from resolvers.scalars import JSON
from resolvers.stewardship.inputs import (
    AssignReviewsInput,
    DecideReviewsInput,
    LinkRecordsInput,
    MergeIndividualsInput,
    SplitIndividualInput,
    UndoConstraintInput,
    UnmergeInput,
)
from resolvers.stewardship.outcomes import StewardshipPayload
from resolvers.stewardship.reviews import ReviewItem
from resolvers.types.payloads import UserError

_Act: TypeAlias = Callable[[Ingestion, Steward], Awaitable[Outcome]]


@strawberry.type(description="The reviews that were assigned.")
class AssignReviewsPayload:
    reviews: list[ReviewItem] = shown(Scope.STEWARD, "The reviews, in the order of the input.")
    user_errors: list[UserError] = shown(Scope.STEWARD, "What is wrong in the input.")


@strawberry.type(description="The reviews that were decided.")
class DecideReviewsPayload:
    reviews: list[ReviewItem] = shown(
        Scope.STEWARD, "The reviews whose decision was carried out, in the order of the input."
    )
    user_errors: list[UserError] = shown(
        Scope.STEWARD, "What is wrong in the input; decisions that are right were carried out."
    )


@strawberry.type(description="What a steward can change.")
class StewardMutation:
    @mutation(
        Scope.STEWARD,
        "Make individuals one, for good: an always-link ties the oldest record of each. The other ids find "
        "the one that is kept. unmerge undoes it.",
    )
    async def merge_individuals(
        self,
        info: Info,
        input: Annotated[MergeIndividualsInput, strawberry.argument(description="The individuals.")],
    ) -> StewardshipPayload:
        def act(ingestion: Ingestion, steward: Steward) -> Awaitable[Outcome]:
            return actions.merge(ingestion, steward, input.ids, input.survivor)

        return await _carried_out(info, input, act)

    @mutation(
        Scope.STEWARD,
        "Undo a merge. A steward's merge loses its always-link, so that the records are as if it had never "
        "been; where the gateway merged of its own accord, never-links part the two sides.",
    )
    async def unmerge(
        self, info: Info, input: Annotated[UnmergeInput, strawberry.argument(description="The merge.")]
    ) -> StewardshipPayload:
        def act(ingestion: Ingestion, steward: Steward) -> Awaitable[Outcome]:
            return actions.unmerge(ingestion, steward, input.id)

        return await _carried_out(info, input, act)

    @mutation(
        Scope.STEWARD,
        "Part source records from an individual, for good: a never-link holds between each of them and each "
        "that stays. undoConstraint undoes it.",
    )
    async def split_individual(
        self,
        info: Info,
        input: Annotated[SplitIndividualInput, strawberry.argument(description="The records.")],
    ) -> StewardshipPayload:
        def act(ingestion: Ingestion, steward: Steward) -> Awaitable[Outcome]:
            return actions.split(ingestion, steward, input.id, input.record_ids)

        return await _carried_out(info, input, act)

    @mutation(Scope.STEWARD, "Say of two source records that they are one individual, whatever they weigh.")
    async def always_link(
        self, info: Info, input: Annotated[LinkRecordsInput, strawberry.argument(description="The records.")]
    ) -> StewardshipPayload:
        return await _linked(info, input, ConstraintKind.ALWAYS_LINK)

    @mutation(Scope.STEWARD, "Say of two source records that they are never one individual.")
    async def never_link(
        self, info: Info, input: Annotated[LinkRecordsInput, strawberry.argument(description="The records.")]
    ) -> StewardshipPayload:
        return await _linked(info, input, ConstraintKind.NEVER_LINK)

    @mutation(
        Scope.STEWARD,
        "Take a constraint back: a merge, a split, a link or a decision, as if it had never been. It stays "
        "in the history.",
    )
    async def undo_constraint(
        self,
        info: Info,
        input: Annotated[UndoConstraintInput, strawberry.argument(description="The constraint.")],
    ) -> StewardshipPayload:
        def act(ingestion: Ingestion, steward: Steward) -> Awaitable[Outcome]:
            return actions.undo(ingestion, steward, input.id)

        return await _carried_out(info, input, act)

    @mutation(Scope.STEWARD, "Give reviews to somebody to decide, or take them from whoever had them.")
    async def assign_reviews(
        self,
        info: Info,
        input: Annotated[AssignReviewsInput, strawberry.argument(description="The reviews.")],
    ) -> AssignReviewsPayload:
        info.context.require(Scope.STEWARD)
        services = info.context.services
        if len(input.ids) > MAX_PAGE:
            error = BadInput(f"At most {MAX_PAGE} reviews at once.", code="TOO_MANY_REVIEWS")
            return AssignReviewsPayload(reviews=[], user_errors=[UserError.of_input(error, "ids")])
        found = await store.assign(services.graph, input.ids, input.assignee, now=services.clock())
        missing = BadInput("There is no review with that id.", code="NOT_FOUND")
        return AssignReviewsPayload(
            reviews=[ReviewItem.of(found[id_]) for id_ in input.ids if id_ in found],
            user_errors=[
                _placed(missing, "ids", place) for place, id_ in enumerate(input.ids) if id_ not in found
            ],
        )

    @mutation(
        Scope.STEWARD,
        "Decide reviews, one or many. To link or not to link sets a constraint, and is a label by which "
        "reviewQuality measures the ruleset.",
        page="input.decisions",
    )
    async def decide_reviews(
        self,
        info: Info,
        input: Annotated[DecideReviewsInput, strawberry.argument(description="The decisions.")],
    ) -> DecideReviewsPayload:
        info.context.require(Scope.STEWARD)
        services = info.context.services
        decisions = [
            deciding.Decision(item.id, model.ReviewDecision(item.decision.value), item.reason)
            for item in input.decisions
        ]
        try:
            results = await deciding.decide(
                services.graph, services.ingestion, info.context.principal.id, decisions
            )
        except BadInput as error:
            return DecideReviewsPayload(reviews=[], user_errors=[UserError.of_input(error, "decisions")])
        return DecideReviewsPayload(
            reviews=[ReviewItem.of(result) for result in results if isinstance(result, model.ReviewItem)],
            user_errors=[
                _placed(result, "decisions", place)
                for place, result in enumerate(results)
                if isinstance(result, BadInput)
            ],
        )


async def _linked(info: Info, input: LinkRecordsInput, kind: ConstraintKind) -> StewardshipPayload:
    def act(ingestion: Ingestion, steward: Steward) -> Awaitable[Outcome]:
        return actions.link(ingestion, steward, kind, input.record_id, input.other_record_id)

    return await _carried_out(info, input, act)


_Input: TypeAlias = (
    MergeIndividualsInput | UnmergeInput | SplitIndividualInput | LinkRecordsInput | UndoConstraintInput
)


async def _carried_out(info: Info, input: _Input, act: _Act) -> StewardshipPayload:
    info.context.require(Scope.STEWARD)
    try:
        steward = Steward(info.context.principal.id, input.reason, input.dry_run)
        outcome = await act(info.context.services.ingestion, steward)
    except BadInput as error:
        path = ("reason",) if error.code in ("MISSING_REASON", "REASON_TOO_LONG") else ()
        return StewardshipPayload.of_error(error, dry_run=input.dry_run, path=path)
    return StewardshipPayload.of_outcome(outcome, dry_run=input.dry_run)


def _placed(error: BadInput, argument: str, place: int) -> UserError:
    return UserError(code=error.code, message=error.message, path=[JSON(argument), JSON(place)])
