"""What identity resolution reasons about: records reduced to what matching compares, and links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from graph_model.identity import normalise
from graph_model.metadata.objects import ANONYMOUS_TYPES, DEVICE_OBJECT, IdentifierType
from graph_model.records.model import Identifier, Record


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """A source record as matching sees it. `key` is the record's key as text; names are normalised;
    `birth_key` is birth date and postal code in one, None where either is unknown."""

    key: str
    first_name: str
    last_name: str
    birth_key: str | None
    identifiers: tuple[str, ...]
    anonymous: bool

    def of_type(self, *types: IdentifierType) -> frozenset[str]:
        """The keys of its identifiers of these types."""
        prefixes = tuple(f"{type_}|" for type_ in types)
        return frozenset(key for key in self.identifiers if key.startswith(prefixes))


class MatchRule(StrEnum):
    """The rules by which two records are linked; any one of them is enough."""

    EMAIL = "EMAIL"
    """The same normalised e-mail address."""
    PHONE_AND_NAME = "PHONE_AND_NAME"
    """The same phone number (E.164) and a similar name."""
    NAME_BIRTH_DATE_POSTCODE = "NAME_BIRTH_DATE_POSTCODE"
    """A similar name, the same date of birth and the same postal code."""
    DEVICE = "DEVICE"
    """The same device or cookie, one of the two records being the device itself."""


@dataclass(frozen=True, slots=True)
class Match:
    """Evidence that two records (by key, `a` before `b`) are one person; `score` in thousandths."""

    a: str
    b: str
    rule: MatchRule
    score: int

    @property
    def pair(self) -> tuple[str, str]:
        """The two keys, which identify the match."""
        return (self.a, self.b)


def match_record(record: Record) -> MatchRecord:
    """What matching compares of a profile record."""
    fields = record.fields
    birth_date = fields.get("birthDate")
    postal_code = normalise.postal_code(str(fields.get("postalCode", "")))
    return MatchRecord(
        key=str(record.key),
        first_name=normalise.name(str(fields.get("firstName", ""))),
        last_name=normalise.name(str(fields.get("lastName", ""))),
        birth_key=f"{birth_date}|{postal_code}" if birth_date and postal_code else None,
        identifiers=tuple(identifier.key for identifier in record.identifiers),
        anonymous=record.key.object == DEVICE_OBJECT,
    )


def candidate_identifiers(record: MatchRecord) -> Iterator[str]:
    """The identifiers by which other records may be found that match this one."""
    matched = {IdentifierType.EMAIL, IdentifierType.PHONE} | ANONYMOUS_TYPES
    yield from record.of_type(*matched)


def strongest(identifiers: tuple[Identifier, ...]) -> Identifier | None:
    """The identifier that decides whose a business object is: the strongest that it carries."""
    return identifiers[0] if identifiers else None
