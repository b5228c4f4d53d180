"""A JSON document is read item by item."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.ingestion.formats.json_document import read_json
from graph_model.ingestion.formats.model import BadFile, BadRow, Limits, Row

LIMITS = Limits(row_bytes=100_000, depth=8)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=5,
)
records = st.dictionaries(st.text("abcd", min_size=1), values, max_size=4)


class Trickle(io.RawIOBase):
    """A stream that brings so many bytes at a time."""

    def __init__(self, content: bytes, size: int) -> None:
        self._content = io.BytesIO(content)
        self._size = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        found = self._content.read(min(self._size, len(buffer)))
        buffer[: len(found)] = found
        return len(found)


def read(content: bytes, *, size: int = 65_536) -> Iterator[Row | BadRow]:
    return read_json(io.BufferedReader(Trickle(content, size)), limits=LIMITS)


@given(st.lists(records, max_size=5), st.integers(1, 50), st.sampled_from([b"", b"\xef\xbb\xbf", b" \n\t"]))
def test_what_was_written_is_read(items: list[dict[str, Any]], size: int, head: bytes) -> None:
    content = head + json.dumps(items, ensure_ascii=False).encode()
    assert list(read(content, size=size)) == [Row(n, item) for n, item in enumerate(items, 1)]


@given(records, st.integers(1, 50))
def test_a_document_may_be_one_record(item: dict[str, Any], size: int) -> None:
    assert list(read(json.dumps(item).encode(), size=size)) == [Row(1, item)]


@pytest.mark.parametrize("content", [b"", b"  ", b"1", b'"x"', b"null", b"{", b'{"a": 1} x', b"<html>"])
def test_what_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(BadFile) as refused:
        list(read(content))
    assert refused.value.code == "INVALID_JSON"


@pytest.mark.parametrize("rest", [b'{"a": ', b"}", b'{"a": "\xff"}]', b'{"a": 1} {"b": 2}]', b'{"a": 1}] x'])
def test_what_is_right_before_a_break_is_read(rest: bytes) -> None:
    found: list[Row | BadRow] = []
    with pytest.raises(BadFile) as broken:
        found.extend(read(b'[{"id": "1"}, ' + rest))
    assert found[0] == Row(1, {"id": "1"})
    assert broken.value.code == "INVALID_JSON"
    assert broken.value.row == len(found)


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (b"1", "INVALID_RECORD"),
        (b'["a"]', "INVALID_RECORD"),
        (b'{"a":' + b"[" * 9 + b"]" * 9 + b"}", "NESTED_TOO_DEEPLY"),
        (b'{"a": 1e999}', "INVALID_JSON"),
    ],
)
def test_an_item_that_is_no_record_costs_itself(item: bytes, code: str) -> None:
    rows = list(read(b'[{"id": "1"}, ' + item + b', {"id": "3"}]'))
    assert [row.number for row in rows] == [1, 2, 3]
    assert isinstance(rows[1], BadRow)
    assert rows[1].code == code


def test_numbers_are_as_from_any_other_json() -> None:
    (row,) = read(b'[{"whole": 12345678901234567890123, "part": 1.50}]')
    assert isinstance(row, Row)
    assert row.raw == {"whole": 12345678901234567890123, "part": 1.5}


@pytest.mark.parametrize("head", [b'[{"a": "', b'{"a": "', b"["])
def test_no_record_is_longer_than_a_row_may_be(head: bytes) -> None:
    filler = b" " if head == b"[" else b"x"
    with pytest.raises(BadFile) as refused:
        list(read(head + filler * 1_000_000))
    assert refused.value.code == "ROW_TOO_LARGE"
