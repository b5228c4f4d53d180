"""Parts of jobs on disk: whole or not there."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph_model.errors import BadInput
from graph_model.ids import new_id
from graph_model.ingestion.uploads import QuotaExceeded, Uploads


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", quota=10_000_000)


@pytest.fixture
def job() -> str:
    return new_id("job")


async def pieces(content: bytes, size: int = 60_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def files(uploads: Uploads, job: str) -> list[str]:
    return sorted(path.name for path in uploads.folder(job).glob("part-*"))


async def test_a_part_is_kept_as_it_came(uploads: Uploads, job: str) -> None:
    content = bytes(range(256)) * 12_000
    written = await uploads.write(job, 2, pieces(content), sha256=hashlib.sha256(content).hexdigest())
    await uploads.write(job, 1, pieces(b""))

    first, second = await uploads.parts(job)

    assert second == written
    assert second.path.read_bytes() == content
    assert (second.size, second.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (first.number, first.size) == (1, 0)


async def test_a_part_that_is_sent_again_replaces_the_former(uploads: Uploads, job: str) -> None:
    await uploads.write(job, 1, pieces(b"former"))
    await uploads.write(job, 1, pieces(b"newer"))

    (part,) = await uploads.parts(job)
    assert part.path.read_bytes() == b"newer"
    assert files(uploads, job) == sorted(["part-00001.json", part.path.name])


async def test_a_checksum_that_lies_leaves_nothing_but_what_was_there(uploads: Uploads, job: str) -> None:
    former = await uploads.write(job, 1, pieces(b"former"))

    with pytest.raises(BadInput) as refused:
        await uploads.write(job, 1, pieces(b"newer"), sha256="0" * 64)

    assert refused.value.code == "CHECKSUM_MISMATCH"
    assert await uploads.parts(job) == [former]
    assert len(files(uploads, job)) == 2


async def test_a_part_that_is_not_sent_to_its_end_leaves_nothing(uploads: Uploads, job: str) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 3_000_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await uploads.write(job, 1, broken())

    assert await uploads.parts(job) == []
    assert files(uploads, job) == []


async def test_nothing_is_added_to_what_is_sealed(uploads: Uploads, job: str) -> None:
    part = await uploads.write(job, 1, pieces(b"rows"))

    assert await uploads.seal(job) == [part]
    with pytest.raises(BadInput) as refused:
        await uploads.write(job, 2, pieces(b"more"))

    assert refused.value.code == "JOB_NOT_OPEN"
    assert await uploads.seal(job) == await uploads.parts(job) == [part]
    assert len(files(uploads, job)) == 2


async def test_a_part_of_a_job_that_is_deleted_meanwhile_is_not_kept(uploads: Uploads, job: str) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        await uploads.delete(job)
        yield b"y"

    with pytest.raises(BadInput) as refused:
        await uploads.write(job, 1, slow())

    assert refused.value.code == "JOB_NOT_OPEN"
    assert not uploads.folder(job).exists()


async def test_no_more_is_taken_than_the_quota_of_all_jobs_together(uploads: Uploads, job: str) -> None:
    for number in (1, 2):
        await uploads.write(new_id("job"), number, pieces(b"x" * 4_000_000))

    with pytest.raises(QuotaExceeded):
        await uploads.write(job, 1, pieces(b"x" * 3_000_000))

    assert files(uploads, job) == []
    await uploads.write(job, 1, pieces(b"x" * 1_000_000))


async def test_the_quota_holds_for_parts_that_come_at_the_same_time(uploads: Uploads) -> None:
    sent = (uploads.write(new_id("job"), 1, pieces(b"x" * 4_000_000)) for _ in range(4))
    results = await asyncio.gather(*sent, return_exceptions=True)

    assert sum(isinstance(result, QuotaExceeded) for result in results) in (2, 3)


async def test_what_is_deleted_makes_room(uploads: Uploads, job: str) -> None:
    await uploads.write(job, 1, pieces(b"x" * 9_000_000))
    await uploads.delete(job)

    assert await uploads.parts(job) == []
    assert not uploads.folder(job).exists()
    await uploads.write(new_id("job"), 1, pieces(b"x" * 9_000_000))


async def test_only_what_nobody_finished_is_tidied_away(uploads: Uploads, job: str) -> None:
    await uploads.write(job, 1, pieces(b"rows"))
    left = uploads.folder(job) / f"part-00002.{new_id('part')}"
    left.write_bytes(b"half")

    assert await uploads.tidy(idle_seconds=3_600) == 0
    assert left.exists()
    assert await uploads.tidy(idle_seconds=-1) == 1
    assert not left.exists()
    assert len(await uploads.parts(job)) == 1


def test_who_shares_a_directory_has_one_id(tmp_path: Path) -> None:
    first, second = (Uploads(tmp_path / "shared", quota=1) for _ in range(2))

    assert first.id == second.id
    assert first.id != Uploads(tmp_path / "other", quota=1).id


@pytest.mark.parametrize("id_", ["../etc", "job_../x", "job_", "ind_0198", "job_0198\n"])
def test_only_ids_of_jobs_name_folders(uploads: Uploads, id_: str) -> None:
    with pytest.raises(BadInput):
        uploads.folder(id_)


@pytest.mark.parametrize("number", [0, -1, 10_001])
async def test_parts_are_numbered(uploads: Uploads, job: str, number: int) -> None:
    with pytest.raises(BadInput) as refused:
        await uploads.write(job, number, pieces(b""))

    assert refused.value.code == "INVALID_PART"
