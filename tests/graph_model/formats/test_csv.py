"""CSV: a bad row costs itself, a bad file what follows."""

from __future__ import annotations

import csv
import io
import time
import tracemalloc
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.ingestion.formats.model import Format, Limits, Row
from graph_model.ingestion.formats.reading import read_rows
from tests.graph_model.formats.reading import read

FINE = {"a": "3", "b": "4"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_may_end_as_they_like_and_a_mark_may_come_first(end: str, mark: str, last: bool) -> None:
    text = mark + end.join(["a,b", "1,ü", "3,4"]) + (end if last else "")

    assert read(text.encode()).records == {1: {"a": "1", "b": "ü"}, 2: FINE}


def test_an_empty_cell_is_no_value_unless_it_is_said_to_mean_null() -> None:
    content = b"a,b\n,NULL\n"

    assert read(content).records == {1: {"b": "NULL"}}
    assert read(content, null_value="NULL").records == {1: {"b": None}}
    assert read(content, null_value="").records == {1: {"a": None, "b": "NULL"}}


def test_another_delimiter_and_names_with_spaces_around_them() -> None:
    assert read(b"a; b\n1;2,5\n", delimiter=";").records == {1: {"a": "1", "b": "2,5"}}


def test_a_header_alone_is_a_file_without_rows() -> None:
    found = read(b"a,b")

    assert (found.records, found.bad, found.broken) == ({}, {}, None)


def test_blank_lines_are_counted_and_left_out() -> None:
    assert list(read(b"a,b\n\n3,4\n\n\n3,4\n").records) == [2, 5]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b"1", "RAGGED_ROW"),
        (b"1,2,3", "RAGGED_ROW"),
        (b'1,"2"x', "INVALID_QUOTES"),
        (b'1,"2', "INVALID_QUOTES"),
        (b"1,M\xfcller", "INVALID_ENCODING"),
        (b"1,\x002", "INVALID_TEXT"),
        (b"1," + b"x" * 10_000_000, "ROW_TOO_LARGE"),
        (b'1,"' + b"x" * 10_000_000 + b'"', "ROW_TOO_LARGE"),
    ],
    ids=["few", "many", "quote", "unclosed", "latin", "nul", "10 MB", "10 MB quoted"],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_bad_row_costs_itself_alone(row: bytes, code: str, end: bytes) -> None:
    found = read(end.join([b"a,b", b"3,4", row, b"3,4", b""]))

    assert found.bad == {2: code}
    assert found.records == {1: FINE, 3: FINE}
    assert found.broken is None
    (bad,) = found.rows
    assert bad.text.encode()[:3] == row[:3]
    assert len(bad.text) <= 10_000
    assert "Müller" not in bad.message


def test_a_quote_that_never_closes_costs_its_line_however_much_follows() -> None:
    rows = 200_000
    found = read(b'a,b\n1,"2\n' + b"3,4\n" * rows)

    assert found.bad == {1: "INVALID_QUOTES"}
    assert len(found.records) == rows


def test_a_text_may_go_over_several_lines() -> None:
    assert read(b'a,b\n1,"x\r\ny""z"\n3,4\n').records == {1: {"a": "1", "b": 'x\r\ny"z'}, 2: FINE}


def test_quotes_made_to_be_read_again_and_again_end_the_file() -> None:
    started = time.monotonic()
    found = read(b"a,b\n" + b'x","\n' * 1_000_000)

    assert found.broken == "INVALID_QUOTES"
    assert found.after == len(found.bad)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "MISSING_HEADER"),
        (b"\xef\xbb\xbf", "MISSING_HEADER"),
        (b"\n1,2\n", "INVALID_HEADER"),
        (b"a,a\n1,2\n", "INVALID_HEADER"),
        (b"a,\n1,2\n", "INVALID_HEADER"),
        (b"a,\xe4\n1,2\n", "INVALID_HEADER"),
        (b'a,"b\n1,2\n', "INVALID_HEADER"),
        (b",".join(b"c%d" % n for n in range(2_001)), "TOO_MANY_COLUMNS"),
        ("a,b\n1,2\n".encode("utf-16"), "INVALID_ENCODING"),
        ("a,b\n1,2\n".encode("utf-16-le"), "INVALID_HEADER"),
        ("a,b\n1,2\n".encode("utf-16-be"), "INVALID_HEADER"),
        (b"PK\x03\x04rest", "WRONG_FORMAT"),
        (b"PAR1rest", "WRONG_FORMAT"),
    ],
)
def test_a_file_without_a_header_that_names_its_columns_is_refused(content: bytes, code: str) -> None:
    found = read(content)

    assert (found.broken, found.after) == (code, 0)
    assert (found.records, found.bad) == ({}, {})


def test_a_header_of_which_a_name_is_there_twice_is_not_quoted() -> None:
    assert read(b"eva@example.com,eva@example.com\n").message == "Columns 1 and 2 have the same name."


def test_reading_goes_on_behind_a_row() -> None:
    content = b"a,b\n1,2\n1\n3,4\n5,6\n"

    assert list(read(content, after_row=2).records) == [3, 4]
    assert read(content, after_row=1).bad == {2: "RAGGED_ROW"}
    assert read(content, after_row=4).records == {}


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2
        )
    )
)
def test_what_a_writer_of_csv_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["a", "b"], *rows])

    found = read(text.getvalue().encode())

    expected = [{name: cell for name, cell in zip("ab", row, strict=True) if cell} for row in rows]
    assert list(found.records.values()) == expected
    assert found.bad == {}


@given(st.binary(max_size=300))
def test_whatever_follows_a_header_every_row_has_a_number_of_its_own(content: bytes) -> None:
    found = read(b"a,b\n" + content)

    numbers = [*found.records, *found.bad]
    assert len(set(numbers)) == len(numbers)
    if found.broken is None and b'"' not in content:
        assert sum(1 for line in (b"a,b\n" + content).splitlines() if line.strip(b"\r\n")) >= len(numbers)


def test_a_row_comes_as_soon_as_its_line_is_there() -> None:
    pieces = iter([b"a,b\n", b"3,4\n", b"3,", b"4\n"])

    class Socket(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            return next(pieces, b"")

    rows = read_rows(Socket(), Format.CSV)  # type: ignore[arg-type]

    assert next(rows) == Row(1, FINE)
    assert list(pieces) == [b"3,", b"4\n"]


def test_memory_is_bounded_whatever_the_file_says() -> None:
    limits = Limits(row_bytes=200_000)
    tracemalloc.start()
    try:
        rows = read_rows(io.BytesIO(b"a,b\n" + b'"x' * 20_000_000), Format.CSV, limits=limits)
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        found = list(islice(rows, 10))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert [row.number for row in found] == [1]
    assert peak - before < 5_000_000
