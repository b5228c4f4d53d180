"""The mutations. Each takes one input and returns a payload with what the client can correct."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.events import model as events
from graph_model.webhooks import store as webhooks
from resolvers.context import Info
from resolvers.deletion import DeletionMutation
from resolvers.enums import EventKind
from resolvers.fields import mutation, shown
from resolvers.golden.corrections import CorrectionMutation
from resolvers.ingestion.mutations import IngestionMutation
from resolvers.jobs.ingesting import IngestJobMutation
from resolvers.jobs.mutations import JobMutation
from resolvers.principal import Scope
from resolvers.rulesets.mutations import RulesetMutation
from resolvers.stewardship.mutations import StewardMutation
from resolvers.types.payloads import UserError
from resolvers.types.webhook import Webhook


@strawberry.input(description="An endpoint that is to be called with events.")
class RegisterWebhookInput:
    url: str = strawberry.field(description="Where to post events: an https URL (http only on this machine).")
    kinds: list[EventKind] = strawberry.field(description="The events that it wants; at least one kind.")
    secret: str | None = strawberry.field(
        default=None,
        description="Signing secret: `whsec_` and 24 to 64 bytes in base64. Left out, one is made.",
    )


@strawberry.type(description="The registered webhook.")
class RegisterWebhookPayload:
    webhook: Webhook | None = shown(Scope.ACTION_MANAGE, "The webhook; null if the input is wrong.")
    secret: str | None = shown(
        Scope.ACTION_MANAGE, "Its signing secret (Standard Webhooks). Keep it: it is never shown again."
    )
    user_errors: list[UserError] = shown(Scope.ACTION_MANAGE, "What is wrong in the input.")


@strawberry.input(description="A webhook to enable.")
class EnableWebhookInput:
    id: strawberry.ID = strawberry.field(description="The webhook's id.")


@strawberry.type(description="The enabled webhook.")
class EnableWebhookPayload:
    webhook: Webhook | None = shown(Scope.ACTION_MANAGE, "The webhook; null if there is none with that id.")
    user_errors: list[UserError] = shown(Scope.ACTION_MANAGE, "What is wrong in the input.")


@strawberry.input(description="A webhook to delete.")
class DeleteWebhookInput:
    id: strawberry.ID = strawberry.field(description="The webhook's id.")


@strawberry.type(description="The deleted webhook.")
class DeleteWebhookPayload:
    deleted_id: strawberry.ID | None = shown(Scope.ACTION_MANAGE, "Its id; null if there was none with it.")
    user_errors: list[UserError] = shown(Scope.ACTION_MANAGE, "What is wrong in the input.")


_UNKNOWN_WEBHOOK = BadInput("There is no webhook with that id.", code="NOT_FOUND")


@strawberry.type(description="What can be changed.")
class Mutation(
    CorrectionMutation,
    DeletionMutation,
    IngestionMutation,
    IngestJobMutation,
    JobMutation,
    RulesetMutation,
    StewardMutation,
):
    @mutation(
        Scope.ACTION_MANAGE,
        "Call an endpoint with the events that are committed from now on, signed after Standard Webhooks, "
        "as CloudEvents, in order.",
    )
    async def register_webhook(
        self,
        info: Info,
        input: Annotated[RegisterWebhookInput, strawberry.argument(description="The endpoint.")],
    ) -> RegisterWebhookPayload:
        info.context.require(Scope.ACTION_MANAGE)
        services = info.context.services
        secret = services.new_secret() if input.secret is None else input.secret
        try:
            services.check_secret(secret)
            if not input.kinds:
                raise BadInput("Name at least one kind of event.", code="MISSING_KINDS")
            webhook = await webhooks.register(
                services.graph,
                url=input.url,
                kinds=[events.EventKind(kind.value) for kind in dict.fromkeys(input.kinds)],
                secret=secret,
                actor=info.context.principal.id,
                now=services.clock(),
            )
        except BadInput as error:
            return RegisterWebhookPayload(webhook=None, secret=None, user_errors=[UserError.of_input(error)])
        services.webhooks_changed()
        return RegisterWebhookPayload(webhook=Webhook.of(webhook), secret=secret, user_errors=[])

    @mutation(
        Scope.ACTION_MANAGE, "Send to a disabled webhook again, from the event on that it missed first."
    )
    async def enable_webhook(
        self,
        info: Info,
        input: Annotated[EnableWebhookInput, strawberry.argument(description="The webhook.")],
    ) -> EnableWebhookPayload:
        info.context.require(Scope.ACTION_MANAGE)
        webhook = await webhooks.enable(info.context.services.graph, input.id)
        info.context.services.webhooks_changed()
        if webhook is None:
            return EnableWebhookPayload(
                webhook=None, user_errors=[UserError.of_input(_UNKNOWN_WEBHOOK, "id")]
            )
        return EnableWebhookPayload(webhook=Webhook.of(webhook), user_errors=[])

    @mutation(Scope.ACTION_MANAGE, "Stop calling an endpoint and forget it.")
    async def delete_webhook(
        self,
        info: Info,
        input: Annotated[DeleteWebhookInput, strawberry.argument(description="The webhook.")],
    ) -> DeleteWebhookPayload:
        info.context.require(Scope.ACTION_MANAGE)
        deleted = await webhooks.delete(info.context.services.graph, input.id)
        info.context.services.webhooks_changed()
        if not deleted:
            return DeleteWebhookPayload(
                deleted_id=None, user_errors=[UserError.of_input(_UNKNOWN_WEBHOOK, "id")]
            )
        return DeleteWebhookPayload(deleted_id=input.id, user_errors=[])
