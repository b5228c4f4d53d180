"""The queries of stewards."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.identity.reviews import quality
from graph_model.identity.reviews.pages import Wanted
from resolvers.context import Info
from resolvers.fields import SCAN_POINTS, resolved
from resolvers.planning.roots import DEFAULT_PAGE, MAX_PAGE
from resolvers.principal import Scope
from resolvers.stewardship.reviews import (
    ReviewConnection,
    ReviewEdge,
    ReviewFilter,
    ReviewItem,
    ReviewQuality,
)
from resolvers.types.connection import PageInfo, decode_cursor, encode_cursor

_ORDER = "reviews"


@strawberry.type(description="What a steward can read.")
class StewardQuery:
    @resolved(
        Scope.STEWARD,
        "The review queue, page by page, in the order in which the reviews came.",
        page_size=DEFAULT_PAGE,
        points={"where": SCAN_POINTS},
    )
    async def reviews(
        self,
        info: Info,
        where: Annotated[
            ReviewFilter | None, strawberry.argument(description="Only those for which this holds.")
        ] = None,
        first: Annotated[
            int | None,
            strawberry.argument(
                description=f"How many at most, from 1 to {MAX_PAGE}; {DEFAULT_PAGE} if it is not given."
            ),
        ] = None,
        after: Annotated[str | None, strawberry.argument(description="Start behind this cursor.")] = None,
    ) -> ReviewConnection:
        info.context.require(Scope.STEWARD)
        if first is not None and not 1 <= first <= MAX_PAGE:
            raise BadInput(f"`first` takes 1 to {MAX_PAGE}.")
        limit = first or DEFAULT_PAGE
        wanted = where.wanted() if where else Wanted()
        place = str(decode_cursor(after, _ORDER, 1)[-1]) if after is not None else ""
        found = await wanted.page(info.context.services.graph, after=place, limit=limit + 1)
        edges = [
            ReviewEdge(cursor=encode_cursor(_ORDER, [item.id]), node=ReviewItem.of(item))
            for item in found[:limit]
        ]
        return ReviewConnection(
            edges=edges,
            page_info=PageInfo(
                has_next_page=len(found) > limit,
                has_previous_page=after is not None,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
            wanted=wanted,
        )

    @resolved(
        Scope.STEWARD,
        "How good the ruleset is that decides now, estimated from stewards' decisions on pairs.",
        points={"": SCAN_POINTS},
    )
    async def review_quality(self, info: Info) -> ReviewQuality:
        info.context.require(Scope.STEWARD)
        return ReviewQuality.of(await quality.quality(info.context.services.graph))
