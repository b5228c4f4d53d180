"""NDJSON: one JSON object a line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import orjson

from graph_model.ingestion.formats.lines import Lines, TooLong, shown, trouble
from graph_model.ingestion.formats.model import BadRow, Limits, Row


class _Duplicate(Exception):
    """An object has a key twice."""


def read_ndjson(stream: io.BufferedReader, *, limits: Limits) -> Iterator[Row | BadRow]:
    """The lines that are not blank, by their numbers."""
    lines = Lines(stream, limits.row_bytes)
    number = 0
    while True:
        number += 1
        lines.begin()
        try:
            line = next(lines)
        except StopIteration:
            return
        except TooLong:
            text = shown(lines.taken[0])
            yield BadRow.of(number, "ROW_TOO_LARGE", "The row is longer than a row may be.", text)
            continue
        if line.strip():
            yield _row(number, line, limits)


def _row(number: int, line: str, limits: Limits) -> Row | BadRow:
    value: Any = None
    problem = trouble(line)
    if problem is None:
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            problem = "INVALID_JSON", f"The line is not JSON: {error.msg} at column {error.colno}."
    if problem is None:
        problem = _trouble(value, line, limits)
    if problem is not None:
        return BadRow.of(number, *problem, shown(line.rstrip("\r\n")))
    return Row(number, value)


def _trouble(value: Any, line: str, limits: Limits) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return "INVALID_RECORD", "The line is not a JSON object."
    if line.count("{") + line.count("[") > limits.depth and depth_of(value) > limits.depth:
        return "NESTED_TOO_DEEPLY", f"The line nests deeper than {limits.depth} levels."
    # Each key has a colon, so that only a line with more of them need be read once more.
    if line.count(":") > len(value):
        try:
            json.loads(line, object_pairs_hook=_unique, parse_int=str, parse_float=str)
        except _Duplicate:
            return "DUPLICATE_KEY", "An object has the same key twice."
    return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Duplicate
    return found


def depth_of(value: Any) -> int:
    """How deep lists and objects are nested in a value."""
    # No recursion of its own: orjson takes 1,024 levels.
    deepest, level = 0, [value]
    while level:
        deepest += 1
        inner = [found.values() if isinstance(found, dict) else found for found in level]
        level = [item for items in inner for item in items if isinstance(item, dict | list)]
    return deepest
