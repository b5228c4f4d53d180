"""Which web pages may talk to the gateway."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

# A browser asks the server with a preflight request, which is never granted, before it sends one of these
# for a page of another site (the headers that Apollo Server looks for).
PREFLIGHTED = ("apollo-require-preflight", "x-apollo-operation-name")


def same_origin(headers: Mapping[str, str], allowed: Collection[str]) -> bool:
    """Whether a websocket handshake comes from this gateway's own pages, an allowed origin or no page.

    Browsers name the page's origin in every handshake and let no page change it; the same-origin policy
    does not hold for websockets, so the server must look (RFC 6455, section 10.2).
    """
    origin = headers.get("origin")
    if origin is None or origin in allowed:
        return True
    return urlsplit(origin).netloc == headers.get("host", "").lower()


def cross_site(headers: Mapping[str, str], allowed: Collection[str]) -> bool:
    """Whether a page of another site sent this GET without a preflight.

    Apollo's rule is to refuse every GET without a header that causes a preflight. GraphQL over HTTP wants
    plain GETs answered, so only those are refused that the browser itself marks as coming from elsewhere
    (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/): programs do not send that mark, pages cannot
    leave it out. Where browsers do not send it, which is over http to another machine, a page's Origin is
    looked at. A GET can change nothing in any case, and no page elsewhere can read the answer.
    """
    site = headers.get("sec-fetch-site")
    if site in ("none", "same-origin") or (site is None and same_origin(headers, allowed)):
        return False
    if headers.get("origin") in allowed:
        return False
    if headers.get("content-type", "").partition(";")[0].strip() == "application/json":
        return False
    return not any(name in headers for name in PREFLIGHTED)
