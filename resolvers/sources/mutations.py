"""The mutations of sources."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.jobs import model as jobs
from graph_model.jobs import store as job_store
from graph_model.records.validation import check_source
from graph_model.sources import model, registering
from graph_model.sources.form import InvalidMapping, read_objects
from resolvers.context import Info
from resolvers.fields import mutation, shown
from resolvers.jobs.types import Job
from resolvers.principal import Scope
from resolvers.scalars import DateTime
from resolvers.sources.enums import SourceTemplate
from resolvers.sources.inputs import SourceObjectInput, as_form
from resolvers.sources.reading import objects_of
from resolvers.sources.types import Source
from resolvers.types.payloads import UserError

_MANAGE = Scope.SOURCE_MANAGE


@strawberry.input(description="A source to register: with a ready mapping, one of its own, or both.")
class RegisterSourceInput:
    name: str = strawberry.field(description="The name that it sends under, such as crm.")
    title: str | None = strawberry.field(default=None, description="Its name for people.")
    note: str | None = strawberry.field(default=None, description="What this version is about.")
    template: SourceTemplate | None = strawberry.field(default=None, description="A ready mapping.")
    default_currency: str | None = strawberry.field(
        default=None,
        description="With a template: the currency (ISO 4217) of amounts whose rows name none. Left out, "
        "such amounts are left out.",
    )
    default_country: str | None = strawberry.field(
        default=None,
        description="With a template: the country (ISO 3166-1 alpha-2) of addresses whose rows name none, "
        "and of the national phone numbers beside them.",
    )
    objects: list[SourceObjectInput] | None = strawberry.field(
        default=None,
        description="Its objects; with a template, those besides it or in the place of its objects of the "
        "same name.",
    )


@strawberry.input(description="A new version of a source's mapping.")
class UpdateSourceMappingInput:
    source: str = strawberry.field(description="The source.")
    expected_version: int = strawberry.field(
        description="The version that the change was made of; if it is not the newest, nothing is changed."
    )
    title: str | None = strawberry.field(default=None, description="Its name for people, if it changes.")
    note: str | None = strawberry.field(default=None, description="What this version is about.")
    objects: list[SourceObjectInput] | None = strawberry.field(
        default=None, description="All of its objects; left out, they stay as they are."
    )


@strawberry.input(description="A source to remove.")
class RemoveSourceInput:
    source: str = strawberry.field(description="The source.")


@strawberry.input(description="A source to map anew.")
class RemapRecordsInput:
    source: str = strawberry.field(description="The source.")


@strawberry.input(description="What to ingest anew.")
class ReplayInput:
    source: str = strawberry.field(description="The source, registered or not.")
    from_: DateTime | None = strawberry.field(
        name="from", default=None, description="Records of which something was received then or later."
    )
    to: DateTime | None = strawberry.field(default=None, description="And before this moment.")


@strawberry.type(description="The source as it is now.")
class SourcePayload:
    source: Source | None = shown(_MANAGE, "The source; null if the input is wrong.")
    outdated_records: int = shown(
        _MANAGE,
        "How many of its records are stored by an older version of the mapping: remapRecords maps them anew.",
    )
    user_errors: list[UserError] = shown(_MANAGE, "What is wrong in the input.")


@strawberry.type(description="The source that was removed.")
class RemoveSourcePayload:
    removed_source: str | None = shown(_MANAGE, "Its name; null if it could not be removed.")
    user_errors: list[UserError] = shown(_MANAGE, "What is wrong in the input.")


@strawberry.type(description="A job that ingests kept payloads anew.")
class SourceJobPayload:
    job: Job | None = shown(_MANAGE, "The job, watched by `job(id:)`; null if the input is wrong.")
    user_errors: list[UserError] = shown(_MANAGE, "What is wrong in the input.")


@strawberry.type
class SourceMutation:
    """What can be done with sources."""

    @mutation(
        _MANAGE,
        "Register a source: what its rows look like, and how they become canonical records. If anything is "
        "wrong, nothing is stored.",
    )
    async def register_source(
        self,
        info: Info,
        input: Annotated[RegisterSourceInput, strawberry.argument(description="The source.")],
    ) -> SourcePayload:
        info.context.require(_MANAGE)
        services = info.context.services
        try:
            objects, title = objects_of(
                input.template,
                input.objects,
                currency=input.default_currency,
                country=input.default_country,
            )
            source = await registering.register(
                services.catalogues,
                input.name,
                objects,
                title=title if input.title is None else input.title,
                note=input.note or "",
                template=None if input.template is None else str(input.template.value),
                actor=info.context.principal.id,
                now=services.clock(),
            )
        except InvalidMapping as error:
            return _invalid(error)
        except BadInput as error:
            return _wrong(error)
        return await _shown(info, source)

    @mutation(
        _MANAGE,
        "Change a source's mapping, as a new version, by which rows are mapped from now on. What is stored "
        "stays as it is until remapRecords. Older versions can still be read.",
    )
    async def update_source_mapping(
        self,
        info: Info,
        input: Annotated[UpdateSourceMappingInput, strawberry.argument(description="The change.")],
    ) -> SourcePayload:
        info.context.require(_MANAGE)
        services = info.context.services
        try:
            objects = None if input.objects is None else read_objects(as_form(input.objects))
            source = await registering.update(
                services.catalogues,
                input.source,
                registering.Change(title=input.title, note=input.note, objects=objects),
                expected_version=input.expected_version,
                actor=info.context.principal.id,
                now=services.clock(),
            )
        except InvalidMapping as error:
            return _invalid(error)
        except BadInput as error:
            return _wrong(error)
        return await _shown(info, source)

    @mutation(_MANAGE, "Forget a source of which nothing is stored, with all versions of its mapping.")
    async def remove_source(
        self,
        info: Info,
        input: Annotated[RemoveSourceInput, strawberry.argument(description="The source.")],
    ) -> RemoveSourcePayload:
        info.context.require(_MANAGE)
        try:
            await registering.remove(info.context.services.catalogues, input.source)
        except BadInput as error:
            return RemoveSourcePayload(removed_source=None, user_errors=[UserError.of_input(error, "source")])
        return RemoveSourcePayload(removed_source=input.source, user_errors=[])

    @mutation(
        _MANAGE,
        "Derive a source's records anew from their kept payloads, by its newest mapping: afterwards all is "
        "as if it had been ingested by that mapping from the start. A job, which can be aborted.",
    )
    async def remap_records(
        self,
        info: Info,
        input: Annotated[RemapRecordsInput, strawberry.argument(description="The source.")],
    ) -> SourceJobPayload:
        info.context.require(_MANAGE)
        catalogue = await info.context.services.catalogues.renew()
        if input.source not in catalogue.sources:
            error = registering.unknown(input.source)
            return SourceJobPayload(job=None, user_errors=[UserError.of_input(error, "source")])
        return await _submitted(info, jobs.JobKind.REMAP_RECORDS, {"source": input.source})

    @mutation(
        _MANAGE,
        "Ingest anew what a source sent, from the payloads that were kept: every record of which something "
        "was received in that time is derived from all of its versions. The graph stays the same, but for "
        "what was lost or damaged. A job, which can be aborted.",
    )
    async def replay(
        self,
        info: Info,
        input: Annotated[ReplayInput, strawberry.argument(description="What to ingest anew.")],
    ) -> SourceJobPayload:
        info.context.require(_MANAGE)
        try:
            check_source(input.source)
            if input.from_ is not None and input.to is not None and input.from_ >= input.to:
                raise BadInput("`from` must be before `to`.", code="INVALID_PERIOD")
        except BadInput as error:
            return SourceJobPayload(job=None, user_errors=[UserError.of_input(error)])
        request: dict[str, object] = {"source": input.source, "from": input.from_, "to": input.to}
        return await _submitted(info, jobs.JobKind.REPLAY_RECORDS, request)


async def _submitted(info: Info, kind: jobs.JobKind, input_: dict[str, object]) -> SourceJobPayload:
    services = info.context.services
    now = services.clock()
    job = await job_store.submit(services.graph, kind, input_, actor=info.context.principal.id, now=now)
    services.jobs_changed()
    return SourceJobPayload(job=Job.of(job, now), user_errors=[])


async def _shown(info: Info, source: model.Source) -> SourcePayload:
    outdated = await registering.outdated(info.context.services.graph, source)
    return SourcePayload(source=Source.of(source), outdated_records=outdated, user_errors=[])


def _invalid(error: InvalidMapping) -> SourcePayload:
    return SourcePayload(
        source=None, outdated_records=0, user_errors=[UserError.of(item) for item in error.problems]
    )


def _wrong(error: BadInput) -> SourcePayload:
    return SourcePayload(source=None, outdated_records=0, user_errors=[UserError.of_input(error)])
