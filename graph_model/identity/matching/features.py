"""A source record reduced to what matching compares: normalised, and small enough to keep beside it.

Read this first: blocking keys, comparisons and guards all reason about `Features` and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import orjson
from anyascii import anyascii

from graph_model.identity import addresses, names, normalise, organizations
from graph_model.identity.addresses import Address
from graph_model.identity.names import Name
from graph_model.metadata.objects import DEVICE_LOGINS, DEVICE_OBJECT, ORGANIZATION, IdentifierType
from graph_model.records.model import FieldValue, Record

__all__ = ["PACKED_PREFIX", "Address", "Features", "Name", "Party", "features_of", "pack", "unpack"]

PACKED_PREFIX = f"[{normalise.NORMALISER_VERSION},"
"""What packed features begin with if they were made by this normaliser; others have to be made anew."""


class Party(StrEnum):
    """What a record is about. Two kinds are never one party, but for a device, which follows who uses it."""

    PERSON = "PERSON"
    ORGANIZATION = "ORGANIZATION"
    DEVICE = "DEVICE"


@dataclass(frozen=True, slots=True)
class Features:
    """What matching sees of one record. `key` is the record's key as text, and everything that depends on
    an order of records goes by it. `organizations` are normalised names of organisations; `birth_dates` are
    ISO 8601; `emails` and `phones` are normalised values, and behind them what is none but may be like one: a
    malformed e-mail address in lower case, a phone of no or an unknown country as its digits without a plus.
    `identifiers` are the keys (`type|issuer|value`) of all its other identifiers. What is generic is left out
    by whoever loads it. Who is `alone` says why it must never be merged, and is not compared."""

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


def features_of(record: Record) -> Features:
    """What matching sees of a profile record, or of a device."""
    fields = record.fields
    emails, phones, others = [], [], []
    for identifier in record.identifiers:
        if identifier.type is IdentifierType.EMAIL:
            emails.append(identifier.value)
        elif identifier.type is IdentifierType.PHONE:
            phones.append(identifier.value)
        else:
            others.append(identifier.key)
    key, identifiers = str(record.key), tuple(others)
    if record.object_type.name == DEVICE_OBJECT:
        logins = fields.get(DEVICE_LOGINS, [])
        seen = [f"{IdentifierType.LOGIN}||{login}" for login in logins] if isinstance(logins, list) else []
        return Features(key, Party.DEVICE, identifiers=(*identifiers, *seen))
    is_organization = record.object_type.name == ORGANIZATION.name
    return Features(
        key=key,
        party=Party.ORGANIZATION if is_organization else Party.PERSON,
        names=() if is_organization else _names(fields),
        organizations=_organizations(fields) if is_organization else (),
        birth_dates=(str(fields["birthDate"]),) if "birthDate" in fields else (),
        birth_place=normalise.words(_text(fields, "birthPlace")),
        gender=_text(fields, "gender"),
        emails=(*emails, *_misspelt(fields.get("email"))),
        phones=(*phones, *_national(fields.get("phone"), phones)),
        addresses=_addresses(fields),
        identifiers=identifiers,
        alone="noMergeReason" in fields,
    )


def pack(features: Features) -> str:
    """The features as JSON of lists, short enough to be kept beside the record, no blanks at the end."""
    values: list[Any] = [
        normalise.NORMALISER_VERSION,
        features.key,
        features.party[0],
        [_trimmed([name.first, name.last, name.middle, name.suffix]) for name in features.names],
        features.organizations,
        features.birth_dates,
        features.birth_place,
        features.gender,
        features.emails,
        features.phones,
        [
            _trimmed(
                [
                    one.house,
                    one.street,
                    one.city,
                    one.postal_code,
                    one.state,
                    one.country,
                    one.locality,
                    one.unit,
                ]
            )
            for one in features.addresses
        ],
        features.identifiers,
        int(features.alone),
    ]
    return orjson.dumps(_trimmed(values)).decode()


@lru_cache(maxsize=1 << 15)
def unpack(packed: str) -> Features:
    """The features that `pack` wrote."""
    values = orjson.loads(packed)
    values += [()] * (_PACKED - len(values))
    (
        _,
        key,
        party,
        names_,
        organizations_,
        dates,
        place,
        gender,
        emails,
        phones,
        places,
        identifiers,
        alone,
    ) = values
    return Features(
        key=key,
        party=_PARTIES[party],
        names=tuple([_name(*parts) for parts in names_]),
        organizations=tuple(organizations_),
        birth_dates=tuple(dates),
        birth_place=place or "",
        gender=gender or "",
        emails=tuple(emails),
        phones=tuple(phones),
        addresses=tuple([_address(*parts) for parts in places]),
        identifiers=tuple(identifiers),
        alone=bool(alone),
    )


_PACKED = 13
_PARTIES = {party[0]: party for party in Party}


def _name(first: str = "", last: str = "", middle: str = "", suffix: str = "") -> Name:
    return Name(first, middle, last, suffix)


def _address(
    house: str = "",
    street: str = "",
    city: str = "",
    postal_code: str = "",
    state: str = "",
    country: str = "",
    locality: str = "",
    unit: str = "",
) -> Address:
    return Address(house, street, locality, city, postal_code, state, country, unit)


def _trimmed(values: list[Any]) -> list[Any]:
    end = len(values)
    while end and not values[end - 1]:
        end -= 1
    return values[:end]


def _names(fields: dict[str, FieldValue]) -> tuple[Name, ...]:
    found = [_person_name(fields)]
    alternates = fields.get("alternateNames")
    if isinstance(alternates, list):
        found += [_person_name(parts) for parts in alternates if isinstance(parts, dict)]
    return tuple(dict.fromkeys(name for name in found if name != _NOBODY))


_NOBODY = Name()


def _person_name(parts: Mapping[str, object]) -> Name:
    return names.normal_name(
        _text(parts, "firstName"),
        _text(parts, "middleName"),
        _text(parts, "lastName"),
        _text(parts, "suffix"),
        _text(parts, "fullName"),
    )


def _organizations(fields: dict[str, FieldValue]) -> tuple[str, ...]:
    alternates = fields.get("alternateNames", [])
    written = [_text(fields, "name"), *(alternates if isinstance(alternates, list) else ())]
    found = (organizations.normal_name(name[: normalise.MOST]) for name in written if isinstance(name, str))
    return tuple(dict.fromkeys(name for name in found if name))


def _addresses(fields: Mapping[str, FieldValue]) -> tuple[Address, ...]:
    further = fields.get("addresses")
    parts = (
        [fields, *(item for item in further if isinstance(item, dict))]
        if isinstance(further, list)
        else [fields]
    )
    found = (addresses.of_parts(item) for item in parts)
    return tuple(dict.fromkeys(address for address in found if address != addresses.NOWHERE))


def _misspelt(written: FieldValue | None) -> Iterable[str]:
    """What is like an e-mail address among those written, each once."""
    values = written if isinstance(written, list) else ()
    return dict.fromkeys(text for value in values if (text := normalise.misspelt_email(str(value))))


def _national(written: FieldValue | None, known: Sequence[str]) -> list[str]:
    """The digits of the phones whose country nobody knows, or that have none."""
    found: list[str] = []
    for value in written if isinstance(written, list) else ():
        digits = _NOT_DIGIT.sub("", anyascii(str(value))).lstrip("0")
        if len(digits) >= _LEAST_DIGITS and not any(number.endswith(digits) for number in (*known, *found)):
            found.append(digits)
    return found


_LEAST_DIGITS = 6
_NOT_DIGIT = re.compile("[^0-9]+")


def _text(parts: Mapping[str, object], name: str) -> str:
    value = parts.get(name)
    return value[: normalise.MOST] if isinstance(value, str) else ""
