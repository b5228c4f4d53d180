"""Compressed files: read as they come, to their end and no further than they may expand."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable

import pyarrow as pa
import pytest

from graph_model.ingestion.formats.model import Limits
from tests.graph_model.formats.reading import read

ROWS = 20_000


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, "zstd", asbytes=True))


def table() -> bytes:
    numbers = random.Random(6)
    return b"a,b\n" + b"".join(b"%d,%030x\n" % (n, numbers.getrandbits(120)) for n in range(ROWS))


@pytest.fixture(params=[gzip.compress, zstd], ids=["gzip", "zstd"])
def compress(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    found: Callable[[bytes], bytes] = request.param
    return found


def test_a_compressed_file_is_read_as_a_plain_one(compress: Callable[[bytes], bytes]) -> None:
    assert read(compress(table())).records == read(table()).records


def test_members_that_follow_each_other_are_one_file(compress: Callable[[bytes], bytes]) -> None:
    content = table()

    assert read(compress(content[:1_000]) + compress(content[1_000:])).records == read(content).records


def test_a_truncated_file_ends_with_a_code_behind_what_was_read(compress: Callable[[bytes], bytes]) -> None:
    content = compress(table())
    half = len(content) // 2
    for kept in (5, half, len(content) - 4, len(content) - 1):
        found = read(content[:kept])

        assert found.broken == "TRUNCATED_FILE"
        assert found.bad == {}
        assert list(found.records) == list(range(1, len(found.records) + 1))
        assert found.after == len(found.records)
        assert kept < half or len(found.records) > ROWS / 4


def test_what_follows_the_end_is_no_part_of_the_file(compress: Callable[[bytes], bytes]) -> None:
    found = read(compress(table()) + b"something else")

    assert found.broken == "CORRUPT_FILE"


def test_a_checksum_that_lies_is_found() -> None:
    content = bytearray(gzip.compress(table()))
    content[-6] ^= 1

    assert read(bytes(content)).broken == "CORRUPT_FILE"


def test_a_bomb_is_not_let_off(compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(b"a,b\n" + b"1,2\n" * 20_000_000)

    found = read(bomb)

    assert found.broken == "EXPANDS_TOO_MUCH"
    assert len(found.records) * 4 < 100 * len(bomb) + 1_000_000


def test_how_far_a_file_may_expand_is_a_limit(compress: Callable[[bytes], bytes]) -> None:
    content = compress(b"a,b\n" + b"1,2\n" * 1_000_000)
    dense = Limits(ratio=100_000)

    assert len(read(content, limits=dense).records) == 1_000_000
    assert read(content).broken == "EXPANDS_TOO_MUCH"


def test_a_file_that_was_compressed_twice_is_refused(compress: Callable[[bytes], bytes]) -> None:
    assert read(compress(compress(table()))).broken == "WRONG_FORMAT"
