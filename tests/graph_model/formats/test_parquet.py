"""Parquet: its values as JSON has them, and files that are none, or more than they seem."""

from __future__ import annotations

import gzip
import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph_model.ingestion.formats.bounding import bound_memory
from graph_model.ingestion.formats.model import Format, Limits
from tests.graph_model.formats.reading import Read, read


def written(directory: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = directory / "table.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def parquet(path: Path, **options: Any) -> Read:
    return read(path, Format.PARQUET, **options)


def test_values_are_those_of_json(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 1, 12, 30, 0, 5, tzinfo=UTC)
    columns = {
        "text": ["ü"],
        "number": [1.5],
        "whole": pa.array([7], pa.uint8()),
        "yes": [True],
        "day": [date(1984, 5, 17)],
        "moment": pa.array([moment], pa.timestamp("us", "Europe/Berlin")),
        "fine": pa.array([1_000_000_001], pa.timestamp("ns", "UTC")),
        "local": pa.array([datetime(2026, 3, 1)], pa.timestamp("s")),
        "time": pa.array([time(9, 30)], pa.time64("ns")),
        "amount": [Decimal("49.90")],
        "bytes": [b"\xff"],
        "list": [["a", "b"]],
        "object": [{"type": "LEI", "number": None, "issued": date(2026, 1, 2)}],
        "objects": [[{"x": Decimal("1.0")}]],
        "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int32())),
        "kind": pa.array(["A"]).dictionary_encode(),
        "nothing": pa.array([None], pa.null()),
        "empty": [""],
    }

    assert parquet(written(tmp_path, columns)).records == {
        1: {
            "text": "ü",
            "number": 1.5,
            "whole": 7,
            "yes": True,
            "day": "1984-05-17",
            "moment": "2026-03-01T12:30:00.000005Z",
            "fine": "1970-01-01T00:00:01Z",
            "local": "2026-03-01T00:00:00",
            "time": "09:30:00",
            "amount": "49.90",
            "bytes": "/w==",
            "list": ["a", "b"],
            "object": {"type": "LEI", "issued": "2026-01-02"},
            "objects": [{"x": "1.0"}],
            "map": {"k": 1},
            "kind": "A",
        }
    }


def test_a_null_is_no_value_unless_empty_cells_mean_null(tmp_path: Path) -> None:
    path = written(tmp_path, {"a": ["x", None], "b": [None, "-"]})

    assert parquet(path).records == {1: {"a": "x"}, 2: {"b": "-"}}
    assert parquet(path, null_value="").records == {1: {"a": "x", "b": None}, 2: {"a": None, "b": "-"}}
    assert parquet(path, null_value="-").records == {1: {"a": "x"}, 2: {"b": None}}


@pytest.mark.parametrize("after", [0, 1, 2_499, 2_500, 2_501, 7_499, 7_500])
def test_reading_goes_on_behind_a_row(tmp_path: Path, after: int) -> None:
    path = written(tmp_path, {"n": list(range(7_500))}, row_group_size=2_500)

    assert list(parquet(path, after_row=after).records) == list(range(after + 1, 7_501))


def test_a_value_that_json_has_no_form_for_costs_its_row(tmp_path: Path) -> None:
    found = parquet(written(tmp_path, {"id": ["1", "2", "3"], "n": [1.0, float("nan"), 3.0]}))

    assert found.bad == {2: "INVALID_VALUE"}
    assert list(found.records) == [1, 3]


def test_a_row_that_is_too_large_costs_itself(tmp_path: Path) -> None:
    found = parquet(written(tmp_path, {"id": ["1", "x" * 10_000_000, "3"]}))

    assert found.bad == {2: "ROW_TOO_LARGE"}
    assert list(found.records) == [1, 3]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "CORRUPT_FILE"),
        (b"id,name\n1,Eva\n", "CORRUPT_FILE"),
        (b"PAR1" + b"x" * 100 + b"PAR1", "CORRUPT_FILE"),
        (b"PARE" + b"x" * 10 + b"\x0a\0\0\0PARE", "ENCRYPTED_FILE"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(content)

    assert parquet(path).broken == code


def test_a_damaged_file_ends_with_a_code(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"id": [str(n) for n in range(10_000)]}, row_group_size=1_000, use_dictionary=False
    )
    whole = path.read_bytes()
    for content in (whole[:-20], whole[100:], whole[:20_000] + b"\xff" * 200 + whole[20_200:]):
        path.write_bytes(content)
        found = parquet(path)
        assert found.broken == "CORRUPT_FILE"
        assert found.after == len(found.records)


def test_a_compressed_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": ["1"]})
    path.write_bytes(gzip.compress(path.read_bytes()))

    assert parquet(path).broken == "CORRUPT_FILE"


def test_a_type_that_records_have_no_form_for_is_named(tmp_path: Path) -> None:
    found = parquet(written(tmp_path, {"id": ["1"], "n": pa.array([1], pa.duration("s"))}))

    assert found.broken == "UNSUPPORTED_TYPE"
    assert "duration" in found.message


def test_names_of_columns_are_looked_at(tmp_path: Path) -> None:
    twice = pa.table([pa.array(["1"]), pa.array(["2"])], names=["id", "id"])
    pq.write_table(twice, tmp_path / "twice.parquet")

    assert parquet(tmp_path / "twice.parquet").broken == "INVALID_HEADER"
    assert parquet(written(tmp_path, {" ": ["1"]})).broken == "INVALID_HEADER"
    many = written(tmp_path, {f"c{n}": ["1"] for n in range(11)})
    assert parquet(many, limits=Limits(columns=10)).broken == "TOO_MANY_COLUMNS"


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024


def test_a_text_that_every_row_shares_does_not_fill_the_memory(tmp_path: Path) -> None:
    shared = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(100_000, np.int32)), pa.array(["x" * 5_000_000])
    )
    path = written(tmp_path, {"id": shared}, compression="none")
    before = peak()

    found = parquet(path)

    assert found.broken == "EXPANDS_TOO_MUCH"
    assert set(found.bad.values()) == {"ROW_TOO_LARGE"}
    assert peak() - before < 200_000_000


def nested_bomb(directory: Path) -> Path:
    count = 50_000_000
    values = pa.ListArray.from_arrays(pa.array([0, count], pa.int32()), pa.array(np.zeros(count, np.int8)))
    return written(directory, {"id": ["1"], "list": values})


def test_a_list_of_very_many_values_is_refused_by_what_the_footer_says(tmp_path: Path) -> None:
    path = nested_bomb(tmp_path)
    before = peak()

    assert path.stat().st_size < 10_000
    assert parquet(path).broken == "EXPANDS_TOO_MUCH"
    assert peak() - before < 100_000_000


def varint(number: int) -> bytes:
    """A number as Thrift writes it."""
    left, found = number * 2, bytearray()
    while left > 127:
        found.append(left & 127 | 128)
        left >>= 7
    return bytes([*found, left])


def read_bounded(path: Path) -> tuple[str | None, int]:
    """Read a file in a process that is bounded: the code that it ends with, and the most memory it took."""
    bound_memory(600_000_000)
    return parquet(path).broken, pa.default_memory_pool().max_memory()


def test_a_footer_that_lies_does_not_fill_the_memory_of_who_is_bounded(tmp_path: Path) -> None:
    path = nested_bomb(tmp_path)
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    lie = content[footer:].replace(varint(50_000_000), b"\x82\x80\x80\x00")
    path.write_bytes(content[:footer] + lie)
    assert path.read_bytes() != content

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
        broken, memory = apart.submit(read_bounded, path).result()

    assert broken == "EXPANDS_TOO_MUCH"
    assert memory < 600_000_000
