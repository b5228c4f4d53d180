"""Relay connections with keyset cursors: a cursor names a place in an order, so it survives inserts and
deletes."""

from __future__ import annotations

import base64
import binascii

import orjson
import strawberry

from graph_model.errors import BadInput
from graph_model.reading.pages import Place
from resolvers.fields import SCAN_POINTS, shown
from resolvers.principal import Scope
from resolvers.types.individual import Individual


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = shown(Scope.PROFILE_READ, "Whether there is more behind this page.")
    has_previous_page: bool = shown(Scope.PROFILE_READ, "Whether there is more before this page.")
    start_cursor: str | None = shown(
        Scope.PROFILE_READ, "Cursor of the first edge: the `before` of the page before this."
    )
    end_cursor: str | None = shown(
        Scope.PROFILE_READ, "Cursor of the last edge: the `after` of the page behind this."
    )


@strawberry.type(description="An individual and its place in the list.")
class IndividualEdge:
    cursor: str = shown(Scope.PROFILE_READ, "Its place, in this order only.")
    node: Individual = shown(Scope.PROFILE_READ, "The individual.")


@strawberry.type(description="A page of individuals.")
class IndividualConnection:
    edges: list[IndividualEdge] = shown(Scope.PROFILE_READ, "The individuals of this page.")
    page_info: PageInfo = shown(Scope.PROFILE_READ, "Where the page lies.")
    total_count: int = shown(
        Scope.PROFILE_READ, "How many individuals there are on all pages together.", points=SCAN_POINTS
    )


def encode_cursor(order: str, place: Place) -> str:
    """The cursor of a place in the order of that name."""
    return base64.urlsafe_b64encode(orjson.dumps([order, *place])).decode()


def decode_cursor(cursor: str, order: str, length: int) -> Place:
    """The place, of so many values, that a cursor names in this order. Raises BadInput with the code
    INVALID_CURSOR."""
    try:
        found = orjson.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeError, ValueError):
        found = None
    match found:
        case [str(name), *place, str()] if name == order and len(found) == length + 1:
            if all(value is None or isinstance(value, str | int | float) for value in place):
                return [*place, found[-1]]
    raise BadInput("Not a cursor of this list in this order.", code="INVALID_CURSOR")
