"""CSV as RFC 4180 has it, by Python's own parser.

Not by PyArrow's: to that a file is lost from the place on where a row is longer than a block or a quote never
closes, it takes bytes that are no text, and its rows come a block late. Here a row costs itself only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from graph_model.ingestion.formats.lines import Lines, TooLong, shown, trouble
from graph_model.ingestion.formats.model import BadFile, BadRow, Limits, Row

_READ_AGAIN = 20_000_000
"""Characters that may be read again because of quotes that do not close, besides as many as were read."""

# The parser's own limit of a field, which is one for the whole process. `Lines` bounds each row instead.
csv.field_size_limit(2**31 - 1)


def read_delimited(
    stream: io.BufferedReader, *, delimiter: str, null_value: str | None, limits: Limits
) -> Iterator[Row | BadRow]:
    """The rows of a file with a header, as texts by the names in it. Blank rows are counted and left out."""
    table = Table(stream, delimiter=delimiter, limits=limits)
    names = table.header
    for found in table:
        if isinstance(found, BadRow):
            yield found
        elif null_value is None:
            yield Row(table.number, {name: cell for name, cell in zip(names, found, strict=True) if cell})
        else:
            raw: dict[str, Any] = {}
            for name, cell in zip(names, found, strict=True):
                if cell == null_value:
                    raw[name] = None
                elif cell:
                    raw[name] = cell
            yield Row(table.number, raw)


class Table(Iterator[list[str] | BadRow]):
    """The rows after the header, as cells; `number` is that of the last one. Raises BadFile for a header that
    names nothing."""

    def __init__(self, stream: io.BufferedReader, *, delimiter: str, limits: Limits) -> None:
        self.lines = Lines(stream, limits.row_bytes)
        self.number = 0
        self._cells = csv.reader(self.lines, delimiter=delimiter, strict=True)
        self._read_again = 0
        self.header = self._header(limits)
        self.header_text = "".join(self.lines.taken)
        self._width = len(self.header)

    def __next__(self) -> list[str] | BadRow:
        cells: list[str] | BadRow = []
        while not cells:
            self.number += 1
            cells = self._row()
        if isinstance(cells, list) and len(cells) != self._width:
            message = f"The row has {len(cells)} cells, the header {self._width}."
            return self._bad("RAGGED_ROW", message)
        return cells

    def texts(self) -> Iterator[str]:
        """The rows as they stand, blank and bad ones too; of one that is too large, no more than tells so."""
        while True:
            self.number += 1
            try:
                self._row()
            except StopIteration:
                return
            yield "".join(self.lines.taken)

    def _row(self) -> list[str] | BadRow:
        self.lines.begin()
        try:
            cells = next(self._cells)
        except TooLong:
            if len(self.lines.taken) == 1:
                return self._bad("ROW_TOO_LARGE", "The row is longer than a row may be.")
            return self._unclosed()
        except csv.Error:
            return self._unclosed()
        for line in self.lines.taken:
            if (found := trouble(line)) is not None:
                return self._bad(*found)
        return cells

    def _unclosed(self) -> BadRow:
        """The line whose quote does not close, alone; what was taken for its text is read again."""
        self._read_again += sum(map(len, self.lines.taken[1:]))
        if self._read_again > _READ_AGAIN + self.lines.read:
            raise BadFile("INVALID_QUOTES", "Too many quotes do not close.")
        self.lines.give_back()
        return self._bad("INVALID_QUOTES", "A quote does not close where its cell ends; double it in a text.")

    def _bad(self, code: str, message: str) -> BadRow:
        return BadRow.of(self.number, code, message, shown("".join(self.lines.taken).rstrip("\r\n")))

    def _header(self, limits: Limits) -> list[str]:
        try:
            found = self._row()
        except StopIteration:
            raise BadFile("MISSING_HEADER", "The file is empty; a CSV file begins with a header.") from None
        if isinstance(found, BadRow):
            raise BadFile("INVALID_HEADER", f"The header: {found.message}")
        names = [name.strip() for name in found]
        if len(names) > limits.columns:
            message = f"The header has {len(names)} columns; {limits.columns} are the most."
            raise BadFile("TOO_MANY_COLUMNS", message)
        places: dict[str, int] = {}
        for place, name in enumerate(names, start=1):
            if not name:
                raise BadFile("INVALID_HEADER", f"Column {place} has no name in the header.")
            if (first := places.setdefault(name, place)) != place:
                raise BadFile("INVALID_HEADER", f"Columns {first} and {place} have the same name.")
        if not names:
            raise BadFile("INVALID_HEADER", "The first line is blank; a CSV file begins with a header.")
        return names
