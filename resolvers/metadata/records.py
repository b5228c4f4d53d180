"""A record as it is stored, with the versions of it that came."""

from __future__ import annotations

from typing import Self

import strawberry

from graph_model.ingestion.preparing import from_payload
from graph_model.records.history import Kept
from graph_model.records.reading import StoredVersions
from resolvers.fields import shown
from resolvers.metadata.enums import RecordMode
from resolvers.principal import Scope
from resolvers.scalars import JSON, DateTime

_READ, _PII = Scope.PROFILE_READ, Scope.PROFILE_PII


@strawberry.type(description="A version of a record, as it was received.")
class RecordVersion:
    modified_at: DateTime = shown(_READ, "When the source made it.")
    received_at: DateTime = shown(_READ, "When the gateway received it.")
    mode: RecordMode = shown(_READ, "Whether it says the whole record, single fields, or that it is gone.")
    payload: JSON | None = shown(_PII, "What was received, unmapped fields included; null of a deletion.")
    mapping_version: int | None = shown(
        _READ, "The version of the source's mapping that read it; null where it is in canonical form."
    )
    actor: str | None = shown(_READ, "The principal that sent it.")

    @classmethod
    def of(cls, kept: Kept) -> Self:
        """The version as it is shown."""
        return cls(
            modified_at=DateTime(kept.modified_at),
            received_at=DateTime(kept.received_at),
            mode=RecordMode(kept.mode.value),
            payload=_payload(kept.payload),
            mapping_version=kept.mapping,
            actor=kept.actor,
        )


@strawberry.type(
    description="A record of any object as it is stored, custom objects included, with its versions."
)
class StoredRecord:
    id: strawberry.ID = shown(_READ, "The gateway's id of it.")
    source: str = shown(_READ, "The source that sent it.")
    object: str = shown(_READ, "The source's object.")
    canonical_object: str = shown(_READ, "The object of the canonical model that it is.")
    record_id: str = shown(_READ, "Its id in the source.")
    modified_at: DateTime = shown(_READ, "When the source last changed it.")
    received_at: DateTime = shown(_READ, "When the version that counts was received.")
    deleted_at: DateTime | None = shown(_READ, "When the source deleted it; null if it is there.")
    individual_id: strawberry.ID | None = shown(_READ, "The individual that it belongs to, if any.")
    fields: JSON = shown(_PII, "Its canonical fields, custom ones included; null: there is no value.")
    payload: JSON | None = shown(
        _PII, "What was received of the version that counts, unmapped fields included."
    )
    mapping_version: int | None = shown(
        _READ, "The version of the source's mapping that read it; null where it is in canonical form."
    )
    versions: list[RecordVersion] = shown(
        _READ, "Every version that is kept of it, in the order of their modified times.", size=10
    )

    @classmethod
    def of(cls, found: StoredVersions) -> Self:
        """The record as it is shown."""
        return cls(
            id=strawberry.ID(found.id),
            source=found.source,
            object=found.object,
            canonical_object=found.object_type,
            record_id=found.record_id,
            modified_at=DateTime(found.modified_at),
            received_at=DateTime(found.received_at),
            deleted_at=DateTime(found.deleted_at) if found.deleted_at else None,
            individual_id=strawberry.ID(found.individual_id) if found.individual_id else None,
            fields=JSON(from_payload(found.fields)),
            payload=_payload(found.payload),
            mapping_version=found.mapping,
            versions=[RecordVersion.of(kept) for kept in found.versions],
        )


def _payload(text: str | None) -> JSON | None:
    return None if text is None else JSON(from_payload(text))
