"""A source record reduced to what matching compares: normalised, and small enough to keep beside it.

Read this first: blocking keys, comparisons and guards all reason about `Features` and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Party(StrEnum):
    """What a record is about. Two kinds are never one party, but for a device, which follows who uses it."""

    PERSON = "PERSON"
    ORGANIZATION = "ORGANIZATION"
    DEVICE = "DEVICE"


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a person: normalised words parted by single spaces, empty where unknown.

    `suffix` is what tells generations apart (`jr`, `sr`, `ii`), in one spelling.
    """

    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """One address in parts, each normalised, empty where unknown.

    `house` is the house number (and unit), `street` the street in long words without it, `locality` what
    stands beside them (a farm, a district), `state` a code where the country has codes, `country`
    ISO 3166-1 alpha-2.
    """

    house: str = ""
    street: str = ""
    locality: str = ""
    city: str = ""
    postal_code: str = ""
    state: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Features:
    """What matching sees of one record. `key` is the record's key as text, and everything that depends on
    an order of records goes by it. `organizations` are normalised names of organisations; `birth_dates` are
    ISO 8601; `emails` and `phones` are normalised values; `identifiers` are the keys (`type|issuer|value`)
    of all its other identifiers. What is generic is left out by whoever loads it. `alone`: its source gives a
    reason why it must not be merged, so nothing is ever linked to it."""

    key: str
    party: Party = Party.PERSON
    names: tuple[Name, ...] = ()
    organizations: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    birth_place: str = ""
    gender: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    identifiers: tuple[str, ...] = ()
    alone: bool = False
