"""What survivorship reasons about: records as it sees them, golden values, and where each is from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

from graph_model.folding import folded
from graph_model.records.model import FieldValue, Parts

GoldenValue: TypeAlias = FieldValue | Parts
"""A value of a field, or an address as a whole by its parts."""

SINGLE_FIELDS = (
    "salutation",
    "firstName",
    "middleName",
    "lastName",
    "suffix",
    "birthDate",
    "birthPlace",
    "gender",
    "organizationName",
)
RECORD_FIELDS = {"organizationName": "name"}
"""What golden values are called in records, where they are called otherwise there."""
ADDRESS = "address"
ADDRESS_FIELDS = (
    "street",
    "houseNumber",
    "addressLine2",
    "locality",
    "city",
    "postalCode",
    "state",
    "country",
    "latitude",
    "longitude",
)
"""The parts of an address, which is taken as a whole from one record."""
ADDRESSES = "addresses"
"""All addresses, the individual's first: ranked by the rule of the address, and stored as JSON."""
CONTACT_POINTS = {"emails": "email", "phones": "phone"}
"""Golden lists, each with the field of a record that it is made of; every value is kept."""
RECONCILED = (*SINGLE_FIELDS, ADDRESS, *CONTACT_POINTS)
"""What a reconciliation rule may be given for."""
SHOWN = (*SINGLE_FIELDS, ADDRESS, ADDRESSES, *CONTACT_POINTS)
"""What provenance tells of, in its order."""
FOLDED = (
    "displayName",
    "firstName",
    "middleName",
    "lastName",
    "organizationName",
    "birthPlace",
    "street",
    "locality",
    "city",
    "state",
    "emails",
    "phones",
)
"""Golden values whose case-folded form is stored, too."""
CORRECTION = "CORRECTION"
"""The rule by which a steward's correction wins: before every other."""


Times: TypeAlias = Mapping[str, str | Sequence[str]]
"""When fields were modified: a whole field, or each value of a list."""


@dataclass(frozen=True, slots=True)
class GoldenSource:
    """What survivorship needs of a record: its key as text, its canonical object, when its source last
    changed it, and its fields. A field that is None is one that the record says there is no value of. `times`
    are those of fields that were modified at another time than the rest."""

    key: str
    object: str
    modified_at: str
    fields: Mapping[str, FieldValue | None]
    times: Times = field(default_factory=dict)

    @classmethod
    def stored(
        cls, key: str, object_type: str, modified_at: str, fields: str, times: str | None
    ) -> GoldenSource:
        """The source of a record as it is stored."""
        said = orjson.loads(fields)
        if times is None:
            return cls(key, object_type, modified_at, said)
        base, others = orjson.loads(times)
        return cls(key, object_type, base, said, others)

    def time_of(self, name: str, place: int = 0) -> str:
        """When a field was modified; of a list, the value at that place."""
        time = self.times.get(name, self.modified_at)
        return time if isinstance(time, str) else time[place] if place < len(time) else self.modified_at

    @property
    def source(self) -> str:
        """The source that sent it."""
        return self.key.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a golden value is from: the record that says it, and the rule that chose it. Each value of a list
    has its own. A value of None is a choice as well: that record says that there is none."""

    field: str
    value: GoldenValue | None
    rule: str
    record_key: str
    modified_at: str


@dataclass(frozen=True, slots=True)
class Golden:
    """The golden values by property name, None where no record has a value, and where they are from, in the
    order of `SHOWN`."""

    values: dict[str, FieldValue | None]
    provenance: tuple[Provenance, ...]

    @property
    def properties(self) -> dict[str, Any]:
        """What is stored of it: the values, the folded forms that go with them, and the provenance."""
        packed = {
            ADDRESSES: orjson.dumps(self.values[ADDRESSES]).decode(),
            "provenance": pack(self.provenance),
        }
        return self.values | folded(self.values, FOLDED) | packed

    @property
    def hash(self) -> str:
        """Differs where the values do; the same values from other records have the same."""
        return hashlib.sha256(orjson.dumps(self.values)).hexdigest()


def pack_times(base: str, times: Times) -> str:
    """The times of a record's fields as they are stored: that of most, and the others."""
    return orjson.dumps([base, times]).decode()


def pack(provenance: tuple[Provenance, ...]) -> str:
    """The provenance as JSON: the records, [key, modified time] each, and the values, [field, value, rule,
    place of the record] each."""
    places: dict[tuple[str, str], int] = {}
    values = [
        [
            item.field,
            item.value,
            item.rule,
            places.setdefault((item.record_key, item.modified_at), len(places)),
        ]
        for item in provenance
    ]
    return orjson.dumps([list(places), values]).decode()


def unpack(text: str | None) -> tuple[Provenance, ...]:
    """What `pack` packed; nothing of an individual that has none yet."""
    if text is None:
        return ()
    records, values = orjson.loads(text)
    return tuple(Provenance(field, value, rule, *records[place]) for field, value, rule, place in values)


def address_rows(text: str | None) -> list[Sequence[Any]]:
    """Packed addresses as rows of `ADDRESS_FIELDS`."""
    return [[parts.get(name) for name in ADDRESS_FIELDS] for parts in orjson.loads(text or "[]")]


COLUMNS = ("field", "value", "rule", "source", "object", "recordId", "modifiedAt")


def provenance_rows(text: str | None) -> list[Sequence[Any]]:
    """Packed provenance as rows of `COLUMNS`, each value as JSON text (None for none)."""
    if text is None:
        return []
    records, values = orjson.loads(text)
    origins = [[*key.split("/", 2), modified_at] for key, modified_at in records]
    return [
        [field, None if value is None else orjson.dumps(value).decode(), rule, *origins[place]]
        for field, value, rule, place in values
    ]
