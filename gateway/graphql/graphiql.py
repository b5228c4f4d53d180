"""GraphiQL, the page to try queries in, with all of its parts served from this package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from gateway.graphql.messages import Answer

DIRECTORY = Path(__file__).parent.parent / "static" / "graphiql"

_PAGE = (DIRECTORY / "index.html").read_bytes()
_PAGE_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    # GraphiQL's dialogs add style elements, and its style sheet carries its fonts and images.
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "cache-control": "no-cache",
    "vary": "Accept",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def page() -> Answer:
    """The page, allowed to load from and talk to nothing but the gateway that served it."""
    return Answer(200, dict(_PAGE_HEADERS), _PAGE)


class Assets(StaticFiles):
    """The page's parts; those with their version in their name may be kept by browsers for a year."""

    def __init__(self) -> None:
        super().__init__(directory=DIRECTORY)

    def file_response(self, full_path: Any, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(full_path, *args, **kwargs)
        versioned = any(character.isdigit() for character in Path(full_path).name)
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response
