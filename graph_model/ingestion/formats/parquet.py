"""Parquet, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from graph_model.ingestion.formats.arrow import Unfit, expanded_bytes, json_value, readable
from graph_model.ingestion.formats.model import BadFile, BadRow, Limits, Row

_ROWS = 1_000
"""Rows that are decoded at a time."""
_SMALL = 1_000_000
"""Bytes that any file may expand to."""
_FOOTER_TEXT, _FOOTER_ITEMS = 16_000_000, 1_000_000
_PAGES = 1 << 20


def read_parquet(
    path: Path, *, after_row: int, null_value: str | None, limits: Limits
) -> Iterator[Row | BadRow]:
    """The rows after `after_row`, by the columns' names. An absent value is left out, but null where
    `null_value` is empty; so is an empty text, and one that is `null_value` is null."""
    number = after_row
    most = max(_SMALL, limits.ratio * path.stat().st_size)
    seen = 0
    try:
        with _opened(path, limits) as file:
            schema = readable(file.schema_arrow)
            _refuse_bombs(file.metadata, most, limits)
            groups, skip = _groups_from(file.metadata, after_row)
            for batch in file.iter_batches(batch_size=_ROWS, row_groups=groups):
                rows = batch.slice(skip).cast(schema, safe=False)
                skip = max(0, skip - batch.num_rows)
                for part, size in _sliced(rows, limits.row_bytes):
                    seen += size
                    if seen > most:
                        raise _expands(limits)
                    if size > limits.row_bytes:
                        number += 1
                        yield BadRow(number, "ROW_TOO_LARGE", "The row is longer than a row may be.", "")
                        continue
                    for values in part.to_pylist():
                        number += 1
                        yield _row(number, values, null_value)
    except MemoryError:
        raise _expands(limits) from None
    except (OSError, pa.ArrowException, ValueError) as error:
        raise _unreadable(error) from None


def _opened(path: Path, limits: Limits) -> pq.ParquetFile:
    options: dict[str, Any] = {
        "buffer_size": _PAGES,
        "pre_buffer": False,
        "page_checksum_verification": True,
        "thrift_string_size_limit": _FOOTER_TEXT,
        "thrift_container_size_limit": _FOOTER_ITEMS,
        "schema_depth_limit": limits.depth,
    }
    with pq.ParquetFile(path, **options) as file:
        columns = [file.schema.column(index) for index in range(len(file.schema))]
        names = file.schema_arrow.names
    if len(columns) > limits.columns:
        message = f"The file has {len(columns)} columns; {limits.columns} are the most."
        raise BadFile("TOO_MANY_COLUMNS", message)
    if len(set(names)) < len(names):
        raise BadFile("INVALID_HEADER", "Two columns have the same name.")
    if not all(name.strip() for name in names):
        raise BadFile("INVALID_HEADER", "A column has no name.")
    # Kept as a dictionary, a text that a million rows share is there once.
    texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    return pq.ParquetFile(path, read_dictionary=texts, **options)


def _refuse_bombs(metadata: pq.FileMetaData, most: int, limits: Limits) -> None:
    """What its footer says that it expands to; what it really does is counted as it is read."""
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        # A list of a billion equal values takes a hundred bytes, and has a billion values.
        most -= group.total_byte_size
        most -= sum(group.column(index).num_values for index in range(group.num_columns))
    if most < 0:
        raise _expands(limits)


def _groups_from(metadata: pq.FileMetaData, after_row: int) -> tuple[list[int], int]:
    """The groups of rows to read, and how many rows of the first to leave out."""
    first, skip = 0, after_row
    while first < metadata.num_row_groups and metadata.row_group(first).num_rows <= skip:
        skip -= metadata.row_group(first).num_rows
        first += 1
    return list(range(first, metadata.num_row_groups)), skip


def _sliced(batch: pa.RecordBatch, most: int) -> Iterator[tuple[pa.RecordBatch, int]]:
    """The batch in parts that expand to no more than `most` bytes, or have one row; with their sizes."""
    size = expanded_bytes(batch.to_struct_array())
    if size <= most or batch.num_rows == 1:
        yield batch, size
    elif batch.num_rows:
        half = batch.num_rows // 2
        yield from _sliced(batch.slice(0, half), most)
        yield from _sliced(batch.slice(half), most)


def _row(number: int, values: dict[str, Any], null_value: str | None) -> Row | BadRow:
    raw: dict[str, Any] = {}
    try:
        for name, value in values.items():
            if value is None or value == "":
                if null_value == "":
                    raw[name] = None
            elif value == null_value:
                raw[name] = None
            else:
                raw[name] = json_value(value)
    except Unfit as error:
        text = orjson.dumps(values, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
        return BadRow.of(number, "INVALID_VALUE", str(error), text)
    return Row(number, raw)


def _expands(limits: Limits) -> BadFile:
    return BadFile("EXPANDS_TOO_MUCH", f"The file expands to more than {limits.ratio} times its size.")


def _unreadable(error: Exception) -> BadFile:
    if "crypt" in str(error):
        return BadFile("ENCRYPTED_FILE", "The Parquet file is encrypted.")
    return BadFile("CORRUPT_FILE", "The file is no Parquet file, is damaged or ends too early.")
