"""The mutations of webhooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.events import model as events
from graph_model.records.validation import check_source
from graph_model.webhooks import model, store
from resolvers.context import Info
from resolvers.enums import EventKind
from resolvers.fields import mutation, shown
from resolvers.principal import Scope
from resolvers.types.payloads import UserError
from resolvers.webhooks.types import Webhook

MOST_OVERLAP = 720
"""Hours for which a former secret may sign as well."""


@strawberry.input(description="An endpoint that is to be called with events.")
class RegisterWebhookInput:
    url: str = strawberry.field(description="Where to post events: an https URL (http only on this machine).")
    kinds: list[EventKind] = strawberry.field(description="The events that it wants; at least one kind.")
    except_source: str | None = strawberry.field(
        default=None,
        description="The source that the endpoint belongs to. It is not told of its own changes: of events "
        "about records of this source, and about individuals where only such records caused them.",
    )
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


@strawberry.input(description="A webhook that is to sign with another secret.")
class RotateWebhookSecretInput:
    id: strawberry.ID = strawberry.field(description="The webhook's id.")
    secret: str | None = strawberry.field(
        default=None, description="The new signing secret. Left out, one is made."
    )
    overlap_hours: int = strawberry.field(
        default=24,
        description="For how many hours the present secret signs as well, so that receivers can follow; from "
        f"0 to {MOST_OVERLAP}.",
    )


@strawberry.type(description="The webhook with its new secret.")
class RotateWebhookSecretPayload:
    webhook: Webhook | None = shown(Scope.ACTION_MANAGE, "The webhook; null if the input is wrong.")
    secret: str | None = shown(Scope.ACTION_MANAGE, "The new secret. Keep it: it is never shown again.")
    user_errors: list[UserError] = shown(Scope.ACTION_MANAGE, "What is wrong in the input.")


@strawberry.input(description="A webhook to delete.")
class DeleteWebhookInput:
    id: strawberry.ID = strawberry.field(description="The webhook's id.")


@strawberry.type(description="The deleted webhook.")
class DeleteWebhookPayload:
    deleted_id: strawberry.ID | None = shown(Scope.ACTION_MANAGE, "Its id; null if there was none with it.")
    user_errors: list[UserError] = shown(Scope.ACTION_MANAGE, "What is wrong in the input.")


_UNKNOWN = BadInput("There is no webhook with that id.", code="NOT_FOUND")


@strawberry.type
class WebhookMutation:
    """What can be done with webhooks."""

    @mutation(
        Scope.ACTION_MANAGE,
        "Call an endpoint with the events that are committed from now on, signed after Standard Webhooks, "
        "as CloudEvents; those about the same individual in order.",
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
            if input.except_source is not None:
                check_source(input.except_source)
            webhook = await store.register(
                services.graph,
                url=input.url,
                kinds=[events.EventKind(kind.value) for kind in dict.fromkeys(input.kinds)],
                except_source=input.except_source,
                secret=secret,
                actor=info.context.principal.id,
                now=services.clock(),
            )
        except BadInput as error:
            return RegisterWebhookPayload(webhook=None, secret=None, user_errors=[UserError.of_input(error)])
        services.webhooks_changed()
        return RegisterWebhookPayload(webhook=Webhook.of(webhook), secret=secret, user_errors=[])

    @mutation(
        Scope.ACTION_MANAGE,
        "Send to a webhook again now, from its position on: it is active, does not rest, and what failed is "
        "tried from the first attempt on. Dead letters stay: redriveDeliveries.",
    )
    async def enable_webhook(
        self,
        info: Info,
        input: Annotated[EnableWebhookInput, strawberry.argument(description="The webhook.")],
    ) -> EnableWebhookPayload:
        info.context.require(Scope.ACTION_MANAGE)
        webhook = await store.enable(info.context.services.graph, input.id)
        info.context.services.webhooks_changed()
        return EnableWebhookPayload(webhook=_shown(webhook), user_errors=_unless(webhook))

    @mutation(
        Scope.ACTION_MANAGE,
        "Sign with another secret from now on, and with the present one as well for some time.",
    )
    async def rotate_webhook_secret(
        self,
        info: Info,
        input: Annotated[RotateWebhookSecretInput, strawberry.argument(description="The webhook.")],
    ) -> RotateWebhookSecretPayload:
        info.context.require(Scope.ACTION_MANAGE)
        services = info.context.services
        secret = services.new_secret() if input.secret is None else input.secret
        try:
            services.check_secret(secret)
            if not 0 <= input.overlap_hours <= MOST_OVERLAP:
                raise BadInput(f"`overlapHours` is from 0 to {MOST_OVERLAP}.")
        except BadInput as error:
            return RotateWebhookSecretPayload(
                webhook=None, secret=None, user_errors=[UserError.of_input(error)]
            )
        until = services.clock() + timedelta(hours=input.overlap_hours)
        webhook = await store.rotate_secret(services.graph, input.id, secret=secret, until=until)
        services.webhooks_changed()
        return RotateWebhookSecretPayload(
            webhook=_shown(webhook),
            secret=None if webhook is None else secret,
            user_errors=_unless(webhook),
        )

    @mutation(Scope.ACTION_MANAGE, "Stop calling an endpoint and forget it, with all that it has not taken.")
    async def delete_webhook(
        self,
        info: Info,
        input: Annotated[DeleteWebhookInput, strawberry.argument(description="The webhook.")],
    ) -> DeleteWebhookPayload:
        info.context.require(Scope.ACTION_MANAGE)
        deleted = await store.delete(info.context.services.graph, input.id)
        info.context.services.webhooks_changed()
        if not deleted:
            return DeleteWebhookPayload(deleted_id=None, user_errors=[UserError.of_input(_UNKNOWN, "id")])
        return DeleteWebhookPayload(deleted_id=input.id, user_errors=[])


def _shown(webhook: model.Webhook | None) -> Webhook | None:
    return None if webhook is None else Webhook.of(webhook)


def _unless(webhook: model.Webhook | None) -> list[UserError]:
    return [UserError.of_input(_UNKNOWN, "id")] if webhook is None else []
