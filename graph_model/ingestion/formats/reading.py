"""Reading a file of records, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import dropwhile
from pathlib import Path
from typing import BinaryIO, TypeAlias

from graph_model.ingestion.formats.compression import expanded
from graph_model.ingestion.formats.delimited import read_delimited
from graph_model.ingestion.formats.model import BadFile, BadRow, Format, Limits, Row
from graph_model.ingestion.formats.ndjson import read_ndjson
from graph_model.ingestion.formats.parquet import read_parquet

Rows: TypeAlias = Iterator[Row | BadRow]

_DEFAULT = Limits()


def read_rows(
    source: Path | BinaryIO,
    format: Format,
    *,
    after_row: int = 0,
    delimiter: str = ",",
    null_value: str | None = None,
    limits: Limits = _DEFAULT,
) -> Rows:
    """The rows of a file that follow row `after_row`, in order, each a record or a bad row.

    `source` is a path or, but for Parquet, a stream; it is read no further than the rows that are asked for
    need, so that a stream's row comes as soon as its line is there. Blocks, as reading does. Empty cells, and
    nulls of Parquet, are no value; those that are exactly `null_value` are null (an empty `null_value`: all
    of them). Raises BadFile when it cannot be read on.
    """
    row = 0
    with ExitStack() as opened:
        try:
            if format is Format.PARQUET:
                if not isinstance(source, Path):
                    raise BadFile("WRONG_FORMAT", "Parquet is read from a file, not from a stream.")
                rows = read_parquet(source, after_row=after_row, null_value=null_value, limits=limits)
            else:
                raw = opened.enter_context(source.open("rb")) if isinstance(source, Path) else source
                stream = expanded(raw, ratio=limits.ratio)
                rows = (
                    read_delimited(stream, delimiter=delimiter, null_value=null_value, limits=limits)
                    if format is Format.CSV
                    else read_ndjson(stream, limits=limits)
                )
            for found in dropwhile(lambda found: found.number <= after_row, rows):
                row = found.number
                yield found
        except BadFile as error:
            raise error.at(max(row, after_row, error.row)) from None
