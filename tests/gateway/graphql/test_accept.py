from __future__ import annotations

import pytest

from gateway.graphql.accept import Media, negotiate

QUERY = (Media.JSON, Media.RESPONSE, Media.HTML)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
URQL = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", Media.JSON),
        ("*/*", Media.JSON),
        ("application/*", Media.JSON),
        ("application/json", Media.JSON),
        ("application/graphql-response+json", Media.RESPONSE),
        ("application/json;q=0.9, application/graphql-response+json", Media.RESPONSE),
        ("application/graphql-response+json;q=0.5, application/json;q=0.8", Media.JSON),
        ("Application/JSON; charset=utf-8", Media.JSON),
        (BROWSER, Media.HTML),
        (URQL, Media.RESPONSE),
        ("text/event-stream", Media.EVENTS),
        ("text/event-stream, application/json", Media.EVENTS),
        ("application/json, text/event-stream", Media.JSON),
        ("text/event-stream;q=0, application/json", Media.JSON),
        ("application/json;q=0, */*", Media.RESPONSE),
        ("application/json;q=nonsense", None),
        ("image/png", None),
        ("application/json;q=0", None),
    ],
)
def test_the_media_type_is_the_one_that_the_client_prefers(accept: str, media: Media | None) -> None:
    assert negotiate(accept, QUERY) is media
