"""The identifiers that a record carries, in the form in which the graph keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph_model.identity import normalise, places
from graph_model.metadata.objects import (
    ISSUED_BY_AUTHORITY,
    ISSUED_BY_SOURCE,
    Field,
    IdentifierType,
    ObjectType,
)
from graph_model.records.model import FieldValue, Identifier

PARTY_IDENTIFICATIONS = "partyIdentifications"

_STRENGTH = {type_: rank for rank, type_ in enumerate(IdentifierType)}
_NOT_TYPE = re.compile(r"[^A-Z0-9]+")


def of_record(
    object_type: ObjectType, fields: dict[str, FieldValue], source: str, country: str | None
) -> tuple[Identifier, ...]:
    """The identifiers of a record's valid fields, each once, the strongest first. `country` is what its
    national phone numbers are of."""
    found: dict[str, Identifier] = {}
    for field in object_type.fields:
        stored = fields.get(field.name)
        if stored is None:
            continue
        if field.name == PARTY_IDENTIFICATIONS:
            identifiers = _party_identifiers(stored)
        elif field.identifier is not None:
            identifiers = _field_identifiers(field, stored, source, country)
        else:
            continue
        found.update((identifier.key, identifier) for identifier in identifiers)
    return tuple(sorted(found.values(), key=lambda item: (_STRENGTH[item.type], item.value, item.issuer)))


def party_identifier(type_: str, issuer: str, number: str) -> Identifier | None:
    """The identifier of a party identification; None where its number says nothing.

    A type of its own makes an OTHER_ID, whose issuer is that type and, if there is one, its issuer:
    `LEI`, `LIBRARY_CARD:Springfield`.
    """
    name = _NOT_TYPE.sub("_", type_.upper().replace("'", "")).strip("_") or type_
    normal = normalise.number(number)
    if normal is None:
        return None
    issued_by = places.issuer(issuer)
    known = IdentifierType.__members__.get(name)
    if known in ISSUED_BY_AUTHORITY and known is not IdentifierType.OTHER_ID:
        return Identifier(known, issued_by, normal)
    return Identifier(IdentifierType.OTHER_ID, f"{name}:{issued_by}" if issued_by else name, normal)


def _party_identifiers(stored: FieldValue) -> Iterator[Identifier]:
    for parts in stored if isinstance(stored, list) else ():
        if isinstance(parts, dict):
            type_, issuer, number = (str(parts.get(name, "")) for name in ("type", "issuer", "number"))
            if identifier := party_identifier(type_, issuer, number):
                yield identifier


def _field_identifiers(
    field: Field, stored: FieldValue, source: str, country: str | None
) -> Iterator[Identifier]:
    assert field.identifier is not None
    for value in stored if isinstance(stored, list) else [stored]:
        try:
            normal = normalise.identifier(field.identifier, str(value), country)
        except normalise.Malformed:
            # Kept for show, and compared by likeness.
            continue
        if normal is not None:
            issuer = source if field.identifier in ISSUED_BY_SOURCE else ""
            yield Identifier(field.identifier, issuer, normal)
