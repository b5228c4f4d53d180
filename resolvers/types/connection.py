"""Relay connections with keyset cursors: a cursor names the place behind an id, so it survives inserts."""

from __future__ import annotations

import base64
import binascii

import strawberry

from graph_model.errors import BadInput
from resolvers.fields import shown
from resolvers.principal import Scope
from resolvers.types.individual import Individual

_PREFIX = "id:"


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = shown(Scope.PROFILE_READ, "Whether there is more behind this page.")
    has_previous_page: bool = shown(Scope.PROFILE_READ, "Whether this page was asked for by `after`.")
    start_cursor: str | None = shown(Scope.PROFILE_READ, "Cursor of the first edge.")
    end_cursor: str | None = shown(Scope.PROFILE_READ, "Cursor of the last edge: the next page's `after`.")


@strawberry.type(description="An individual and its place in the list.")
class IndividualEdge:
    cursor: str = shown(Scope.PROFILE_READ, "The place behind this individual.")
    node: Individual = shown(Scope.PROFILE_READ, "The individual.")


@strawberry.type(description="A page of individuals.")
class IndividualConnection:
    edges: list[IndividualEdge] = shown(Scope.PROFILE_READ, "The individuals of this page.")
    page_info: PageInfo = shown(Scope.PROFILE_READ, "Where the page lies.")


def encode_cursor(id_: str) -> str:
    """The cursor of the place behind this id."""
    return base64.urlsafe_b64encode(f"{_PREFIX}{id_}".encode()).decode()


def decode_cursor(cursor: str) -> str:
    """The id behind which the cursor's place is. Raises BadInput with the code INVALID_CURSOR."""
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        text = ""
    if not text.startswith(_PREFIX):
        raise BadInput("Not a cursor of this list.", code="INVALID_CURSOR")
    return text.removeprefix(_PREFIX)
