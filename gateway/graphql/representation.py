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
from collections.abc import Mapping
from hashlib import sha256

from gateway.graphql.accept import accepts_encoding
from gateway.graphql.messages import Answer

MIN_BYTES = 1_400
"""What fits into one packet does not arrive any sooner for being shorter."""
LEVEL = 1
"""A third of the time of zlib's own choice, for some hundredths of the length more."""


def allow_revalidation(answer: Answer) -> None:
    """Lets the client's own cache keep the answer, and ask each time whether it is still good.

    The tag is a strong one (RFC 9110, section 8.8.1): it is made from the body and its type. What an answer
    holds depends on who asks, hence `Vary: Authorization`.
    """
    content_type = answer.headers["content-type"].encode()
    digest = sha256(content_type + b"\0" + answer.body).hexdigest()
    answer.headers["etag"] = f'"{digest[:32]}"'
    answer.headers["cache-control"] = "private, no-cache"
    answer.vary("Accept")
    answer.vary("Authorization")


def represented(answer: Answer, fields: Mapping[str, str]) -> Answer:
    """The answer as the client with these headers wants it: a 304 if it has it, compressed if that is
    accepted and worth it."""
    tag = answer.headers.get("etag")
    compress = False
    if len(answer.body) >= MIN_BYTES:
        answer.vary("Accept-Encoding")
        compress = accepts_encoding(fields.get("accept-encoding", ""), "gzip")
    if tag and compress:
        # Strong tags of two encodings have to differ (RFC 9110, section 8.8.3.3).
        tag = answer.headers["etag"] = f'{tag[:-1]}-gzip"'
    if tag and _has(fields.get("if-none-match", ""), tag):
        del answer.headers["content-type"]
        return Answer(304, answer.headers)
    if compress:
        answer.body = gzip.compress(answer.body, LEVEL, mtime=0)
        answer.headers["content-encoding"] = "gzip"
    return answer


def _has(if_none_match: str, tag: str) -> bool:
    """Whether the header names that tag, in the weak comparison that it asks for."""
    given = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return tag in given or given == ["*"]
