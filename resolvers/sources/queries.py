"""The queries for sources."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model import times
from graph_model.errors import BadInput
from graph_model.records.model import Mode
from graph_model.sources import model, registering, store
from graph_model.sources.form import InvalidMapping
from graph_model.sources.trying import try_rows
from resolvers.context import Info
from resolvers.enums import IngestMode
from resolvers.fields import resolved, shown
from resolvers.principal import Scope
from resolvers.scalars import JSON
from resolvers.sources.enums import SourceTemplate
from resolvers.sources.inputs import SourceObjectInput
from resolvers.sources.reading import objects_of
from resolvers.sources.types import MappedRow, Source
from resolvers.types.payloads import UserError

MAX_SAMPLE = 100
"""Rows that a test may try."""
_NAME = "sample"


@strawberry.input(description="A mapping, and rows to try it on: a stored one, or one that is given.")
class TestMappingInput:
    source: str | None = strawberry.field(
        default=None, description="The source, registered or not; its name is the issuer of identifiers."
    )
    version: int | None = strawberry.field(
        default=None, description="The version of its mapping. Left out: the one that counts."
    )
    template: SourceTemplate | None = strawberry.field(
        default=None, description="A ready mapping to try instead."
    )
    objects: list[SourceObjectInput] | None = strawberry.field(
        default=None, description="A mapping to try instead; with a template, in the place of its objects."
    )
    object: str = strawberry.field(description="The object that the rows are of.")
    mode: IngestMode = strawberry.field(default=IngestMode.UPSERT, description="How the rows would be sent.")
    sample: list[JSON] = strawberry.field(description=f"The rows, at most {MAX_SAMPLE}.")


@strawberry.type(description="What a mapping makes of sample rows.")
class TestMappingResult:
    rows: list[MappedRow] = shown(
        Scope.SOURCE_MANAGE, "What each row would become, in order; none if the mapping is wrong."
    )
    user_errors: list[UserError] = shown(
        Scope.SOURCE_MANAGE, "What is wrong with the mapping, or with the input as a whole."
    )


@strawberry.type
class SourceQuery:
    """What can be asked of sources."""

    @resolved(Scope.METADATA_READ, "A registered source, or null; without a version the one that counts.")
    async def source(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="Its name.")],
        version: Annotated[int | None, strawberry.argument(description="The version of its mapping.")] = None,
    ) -> Source | None:
        info.context.require(Scope.METADATA_READ)
        found = await _stored(info, name, version)
        return Source.of(found) if found is not None else None

    @resolved(
        Scope.SOURCE_MANAGE,
        "Try a mapping on sample rows: the canonical records that they would become, and every problem of "
        "every row. Nothing is stored.",
        page="input.sample",
    )
    async def test_mapping(
        self,
        info: Info,
        input: Annotated[TestMappingInput, strawberry.argument(description="The mapping and the rows.")],
    ) -> TestMappingResult:
        info.context.require(Scope.SOURCE_MANAGE)
        services = info.context.services
        try:
            if len(input.sample) > MAX_SAMPLE:
                raise BadInput(f"A sample has at most {MAX_SAMPLE} rows.", code="TOO_MANY_RECORDS")
            source = await _given(info, input) or await _stored(info, input.source or "", input.version)
            if source is None:
                raise registering.unknown(input.source or "")
            tried = try_rows(
                input.sample,
                source,
                input.object,
                await services.catalogues.current(),
                mode=Mode(input.mode.value),
                now=services.clock(),
                default_country=services.default_country,
            )
        except InvalidMapping as error:
            return TestMappingResult(rows=[], user_errors=[UserError.of(item) for item in error.problems])
        except BadInput as error:
            return TestMappingResult(rows=[], user_errors=[UserError.of_input(error)])
        return TestMappingResult(rows=[MappedRow.of(item) for item in tried], user_errors=[])


async def _given(info: Info, input_: TestMappingInput) -> model.Source | None:
    """The mapping that the input itself gives, if it does."""
    if input_.template is None and input_.objects is None:
        return None
    services = info.context.services
    objects, _ = objects_of(input_.template, input_.objects)
    registering.check(objects, (await services.catalogues.current()).registry)
    return model.Source(
        name=input_.source or _NAME,
        version=input_.version or 1,
        objects={item.name: item for item in objects},
        created_at=times.to_text(services.clock()),
        created_by=info.context.principal.id,
    )


async def _stored(info: Info, name: str, version: int | None) -> model.Source | None:
    services = info.context.services
    if version is not None:
        return await store.find(services.graph, name, version)
    known = await services.catalogues.current()
    return known.sources.get(name) or (await services.catalogues.renew()).sources.get(name)
