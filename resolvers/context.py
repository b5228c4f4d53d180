"""What a resolver is given beside its arguments: who asks, and the services of the identity graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import strawberry

from graph_model.errors import Forbidden
from graph_model.events.tail import Tail
from graph_model.graph import Graph
from graph_model.ingestion.formats.model import Limits
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.uploads import Uploads
from graph_model.jobs.watching import Watch
from graph_model.metadata.catalogue import Catalogues
from graph_model.reading.together import Together
from resolvers.principal import Principal, Scope


@dataclass(frozen=True, slots=True)
class Services:
    """The services that all operations share. `file_limits` bound the files that are read; `webhooks_changed`
    tells the deliverer to look again, `jobs_changed` the runner of jobs, `files_changed` whoever deletes
    files of jobs that are over; `new_secret` makes and `check_secret` checks a webhook's signing secret."""

    graph: Graph
    catalogues: Catalogues
    together: Together
    ingestion: Ingestion
    uploads: Uploads
    file_limits: Limits
    tail: Tail
    clock: Callable[[], datetime]
    default_country: str | None
    webhooks_changed: Callable[[], None]
    jobs_changed: Callable[[], None]
    files_changed: Callable[[], None]
    job_watch: Watch
    new_secret: Callable[[], str]
    check_secret: Callable[[str], object]


@dataclass(slots=True)
class Context:
    """The context of one operation."""

    principal: Principal
    request_id: str
    services: Services

    def require(self, scope: Scope) -> None:
        """Raise Forbidden unless the principal holds the scope."""
        if scope not in self.principal.scopes:
            raise Forbidden(f"This needs the scope {scope}.")


Info: TypeAlias = strawberry.Info[Context, None]
