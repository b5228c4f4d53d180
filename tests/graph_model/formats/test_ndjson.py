"""NDJSON: a bad line costs itself."""

from __future__ import annotations

import pytest

from graph_model.ingestion.formats.model import Format
from tests.graph_model.formats.reading import read

FINE = {"id": "1"}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_blank_lines_are_counted_and_left_out(mark: bytes) -> None:
    found = read(mark + b'{"id": "1"}\r\n\n{"id": "1", "n": 1.5, "l": [null]}', Format.NDJSON)

    assert found.records == {1: FINE, 3: {"id": "1", "n": 1.5, "l": [None]}}
    assert found.bad == {}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"id": ', "INVALID_JSON"),
        (b'{"n": NaN}', "INVALID_JSON"),
        (b'{"n": 1e999}', "INVALID_JSON"),
        (b'{"n": "\\ud800"}', "INVALID_JSON"),
        (b"[" * 2_000, "INVALID_JSON"),
        (b'["id"]', "INVALID_RECORD"),
        (b"1", "INVALID_RECORD"),
        (b'{"id": 1, "id": 2}', "DUPLICATE_KEY"),
        (b'{"id" :1,"id" :2}', "DUPLICATE_KEY"),
        (b'{"l": [{"x": 1, "x": 1}]}', "DUPLICATE_KEY"),
        (b'{"l": ' + b"[" * 32 + b"]" * 32 + b"}", "NESTED_TOO_DEEPLY"),
        (b'{"l": ' + b'{"l":' * 500 + b"1" + b"}" * 501, "NESTED_TOO_DEEPLY"),
        (b'{"id": "M\xfcller"}', "INVALID_ENCODING"),
        (b'{"id": "\0"}', "INVALID_TEXT"),
        (b'{"id": "' + b"x" * 10_000_000 + b'"}', "ROW_TOO_LARGE"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else value,
)
def test_a_bad_line_costs_itself_alone(line: bytes, code: str) -> None:
    found = read(b'{"id": "1"}\n' + line + b'\n{"id": "1"}\n', Format.NDJSON)

    assert found.bad == {2: code}
    assert found.records == {1: FINE, 3: FINE}
    assert found.broken is None


def test_a_number_of_many_digits_is_no_trouble() -> None:
    found = read(b'{"n": ' + b"9" * 300 + b', "o": {}}', Format.NDJSON)

    assert list(found.records) == [1]


def test_an_empty_file_has_no_records() -> None:
    assert read(b"", Format.NDJSON).records == {}


def test_a_file_in_utf_16_is_refused() -> None:
    assert read('{"id": "1"}'.encode("utf-16"), Format.NDJSON).broken == "INVALID_ENCODING"


def test_reading_goes_on_behind_a_row() -> None:
    assert list(read(b'{"id": "1"}\n\n{"id": "1"}\n{"id": "1"}\n', Format.NDJSON, after_row=2).records) == [
        3,
        4,
    ]
