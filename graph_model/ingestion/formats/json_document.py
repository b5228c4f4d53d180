"""A JSON document: an array of records, or one record."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import ijson
import orjson

from graph_model.ingestion.formats.model import BadFile, BadRow, Limits, Row
from graph_model.ingestion.formats.ndjson import depth_of

_BLOCK = 65_536
_BOM = b"\xef\xbb\xbf"


def read_json(stream: io.BufferedReader, *, limits: Limits) -> Iterator[Row | BadRow]:
    """The items of the array by their places, from 1, or the one object. No more of the document is held than
    one item. Raises BadFile from where it is not JSON in UTF-8."""
    source = _Source(stream, limits.row_bytes)
    opening = source.opening()
    if opening == b"{":
        yield _row(1, _whole(source), limits)
    elif opening == b"[":
        number = 0
        try:
            for item in ijson.items(source, "item", buf_size=_BLOCK):
                number += 1
                source.taken = 0
                yield _row(number, item, limits)
        except (ijson.JSONError, UnicodeDecodeError):
            raise BadFile("INVALID_JSON", "The document is not JSON from here on.", row=number) from None
    else:
        raise BadFile("INVALID_JSON", "The document is neither an array of objects nor an object.")


class _Source:
    """The document as it is read; `taken` counts the bytes since it was last set to 0."""

    def __init__(self, stream: io.BufferedReader, limit: int) -> None:
        self._stream = stream
        # A block may hold the end of one item, and the next one.
        self._limit = limit + _BLOCK
        self._head = b""
        self.taken = 0

    def opening(self) -> bytes:
        """The first byte that means something; the document is read from there."""
        head = b""
        while not head.removeprefix(_BOM).strip() or (head == _BOM[: len(head)] and len(head) < len(_BOM)):
            more = self._stream.read1(_BLOCK)
            if not more:
                break
            # White space before a document has no end either.
            head = (head + more).lstrip()
        self._head = head.removeprefix(_BOM).lstrip()
        return self._head[:1]

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        found, self._head = self._head, b""
        found = found or self._stream.read1(_BLOCK)
        self.taken += len(found)
        if self.taken > self._limit:
            raise BadFile("ROW_TOO_LARGE", "A record is longer than a row may be.")
        return found


def _whole(source: _Source) -> Any:
    pieces = []
    while piece := source.read():
        pieces.append(piece)
    try:
        return orjson.loads(b"".join(pieces))
    except orjson.JSONDecodeError:
        raise BadFile("INVALID_JSON", "The document is not JSON in UTF-8.") from None


def _row(number: int, value: Any, limits: Limits) -> Row | BadRow:
    if not isinstance(value, dict):
        return BadRow.of(number, "INVALID_RECORD", "The item is not a JSON object.", _text(value))
    if depth_of(value) > limits.depth:
        message = f"The item nests deeper than {limits.depth} levels."
        return BadRow.of(number, "NESTED_TOO_DEEPLY", message, _text(value))
    try:
        return Row(number, _with_floats(value))
    except OverflowError:
        return BadRow.of(number, "INVALID_JSON", "The item has a number that is too great.", _text(value))


def _with_floats(value: Any) -> Any:
    """The same with floats for decimals, as from any other JSON."""
    if isinstance(value, Decimal):
        number = float(value)
        if math.isinf(number):
            raise OverflowError
        return number
    if isinstance(value, dict):
        return {name: _with_floats(item) for name, item in value.items()}
    return [_with_floats(item) for item in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
