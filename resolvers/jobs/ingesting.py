"""The mutations of jobs that store files."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.ingestion.bulk import actions
from graph_model.ingestion.bulk.model import Assignment
from graph_model.ingestion.formats.model import Format
from graph_model.jobs import lifecycle, model, store
from graph_model.records.model import Mode
from resolvers.context import Info
from resolvers.fields import mutation, shown
from resolvers.jobs.enums import FileFormat, IngestOperation
from resolvers.jobs.types import Job
from resolvers.principal import Scope
from resolvers.types.payloads import UserError


@strawberry.input(description="Files of records of one object from one source.")
class CreateIngestJobInput:
    source: str = strawberry.field(description="Name of the source, such as crm.")
    object: str = strawberry.field(
        description="What the records are: an object of the source, or of the canonical model."
    )
    operation: IngestOperation = strawberry.field(
        default=IngestOperation.UPSERT, description="What the rows say."
    )
    format: FileFormat = strawberry.field(default=FileFormat.CSV, description="What the files are.")
    delimiter: str = strawberry.field(default=",", description="What parts the cells of CSV, such as ;.")
    null_value: str | None = strawberry.field(
        default=None,
        description="The text of a cell that means null, such as \\N; an empty one makes empty cells, and "
        "nulls of Parquet, mean null. Left out: they are no value.",
    )


@strawberry.input(description="A job whose files have all been sent.")
class CompleteUploadInput:
    id: strawberry.ID = strawberry.field(description="The job's id.")


@strawberry.type(description="The job that stores files.")
class IngestJobPayload:
    job: Job | None = shown(Scope.INGEST, "The job; null if the input is wrong.")
    user_errors: list[UserError] = shown(Scope.INGEST, "What is wrong in the input.")


@strawberry.type
class IngestJobMutation:
    """How files are given to a job."""

    @mutation(
        Scope.INGEST,
        "Begin a job that stores files of any size. Send its parts to PUT /jobs/{id}/parts/{n}, then call "
        "completeUpload. An open job stays until it is completed, aborted or deleted.",
    )
    async def create_ingest_job(
        self,
        info: Info,
        input: Annotated[CreateIngestJobInput, strawberry.argument(description="What the files hold.")],
    ) -> IngestJobPayload:
        info.context.require(Scope.INGEST)
        services = info.context.services
        assignment = Assignment(
            source=input.source,
            object=input.object,
            mode=Mode(input.operation.value),
            format=Format(input.format.value),
            delimiter=input.delimiter,
            null_value=input.null_value,
        )
        try:
            job = await actions.create(
                services.graph,
                services.catalogues,
                services.uploads,
                assignment,
                actor=info.context.principal.id,
                now=services.clock(),
            )
        except BadInput as error:
            return IngestJobPayload(job=None, user_errors=[UserError.of_input(error)])
        return IngestJobPayload(job=Job.of(job, services.clock()), user_errors=[])

    @mutation(
        Scope.INGEST,
        "Say that all parts of a job have been sent: no more are taken, and it is run as soon as may be, the "
        "parts in the order of their numbers.",
    )
    async def complete_upload(
        self,
        info: Info,
        input: Annotated[CompleteUploadInput, strawberry.argument(description="The job.")],
    ) -> IngestJobPayload:
        info.context.require(Scope.INGEST)
        services = info.context.services
        job: model.Job | None
        errors: list[UserError] = []
        try:
            job = await actions.complete(services.graph, services.uploads, input.id, now=services.clock())
        except BadInput as error:
            errors = [UserError.of_input(error, "id")]
            job = None if error is lifecycle.NOT_FOUND else await store.find(services.graph, input.id)
        services.jobs_changed()
        return IngestJobPayload(
            job=None if job is None else Job.of(job, services.clock()), user_errors=errors
        )
