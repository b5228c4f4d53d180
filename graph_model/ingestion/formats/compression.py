"""Expanding what is compressed, as far as it may expand."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from graph_model.ingestion.formats.model import BadFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_SMALL = 1_000_000
"""Bytes that any file may expand to: so many are harmless, and some short files are that dense."""
_BLOCK = 65_536
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive or a workbook",
    b"PAR1": "a Parquet file",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    _GZIP: "compressed twice",
    _ZSTD: "compressed twice",
}
_LONGEST = 5


def expanded(raw: BinaryIO, *, ratio: int) -> io.BufferedReader:
    """The text of a file: gzip and zstd, told by their first bytes, are expanded, to `ratio` times their size
    at most. Raises BadFile, as reading from it does, for what does not expand or is something else."""
    counted = _Counted(raw)
    source = _Headed(counted.read_some)
    if source.head.startswith(_GZIP):
        read = gzip.GzipFile(fileobj=source, mode="rb").read1
        source = _Headed(_Expanding(read, counted, ratio).read_some)
    elif source.head.startswith(_ZSTD):
        read = pa.CompressedInputStream(pa.PythonFile(source, mode="r"), "zstd").read
        source = _Headed(_Expanding(read, counted, ratio).read_some)
    for magic, what in _FOREIGN.items():
        if source.head.startswith(magic):
            raise BadFile("WRONG_FORMAT", f"The file is {what}; send text, plain or as gzip or zstd.")
    return io.BufferedReader(source, _BLOCK)


class _Counted:
    """A file, and how many bytes were read from it."""

    def __init__(self, raw: BinaryIO) -> None:
        self._read: Callable[[int], bytes] = getattr(raw, "read1", raw.read)
        self.count = 0

    def read_some(self, size: int) -> bytes:
        found = self._read(size)
        self.count += len(found)
        return found


class _Expanding:
    """What a decompressor makes of a file."""

    def __init__(self, read: Callable[[int], bytes], compressed: _Counted, ratio: int) -> None:
        self._read = read
        self._compressed = compressed
        self._ratio = ratio
        self._count = 0

    def read_some(self, size: int) -> bytes:
        try:
            found = self._read(size)
        except EOFError:
            raise BadFile("TRUNCATED_FILE", "The compressed file ends too early.") from None
        except (OSError, zlib.error) as error:
            if "runcated" in str(error):
                raise BadFile("TRUNCATED_FILE", "The compressed file ends too early.") from None
            message = "The compressed file is damaged, or something follows its end."
            raise BadFile("CORRUPT_FILE", message) from None
        self._count += len(found)
        if self._count > max(_SMALL, self._ratio * self._compressed.count):
            raise BadFile(
                "EXPANDS_TOO_MUCH", f"The compressed file expands to more than {self._ratio} times its size."
            )
        return found


class _Headed(io.RawIOBase):
    """A stream whose first bytes are known."""

    def __init__(self, read_some: Callable[[int], bytes]) -> None:
        self._read_some = read_some
        head = b""
        while len(head) < _LONGEST and (more := read_some(_BLOCK)):
            head += more
        self.head = self._ahead = head

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        found = self._ahead[: len(view)] or self._read_some(len(view))
        self._ahead = self._ahead[len(found) :]
        view[: len(found)] = found
        return len(found)
