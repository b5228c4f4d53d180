"""The mutations of deliveries: what becomes of what a webhook did not take."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.webhooks import deliveries, store
from resolvers.context import Info
from resolvers.fields import mutation, shown
from resolvers.principal import Scope
from resolvers.types.payloads import UserError

MOST = 1_000


@strawberry.input(one_of=True, description="Which deliveries: exactly one of the fields.")
class DeliverySelection:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description=f"Those with these ids, whether dead or held; at most {MOST:,}."
    )
    individual_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The dead ones about this individual."
    )
    all_dead: bool | None = strawberry.field(
        default=strawberry.UNSET, description="All dead ones, if it is true; else none."
    )


@strawberry.input(description="Deliveries of a webhook.")
class DeliveriesInput:
    webhook_id: strawberry.ID = strawberry.field(description="The webhook's id.")
    which: DeliverySelection = strawberry.field(description="Which of its deliveries.")


@strawberry.type(description="What became of the deliveries.")
class DeliveriesPayload:
    count: int = shown(Scope.ACTION_MANAGE, "How many deliveries were changed.")
    user_errors: list[UserError] = shown(Scope.ACTION_MANAGE, "What is wrong in the input.")


@strawberry.type
class DeliveryMutation:
    """What can be done with deliveries."""

    @mutation(
        Scope.ACTION_MANAGE,
        "Send events again that a webhook did not take, from the first attempt on, as they were: with their "
        "id, time and sequence, by which a receiver can tell that later ones came before.",
    )
    async def redrive_deliveries(
        self, info: Info, input: Annotated[DeliveriesInput, strawberry.argument(description="Which.")]
    ) -> DeliveriesPayload:
        return await _change(info, input, deliveries.redrive)

    @mutation(
        Scope.ACTION_MANAGE,
        "Forget events that a webhook did not take: it will not get them. An attempt under way is not "
        "called back.",
    )
    async def discard_deliveries(
        self, info: Info, input: Annotated[DeliveriesInput, strawberry.argument(description="Which.")]
    ) -> DeliveriesPayload:
        return await _change(info, input, deliveries.discard)


async def _change(info: Info, input: DeliveriesInput, change: deliveries.Change) -> DeliveriesPayload:
    info.context.require(Scope.ACTION_MANAGE)
    graph, which = info.context.services.graph, input.which
    ids = [str(id_) for id_ in which.ids] if which.ids else None
    if ids is not None and len(ids) > MOST:
        error = BadInput(f"At most {MOST:,} deliveries are named at once.")
        return DeliveriesPayload(count=0, user_errors=[UserError.of_input(error, "which", "ids")])
    if await store.find(graph, input.webhook_id) is None:
        error = BadInput("There is no webhook with that id.", code="NOT_FOUND")
        return DeliveriesPayload(count=0, user_errors=[UserError.of_input(error, "webhookId")])
    if not (ids or which.individual_id or which.all_dead):
        return DeliveriesPayload(count=0, user_errors=[])
    count = await change(graph, input.webhook_id, ids=ids, individual_id=which.individual_id or None)
    info.context.services.webhooks_changed()
    return DeliveriesPayload(count=count, user_errors=[])
