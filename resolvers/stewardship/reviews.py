"""Reviews as a steward reads them, and how good the ruleset is by what was decided."""

from __future__ import annotations

from typing import Self

import orjson
import strawberry

from graph_model.identity.explanations import store as explanations
from graph_model.identity.reviews import model, quality
from graph_model.identity.reviews.pages import Wanted
from resolvers.context import Info
from resolvers.explanations.types import LinkExplanation
from resolvers.fields import SCAN_POINTS, resolved, shown
from resolvers.principal import Scope
from resolvers.scalars import JSON, DateTime
from resolvers.stewardship.enums import ReviewDecision, ReviewState
from resolvers.types.connection import PageInfo
from resolvers.types.node import Node
from resolvers.types.weights import bits

EXPLANATION_POINTS = 100
"""What it costs to explain a pair."""


@strawberry.type(description="A source record that a review is about, as it is now.")
class ReviewRecord:
    id: strawberry.ID = shown(Scope.STEWARD, "The gateway's id of the record.")
    source: str = shown(Scope.STEWARD, "The source that sent it.")
    object: str = shown(Scope.STEWARD, "The object that it is.")
    record_id: str = shown(Scope.STEWARD, "Its id in the source.")
    individual_id: strawberry.ID | None = shown(
        Scope.STEWARD, "The individual that it belongs to, for `nodes`; null if the record was deleted."
    )
    of: strawberry.Private[model.Concerned]

    @resolved(Scope.PROFILE_PII, "Its fields, as the source wrote them; null if the record was deleted.")
    async def fields(self, info: Info) -> JSON | None:
        info.context.require(Scope.PROFILE_PII)
        return None if self.of.fields is None else JSON(orjson.loads(self.of.fields))

    @classmethod
    def of_concerned(cls, item: model.Concerned) -> Self:
        """The record as it is shown."""
        return cls(
            id=strawberry.ID(item.id),
            source=item.source,
            object=item.object,
            record_id=item.record_id,
            individual_id=strawberry.ID(item.individual) if item.individual else None,
            of=item,
        )


@strawberry.type(
    description="Source records that a person has to judge: a pair whose weight lies between the thresholds, "
    "or what a guard kept apart."
)
class ReviewItem(Node):
    id: strawberry.ID = shown(Scope.STEWARD, "The review's id.")
    kind: str = shown(
        Scope.STEWARD, "PAIR for two records between the thresholds, else the reason of the guard."
    )
    state: ReviewState = shown(Scope.STEWARD, "Where it stands.")
    weight: float | None = shown(
        Scope.STEWARD, "What the pair weighed when it was found last, in bits (log2 odds); null for guards."
    )
    detail: str = shown(Scope.STEWARD, "What was found, in a sentence, without personal data.")
    opened_at: DateTime = shown(Scope.STEWARD, "When it was found first.")
    updated_at: DateTime = shown(Scope.STEWARD, "When anything of it changed last.")
    assignee: str | None = shown(Scope.STEWARD, "The principal who is to decide it.")
    decision: ReviewDecision | None = shown(Scope.STEWARD, "What was decided.")
    decided_by: str | None = shown(Scope.STEWARD, "The principal who decided it.")
    decided_at: DateTime | None = shown(Scope.STEWARD, "When it was decided.")
    reason: str | None = shown(Scope.STEWARD, "Why, in the steward's words.")
    constraint_id: strawberry.ID | None = shown(
        Scope.STEWARD, "The constraint that the decision set: undoConstraint takes the decision back by it."
    )
    records: list[ReviewRecord] = shown(Scope.STEWARD, "The records that it is about.")

    @resolved(
        Scope.STEWARD,
        "What the two records weigh now, attribute by attribute; null where there are more, or where one was "
        "deleted.",
        points={"": EXPLANATION_POINTS},
    )
    async def evidence(self, info: Info) -> LinkExplanation | None:
        info.context.require(Scope.STEWARD)
        live = [record.id for record in self.records if record.individual_id is not None]
        if len(live) != 2 or len(self.records) != 2:
            return None
        return LinkExplanation.of(await explanations.explain(info.context.services.graph, *live))

    @classmethod
    def of(cls, item: model.ReviewItem) -> Self:
        """The review as it is shown."""
        return cls(
            id=strawberry.ID(item.id),
            kind=item.kind,
            state=ReviewState(item.state.value),
            weight=None if item.weight is None else bits(item.weight),
            detail=item.detail,
            opened_at=DateTime(item.opened_at),
            updated_at=DateTime(item.updated_at),
            assignee=item.assignee,
            decision=ReviewDecision(item.decision.value) if item.decision else None,
            decided_by=item.decided_by,
            decided_at=DateTime(item.decided_at) if item.decided_at else None,
            reason=item.reason,
            constraint_id=strawberry.ID(item.constraint) if item.constraint else None,
            records=[ReviewRecord.of_concerned(record) for record in item.concerned],
        )


@strawberry.type(description="A review and its place in the queue.")
class ReviewEdge:
    cursor: str = shown(Scope.STEWARD, "Its place.")
    node: ReviewItem = shown(Scope.STEWARD, "The review.")


@strawberry.type(description="A page of the review queue.")
class ReviewConnection:
    edges: list[ReviewEdge] = shown(Scope.STEWARD, "The reviews of this page.")
    page_info: PageInfo = shown(Scope.STEWARD, "Where the page lies.")
    wanted: strawberry.Private[Wanted]

    @resolved(Scope.STEWARD, "How many reviews there are on all pages together.", points={"": SCAN_POINTS})
    async def total_count(self, info: Info) -> int:
        info.context.require(Scope.STEWARD)
        return await self.wanted.count(info.context.services.graph)


@strawberry.input(description="Which reviews: those for which everything holds that is given.")
class ReviewFilter:
    state: ReviewState | None = strawberry.field(default=None, description="Where they stand.")
    kind: str | None = strawberry.field(default=None, description="PAIR, or the reason of a guard.")
    assignee: str | None = strawberry.field(
        default=strawberry.UNSET, description="Whose they are; null for those that are nobody's."
    )
    individual: strawberry.ID | None = strawberry.field(
        default=None, description="The individual that holds any of their records."
    )

    def wanted(self) -> Wanted:
        """The filter as the graph reads it."""
        return Wanted(
            state=model.ReviewState(self.state.value) if self.state else None,
            kind=self.kind,
            assignee=self.assignee or None,
            unassigned=self.assignee is None,
            individual=self.individual,
        )


@strawberry.type(description="Pairs of like weight.")
class ReviewStratum:
    weight: float = shown(Scope.STEWARD, "The least weight, in bits; it reaches up to one bit more.")
    pairs: int = shown(Scope.STEWARD, "How many pairs of records weigh that much.")
    decided: int = shown(Scope.STEWARD, "How many of them stewards decided.")
    linked: int = shown(Scope.STEWARD, "How many of these they linked.")
    share: float = shown(Scope.STEWARD, "The share of the pairs that is estimated to be one individual.")


@strawberry.type(
    description="How good the ruleset is that decides now, estimated from stewards' decisions on pairs: in "
    "each stratum (k + 2q) / (m + 2) of the pairs are taken to be one individual, where m were decided, k of "
    "them linked, and q is the probability that the ruleset itself gives them."
)
class ReviewQuality:
    decided: int = shown(Scope.STEWARD, "How many pairs were decided that still weigh enough to be kept.")
    precision: float | None = shown(
        Scope.STEWARD, "Of the pairs that weigh enough to be linked, the share that is one individual."
    )
    recall: float | None = shown(
        Scope.STEWARD,
        "Of the pairs that are one individual, the share that weighs enough to be linked, among all that the "
        "ruleset keeps.",
    )
    strata: list[ReviewStratum] = shown(Scope.STEWARD, "What the estimates are made of, by weight.")

    @classmethod
    def of(cls, found: quality.Quality) -> Self:
        """The estimates as they are shown."""
        return cls(
            decided=found.decided,
            precision=found.precision,
            recall=found.recall,
            strata=[
                ReviewStratum(
                    weight=bits(item.weight),
                    pairs=item.pairs,
                    decided=item.decided,
                    linked=item.linked,
                    share=item.share,
                )
                for item in found.strata
            ],
        )
