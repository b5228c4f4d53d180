"""Which of the media types that the gateway speaks a client would rather have (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache


class Media(StrEnum):
    """The media types of /graphql."""

    JSON = "application/json"
    RESPONSE = "application/graphql-response+json"
    EVENTS = "text/event-stream"
    HTML = "text/html"


@lru_cache(maxsize=128)  # Clients say the same again and again.
def negotiate(accept: str, offers: tuple[Media, ...]) -> Media | None:
    """The offer that an Accept header prefers, the first one where it leaves the choice; None for no match.

    An event stream is only chosen when it is named first: several clients list it last with every query.
    """
    ranges = _ranges(accept)
    if not ranges:
        return offers[0]
    if ranges[0][0] == Media.EVENTS and ranges[0][1] > 0:
        return Media.EVENTS
    refused = {name for name, quality in ranges if quality == 0}
    wanted = sorted((range_ for range_ in ranges if range_[1] > 0), key=lambda range_: -range_[1])
    for name, _ in wanted:
        for offer in offers:
            if offer not in refused and name in (offer, f"{offer.partition('/')[0]}/*", "*/*"):
                return offer
    return None


def accepts_encoding(accept_encoding: str, encoding: str) -> bool:
    """Whether an Accept-Encoding header allows that encoding (RFC 9110, section 12.5.3)."""
    qualities = dict(_ranges(accept_encoding))
    return qualities.get(encoding, qualities.get("*", 0)) > 0


def _ranges(accept: str) -> list[tuple[str, float]]:
    """What the header lists, in its order, with the quality of each from 0 to 1."""
    ranges = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            ranges.append((name, _quality(parameters)))
    return ranges


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0), 1)
            except ValueError:
                return 0
    return 1
