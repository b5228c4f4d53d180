"""What the metadata query tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import strawberry

from graph_model.identity.rulesets.stored import StoredRuleset
from graph_model.metadata import fields as canonical
from graph_model.metadata.counts import RecordCount
from graph_model.sources.form import write_objects
from graph_model.sources.model import Source
from resolvers.enums import IdentifierType
from resolvers.fields import shown
from resolvers.metadata.enums import CanonicalType, Classification, KeyKind, ObjectCategory
from resolvers.principal import Scope
from resolvers.rulesets.enums import RulesetState
from resolvers.scalars import JSON, DateTime

_READ = Scope.METADATA_READ


@strawberry.type(description="One of the values that a field may hold.")
class FieldValue:
    value: str = shown(_READ, "The value.")
    meaning: str = shown(_READ, "What it means.")


@strawberry.type(description="A part of a field that holds objects.")
class FieldPart:
    name: str = shown(_READ, "Its name.")
    type: CanonicalType = shown(_READ, "What it holds.")
    description: str = shown(_READ, "What it means.")
    classification: Classification = shown(_READ, "How much care its values need.")
    required: bool = shown(_READ, "Whether the object needs it.")


@strawberry.type(description="A field of an object.")
class FieldMetadata:
    name: str = shown(_READ, "Its name.")
    type: CanonicalType = shown(_READ, "What it holds.")
    many: bool = shown(_READ, "Whether it takes a list of values as well as one.")
    description: str = shown(_READ, "What it means.")
    classification: Classification = shown(_READ, "How much care its values need.")
    cim: str | None = shown(
        _READ, "Its name in the Cloud Information Model, under which it is taken, too; null if it has none."
    )
    required: bool = shown(_READ, "Whether a record needs it.")
    identifier: IdentifierType | None = shown(_READ, "As which identifier it leads to a person, if it does.")
    max_length: int | None = shown(_READ, "Of how many characters a text is at most.")
    values: list[FieldValue] = shown(_READ, "The values that it may hold, of a field of type ENUM.", size=5)
    parts: list[FieldPart] = shown(_READ, "The parts of its values, of a field of type OBJECT.", size=5)
    currency_field: str | None = shown(_READ, "The field that holds the currency of an amount.")
    custom: bool = shown(_READ, "Whether it was registered by an integrator.")
    deprecation_reason: str | None = shown(_READ, "Why it should not be used any longer, if so.")

    @classmethod
    def of(cls, field: canonical.Field, needed: Sequence[str]) -> Self:
        """The field as it is shown; records cannot do without those that are `needed`."""
        texts = field.type is canonical.FieldType.TEXT
        return cls(
            name=field.name,
            type=CanonicalType(field.type.value),
            many=field.many,
            description=field.description,
            classification=Classification(field.classification.value),
            cim=field.cim,
            required=field.name in needed,
            identifier=IdentifierType(field.identifier.value) if field.identifier else None,
            max_length=field.max_length if texts else None,
            values=[
                FieldValue(value=value, meaning=meaning)
                for value, meaning in zip(field.values, field.meanings, strict=True)
            ],
            parts=[
                FieldPart(
                    name=part.name,
                    type=CanonicalType(part.type.value),
                    description=part.description,
                    classification=Classification(part.classification.value),
                    required=part.required,
                )
                for part in field.parts
            ],
            currency_field=field.currency,
            custom=field.custom,
            deprecation_reason=field.deprecated,
        )


@strawberry.type(description="What tells records of an object apart, or finds whom they are about.")
class ObjectKey:
    kind: KeyKind = shown(_READ, "What it does.")
    fields: list[str] = shown(_READ, "The fields that make it.")
    identifier: IdentifierType | None = shown(_READ, "The identifier that it is; null of a primary key.")


@strawberry.type(description="A field that holds ids of records of an object, of the same source.")
class ObjectRelation:
    field: str = shown(_READ, "The field.")
    object: str = shown(_READ, "The object whose records it names.")
    description: str = shown(_READ, "What that record is to this one.")
    owning: bool = shown(_READ, "Whether a record belongs to whomever that one belongs to.")


@strawberry.type(description="An object of the canonical model.")
class ObjectMetadata:
    name: str = shown(_READ, "Its name.")
    category: ObjectCategory = shown(_READ, "How its records are treated.")
    description: str = shown(_READ, "What it is.")
    cim: str | None = shown(
        _READ, "Its name in the Cloud Information Model, under which it is taken, too; null if it has none."
    )
    time_field: str | None = shown(_READ, "The field that says when it happened.")
    immutable: bool = shown(_READ, "Whether that never changes.")
    custom: bool = shown(_READ, "Whether it was registered by an integrator.")
    fields: list[FieldMetadata] = shown(_READ, "Its fields.", size=15)
    keys: list[ObjectKey] = shown(
        _READ, "Its primary key, and the identifiers that lead to a person.", size=5
    )
    relations: list[ObjectRelation] = shown(_READ, "Its fields that name records of objects.", size=3)

    @classmethod
    def of(cls, item: canonical.ObjectType) -> Self:
        """The object as it is shown."""
        identifying = [field for field in item.fields if field.identifier is not None]
        return cls(
            name=item.name,
            category=ObjectCategory(item.category.value),
            description=item.description,
            cim=item.cim,
            time_field=item.time_field,
            immutable=item.immutable,
            custom=item.custom,
            fields=[FieldMetadata.of(field, item.needs) for field in item.fields],
            keys=[
                ObjectKey(kind=KeyKind.PRIMARY, fields=["id"], identifier=None),
                *(
                    ObjectKey(
                        kind=KeyKind.IDENTIFIER,
                        fields=[field.name],
                        identifier=IdentifierType(field.identifier.value),
                    )
                    for field in identifying
                    if field.identifier is not None
                ),
            ],
            relations=[
                ObjectRelation(
                    field=relation.field,
                    object=relation.object,
                    description=relation.description,
                    owning=relation.owning,
                )
                for relation in item.relations
            ],
        )


@strawberry.type(description="How many records of an object a source has sent that are still there.")
class ObjectCount:
    object: str = shown(_READ, "The source's object.")
    records: int = shown(_READ, "How many records there are.")
    last_ingest: DateTime = shown(_READ, "When records of it last came.")

    @classmethod
    def of(cls, count: RecordCount) -> Self:
        """The count as it is shown."""
        return cls(object=count.object, records=count.records, last_ingest=DateTime(count.last_ingest))


@strawberry.type(description="A version of the ruleset, by which records are resolved.")
class RulesetMetadata:
    version: int = shown(_READ, "Its number.")
    state: RulesetState = shown(_READ, "Whether it counts.")
    note: str | None = shown(_READ, "What it is about.")
    created_at: DateTime = shown(_READ, "When it was made.")
    activated_at: DateTime | None = shown(_READ, "When it began to count.")

    @classmethod
    def of(cls, item: StoredRuleset) -> Self:
        """The version as it is shown."""
        return cls(
            version=item.version,
            state=RulesetState(item.state.value),
            note=item.note,
            created_at=DateTime(item.created_at),
            activated_at=DateTime(item.activated_at) if item.activated_at else None,
        )


@strawberry.type(description="A source: one that is registered, or one that sends records in canonical form.")
class SourceMetadata:
    name: str = shown(_READ, "Its name.")
    title: str | None = shown(_READ, "Its name for people.")
    registered: bool = shown(_READ, "Whether it is registered; else it sends records in canonical form.")
    objects: list[str] = shown(_READ, "Its objects: those that are registered, and those that were sent.")
    mapping: JSON | None = shown(_READ, "The mapping of its objects, whole; null without one.")
    mapping_version: int | None = shown(_READ, "The version of the mapping that counts.")
    last_ingest: DateTime | None = shown(_READ, "When records of it last came; null before the first.")
    record_count: int = shown(_READ, "How many of its records there are.")
    counts: list[ObjectCount] = shown(_READ, "The same for each of its objects.", size=5)

    @classmethod
    def of(cls, name: str, source: Source | None, counts: Sequence[RecordCount]) -> Self:
        """The source as it is shown: one that is registered, or only has sent something."""
        sent = [count.object for count in counts]
        return cls(
            name=name,
            title=(source.title or None) if source else None,
            registered=source is not None,
            objects=list(dict.fromkeys((*(source.objects if source else ()), *sent))),
            mapping=JSON(write_objects(source.objects.values())) if source else None,
            mapping_version=source.version if source else None,
            last_ingest=DateTime(max(count.last_ingest for count in counts)) if counts else None,
            record_count=sum(count.records for count in counts),
            counts=[ObjectCount.of(count) for count in counts],
        )


@strawberry.type(
    description="What there is: sources, the canonical model with what was added to it, rulesets."
)
class Metadata:
    version: int = shown(_READ, "Every change of sources and of the model has a number of its own.")
    sources: list[SourceMetadata] = shown(_READ, "The sources, by name.", size=10)
    objects: list[ObjectMetadata] = shown(_READ, "The objects that a source may send.", size=40)
    rulesets: list[RulesetMetadata] = shown(_READ, "The versions of the ruleset, the newest first.", size=5)
