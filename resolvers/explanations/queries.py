"""The queries that explain decisions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.identity.explanations import store
from resolvers.context import Info
from resolvers.explanations.types import LinkExplanation, ResolutionHistory
from resolvers.fields import resolved
from resolvers.principal import Scope

_POINTS = {"": 100}
_NAMED = (
    "The id of a source record, or of an individual: of its records then that counts which speaks most for a "
    "link."
)
_One = Annotated[strawberry.ID, strawberry.argument(description=_NAMED)]


@strawberry.type
class ExplanationQuery:
    """The queries that explain decisions."""

    @resolved(
        Scope.STEWARD,
        "Why two records are one individual: what they weigh, attribute by attribute, what decided, and the "
        "path of links if it is through others. Says so (`linked`) if they are not one.",
        points=_POINTS,
    )
    async def why_linked(self, info: Info, a: _One, b: _One) -> LinkExplanation:
        info.context.require(Scope.STEWARD)
        return LinkExplanation.of(await store.explain(info.context.services.graph, a, b))

    @resolved(
        Scope.STEWARD,
        "Why two records are not one individual: what they weigh, whether they were compared at all, and the "
        "threshold, constraint or guard that stopped it. Says so (`linked`) if they are one.",
        points=_POINTS,
    )
    async def why_not_linked(self, info: Info, a: _One, b: _One) -> LinkExplanation:
        info.context.require(Scope.STEWARD)
        return LinkExplanation.of(await store.explain(info.context.services.graph, a, b))

    @resolved(
        Scope.STEWARD,
        "The steps that made an individual of its records, in their order, and what guards stopped.",
        points=_POINTS,
    )
    async def how_resolved(
        self,
        info: Info,
        individual: Annotated[strawberry.ID, strawberry.argument(description="The individual's id.")],
    ) -> ResolutionHistory:
        info.context.require(Scope.STEWARD)
        return ResolutionHistory.of(await store.history(info.context.services.graph, individual))
