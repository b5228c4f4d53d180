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

_NEEDS = {
    model.JobKind.ACTIVATE_RULESET: (Scope.STEWARD, Scope.ADMIN),
    model.JobKind.INGEST: (Scope.INGEST,),
    model.JobKind.REMAP_RECORDS: (Scope.SOURCE_MANAGE,),
    model.JobKind.REPLAY_RECORDS: (Scope.SOURCE_MANAGE,),
}
"""The scopes that ending or deleting a job of this kind asks for, where they are others than STEWARD."""


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


@strawberry.input(description="A job to delete.")
class DeleteJobInput:
    id: strawberry.ID = strawberry.field(description="The job's id.")


@strawberry.type(description="The deleted job.")
class DeleteJobPayload:
    deleted_id: strawberry.ID | None = shown(
        Scope.METADATA_READ, "Its id; null if there was none with it, or it is running."
    )
    user_errors: list[UserError] = shown(Scope.METADATA_READ, "What is wrong in the input.")


@strawberry.type
class JobMutation:
    """What can be done with jobs."""

    @mutation(
        Scope.METADATA_READ,
        "End a job before it is done. What an ingestion, a mapping anew or a replay has stored stays, which "
        "asks for the scope ingest; whatever else a job did is taken back, which asks for the scope steward. "
        "An activation asks for the scope admin as well, and cannot be aborted once it cuts over: activate "
        "the former version after it.",
    )
    async def abort_job(
        self,
        info: Info,
        input: Annotated[AbortJobInput, strawberry.argument(description="The job.")],
    ) -> AbortJobPayload:
        info.context.require(Scope.METADATA_READ)
        services = info.context.services
        found = await store.find(services.graph, input.id)
        if found is None:
            return _refused(None, lifecycle.NOT_FOUND)
        _require(info, found.kind)
        job = await lifecycle.abort(services.graph, input.id, now=services.clock()) or found
        services.jobs_changed()
        shown_job = Job.of(job, services.clock())
        if job.state in model.FINAL and job.state is not model.JobState.ABORTED:
            return _refused(shown_job, BadInput("The job has ended.", code="JOB_ENDED"))
        if job.state is model.JobState.IN_PROGRESS and not job.abort_requested:
            message = "The job cannot be taken back any more, and goes on to its end."
            return _refused(shown_job, BadInput(message, code="NOT_ABORTABLE"))
        return AbortJobPayload(job=shown_job, user_errors=[])

    @mutation(
        Scope.METADATA_READ,
        "Forget a job that is not running, with the files that were uploaded for it and the rows that it "
        "rejected. Asks for the scope that ending it asks for.",
    )
    async def delete_job(
        self,
        info: Info,
        input: Annotated[DeleteJobInput, strawberry.argument(description="The job.")],
    ) -> DeleteJobPayload:
        info.context.require(Scope.METADATA_READ)
        services = info.context.services
        found = await store.find(services.graph, input.id)
        if found is not None:
            _require(info, found.kind)
        if found is not None and await lifecycle.delete(services.graph, input.id, now=services.clock()):
            services.files_changed()
            return DeleteJobPayload(deleted_id=input.id, user_errors=[])
        error = lifecycle.NOT_FOUND
        if found is not None and await store.find(services.graph, input.id) is not None:
            error = BadInput("The job is running: abort it first.", code="JOB_RUNNING")
        return DeleteJobPayload(deleted_id=None, user_errors=[UserError.of_input(error, "id")])


def _require(info: Info, kind: model.JobKind) -> None:
    for scope in _NEEDS.get(kind, (Scope.STEWARD,)):
        info.context.require(scope)


def _refused(job: Job | None, error: BadInput) -> AbortJobPayload:
    return AbortJobPayload(job=job, user_errors=[UserError.of_input(error, "id")])
