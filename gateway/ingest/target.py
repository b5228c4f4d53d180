"""What a request to /ingest says about its body, apart from the body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import BinaryIO, Self

from starlette.datastructures import QueryParams

from gateway.graphql.errors import Code
from gateway.graphql.http import Refused
from gateway.ingest.chunks import ReadRows
from graph_model.errors import BadInput
from graph_model.ingestion.formats.compression import expanded
from graph_model.ingestion.formats.json_document import read_json
from graph_model.ingestion.formats.model import BadRow, Format, Limits, Row
from graph_model.ingestion.formats.reading import read_rows
from graph_model.records.model import Mode

_ENCODINGS = ("", "identity", "gzip", "x-gzip", "zstd")
_PARAMETERS = {"mode", "dryRun", "delimiter", "nullValue"}


class Media(StrEnum):
    """What a body may be."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"
    CSV = "text/csv"


_ALIASES = {
    "application/ndjson": Media.NDJSON,
    "application/jsonl": Media.NDJSON,
    "application/jsonlines": Media.NDJSON,
    "application/x-jsonlines": Media.NDJSON,
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where the rows of a body go, and how the body is read."""

    source: str
    object: str
    media: Media
    mode: Mode = Mode.UPSERT
    dry_run: bool = False
    key: str | None = None
    delimiter: str = ","
    null_value: str | None = None

    @classmethod
    def of(cls, path: Mapping[str, str], query: QueryParams, fields: Mapping[str, str]) -> Self:
        """Read from a request's path, query and headers. Raises Refused for a body that is not understood,
        BadInput for a parameter that is none."""
        if unknown := sorted(set(query) - _PARAMETERS):
            raise BadInput(f"There is no parameter {unknown[0]!r}.", code=Code.BAD_REQUEST)
        try:
            mode = Mode(query.get("mode", Mode.UPSERT).upper())
        except ValueError:
            raise BadInput(f"'mode' is one of {', '.join(Mode)}.", code=Code.BAD_REQUEST) from None
        dry_run = query.get("dryRun", "false").lower()
        if dry_run not in ("true", "false"):
            raise BadInput("'dryRun' is true or false.", code=Code.BAD_REQUEST)
        delimiter = query.get("delimiter", ",")
        if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
            raise BadInput("'delimiter' is one character, as it stands.", code=Code.BAD_REQUEST)
        if fields.get("content-encoding", "").strip().lower() not in _ENCODINGS:
            raise Refused(415, Code.UNSUPPORTED_MEDIA_TYPE, "A body is plain, gzip or zstd.")
        return cls(
            path["source"],
            path["object"],
            _media(fields.get("content-type", "")),
            mode,
            dry_run == "true",
            fields.get("idempotency-key", "").strip('" ') or None,
            delimiter,
            query.get("nullValue"),
        )

    def reader(self, limits: Limits) -> ReadRows:
        """What reads the body's rows."""
        if self.media is Media.JSON:
            return partial(_document, limits=limits)
        return partial(
            read_rows,
            format=Format.CSV if self.media is Media.CSV else Format.NDJSON,
            delimiter=self.delimiter,
            null_value=self.null_value,
            limits=limits,
        )


def _document(stream: BinaryIO, *, limits: Limits) -> Iterator[Row | BadRow]:
    return read_json(expanded(stream, ratio=limits.ratio), limits=limits)


def _media(content_type: str) -> Media:
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charset = next(
        (p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")), "utf-8"
    )
    if charset in ("utf-8", "utf8"):
        if name in set(Media):
            return Media(name)
        if name in _ALIASES:
            return _ALIASES[name]
    raise Refused(
        415,
        Code.UNSUPPORTED_MEDIA_TYPE,
        f"Send {', '.join(Media)} in UTF-8.",
        {"accept-post": ", ".join(Media)},
    )
