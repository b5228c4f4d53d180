"""The lines of a text, none longer than it may be."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator

from graph_model.ingestion.formats.model import BadFile

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class TooLong(Exception):
    """A line, or the lines that were taken since `begin`, are longer than a row may be."""


class Lines(Iterator[str]):
    """The lines of a text in UTF-8, with their ends (LF, CRLF or CR). `taken` are those since `begin`; they
    can be given `back`. Bytes that are not UTF-8 come as lone surrogates, so that they can be told and
    written as they were. A line longer than `limit` is read to its end and raises TooLong; so do lines
    that are longer together. `read` counts characters."""

    def __init__(self, stream: io.BufferedReader, limit: int) -> None:
        if stream.peek(2)[:2] in _UTF_16:
            raise BadFile("INVALID_ENCODING", "The file is in UTF-16; send it in UTF-8.")
        # Universal newlines, untranslated: what a cell says stays as it is.
        self._text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
        self._limit = limit
        self._back: deque[str] = deque()
        self._cut = False
        self._size = 0
        self.read = 0
        self.taken: list[str] = []

    def begin(self) -> None:
        """Here begins a row."""
        self.taken = []
        self._size = 0

    def give_back(self) -> None:
        """Read again what was taken after the first line."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._read()
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        if self._size > self._limit:
            raise TooLong
        return line

    def _read(self) -> str:
        line = self._text.readline(self._limit + 1)
        if self._cut and line == "\n":
            # The other half of an end at which a line was cut.
            line = self._text.readline(self._limit + 1)
        self._cut = False
        self.read += len(line)
        if len(line) > self._limit:
            piece = line
            while piece and not piece.endswith(("\n", "\r")):
                piece = self._text.readline(65_536)
            self._cut = piece.endswith("\r")
        return line


def trouble(text: str) -> tuple[str, str] | None:
    """What no text of a row may have: code and message."""
    if "\0" in text:
        return "INVALID_TEXT", "The row holds a NUL character."
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "INVALID_ENCODING", "The row is not in UTF-8."
    return None


def shown(text: str) -> str:
    """A text with nothing in it that cannot be written in UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
