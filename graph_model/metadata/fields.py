"""What the canonical model is made of: objects, their fields, and what these say of whom.

Names follow the Cloud Information Model and the Customer 360 data model. Ingestion validates by these
declarations, identity resolution reads from them which fields identify a person, and the metadata query
describes them to integrators.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from graph_model.metadata.identifier_types import IdentifierType


class Category(StrEnum):
    """How the gateway treats an object's records."""

    PROFILE = "PROFILE"
    """Says who somebody is; its records are resolved into individuals, or add to one that is."""
    ENGAGEMENT = "ENGAGEMENT"
    """Says what happened at a moment; belongs to whoever its identifiers lead to."""
    OTHER = "OTHER"
    """Any other business object; belongs to whoever its identifiers lead to."""


class Classification(StrEnum):
    """How much care a field's values need, the least first."""

    PUBLIC = "PUBLIC"
    """Anybody may know it: a product's name."""
    INTERNAL = "INTERNAL"
    """For the company's own use; says nothing of who somebody is."""
    PERSONAL = "PERSONAL"
    """Says who somebody is, how to reach them or what they do."""
    SENSITIVE = "SENSITIVE"
    """Personal, and harm is done if it gets into wrong hands: the number of a document, a date of birth."""

    @property
    def is_personal(self) -> bool:
        """Whether only who may see personal data may see it."""
        return self in (Classification.PERSONAL, Classification.SENSITIVE)


class FieldType(StrEnum):
    """What a field holds, as it is written in a record."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    DATETIME = "DATETIME"
    MONEY = "MONEY"
    LATITUDE = "LATITUDE"
    LONGITUDE = "LONGITUDE"
    ENUM = "ENUM"
    COUNTRY = "COUNTRY"
    CURRENCY = "CURRENCY"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    OBJECT = "OBJECT"


MAX_TEXT = 4_096
MAX_KEY = 256
"""Characters of a value that the graph finds records by: it must fit into an index of either engine."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object. `many` fields take one value or a list of values, of at most `max_length`
    characters each where they are texts. `cim` is its name in the Cloud Information Model, by which it is
    taken, too. Of a `folded` one of a business object the case-folded form is stored, too. A value of type
    OBJECT has `parts`, of which it needs those that are `required`; so does an object of its fields. The
    field `currency` holds the currency of an amount of money. A `custom` one an integrator registered."""

    name: str
    type: FieldType
    description: str
    classification: Classification
    cim: str | None = None
    many: bool = False
    identifier: IdentifierType | None = None
    values: tuple[str, ...] = ()
    max_length: int = MAX_TEXT
    folded: bool = False
    parts: tuple[Field, ...] = ()
    required: bool = False
    currency: str | None = None
    custom: bool = False

    def part(self, name: str) -> Field | None:
        """The part of that name, or None."""
        return next((part for part in self.parts if name in (part.name, part.cim)), None)


@dataclass(frozen=True, slots=True)
class Relation:
    """A field that holds the id of a record of the same source, and of which object that is."""

    field: str
    object: str
    description: str


@dataclass(frozen=True, slots=True)
class Satellite:
    """What a record of this object says of the party whose record (of the same source) its field `party`
    names: another value of that party's field `to`. `value` is the field that holds it; where `to` has parts,
    `parts` are pairs of a part and the field that holds it, `constants` of a part and what it always is."""

    to: str
    party: str = "partyId"
    value: str | None = None
    parts: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One object of the canonical model. `time_field` is when it happened, for what has a moment; of an
    engagement that is `immutable` it never changes. `cim` is its name in the Cloud Information Model."""

    name: str
    category: Category
    description: str
    fields: tuple[Field, ...]
    time_field: str | None = None
    cim: str | None = None
    relations: tuple[Relation, ...] = ()
    satellite: Satellite | None = None
    immutable: bool = False
    custom: bool = False
    _by_name: Mapping[str, Field] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {field.cim: field for field in self.fields if field.cim is not None}
        by_name |= {field.name: field for field in self.fields}
        object.__setattr__(self, "_by_name", by_name)

    @property
    def is_party(self) -> bool:
        """Whether its records are resolved into individuals."""
        return self.category is Category.PROFILE and self.satellite is None

    def field(self, name: str) -> Field | None:
        """The field of that name, or of that name in the Cloud Information Model; None if there is none."""
        return self._by_name.get(name)

    def extended(self, fields: tuple[Field, ...], relations: tuple[Relation, ...]) -> ObjectType:
        """The object with these fields and relations besides its own."""
        if not fields and not relations:
            return self
        return replace(self, fields=(*self.fields, *fields), relations=(*self.relations, *relations))
