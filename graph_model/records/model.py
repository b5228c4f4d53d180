"""A record as one source last said it, and what became of it when it was ingested."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeAlias

import orjson

from graph_model.metadata.objects import IdentifierType, ObjectType

Scalar: TypeAlias = str | int | float
Parts: TypeAlias = dict[str, Scalar]
"""A value that has parts, by their names."""
FieldValue: TypeAlias = Scalar | list[str] | list[Parts]

STEWARD = "steward"
"""The source of stewards' corrections, which nobody else may send from."""

TOMBSTONE = "g"
"""What a deletion has for a content hash: greater than any other, so that of two versions with one modified
time the one that deletes wins."""
BEFORE_ALL = "0001-01-01T00:00:00.000000Z"
"""When a record was deleted of which no version came that says anything."""


@dataclass(frozen=True, slots=True, order=True)
class RecordKey:
    """What makes a source record unique: the source, its object and the record's id there."""

    source: str
    object: str
    record_id: str

    def __str__(self) -> str:
        return f"{self.source}/{self.object}/{self.record_id}"

    @classmethod
    def of(cls, text: str) -> Self:
        """The key that was written so."""
        return cls(*text.split("/", 2))


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value that leads to a person: type, issuer (empty where values are global) and value."""

    type: IdentifierType
    issuer: str
    value: str

    @property
    def key(self) -> str:
        """The identifier as one string, unique in the graph."""
        return f"{self.type}|{self.issuer}|{self.value}"


class Mode(StrEnum):
    """What a version of a record says: the whole record, single fields of it, or that it was deleted."""

    UPSERT = "UPSERT"
    PATCH = "PATCH"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class Record:
    """A valid record. `fields` are the values to show; `identifiers` are normalised, strongest first.

    `modified_at` is the text form of `times.to_text`; `content_hash` decides between two versions
    with the same modified time. `withdrawn` are the fields that the record says there is no value of, which
    is more than saying nothing: survivorship may choose it. `warnings` tell of values that are kept though
    they cannot be what their field says. A PATCH says nothing of the fields that it does not name. A DELETE
    is a tombstone: it says nothing but that its source has the record no longer. `payload` is the JSON that
    was received, None of what is made here; `mapping` the version of the source's mapping that read it, None
    where the source sends canonical form. `known_as` are the objects under which the source has records of a
    canonical object, where those are not of that name; `sent` how the row was sent that says it, where a
    mapping found that it says a deletion.
    """

    key: RecordKey
    object_type: ObjectType
    modified_at: str
    content_hash: str
    fields: dict[str, FieldValue]
    identifiers: tuple[Identifier, ...]
    withdrawn: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    mode: Mode = Mode.UPSERT
    payload: str | None = None
    mapping: int | None = None
    known_as: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    sent: Mode | None = None

    @property
    def deleted(self) -> bool:
        """Whether it is a tombstone."""
        return self.mode is Mode.DELETE

    @property
    def said(self) -> dict[str, FieldValue | None]:
        """Everything that it says: its fields, and null for what it withdrew."""
        return self.fields | dict.fromkeys(self.withdrawn)


def hash_of(said: Mapping[str, FieldValue | None]) -> str:
    """The content hash of what a record says."""
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def read_fields(text: str) -> tuple[dict[str, FieldValue], tuple[str, ...]]:
    """The fields of a stored record, and what it withdrew."""
    said: Mapping[str, FieldValue | None] = orjson.loads(text)
    fields = {name: value for name, value in said.items() if value is not None}
    return fields, tuple(sorted(said.keys() - fields.keys()))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a record, or an input: a code, a message and the path to it."""

    code: str
    message: str
    path: tuple[str | int, ...]


class Outcome(StrEnum):
    """What became of a record."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    STALE = "STALE"
    DELETED = "DELETED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class RecordResult:
    """The outcome of one record, and the individual that it belongs to, if any, and whether that one came
    about with it (`is_new`). `problems` are why it was rejected, `warnings` what is wrong with one that was
    not. In a rehearsal `new_individual` is a number instead of the id of a new one, which records of the same
    one share."""

    record_id: str | None
    outcome: Outcome
    individual_id: str | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    is_new: bool = False
    new_individual: int | None = None
