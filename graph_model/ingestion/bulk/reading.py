"""Reading a job's files and preparing their rows, load by load, beside what stores them.

All of this is plain, blocking Python on plain data: it runs in a thread, or in a process of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from graph_model import times
from graph_model.ingestion.bulk.model import Assignment, Position
from graph_model.ingestion.deciding import Submission
from graph_model.ingestion.formats.model import BadFile, BadRow, Format, Limits
from graph_model.ingestion.formats.model import Row as FileRow
from graph_model.ingestion.formats.reading import Rows, read_rows
from graph_model.ingestion.preparing import Prepared, prepare, to_payload
from graph_model.ingestion.requests import Row
from graph_model.metadata.catalogue import Catalogue
from graph_model.records.model import Problem

LOAD_BYTES = 4_000_000
"""Bytes of rows that a load holds at most, but for its last row."""

OURS = "gateway__"
"""What the names of columns begin with that we put beside rejected rows: they are no part of the row when it
is sent again."""
TEXT = f"{OURS}text"


@dataclass(frozen=True, slots=True)
class Item:
    """A row in its place: what it became, and how it was `received`, as JSON or, if it could not be read, as
    the text that it was."""

    part: int
    number: int
    row: Row
    received: str
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A load of so many rows at most. A catalogue, if there is another one than before."""

    rows: int
    catalogue: Catalogue | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """The next rows, and where the files are read to behind them. `ended`: there are no more, or, if there is
    a `failure` (code and message), none that could be read."""

    items: Sequence[Item]
    position: Position
    ended: bool
    failure: tuple[str, str] | None = None


class Reader:
    """Reads on behind `position`, of which `ordinal` says how many rows that are."""

    def __init__(
        self,
        assignment: Assignment,
        paths: Sequence[Path],
        position: Position,
        ordinal: int,
        *,
        actor: str,
        default_country: str | None,
        limits: Limits,
    ) -> None:
        self._assignment = assignment
        self._paths = dict(zip((number for number, _ in assignment.parts), paths, strict=True))
        self._sizes = dict(assignment.parts)
        self._position = position
        self._ordinal = ordinal
        self._actor = actor
        self._default_country = default_country
        self._limits = limits
        self._catalogue: Catalogue | None = None
        self._rows = self._all_rows()

    def __call__(self, wanted: Wanted) -> Load:
        """The next load."""
        self._catalogue = wanted.catalogue or self._catalogue
        items: list[Item] = []
        size = 0
        try:
            while len(items) < wanted.rows and size < LOAD_BYTES:
                found = next(self._rows, None)
                if found is None:
                    return Load(items, self._position, ended=True)
                self._ordinal += 1
                item = self._item(found)
                size += len(item.received)
                items.append(item)
        except BadFile as error:
            message = f"Part {self._position.part}: {error.message}"
            return Load(items, self._position, ended=True, failure=(error.code, message))
        return Load(items, self._position, ended=False)

    def _all_rows(self) -> Iterator[FileRow | BadRow]:
        """The rows of all parts; `_position` is behind the last one."""
        start = self._position
        before = 0
        for part, path in self._paths.items():
            if part >= start.part:
                after = start.row if part == start.part else 0
                self._position = Position(part, after, max(before, start.bytes))
                for found in self._of_part(path, after, before):
                    self._position = replace(self._position, row=found.number)
                    yield found
            before += self._sizes[part]
            if part >= start.part:
                self._position = replace(self._position, bytes=before)

    def _of_part(self, path: Path, after: int, before: int) -> Rows:
        assignment = self._assignment
        how: dict[str, Any] = {
            "after_row": after,
            "delimiter": assignment.delimiter,
            "null_value": assignment.null_value,
            "limits": self._limits,
        }
        if assignment.format is Format.PARQUET:
            yield from read_rows(path, assignment.format, **how)
            return
        with path.open("rb") as file:
            for found in read_rows(file, assignment.format, **how):
                self._note_bytes(before, file)
                yield found

    def _note_bytes(self, before: int, file: BinaryIO) -> None:
        self._position = replace(self._position, bytes=max(self._position.bytes, before + file.tell()))

    def _item(self, found: FileRow | BadRow) -> Item:
        part, number, path = self._position.part, found.number, ("rows", found.number)
        if isinstance(found, BadRow):
            row = Row(None, path, problems=(Problem(found.code, found.message, ()),))
            return Item(part, number, row, found.text, is_text=True)
        raw = found.raw
        if any(name.startswith(OURS) for name in raw):
            if isinstance(text := raw.get(TEXT), str):
                problem = Problem("UNREADABLE_ROW", "The row was no row of its file; write it anew.", ())
                return Item(part, number, Row(None, path, problems=(problem,)), text, is_text=True)
            raw = {name: value for name, value in raw.items() if not name.startswith(OURS)}
        return self._prepared(part, number, raw)

    def _prepared(self, part: int, number: int, raw: dict[str, Any]) -> Item:
        assert self._catalogue is not None
        received_at = self._assignment.received_at(self._ordinal)
        assignment = self._assignment
        made = prepare(
            raw,
            assignment.source,
            assignment.object,
            self._catalogue,
            mode=assignment.mode,
            received_at=received_at,
            default_country=self._default_country,
        )
        said = raw.get("id")
        record_id = said if isinstance(said, str) else None
        if not isinstance(made, Prepared):
            return Item(part, number, Row(record_id, ("rows", number), problems=tuple(made)), to_payload(raw))
        received = times.to_text(received_at)
        submissions = tuple(
            Submission.of(record, self._actor, received_at=received) for record in made.records
        )
        row = Row(made.records[0].key.record_id, ("rows", number), submissions)
        return Item(part, number, row, made.records[0].payload or to_payload(raw))
