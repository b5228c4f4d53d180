"""Storing records as they come."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.records.model import Mode
from resolvers.context import Info
from resolvers.enums import IngestMode
from resolvers.fields import mutation, shown
from resolvers.principal import Scope
from resolvers.scalars import JSON
from resolvers.types.payloads import UserError
from resolvers.types.record_result import RecordResult

_ABOUT_THE_KEY = ("INVALID_IDEMPOTENCY_KEY", "IDEMPOTENCY_MISMATCH")


@strawberry.input(description="Records of one object from one source.")
class IngestRecordsInput:
    source: str = strawberry.field(description="Name of the source, such as crm.")
    object: str = strawberry.field(
        description="What the records are: an object of the canonical model, such as Individual or "
        "SalesOrder (`metadata` and docs/objects.md list them), or one of a registered source."
    )
    records: list[JSON] = strawberry.field(
        description="The records, at most 1,000. Each is an object with the source's `id`, optionally "
        "`modifiedAt`, and the object's fields; docs/objects.md lists them."
    )
    mode: IngestMode = strawberry.field(
        default=IngestMode.UPSERT, description="Whether they are whole records or say some fields of them."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="What you call this request: 1 to 255 visible characters of ASCII, such as a UUID. For "
        "24 hours the same request with the same key is answered as the first time, and nothing is stored; "
        "another request with it is refused (IDEMPOTENCY_MISMATCH).",
    )
    dry_run: bool = strawberry.field(
        default=False,
        description="Only say what would become of the records, and whose they would be; nothing is stored "
        "or remembered.",
    )


@strawberry.type(description="What became of the records.")
class IngestRecordsPayload:
    results: list[RecordResult] = shown(Scope.INGEST, "One result for each record, in order.")
    user_errors: list[UserError] = shown(
        Scope.INGEST, "What is wrong in the input; what is right was stored."
    )


@strawberry.type(description="What can be stored.")
class IngestionMutation:
    @mutation(
        Scope.INGEST,
        "Store records and resolve whom they are about. Idempotent: the same record again changes nothing. "
        "When it answers, everything that is not rejected is on disk and resolved. While more waits to be "
        "stored than the gateway holds, the error RETRY_LATER says in `retryAfter` after how many seconds to "
        "send them again.",
        page="input.records",
    )
    async def ingest_records(
        self,
        info: Info,
        input: Annotated[IngestRecordsInput, strawberry.argument(description="The records.")],
    ) -> IngestRecordsPayload:
        info.context.require(Scope.INGEST)
        try:
            results = await info.context.services.ingestion.ingest(
                input.source,
                input.object,
                input.records,
                mode=Mode(input.mode.value),
                actor=info.context.principal.id,
                idempotency_key=input.idempotency_key,
                dry_run=input.dry_run,
            )
        except BadInput as error:
            path = ("idempotencyKey",) if error.code in _ABOUT_THE_KEY else ()
            return IngestRecordsPayload(results=[], user_errors=[UserError.of_input(error, *path)])
        return IngestRecordsPayload(
            results=[RecordResult.of(result) for result in results],
            user_errors=[UserError.of(problem) for result in results for problem in result.problems],
        )
