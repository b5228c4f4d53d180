"""A file as the parts of a job: text in pieces that can be sent again one by one, anything else whole."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graph_model.ingestion.formats.compression import expanded
from graph_model.ingestion.formats.delimited import Table
from graph_model.ingestion.formats.model import Format, Limits

SIZE = 16_000_000
"""Bytes of a piece, about."""

_WHOLE = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1")
_LIMITS = Limits()
_SUFFIXES = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".parquet": Format.PARQUET,
}
_COMPRESSED = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a job. `rows_before` are the rows of the file ahead of its own; `content` are its bytes, or
    the file that it is; `sha256` is in hexadecimal."""

    number: int
    rows_before: int
    content: bytes | Path
    size: int
    sha256: str

    @classmethod
    def of(cls, content: bytes | Path, *, number: int = 1, rows_before: int = 0) -> Piece:
        """The piece of this content. Raises OSError if the file cannot be read."""
        if isinstance(content, bytes):
            return cls(number, rows_before, content, len(content), hashlib.sha256(content).hexdigest())
        with content.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return cls(number, rows_before, content, file.tell(), digest)


def format_of(path: Path) -> Format | None:
    """What a file is by its name; None if that does not say it."""
    name = path.with_suffix("") if path.suffix.lower() in _COMPRESSED else path
    return _SUFFIXES.get(name.suffix.lower())


def delimiter_of(path: Path) -> str:
    """What parts the cells of a file by its name."""
    return "\t" if ".tsv" in (suffix.lower() for suffix in path.suffixes) else ","


@contextmanager
def opened(
    source: Path | io.BufferedReader, format: Format, delimiter: str, *, size: int = SIZE
) -> Iterator[Iterator[Piece]]:
    """The pieces of a file or a stream, one after the other, of about `size` bytes; each of CSV has the
    header. Reading raises OSError, and BadFile for a CSV file without a header."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            if source.is_file() and (source.stat().st_size <= size or _is_whole(file)):
                yield iter([Piece.of(source)])
            else:
                yield _pieces(file, format, delimiter, size)
    elif _is_whole(source):
        with tempfile.NamedTemporaryFile() as spooled:
            shutil.copyfileobj(source, spooled)
            spooled.flush()
            yield iter([Piece.of(Path(spooled.name))])
    else:
        yield _pieces(source, format, delimiter, size)


def _is_whole(stream: io.BufferedReader) -> bool:
    return stream.peek(4).startswith(_WHOLE)


def _pieces(stream: io.BufferedReader, format: Format, delimiter: str, size: int) -> Iterator[Piece]:
    return _of_csv(stream, delimiter, size) if format is Format.CSV else _of_lines(stream, size)


def _of_csv(stream: io.BufferedReader, delimiter: str, size: int) -> Iterator[Piece]:
    table = Table(expanded(stream, ratio=_LIMITS.ratio), delimiter=delimiter, limits=_LIMITS)
    header = _line(table.header_text)
    number, rows, before, piece = 1, 0, 0, bytearray(header)
    for text in table.texts():
        rows += 1
        piece += _line(text)
        if len(piece) >= size:
            yield Piece.of(bytes(piece), number=number, rows_before=before)
            number, before, piece = number + 1, rows, bytearray(header)
    if rows > before or number == 1:
        yield Piece.of(bytes(piece), number=number, rows_before=before)


def _line(text: str) -> bytes:
    ended = text if text.endswith(("\n", "\r")) else f"{text}\n"
    return ended.encode("utf-8", "surrogateescape")


def _of_lines(stream: io.BufferedReader, size: int) -> Iterator[Piece]:
    number, rows, rest = 1, 0, b""
    while block := stream.read(size):
        whole, end, rest = (rest + block).rpartition(b"\n")
        # A line of which more is read than a row may hold is refused, however much of it is sent.
        rest = rest[: size + _LIMITS.row_bytes]
        if end:
            yield Piece.of(whole + end, number=number, rows_before=rows)
            number, rows = number + 1, rows + whole.count(b"\n") + 1
    if rest or number == 1:
        yield Piece.of(rest, number=number, rows_before=rows)
