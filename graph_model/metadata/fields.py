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
from typing import Any

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
    taken, too. `meanings` are those of the `values` of an ENUM. Of a `folded` one of a business object the
    case-folded form is stored, too. A value of type OBJECT has `parts`, of which it needs those that are
    `required`; so does an object of its fields. The field `currency` holds the currency of an amount of
    money. A `custom` one was registered by an integrator; `deprecated` is why it should not be used any
    longer, though it still is taken."""

    name: str
    type: FieldType
    description: str
    classification: Classification
    cim: str | None = None
    many: bool = False
    identifier: IdentifierType | None = None
    values: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    max_length: int = MAX_TEXT
    folded: bool = False
    parts: tuple[Field, ...] = ()
    required: bool = False
    currency: str | None = None
    custom: bool = False
    deprecated: str | None = None

    def part(self, name: str) -> Field | None:
        """The part of that name, or None."""
        return next((part for part in self.parts if part.name == name), None)


@dataclass(frozen=True, slots=True)
class Relation:
    """A field that holds the id of a record of the same source, and of which object that is. If it is an
    `owning` one, what names that record belongs to whoever that belongs to."""

    field: str
    object: str
    description: str
    owning: bool = False


@dataclass(frozen=True, slots=True)
class Addition:
    """One more value of a party's field `to`, as a satellite says it: what its field `value` holds, or, of a
    field that has parts, these parts: pairs of a part and the field that holds it (`parts`) or what it always
    is (`constants`). Without the fields that it `needs` it says nothing."""

    to: str
    value: str | None = None
    parts: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()

    def read(self, fields: Mapping[str, Any]) -> Any | None:
        """The value that these fields of a satellite add, or None."""
        if any(name not in fields for name in self.needs):
            return None
        if self.value is not None:
            return fields.get(self.value)
        parts = {part: fields[name] for part, name in self.parts if name in fields}
        return {**dict(self.constants), **parts} if parts else None


@dataclass(frozen=True, slots=True)
class Satellite:
    """An object whose records add to what another record of their source says of a party: the one of the
    object that the field `object` names (else Individual) whose id the field `party` holds."""

    adds: tuple[Addition, ...]
    party: str = "partyId"
    object: str = "partyObject"

    def contribution(self, fields: Mapping[str, Any]) -> dict[str, list[Any]]:
        """What a record with these fields adds to each field of its party."""
        found: dict[str, list[Any]] = {}
        for addition in self.adds:
            value = addition.read(fields)
            if value is not None:
                found.setdefault(addition.to, []).append(value)
        return found


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One object of the canonical model. `time_field` is when it happened, for what has a moment; of what is
    `immutable` it never changes. `cim` is its name in the Cloud Information Model, of whose fields those
    in `ignored` only repeat others."""

    name: str
    category: Category
    description: str
    fields: tuple[Field, ...]
    time_field: str | None = None
    cim: str | None = None
    relations: tuple[Relation, ...] = ()
    satellite: Satellite | None = None
    immutable: bool = False
    ignored: frozenset[str] = frozenset()
    custom: bool = False
    needs: tuple[str, ...] = dataclasses.field(init=False, repr=False, compare=False)
    amounts: tuple[tuple[str, str], ...] = dataclasses.field(init=False, repr=False, compare=False)
    _by_name: Mapping[str, Field] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {field.cim: field for field in self.fields if field.cim is not None}
        by_name |= {field.name: field for field in self.fields}
        object.__setattr__(self, "_by_name", by_name)
        needs = [field.name for field in self.fields if field.required or field.name == self.time_field]
        object.__setattr__(self, "needs", tuple(needs))
        amounts = [(field.name, field.currency) for field in self.fields if field.currency is not None]
        object.__setattr__(self, "amounts", tuple(amounts))

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
