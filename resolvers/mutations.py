"""The mutations. Each takes one input and returns a payload with what the client can correct."""

from __future__ import annotations

import strawberry

from resolvers.deletion import DeletionMutation
from resolvers.golden.corrections import CorrectionMutation
from resolvers.ingestion.mutations import IngestionMutation
from resolvers.jobs.ingesting import IngestJobMutation
from resolvers.jobs.mutations import JobMutation
from resolvers.metadata.mutations import MetadataMutation
from resolvers.rulesets.mutations import RulesetMutation
from resolvers.sources.mutations import SourceMutation
from resolvers.stewardship.mutations import StewardMutation
from resolvers.webhooks.letters import DeliveryMutation
from resolvers.webhooks.mutations import WebhookMutation


@strawberry.type(description="What can be changed.")
class Mutation(
    CorrectionMutation,
    DeletionMutation,
    DeliveryMutation,
    IngestionMutation,
    IngestJobMutation,
    JobMutation,
    MetadataMutation,
    RulesetMutation,
    SourceMutation,
    StewardMutation,
    WebhookMutation,
):
    """Everything that can be changed; each concept has a class of its own."""
