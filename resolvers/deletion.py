"""Deleting records: what a source takes back."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model import times
from graph_model.errors import BadInput
from resolvers.context import Info
from resolvers.fields import mutation, shown
from resolvers.principal import Scope
from resolvers.scalars import DateTime
from resolvers.types.payloads import UserError
from resolvers.types.record_result import RecordResult


@strawberry.input(description="Records of one object from one source that are to be deleted.")
class DeleteRecordsInput:
    source: str = strawberry.field(description="Name of the source, such as crm.")
    object: str = strawberry.field(description="What the records are, such as Individual or SalesOrder.")
    ids: list[str] = strawberry.field(description="The ids of the records in the source, at most 1,000.")
    modified_at: DateTime | None = strawberry.field(
        default=None,
        description="When the source deleted them; left out, now. A version of a record that was modified "
        "later stays, or comes back.",
    )


@strawberry.type(description="What became of the records.")
class DeleteRecordsPayload:
    results: list[RecordResult] = shown(Scope.INGEST, "One result for each id, in order.")
    user_errors: list[UserError] = shown(
        Scope.INGEST, "What is wrong in the input; what is right was deleted."
    )


@strawberry.type(description="What can be deleted.")
class DeletionMutation:
    @mutation(
        Scope.INGEST,
        "Delete records, and resolve anew whom their identifiers and the other records are about. A record "
        "that was never sent may be deleted too: an earlier version of it then comes too late. An individual "
        "of whom every record was deleted is gone: its id answers null with the code GONE.",
        page="input.ids",
    )
    async def delete_records(
        self,
        info: Info,
        input: Annotated[DeleteRecordsInput, strawberry.argument(description="The records.")],
    ) -> DeleteRecordsPayload:
        info.context.require(Scope.INGEST)
        try:
            deleted = await info.context.services.ingestion.delete(
                input.source,
                input.object,
                input.ids,
                modified_at=times.from_text(input.modified_at) if input.modified_at else None,
                actor=info.context.principal.id,
            )
        except BadInput as error:
            return DeleteRecordsPayload(results=[], user_errors=[UserError.of_input(error)])
        return DeleteRecordsPayload(
            results=[RecordResult.of(result) for result in deleted],
            user_errors=[UserError.of(problem) for result in deleted for problem in result.problems],
        )
