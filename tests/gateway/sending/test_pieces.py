"""A file as the parts of a job: together they say what the file says."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sending.pieces import Piece, delimiter_of, format_of, opened
from graph_model.ingestion.formats.model import BadFile, BadRow, Format
from graph_model.ingestion.formats.reading import read_rows

CSV_CELLS = st.sampled_from(["a", "", "ü", '"', "\n", "\r", ",", "b c", "\udcff"])


def cut(content: bytes, format: Format, size: int) -> list[Piece]:
    with opened(io.BufferedReader(io.BytesIO(content)), format, ",", size=size) as pieces:
        return list(pieces)


def rows(content: bytes, format: Format, before: int = 0) -> list[tuple[int, object]]:
    """The rows that a file says, each with its number and, of a bad one, its code."""
    return [
        (before + row.number, row.code if isinstance(row, BadRow) else row.raw)
        for row in read_rows(io.BytesIO(content), format)
    ]


def rows_of(pieces: list[Piece], format: Format) -> list[tuple[int, object]]:
    found = []
    for piece in pieces:
        assert isinstance(piece.content, bytes)
        found += rows(piece.content, format, piece.rows_before)
    return found


@given(st.lists(st.lists(CSV_CELLS, max_size=3).map(",".join)), st.integers(10, 60))
def test_pieces_of_csv_say_row_by_row_what_the_file_says(lines: list[str], size: int) -> None:
    content = "\n".join(["a,b", *lines]).encode("utf-8", "surrogateescape")

    pieces = cut(content, Format.CSV, size)

    told, whole = rows_of(pieces, Format.CSV), rows(content, Format.CSV)
    if len(pieces) == 1 or b'"' not in content:
        assert told == whole
    assert [piece.number for piece in pieces] == list(range(1, len(pieces) + 1))


def test_a_row_over_several_lines_is_not_cut() -> None:
    content = b"a,b\n" + b'1,"x\ny\nz"\n\n2,3\n' * 50

    pieces = cut(content, Format.CSV, 40)

    assert len(pieces) > 10
    assert rows_of(pieces, Format.CSV) == rows(content, Format.CSV)


def test_a_quote_that_never_closes_costs_its_row_in_pieces_too() -> None:
    content = b'a,b\n1,"2\n' + b"3,4\n" * 100

    assert rows_of(cut(content, Format.CSV, 40), Format.CSV) == rows(content, Format.CSV)


@given(st.lists(st.sampled_from(['{"a": 1}', "", "nonsense", '{"b": "ü"}'])), st.integers(1, 60))
def test_pieces_of_ndjson_say_row_by_row_what_the_file_says(lines: list[str], size: int) -> None:
    content = "\n".join(lines).encode()

    assert rows_of(cut(content, Format.NDJSON, size), Format.NDJSON) == rows(content, Format.NDJSON)


def test_a_line_without_end_is_cut_and_refused_all_the_same() -> None:
    content = b'{"a": 1}\n{"a": "' + b"x" * 5_000_000 + b'"}\n{"a": 2}\n'

    pieces = cut(content, Format.NDJSON, 100_000)

    assert sum(piece.size for piece in pieces) < 2_000_000
    assert rows_of(pieces, Format.NDJSON) == rows(content, Format.NDJSON)


@pytest.mark.parametrize("content", [gzip.compress(b"a,b\n" * 100), b"PAR1" + b"x" * 100])
def test_what_is_no_text_is_sent_whole(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with opened(tmp_path / "file", Format.CSV, ",", size=20) as pieces:
        (piece,) = pieces
    assert (piece.number, piece.rows_before, piece.size) == (1, 0, len(content))

    with opened(io.BufferedReader(io.BytesIO(content)), Format.CSV, ",", size=20) as pieces:
        (spooled,) = pieces
        assert isinstance(spooled.content, Path)
        assert spooled.content.read_bytes() == content
    assert spooled.sha256 == piece.sha256


def test_a_file_without_a_header_makes_no_pieces() -> None:
    with pytest.raises(BadFile):
        cut(b"a,a\n1,2\n", Format.CSV, 3)


@pytest.mark.parametrize(
    ("name", "format", "delimiter"),
    [
        ("people.csv", Format.CSV, ","),
        ("PEOPLE.CSV.GZ", Format.CSV, ","),
        ("people.tsv", Format.CSV, "\t"),
        ("people.tsv.zst", Format.CSV, "\t"),
        ("people.ndjson.zst", Format.NDJSON, ","),
        ("people.jsonl", Format.NDJSON, ","),
        ("people.parquet", Format.PARQUET, ","),
        ("people.xlsx", None, ","),
        ("people", None, ","),
        ("-", None, ","),
    ],
)
def test_a_name_says_what_a_file_is(name: str, format: Format | None, delimiter: str) -> None:
    assert (format_of(Path(name)), delimiter_of(Path(name))) == (format, delimiter)
