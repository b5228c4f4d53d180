"""The queries. Each is answered by one statement."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.metadata import objects
from graph_model.profiles import store as profiles
from graph_model.webhooks import store as webhooks
from resolvers.context import Info
from resolvers.enums import IdentifierType
from resolvers.fields import resolved
from resolvers.principal import Scope
from resolvers.types.connection import (
    IndividualConnection,
    IndividualEdge,
    PageInfo,
    decode_cursor,
    encode_cursor,
)
from resolvers.types.individual import Individual
from resolvers.types.webhook import Webhook

MAX_PAGE = 100


@strawberry.input(description="An identifier, as a client has it: it is normalised before it is looked up.")
class IdentifierInput:
    type: IdentifierType = strawberry.field(description="Its kind.")
    value: str = strawberry.field(description="Its value; a phone number with its country, such as +4930….")
    issuer: str | None = strawberry.field(
        default=None, description="The source that issued it; needed for CUSTOMER_NUMBER and COOKIE."
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
class Query:
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
        info.context.require(Scope.PROFILE_LOOKUP)
        services = info.context.services
        if by.id:
            profile = (await profiles.by_ids(services.graph, [by.id])).get(by.id)
        elif by.identifier:
            wanted = profiles.parse_identifier(
                objects.IdentifierType(by.identifier.type.value),
                by.identifier.value,
                by.identifier.issuer,
                services.default_country,
            )
            profile = await profiles.by_identifier(services.graph, wanted)
        else:
            profile = None
        return Individual.of(profile, services.clock()) if profile else None

    @resolved(
        Scope.PROFILE_READ, "All individuals in the order of their ids, which is the order they came about."
    )
    async def individuals(
        self,
        info: Info,
        first: Annotated[
            int, strawberry.argument(description=f"How many at most, from 1 to {MAX_PAGE}.")
        ] = 20,
        after: Annotated[str | None, strawberry.argument(description="Start behind this cursor.")] = None,
    ) -> IndividualConnection:
        info.context.require(Scope.PROFILE_READ)
        if not 1 <= first <= MAX_PAGE:
            raise BadInput(f"`first` takes 1 to {MAX_PAGE}.")
        services = info.context.services
        start = decode_cursor(after) if after else ""
        found = await profiles.page(services.graph, after=start, limit=first + 1)
        now = services.clock()
        edges = [
            IndividualEdge(cursor=encode_cursor(profile.id), node=Individual.of(profile, now))
            for profile in found[:first]
        ]
        return IndividualConnection(
            edges=edges,
            page_info=PageInfo(
                has_next_page=len(found) > first,
                has_previous_page=bool(after),
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
        )

    @resolved(Scope.ACTION_MANAGE, "The registered webhooks, the oldest first.")
    async def webhooks(self, info: Info) -> list[Webhook]:
        info.context.require(Scope.ACTION_MANAGE)
        return [Webhook.of(item) for item in await webhooks.all_webhooks(info.context.services.graph)]
