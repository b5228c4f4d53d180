"""Watching a job."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.fields import subscription
from resolvers.jobs.types import Job
from resolvers.principal import Scope


@strawberry.type
class JobSubscription:
    """What can be listened to of jobs."""

    @subscription(
        Scope.METADATA_READ,
        "A job as it is now, and again whenever it is further, whichever gateway runs it. Ends when the job "
        "has ended, or is deleted.",
    )
    async def job_progress(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The job's id.")]
    ) -> AsyncGenerator[Job, None]:
        info.context.require(Scope.METADATA_READ)
        services = info.context.services
        async with aclosing(services.job_watch.follow(id)) as followed:
            async for job in followed:
                yield Job.of(job, services.clock())
