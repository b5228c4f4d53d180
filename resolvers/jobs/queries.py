"""The queries for jobs."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.jobs import listing, model, store
from resolvers.context import Info
from resolvers.fields import resolved
from resolvers.jobs.enums import JobKind, JobState
from resolvers.jobs.types import Job
from resolvers.principal import Scope

MOST = 100


@strawberry.type
class JobQuery:
    """What can be asked of jobs."""

    @resolved(Scope.METADATA_READ, "The job with this id, or null.")
    async def job(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> Job | None:
        info.context.require(Scope.METADATA_READ)
        found = await store.find(info.context.services.graph, id)
        return Job.of(found, info.context.services.clock()) if found is not None else None

    @resolved(Scope.METADATA_READ, "Jobs, the newest first.", page="first", page_size=20)
    async def jobs(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description=f"How many at most, from 1 to {MOST}.")] = 20,
        kinds: Annotated[
            list[JobKind] | None, strawberry.argument(description="Only these kinds. Left out: all.")
        ] = None,
        states: Annotated[
            list[JobState] | None, strawberry.argument(description="Only those so far. Left out: all.")
        ] = None,
        source: Annotated[
            str | None,
            strawberry.argument(description="Only those that store records of this source. Left out: all."),
        ] = None,
        after: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only those older than the job of this id: the next page."),
        ] = None,
    ) -> list[Job]:
        info.context.require(Scope.METADATA_READ)
        if not 1 <= first <= MOST:
            raise BadInput(f"`first` is from 1 to {MOST}.")
        services = info.context.services
        found = await listing.newest(
            services.graph,
            limit=first,
            kinds=None if kinds is None else [model.JobKind(kind.value) for kind in kinds],
            states=None if states is None else [model.JobState(state.value) for state in states],
            source=source,
            after=after,
        )
        return [Job.of(job, services.clock()) for job in found]
