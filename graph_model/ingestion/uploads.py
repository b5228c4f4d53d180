"""What was uploaded for jobs: files on disk, each written whole or not at all.

A part is a file of a name of its own and a note that names it, written after it and renamed into place: the
note is what makes it count, so that a part that was acknowledged survives whatever ends the process, and of
one sent again there is always either the former or the new.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import orjson
from filelock import FileLock

from graph_model import times
from graph_model.errors import BadInput, GatewayError
from graph_model.ids import new_id

MOST_PARTS = 10_000

_JOB_ID = re.compile(r"job_[0-9a-f]{1,64}")
_BUFFER = 1 << 20
_SEAL = "sealed"


class QuotaExceeded(GatewayError):
    """What is uploaded would take more than the disk may hold of it."""

    code = "UPLOAD_QUOTA_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it is kept: `size` in bytes, `sha256` in hexadecimal; the time is text."""

    number: int
    path: Path
    size: int
    sha256: str
    received_at: str


class Uploads:
    """The parts of jobs under `directory`, which is made, and which take `quota` bytes together at most.
    Several processes may share the directory, and then have the same `id`."""

    def __init__(self, directory: Path, *, quota: int) -> None:
        self.id = _identified(directory)
        self.quota = quota
        self._directory = directory
        self._written = 0

    def folder(self, job_id: str) -> Path:
        """Where a job's files are. Raises BadInput for what is no id of a job."""
        if _JOB_ID.fullmatch(job_id) is None:
            raise BadInput("There is no job with that id.", code="NOT_FOUND")
        return self._directory / job_id

    async def write(
        self, job_id: str, number: int, chunks: AsyncIterator[bytes], *, sha256: str | None = None
    ) -> Part:
        """Keep a part; it replaces one of the same number. It is on disk when this returns.

        Raises BadInput, and keeps nothing, for a number that cannot be, when the bytes are not those that
        `sha256` (hexadecimal) was made of, and when the job is sealed; QuotaExceeded when they are too many.
        """
        if not 1 <= number <= MOST_PARTS:
            raise BadInput(f"Parts are numbered from 1 to {MOST_PARTS}.", code="INVALID_PART")
        folder = self.folder(job_id)
        before = self._written
        used = await asyncio.to_thread(self._prepare, folder)
        path = folder / f"{_stem(number)}.{new_id('part')}"
        try:
            digest, size = await _receive(path, self._within(chunks, self.quota - used + before))
            if sha256 is not None and digest != sha256:
                raise BadInput("The part is not what its checksum was made of.", code="CHECKSUM_MISMATCH")
            part = Part(number, path, size, digest, times.to_text(datetime.now(UTC)))
            await asyncio.to_thread(_publish, folder, part)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise
        return part

    async def _within(self, chunks: AsyncIterator[bytes], most_written: int) -> AsyncIterator[bytes]:
        """The chunks, until all that is written at the same time is too much."""
        size = 0
        try:
            async for chunk in chunks:
                size += len(chunk)
                self._written += len(chunk)
                if self._written > most_written:
                    raise QuotaExceeded("There is no room for it among what is uploaded; delete jobs.")
                yield chunk
        except BaseException:
            self._written -= size
            raise

    async def parts(self, job_id: str) -> list[Part]:
        """The parts of a job, by their numbers."""
        return await asyncio.to_thread(_parts, self.folder(job_id))

    async def seal(self, job_id: str) -> list[Part]:
        """The parts of a job, to which nothing can be added from now on."""
        return await asyncio.to_thread(_seal, self.folder(job_id))

    async def jobs(self) -> list[str]:
        """The jobs that there is something of."""
        return await asyncio.to_thread(_job_ids, self._directory)

    async def delete(self, job_id: str) -> None:
        """Delete whatever there is of a job."""
        await asyncio.to_thread(_remove, self.folder(job_id))

    async def tidy(self, *, idle_seconds: float) -> int:
        """Delete what was not received to its end and has not grown for so long; returns how many parts."""
        return await asyncio.to_thread(_tidy, self._directory, time.time() - idle_seconds)

    def _prepare(self, folder: Path) -> int:
        """Make the folder, and say how many bytes all of them hold."""
        with _full_disk():
            folder.mkdir(exist_ok=True)
            _keep_names(self._directory)
        return sum(_size(path) for path in self._directory.rglob("*"))


async def _receive(path: Path, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
    """Write a new file; its SHA-256 and its size. It is on disk when this returns."""
    digest, size = hashlib.sha256(), 0
    waiting = bytearray()
    with _full_disk(), await asyncio.to_thread(path.open, "xb", 0) as file:

        def write(data: bytes) -> None:
            digest.update(data)
            _write_all(file, data)

        async for chunk in chunks:
            size += len(chunk)
            waiting += chunk
            if len(waiting) >= _BUFFER:
                await asyncio.to_thread(write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(write, bytes(waiting))
        await asyncio.to_thread(os.fsync, file.fileno())
    return digest.hexdigest(), size


def _identified(directory: Path) -> str:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "id"
    with _locked(directory):
        if not path.exists():
            _replace(path, new_id("uploads").encode())
        return path.read_text()


def _stem(number: int) -> str:
    return f"part-{number:05d}"


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size if path.is_file() else 0
    return 0


@contextmanager
def _full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise QuotaExceeded("The disk is full.") from None


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _publish(folder: Path, part: Part) -> None:
    """Make a part count in place of the former one of its number."""
    note = folder / f"{_stem(part.number)}.json"
    content = orjson.dumps(
        {"file": part.path.name, "size": part.size, "sha256": part.sha256, "receivedAt": part.received_at}
    )
    with _full_disk(), _locked(folder):
        is_deleted = not part.path.exists()
        if is_deleted:
            _remove(folder)
        if is_deleted or (folder / _SEAL).exists():
            raise BadInput("The job takes no parts any more.", code="JOB_NOT_OPEN")
        former = _read(note)
        _replace(note, content)
        if former is not None:
            former.path.unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    """Put a file in place, on disk when this returns."""
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _keep_names(path.parent)


def _keep_names(directory: Path) -> None:
    """Put on disk which files there are."""
    if os.name == "posix":
        opened = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _read(note: Path) -> Part | None:
    try:
        found = orjson.loads(note.read_bytes())
    except FileNotFoundError:
        return None
    number = int(note.stem.removeprefix("part-"))
    return Part(number, note.parent / found["file"], found["size"], found["sha256"], found["receivedAt"])


def _parts(folder: Path) -> list[Part]:
    found = (_read(note) for note in sorted(folder.glob("part-*.json")))
    return [part for part in found if part is not None]


def _seal(folder: Path) -> list[Part]:
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        _replace(folder / _SEAL, b"")
        return _parts(folder)


def _job_ids(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if _JOB_ID.fullmatch(path.name))


def _locked(folder: Path) -> FileLock:
    return FileLock(folder / "lock")


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def _tidy(directory: Path, oldest: float) -> int:
    deleted = 0
    for folder in directory.glob("job_*"):
        # Listed before the notes are read: a part that a note names meanwhile is not among the old ones.
        found = [path for path in folder.glob("part-*.part_*") if _modified(path) < oldest]
        kept = {part.path for part in _parts(folder)}
        for path in set(found) - kept:
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted


def _modified(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
