"""The queries for webhooks."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.webhooks import deliveries, model, store
from resolvers.context import Info
from resolvers.fields import resolved
from resolvers.principal import Scope
from resolvers.webhooks.enums import DeliveryState
from resolvers.webhooks.types import Delivery, Webhook

MOST = 100


@strawberry.type
class WebhookQuery:
    """What can be asked of webhooks."""

    @resolved(Scope.ACTION_MANAGE, "The registered webhooks, the oldest first.")
    async def webhooks(self, info: Info) -> list[Webhook]:
        info.context.require(Scope.ACTION_MANAGE)
        return [Webhook.of(item) for item in await store.all_webhooks(info.context.services.graph)]

    @resolved(
        Scope.ACTION_MANAGE,
        "Events that a webhook has not taken, in their order: those held, and dead letters.",
        page="first",
        page_size=20,
    )
    async def deliveries(
        self,
        info: Info,
        webhook_id: Annotated[strawberry.ID, strawberry.argument(description="The webhook.")],
        states: Annotated[
            list[DeliveryState] | None, strawberry.argument(description="Only in these. Left out: any.")
        ] = None,
        individual_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only events about this individual.")
        ] = None,
        first: Annotated[int, strawberry.argument(description=f"How many at most, from 1 to {MOST}.")] = 20,
        after: Annotated[
            int, strawberry.argument(description="Only events behind the one of this number (`sequence`).")
        ] = 0,
    ) -> list[Delivery]:
        info.context.require(Scope.ACTION_MANAGE)
        if not 1 <= first <= MOST:
            raise BadInput(f"`first` is from 1 to {MOST}.")
        wanted = DeliveryState if states is None else states
        found = await deliveries.find(
            info.context.services.graph,
            webhook_id,
            states=[model.DeliveryState(state.value) for state in wanted],
            individual_id=individual_id,
            after=after,
            limit=first,
        )
        return [Delivery.of(item) for item in found]
