"""An identifier as somebody asks for it, in the form in which the graph keeps it."""

from __future__ import annotations

from graph_model.errors import BadInput
from graph_model.identity import normalise
from graph_model.identity.identifiers import party_identifier
from graph_model.metadata.objects import ISSUED_BY_AUTHORITY, ISSUED_BY_SOURCE, IdentifierType
from graph_model.records.model import Identifier


def parse_identifier(
    type_: IdentifierType, value: str, issuer: str | None, default_country: str | None = None
) -> Identifier:
    """The identifier that a client names. Raises BadInput for a value that cannot be of its type."""
    if type_ in ISSUED_BY_SOURCE and not issuer:
        raise BadInput(f"A {type_} needs its issuer: the source that gave it.", code="MISSING_ISSUER")
    if type_ in ISSUED_BY_AUTHORITY:
        return _party_identifier(type_, value, issuer or "")
    try:
        normal = normalise.identifier(type_, value, default_country)
    except normalise.Malformed:
        normal = None
    if normal is None:
        raise BadInput(f"Not a valid {type_}.", code="INVALID_IDENTIFIER")
    return Identifier(type_, (issuer or "") if type_ in ISSUED_BY_SOURCE else "", normal)


def _party_identifier(type_: IdentifierType, value: str, issuer: str) -> Identifier:
    name: str = type_
    if type_ is IdentifierType.OTHER_ID:
        name, _, issuer = issuer.partition(":")
        if not name.strip():
            raise BadInput(
                f"An {type_} needs its issuer: the name of its type, such as LEI or LIBRARY_CARD:Paris.",
                code="MISSING_ISSUER",
            )
    found = party_identifier(name, issuer, value)
    if found is None:
        raise BadInput(f"Not a valid {type_}.", code="INVALID_IDENTIFIER")
    return found
