"""Counting the individuals that a job changed, each once, in a file: there may be more than memory holds."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self


class Touched:
    """The individuals that the rows of a job changed, as long as it is entered as a context. `rows` is how
    many rows are stored: what was noted for others did not come to be."""

    def __init__(self, path: Path, rows: int) -> None:
        # A process that is killed leaves a whole file behind; a count needs no more.
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS touched (id INTEGER PRIMARY KEY, rows INTEGER NOT NULL)"
        )
        self._file.execute("DELETE FROM touched WHERE rows > ?", (rows,))
        with closing(self._file.execute("SELECT count(*) FROM touched")) as found:
            self._count: int = found.fetchone()[0]
        self._new: list[int] = []

    def note(self, individuals: Iterable[str], rows: int) -> int:
        """How many there are with these, which the rows up to number `rows` changed. What was noted since
        the last `keep` is noted anew."""
        self._file.execute("BEGIN")
        self._file.executemany("DELETE FROM touched WHERE id = ?", [(id_,) for id_ in self._new])
        self._new = []
        for individual in set(individuals):
            id_ = _number(individual)
            added = self._file.execute("INSERT OR IGNORE INTO touched VALUES (?, ?)", (id_, rows))
            if added.rowcount:
                self._new.append(id_)
        self._file.execute("COMMIT")
        return self._count + len(self._new)

    def keep(self) -> None:
        """What was noted has come to be."""
        self._count += len(self._new)
        self._new = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self._file.close()


def _number(individual: str) -> int:
    digest = hashlib.blake2b(individual.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
