"""The mutations of jobs."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.jobs import lifecycle, model, store
from resolvers.context import Info
from resolvers.fields import mutation, shown
from resolvers.jobs.types import Job
from resolvers.principal import Scope
from resolvers.types.payloads import UserError

_NEEDS = {model.JobKind.ACTIVATE_RULESET: Scope.ADMIN}
"""The scope that ending a job of this kind asks for besides."""


@strawberry.input(description="A job to end.")
class AbortJobInput:
    id: strawberry.ID = strawberry.field(description="The job's id.")


@strawberry.type(description="The job that is to end.")
class AbortJobPayload:
    job: Job | None = shown(
        Scope.METADATA_READ,
        "The job; it is ABORTED at once if nobody runs it yet, else as soon as what it did is taken back.",
    )
    user_errors: list[UserError] = shown(Scope.METADATA_READ, "What is wrong in the input.")


@strawberry.type
class JobMutation:
    """What can be done with jobs."""

    @mutation(
        Scope.STEWARD,
        "End a job before it is done, and take back what it did. An activation asks for the scope admin as "
        "well, and cannot be aborted once it cuts over: activate the former version after it.",
    )
    async def abort_job(
        self,
        info: Info,
        input: Annotated[AbortJobInput, strawberry.argument(description="The job.")],
    ) -> AbortJobPayload:
        info.context.require(Scope.STEWARD)
        services = info.context.services
        found = await store.find(services.graph, input.id)
        if found is None:
            return _refused(None, BadInput("There is no job with that id.", code="NOT_FOUND"))
        if (scope := _NEEDS.get(found.kind)) is not None:
            info.context.require(scope)
        job = await lifecycle.abort(services.graph, input.id, now=services.clock()) or found
        services.jobs_changed()
        shown_job = Job.of(job, services.clock())
        if job.state in model.FINAL and job.state is not model.JobState.ABORTED:
            return _refused(shown_job, BadInput("The job has ended.", code="JOB_ENDED"))
        if job.state is model.JobState.IN_PROGRESS and not job.abort_requested:
            message = "The job cannot be taken back any more, and goes on to its end."
            return _refused(shown_job, BadInput(message, code="NOT_ABORTABLE"))
        return AbortJobPayload(job=shown_job, user_errors=[])


def _refused(job: Job | None, error: BadInput) -> AbortJobPayload:
    return AbortJobPayload(job=job, user_errors=[UserError.of_input(error, "id")])
