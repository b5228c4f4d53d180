"""The queries. Each is answered by one statement."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.enums import IdentifierType
from resolvers.explanations.queries import ExplanationQuery
from resolvers.fields import SCAN_POINTS, resolved
from resolvers.filters.inputs import filter_input
from resolvers.filters.orders import order_input
from resolvers.golden.queries import GoldenQuery
from resolvers.jobs.queries import JobQuery
from resolvers.metadata.queries import MetadataQuery
from resolvers.planning.answer import answer
from resolvers.planning.roots import DEFAULT_PAGE, MAX_PAGE
from resolvers.principal import Scope
from resolvers.rulesets.queries import RulesetQuery
from resolvers.sources.queries import SourceQuery
from resolvers.stewardship.queries import StewardQuery
from resolvers.types.connection import IndividualConnection
from resolvers.types.individual import Individual
from resolvers.types.node import Node
from resolvers.webhooks.queries import WebhookQuery

IndividualFilter = filter_input(Individual)
IndividualOrder = order_input(Individual)


@strawberry.input(description="An identifier, as a client has it: it is normalised before it is looked up.")
class IdentifierInput:
    type: IdentifierType = strawberry.field(description="Its kind.")
    value: str = strawberry.field(description="Its value; a phone number with its country, such as +4930….")
    issuer: str | None = strawberry.field(
        default=None,
        description="Who issued it: of a CUSTOMER_NUMBER or COOKIE the source, of an OTHER_ID its type: "
        "LEI (these need it); of other documents the country or authority, if the record named it.",
    )


@strawberry.input(one_of=True, description="What an individual is found by: exactly one of the fields.")
class IndividualBy:
    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its id, or an id that was merged into it."
    )
    identifier: IdentifierInput | None = strawberry.field(
        default=strawberry.UNSET, description="Any identifier that one of its records carries."
    )


@strawberry.type(description="What can be read.")
class Query(
    ExplanationQuery,
    GoldenQuery,
    JobQuery,
    MetadataQuery,
    RulesetQuery,
    SourceQuery,
    StewardQuery,
    WebhookQuery,
):
    @resolved(
        Scope.PROFILE_LOOKUP,
        "One individual, or null if nobody is known by that id or identifier. An identifier that several "
        "individuals share is an error with the code AMBIGUOUS_IDENTIFIER.",
    )
    async def individual(
        self,
        info: Info,
        by: Annotated[IndividualBy, strawberry.argument(description="What to find the individual by.")],
    ) -> Individual | None:
        found: Individual | None = await answer(info)
        return found

    @resolved(
        Scope.PROFILE_READ,
        "Individuals, page by page: `first` so many, `after` a cursor, or the `last` so many `before` one. "
        "Without `orderBy` they are in the order of their ids, which is the order they came about.",
        page_size=DEFAULT_PAGE,
        points=dict.fromkeys(("where", "orderBy", "last", "before"), SCAN_POINTS),
    )
    async def individuals(
        self,
        info: Info,
        where: Annotated[
            IndividualFilter | None,  # type: ignore[valid-type]
            strawberry.argument(description="Only those for which this holds."),
        ] = None,
        order_by: Annotated[
            list[IndividualOrder] | None,  # type: ignore[valid-type]
            strawberry.argument(
                description="By what to order them: by the first of these, where that is equal by the "
                "second, and so on, and at last by the id."
            ),
        ] = None,
        first: Annotated[
            int | None,
            strawberry.argument(
                description=f"How many at most, from 1 to {MAX_PAGE}; {DEFAULT_PAGE} if neither this nor "
                "`last` is given."
            ),
        ] = None,
        after: Annotated[str | None, strawberry.argument(description="Start behind this cursor.")] = None,
        last: Annotated[
            int | None,
            strawberry.argument(description=f"How many at most, from the end, from 1 to {MAX_PAGE}."),
        ] = None,
        before: Annotated[str | None, strawberry.argument(description="End before this cursor.")] = None,
    ) -> IndividualConnection:
        found: IndividualConnection = await answer(info)
        return found

    @resolved(
        Scope.PROFILE_READ,
        "Whatever has this id, or null if nothing has it. An id that was merged into an individual leads to "
        "that.",
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> Node | None:
        found: Node | None = await answer(info)
        return found

    @resolved(
        Scope.PROFILE_READ,
        "Whatever has these ids, in their order; null for each that nothing has.",
        page="ids",
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description=f"The ids, at most {MAX_PAGE}.")],
    ) -> list[Node | None]:
        found: list[Node | None] = await answer(info)
        return found
