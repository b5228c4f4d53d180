"""The command: a job is made, sent its parts, watched to its end, and what it rejected is told."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from gateway.sending.client import Client, SendError
from gateway.sending.pieces import SIZE, opened
from graph_model.ingestion.formats.model import Format

SHOWN = 100
"""Rejected records that are told of one by one."""

_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=300)
_OUTCOMES = ("created", "updated", "unchanged", "stale", "deleted", "rejected")


@dataclass(frozen=True, slots=True)
class Sending:
    """What to send where: a file or a stream, which complaints call `name`. `job` is what the job is made of;
    `resumed` one that was begun before. What is rejected is written to the file `rejected`."""

    source: Path | io.BufferedReader
    name: str
    format: Format
    delimiter: str
    job: Mapping[str, Any]
    url: str
    resumed: str | None = None
    rejected: Path | None = None
    piece_size: int = SIZE


async def send(sending: Sending, out: Console, err: Console) -> bool:
    """Send a file and wait until it is stored; whether all of it was. Raises SendError, OSError, and BadFile
    for a file that cannot be taken apart."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        client = Client(session, sending.url)
        job, places = await _upload(client, sending, err)
        with _hint(job, err):
            found = await _watch(client, job, err)
            counts = found["ingestion"] or {}
            if counts.get("rejected"):
                await _complain(client, job, sending, places, err)
    told = ", ".join(f"{counts[name]} {name}" for name in _OUTCOMES if counts.get(name))
    out.print(told or "No records.", highlight=False)
    if counts.get("warned"):
        err.print(f"{sending.name}: {counts['warned']} kept with a value that is not what its field holds.")
    if found["state"] != "JOB_COMPLETE":
        err.print(f"{sending.name}: {found['errorCode']}: {found['errorMessage']}", markup=False)
        return False
    return not counts.get("rejected")


async def _upload(client: Client, sending: Sending, err: Console) -> tuple[str, dict[int, int]]:
    """Send what the job has not yet, and let it be run; the job, and how many rows are ahead of each part."""
    places: dict[int, int] = {}
    pieces_of = opened(sending.source, sending.format, sending.delimiter, size=sending.piece_size)
    with pieces_of as pieces, _sent_bytes(err) as progress:
        # A file that cannot be taken apart makes no job.
        first = await asyncio.to_thread(next, pieces)
        job = sending.resumed or await client.create(sending.job)
        with _hint(job, err):
            is_open, there = True, {}
            if sending.resumed:
                is_open = (await client.job(job))["state"] == "OPEN"
                there = await client.parts(job) if is_open else {}
            size = sending.source.stat().st_size if isinstance(sending.source, Path) else None
            bar = progress.add_task("Sending", total=size)
            following = chain([first], pieces)
            while (piece := await asyncio.to_thread(next, following, None)) is not None:
                places[piece.number] = piece.rows_before
                if is_open and there.get(piece.number) != piece.sha256:
                    await client.send(job, piece)
                progress.advance(bar, piece.size)
            if there.keys() - places.keys():
                raise SendError(f"The job {job} has parts that are not of this file.")
            if is_open:
                await client.complete(job)
    return job, places


async def _watch(client: Client, job: str, err: Console) -> dict[str, Any]:
    """Show how far the job is until it has ended, and how it did."""
    found: dict[str, Any] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=err) as progress:
        bar = progress.add_task("Storing", total=None, told="")
        async for found in client.progress(job):
            progress.update(bar, completed=found["done"], total=found["total"], told=_told(found))
    return found


def _told(found: Mapping[str, Any]) -> str:
    of_all = f" of {found['total']:,}" if found["total"] is not None else ""
    told = [f"{found['done']:,}{of_all} rows"]
    if found["rate"] is not None:
        told.append(f"{found['rate']:,.0f}/s")
    if rejected := (found["ingestion"] or {}).get("rejected"):
        told.append(f"{rejected:,} rejected")
    if found["secondsLeft"] is not None:
        told.append(f"{timedelta(seconds=round(found['secondsLeft']))} left")
    return ", ".join(told)


async def _complain(
    client: Client, job: str, sending: Sending, places: Mapping[int, int], err: Console
) -> None:
    """Tell what was rejected, and write it to the file that is to have it."""
    count = 0
    async for line in client.rejected(job):
        row = orjson.loads(line)
        count += 1
        if count <= SHOWN:
            place = places.get(row["gateway__part"], 0) + row["gateway__row"]
            for problem in row["gateway__problems"]:
                text = f"{sending.name}, record {place}: {problem['code']}: {problem['message']}"
                err.print(text, markup=False, highlight=False, soft_wrap=True)
    if count > SHOWN:
        err.print(f"{sending.name}: {count - SHOWN:,} more were rejected; --rejected FILE keeps them all.")
    if sending.rejected is not None:
        csv = sending.rejected.suffix.lower() == ".csv"
        with sending.rejected.open("wb") as file:
            async for line in client.rejected(job, csv=csv):
                file.write(line)


def _sent_bytes(err: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=err, transient=True)


@contextmanager
def _hint(job: str, err: Console) -> Iterator[None]:
    """Say how to go on when this breaks off."""
    try:
        yield
    except BaseException:
        err.print(f"To go on, run the same with: --resume {job}", markup=False, highlight=False)
        raise
