"""The enums of webhooks and deliveries."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph_model.webhooks import model
from resolvers.enums import described


@strawberry.enum(description="Whether events are sent to a webhook.")
class WebhookState(Enum):
    ACTIVE = described(model.WebhookState.ACTIVE, "Events are sent.")
    DISABLED = described(
        model.WebhookState.DISABLED,
        "The endpoint said that it is gone. enableWebhook goes on there.",
    )


@strawberry.enum(description="Where an event is that a webhook has not taken.")
class DeliveryState(Enum):
    WAITING = described(
        model.DeliveryState.WAITING, "Behind another event about the same individual that has not been taken."
    )
    RETRYING = described(model.DeliveryState.RETRYING, "It failed, and will be tried again.")
    DEAD = described(
        model.DeliveryState.DEAD,
        "It failed as often as it may. It is kept until redriveDeliveries or discardDeliveries.",
    )
