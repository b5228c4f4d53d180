"""The form in which a finished answer is sent: compressed, or not at all when the client has it already.

Compression makes the length of an answer depend on its content, so who can make a visitor's browser send
requests with text of their choice, and can see how long the encrypted answers are, could guess at what else
is in them (BREACH). That takes a request that the browser sends with the visitor's authority for a page of
another site. Here no such request is answered: authority lies in a header that no browser adds by itself,
never in a cookie; POST needs a content type that the browser asks leave for; and a GET that it marks as
another site's is refused (`gateway.graphql.origin`). So answers are compressed. Whoever lets a proxy turn
cookies into that header has to turn off compression there, and has to keep other sites' requests out.

Streams are never compressed: each event would have to be flushed by itself.
"""

from __future__ import annotations

import gzip
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from gateway.graphql.accept import accepts_encoding

MIN_BYTES = 1_400
"""What fits into one packet does not arrive any sooner for being shorter."""
LEVEL = 1
"""A third of the time of zlib's own choice, for some hundredths of the length more."""


def allow_revalidation(response: Response) -> None:
    """Lets the client's own cache keep the answer, and ask each time whether it is still good.

    The tag is a strong one (RFC 9110, section 8.8.1): it is made from the body and its type. What an answer
    holds depends on who asks, hence `Vary: Authorization`.
    """
    content_type = response.headers["content-type"].encode()
    digest = sha256(content_type + b"\0" + bytes(response.body)).hexdigest()
    response.headers["etag"] = f'"{digest[:32]}"'
    response.headers["cache-control"] = "private, no-cache"
    response.headers.add_vary_header("Accept")
    response.headers.add_vary_header("Authorization")


def represented(request: Request, response: Response) -> Response:
    """The answer as this client wants it: a 304 if it has it, compressed if that is accepted and worth it."""
    tag = response.headers.get("etag")
    worth_it = len(response.body) >= MIN_BYTES
    if worth_it:
        response.headers.add_vary_header("Accept-Encoding")
    compress = worth_it and accepts_encoding(", ".join(request.headers.getlist("accept-encoding")), "gzip")
    if tag and compress:
        # Strong tags of two encodings have to differ (RFC 9110, section 8.8.3.3).
        tag = response.headers["etag"] = f'{tag[:-1]}-gzip"'
    if tag and _has(", ".join(request.headers.getlist("if-none-match")), tag):
        kept = {
            name: value
            for name, value in response.headers.items()
            if name not in ("content-length", "content-type")
        }
        return Response(status_code=304, headers=kept)
    if compress:
        response.body = gzip.compress(response.body, LEVEL, mtime=0)
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
    return response


def _has(if_none_match: str, tag: str) -> bool:
    """Whether the header names that tag, in the weak comparison that it asks for."""
    given = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return tag in given or given == ["*"]
