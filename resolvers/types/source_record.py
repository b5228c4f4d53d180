"""A record as one source last said it."""

from __future__ import annotations

import strawberry

from resolvers.fields import stored
from resolvers.principal import Scope
from resolvers.scalars import JSON, DateTime
from resolvers.types.node import Node


@strawberry.type(description="A record as one source last said it; the gateway never edits it.")
class SourceRecord(Node):
    id: strawberry.ID = stored(Scope.PROFILE_READ, "The gateway's id of this record.")
    source: str = stored(Scope.PROFILE_READ, "The source that sent it.")
    object: str = stored(
        Scope.PROFILE_READ, "The object that it is, such as Individual, or Device for a browser."
    )
    record_id: str = stored(Scope.PROFILE_READ, "Its id in the source.")
    modified_at: DateTime = stored(Scope.PROFILE_READ, "When the source last changed it.")
    received_at: DateTime = stored(Scope.PROFILE_READ, "When this version arrived.")
    fields: JSON = stored(Scope.PROFILE_PII, "Its fields, as the source wrote them.")
