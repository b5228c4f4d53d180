"""Sources as a client sees them."""

from __future__ import annotations

from typing import Self

import strawberry

from graph_model.records import model as records
from graph_model.sources import model, store
from graph_model.sources.form import write_objects
from graph_model.sources.trying import Tried
from resolvers.context import Info
from resolvers.fields import resolved, shown
from resolvers.principal import Scope
from resolvers.scalars import JSON, DateTime
from resolvers.sources.enums import SourceFieldType, SourceTemplate
from resolvers.types.payloads import UserError

_READ = Scope.METADATA_READ
_MANAGE = Scope.SOURCE_MANAGE


@strawberry.type(description="A field that a source declares.")
class SourceField:
    name: str = shown(_READ, "Its name, or the path of a nested one.")
    type: SourceFieldType = shown(_READ, "What it holds.")
    description: str | None = shown(_READ, "What it means.")


@strawberry.type(description="A canonical record that each row of an object becomes.")
class SourceTarget:
    object: str = shown(_READ, "Its canonical object.")
    name: str = shown(_READ, "The object in its key.")
    fields: list[str] = shown(_READ, "The canonical fields that are mapped.")
    conditional: bool = shown(_READ, "Whether only some rows become one.")


@strawberry.type(description="An object of a source.")
class SourceObject:
    name: str = shown(_READ, "Its name in the source.")
    title: str | None = shown(_READ, "Its name for people.")
    primary_key: str = shown(_READ, "The path of what tells its rows apart.")
    modified_field: list[str] = shown(
        _READ, "The paths of when a row was changed; without one the time of receipt counts."
    )
    deleted_field: str | None = shown(_READ, "The path of what is true in rows that were deleted.")
    immutable: bool = shown(_READ, "Whether a row never changes once it was sent.")
    fields: list[SourceField] = shown(_READ, "The fields that it declares; empty: whatever is sent.", size=50)
    targets: list[SourceTarget] = shown(
        _READ, "What its rows become; empty: they are in canonical form.", size=2
    )

    @classmethod
    def of(cls, item: model.SourceObject) -> Self:
        """The object as it is shown."""
        return cls(
            name=item.name,
            title=item.title or None,
            primary_key=item.primary_key,
            modified_field=list(item.modified_field),
            deleted_field=item.deleted_field,
            immutable=item.immutable,
            fields=[
                SourceField(
                    name=field.name,
                    type=SourceFieldType(field.type.value),
                    description=field.description or None,
                )
                for field in item.fields
            ],
            targets=[
                SourceTarget(
                    object=target.object,
                    name=target.name if place else item.name,
                    fields=list(dict.fromkeys(mapping.field for mapping in target.fields)),
                    conditional=target.when is not None,
                )
                for place, target in enumerate(item.targets)
            ],
        )


@strawberry.type(description="A registered source, in one version of its mapping.")
class Source:
    name: str = shown(_READ, "Its name, which records are sent under.")
    title: str | None = shown(_READ, "Its name for people.")
    note: str | None = shown(_READ, "What this version is about.")
    version: int = shown(_READ, "The version of its mapping, from 1; the newest counts.")
    template: SourceTemplate | None = shown(_READ, "The ready mapping that it began as.")
    objects: list[SourceObject] = shown(_READ, "Its objects.", size=10)
    mapping: JSON = shown(
        _READ, "Its objects with their mappings, whole, as `objects` of updateSourceMapping takes them."
    )
    created_at: DateTime = shown(_READ, "When this version was made.")
    created_by: str = shown(_READ, "Who made it.")

    @resolved(_READ, "Every version that there was, the newest first.", page_size=10)
    async def versions(self, info: Info) -> list[Source]:
        info.context.require(_READ)
        return [Source.of(item) for item in await store.versions(info.context.services.graph, self.name)]

    @classmethod
    def of(cls, source: model.Source) -> Self:
        """The source as it is shown."""
        return cls(
            name=source.name,
            title=source.title or None,
            note=source.note or None,
            version=source.version,
            template=None if source.template is None else SourceTemplate(source.template),
            objects=[SourceObject.of(item) for item in source.objects.values()],
            mapping=JSON(write_objects(source.objects.values())),
            created_at=DateTime(source.created_at),
            created_by=source.created_by,
        )


@strawberry.type(description="A canonical record that a row would become.")
class MappedRecord:
    object: str = shown(_MANAGE, "Its canonical object.")
    name: str = shown(_MANAGE, "The object in its key.")
    record_id: str = shown(_MANAGE, "Its id in the source.")
    modified_at: DateTime = shown(_MANAGE, "When it was changed.")
    deleted: bool = shown(_MANAGE, "Whether the row says that it was deleted.")
    fields: JSON = shown(_MANAGE, "Its canonical fields; null: there is no value of it any more.")
    identifiers: list[str] = shown(_MANAGE, "What it would be found by: type, issuer and normalised value.")
    warnings: list[UserError] = shown(_MANAGE, "What is doubtful in it, but is kept.", size=2)

    @classmethod
    def of(cls, record: records.Record) -> Self:
        """The record as it is shown."""
        return cls(
            object=record.object_type.name,
            name=record.key.object,
            record_id=record.key.record_id,
            modified_at=DateTime(record.modified_at),
            deleted=record.deleted,
            fields=JSON(record.said),
            identifiers=[identifier.key for identifier in record.identifiers],
            warnings=[UserError.of(problem) for problem in record.warnings],
        )


@strawberry.type(description="What a sample row would become.")
class MappedRow:
    records: list[MappedRecord] = shown(_MANAGE, "The records; none if anything is wrong.", size=2)
    problems: list[UserError] = shown(
        _MANAGE, "Everything that is wrong with it; paths begin at the row.", size=2
    )
    unmapped: list[str] = shown(_MANAGE, "Its fields that no mapping looks at: they are kept, but unused.")

    @classmethod
    def of(cls, tried: Tried) -> Self:
        """The row as it is shown."""
        return cls(
            records=[MappedRecord.of(record) for record in tried.records],
            problems=[UserError.of(problem) for problem in tried.problems],
            unmapped=list(tried.unmapped),
        )
