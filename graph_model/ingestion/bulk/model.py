"""What a job that ingests is to do, how far it is, and what became of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from graph_model import times
from graph_model.ingestion.formats.model import Format
from graph_model.records.model import Mode, Outcome, RecordResult


@dataclass(frozen=True, slots=True)
class Assignment:
    """Rows of one object of one source, and how the files are to be read that hold them. `parts` are the
    numbers and sizes in bytes of those that were there when the upload was complete, at `complete_at`."""

    source: str
    object: str
    mode: Mode
    format: Format
    delimiter: str = ","
    null_value: str | None = None
    parts: tuple[tuple[int, int], ...] = ()
    complete_at: str | None = None

    def as_input(self) -> dict[str, Any]:
        """As a job's input."""
        return asdict(self)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """What `as_input` made."""
        parts = tuple((number, size) for number, size in found["parts"])
        return cls(
            **{**found, "mode": Mode(found["mode"]), "format": Format(found["format"]), "parts": parts}
        )

    @property
    def size(self) -> int:
        """The bytes of all parts."""
        return sum(size for _, size in self.parts)

    def received_at(self, ordinal: int) -> datetime:
        """When the row of that number, all parts counted together, counts as received: a later row is newer,
        whenever and in whatever chunk it is read."""
        assert self.complete_at is not None
        return times.from_text(self.complete_at) + timedelta(microseconds=ordinal)


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows that were read, how many were stored with a warning (`warned`), and how many
    individuals they changed."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    deleted: int = 0
    rejected: int = 0
    warned: int = 0
    individuals: int = 0

    def plus(self, results: Sequence[RecordResult], *, individuals: int) -> Counts:
        """With what became of further rows; `individuals` are all so far."""
        found = Counter(result.outcome for result in results)
        return Counts(
            rows=self.rows + found.total(),
            created=self.created + found[Outcome.CREATED],
            updated=self.updated + found[Outcome.UPDATED],
            unchanged=self.unchanged + found[Outcome.UNCHANGED],
            stale=self.stale + found[Outcome.STALE],
            deleted=self.deleted + found[Outcome.DELETED],
            rejected=self.rejected + found[Outcome.REJECTED],
            warned=self.warned + sum(1 for result in results if result.warnings),
            individuals=individuals,
        )


@dataclass(frozen=True, slots=True)
class Position:
    """Behind which row of which part, and how many bytes that is into the files; 0 is ahead of all."""

    part: int = 0
    row: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a job is: what every chunk saves with its records."""

    position: Position = Position()
    counts: Counts = Counts()

    def as_resume_point(self) -> dict[str, Any]:
        """As a job's resume point."""
        return {"position": asdict(self.position), "counts": asdict(self.counts)}

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """What `as_resume_point` made; of an empty one, the beginning."""
        if not found:
            return cls()
        return cls(Position(**found["position"]), Counts(**found["counts"]))

    def total(self, size: int, *, ended: bool) -> int | None:
        """How many rows there are: known at the end, estimated before by the bytes of `size` that were
        read."""
        if ended:
            return self.counts.rows
        if not self.position.bytes or not size:
            return None
        return max(self.counts.rows, round(self.counts.rows * size / self.position.bytes))


def complete(assignment: Assignment, parts: Iterable[tuple[int, int]], now: datetime) -> Assignment:
    """The assignment with its files."""
    return replace(assignment, parts=tuple(parts), complete_at=times.to_text(now))
