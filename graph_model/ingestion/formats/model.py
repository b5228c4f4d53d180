"""Rows of a file, and what can be wrong with them or with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph_model.errors import BadInput

KEPT_OF_A_BAD_ROW = 10_000
"""Characters of a bad row that are kept to show it by."""


class Format(StrEnum):
    """What a file is. How it is compressed its first bytes say."""

    CSV = "CSV"
    NDJSON = "NDJSON"
    PARQUET = "PARQUET"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask for: bytes of a row, columns, nesting of a value, and how many bytes a byte of the
    file may expand to."""

    row_bytes: int = 1_000_000
    columns: int = 2_000
    depth: int = 32
    ratio: int = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A row as a record: `number` counts the rows of its file from 1. A CSV header is none."""

    number: int
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no record, and why. `text` is the row as it stood, cut if it is long; the message never
    quotes it."""

    number: int
    code: str
    message: str
    text: str

    @classmethod
    def of(cls, number: int, code: str, message: str, text: str) -> BadRow:
        """The row with no more of its text than is kept."""
        return cls(number, code, message, text[:KEPT_OF_A_BAD_ROW])


class BadFile(BadInput):
    """The file cannot be read on; `row` is the last one before. What was read until then counts."""

    def __init__(self, code: str, message: str, *, row: int = 0) -> None:
        super().__init__(message, code=code)
        self.row = row

    def at(self, row: int) -> BadFile:
        """The same, with its place."""
        place = f" (after row {row})" if row else ""
        return BadFile(self.code, f"{self.message}{place}", row=row)
