"""The subscriptions."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from graph_model.events import store as events
from resolvers.context import Info
from resolvers.enums import EventKind
from resolvers.fields import subscription
from resolvers.jobs.subscriptions import JobSubscription
from resolvers.principal import Scope
from resolvers.types.event import InsightEvent


@strawberry.type(description="What can be listened to.")
class Subscription(JobSubscription):
    @subscription(
        Scope.PROFILE_READ,
        "Events as they are committed: by default when an individual's insights cross a threshold.",
    )
    async def insight_events(
        self,
        info: Info,
        kinds: Annotated[
            list[EventKind] | None,
            strawberry.argument(description="The kinds of event wanted. Left out: THRESHOLD_CROSSED."),
        ] = None,
        after: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Begin with what was committed behind the event of this id, which closes the gap "
                "after a lost connection. Left out: with what comes from now on."
            ),
        ] = None,
    ) -> AsyncGenerator[InsightEvent, None]:
        info.context.require(Scope.PROFILE_READ)
        services = info.context.services
        wanted = {kind.value for kind in kinds or [EventKind.THRESHOLD_CROSSED]}
        if after is None:
            start = await events.last_sequence(services.graph)
        else:
            start = await events.sequence_of(services.graph, after)
        async with aclosing(services.tail.follow(start)) as followed:
            async for event in followed:
                if event.kind.value in wanted:
                    yield InsightEvent.of(event)
