"""Files of records, read to their end."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph_model.ingestion.formats.model import BadFile, BadRow, Format
from graph_model.ingestion.formats.reading import read_rows


@dataclass
class Read:
    """What a file said: its records and codes of its bad rows by their numbers, and why it ended early."""

    records: dict[int, dict[str, Any]] = field(default_factory=dict)
    bad: dict[int, str] = field(default_factory=dict)
    rows: list[BadRow] = field(default_factory=list)
    broken: str | None = None
    after: int | None = None
    message: str = ""


def read(content: bytes | Path, format: Format = Format.CSV, **options: Any) -> Read:
    """Read it all."""
    found = Read()
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    try:
        for row in read_rows(source, format, **options):
            if isinstance(row, BadRow):
                found.bad[row.number] = row.code
                found.rows.append(row)
            else:
                found.records[row.number] = row.raw
    except BadFile as error:
        found.broken, found.after, found.message = error.code, error.row, error.message
    return found
