"""How quickly a bulk job stores files, and in how much memory: `make bench-ingestion`.

*Profiles*: a CSV of so many records of people (`benchmarks/people.py`), all of one source, in a random order,
into an empty graph: rows a second in all, between the 100,000th and the 200,000th, and over the last 100,000;
and the most memory that the gateway's process had (its peak of resident memory, `VmHWM`), the process that
reads the file and the embedded graph's Java machine apart.

*Orders and page views*: rows that each carry one identifier, into a graph with people: orders with an e-mail
address of somebody there, page views with a device that nobody has signed in on. Of all rows.

Prints how far it is every ten seconds: what was measured counts, even if it is interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import uvloop

from benchmarks.matching.gateways import ENGINES, Client, gateway
from benchmarks.people import FIELDS, people

ROWS = 1_000_000
BUSINESS_ROWS = 200_000
POPULATION = 20_000
WINDOW = 100_000
LOOK_SECONDS = 1.0
TELL_SECONDS = 10.0
PAGE_CACHE = "2g"
PARTS = ("profiles", "business")
PROCESSES = ("gateway", "reader", "graph")

_CREATE = """
mutation Create($input: CreateIngestJobInput!) {
  createIngestJob(input: $input) { job { id } userErrors { code message } }
}
"""
_COMPLETE = """
mutation Complete($id: ID!) { completeUpload(input: {id: $id}) { userErrors { code message } } }
"""
_JOB = """
query Job($id: ID!) {
  job(id: $id) { state total errorCode errorMessage ingestion { rowsRead rejected individuals } }
}
"""

Row = Mapping[str, Any]


@dataclass
class Watched:
    """A job as it went: (seconds since it began, rows stored), and the most megabytes of each process."""

    samples: list[tuple[float, int]] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)
    rejected: int = 0
    individuals: int = 0

    @property
    def rows(self) -> int:
        """How many rows were stored."""
        return self.samples[-1][1]

    def at(self, rows: int) -> float:
        """When so many rows were stored: between two looks in proportion."""
        before = (0.0, 0)
        for seconds, count in self.samples:
            if count >= rows:
                share = (rows - before[1]) / (count - before[1]) if count > before[1] else 1.0
                return before[0] + share * (seconds - before[0])
            before = (seconds, count)
        return before[0]

    def rate(self, first: int = 0, last: int | None = None) -> float:
        """Rows a second from one row to another."""
        last = self.rows if last is None else last
        seconds = self.at(last) - (self.at(first) if first else 0.0)
        return (last - first) / seconds if seconds > 0 else 0.0


async def store(client: Client, path: Path, given: Mapping[str, Any], what: str) -> Watched:
    """Store a file by a job, and watch it."""
    created = (await client.ask(_CREATE, {"input": {"format": "CSV", **given}}))["createIngestJob"]
    if created["userErrors"]:
        raise RuntimeError(created["userErrors"])
    id_ = created["job"]["id"]
    await client.put(f"/jobs/{id_}/parts/1", path)
    completed = (await client.ask(_COMPLETE, {"id": id_}))["completeUpload"]
    if completed["userErrors"]:
        raise RuntimeError(completed["userErrors"])
    watched = Watched()
    began = told = monotonic()
    while True:
        job = (await client.ask(_JOB, {"id": id_}))["job"]
        now = monotonic()
        done = job["ingestion"]["rowsRead"]
        watched.samples.append((now - began, done))
        watched.rejected, watched.individuals = job["ingestion"]["rejected"], job["ingestion"]["individuals"]
        for process, megabytes in peaks(client.process_id):
            watched.memory[process] = max(watched.memory.get(process, 0.0), megabytes)
        is_over = job["state"] in ("JOB_COMPLETE", "FAILED", "ABORTED")
        if is_over or now - told >= TELL_SECONDS:
            told = now
            memory = ", ".join(
                f"{process} {size:,.0f} MB" for process, size in sorted(watched.memory.items())
            )
            of = f" of about {job['total']:,}" if job["total"] else ""
            lately = watched.rate(max(0, done - WINDOW)) if done else 0.0
            print(
                f"{what}: {done:,}{of} rows, {now - began:,.0f} s, {watched.rate():,.0f}/s,"
                f" the last {min(done, WINDOW):,} at {lately:,.0f}/s; {memory}",
                file=sys.stderr,
                flush=True,
            )
        if is_over:
            if job["state"] != "JOB_COMPLETE":
                raise RuntimeError(f"{job['state']}: {job['errorCode']}: {job['errorMessage']}")
            return watched
        await asyncio.sleep(LOOK_SECONDS)


def peaks(process_id: int) -> Iterator[tuple[str, float]]:
    """The most resident megabytes so far of a gateway's process, and of its children (Linux only)."""
    if (peak := _peak(process_id)) is not None:
        yield "gateway", peak
    for child in _descendants(process_id):
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        name = (
            "graph" if b"java" in command.split(b"\0")[0] else "reader" if b"spawn_main" in command else None
        )
        if name is not None and (peak := _peak(child)) is not None:
            yield name, peak


def _descendants(process_id: int) -> Iterator[int]:
    for task in Path(f"/proc/{process_id}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _descendants(child)


def _peak(process_id: int) -> float | None:
    try:
        lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    except OSError:
        return None
    found = next((line.split()[1] for line in lines if line.startswith("VmHWM")), None)
    return None if found is None else int(found) / 1_024


def write_people(path: Path, count: int) -> None:
    """A CSV of so many people's records, as of one source."""
    names = [name for name in FIELDS if name not in ("source", "person")]
    records = [{**known.record, "id": f"{known.source}-{known.record['id']}"} for known in people(count)]
    Random(1).shuffle(records)
    _write(path, names, records)


def write_orders(path: Path, count: int, population: int) -> None:
    """Orders, each with the e-mail address of one of the people."""
    emails = sorted({known.record["email"] for known in people(population) if "email" in known.record})
    chance = Random(2)
    _write(
        path,
        ["id", "email", "orderedAt", "total", "currency"],
        (
            {
                "id": f"O-{number}",
                "email": chance.choice(emails),
                "orderedAt": f"2026-{chance.randint(1, 9):02}-{chance.randint(1, 28):02}T10:00:00Z",
                "total": f"{chance.randint(500, 30_000) / 100:.2f}",
                "currency": "EUR",
            }
            for number in range(count)
        ),
    )


def write_visits(path: Path, count: int) -> None:
    """Page views of devices, ten of each on the average, which nobody has signed in on."""
    chance = Random(3)
    _write(
        path,
        ["id", "deviceId", "occurredAt", "type", "url"],
        (
            {
                "id": f"V-{number}",
                "deviceId": f"device-{chance.randrange(max(1, count // 10))}",
                "occurredAt": f"2026-{chance.randint(1, 9):02}-{chance.randint(1, 28):02}T10:00:00Z",
                "type": "PAGE_VIEW",
                "url": f"https://shop.example/products/{chance.randrange(500)}",
            }
            for number in range(count)
        ),
    )


def _write(path: Path, names: list[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, names, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


async def profiles(engine: str, path: Path) -> None:
    """Print a row of the table of profiles."""
    async with gateway(engine, page_cache=PAGE_CACHE) as client:
        given = {"source": "crm", "object": "Individual"}
        watched = await store(client, path, given, f"{engine}, profiles")
    window = (
        f"{watched.rate(WINDOW, 2 * WINDOW):,.0f}/s" if watched.rows >= 2 * WINDOW else "-",
        f"{watched.rate(watched.rows - WINDOW):,.0f}/s" if watched.rows >= WINDOW else "-",
    )
    memory = (f"{watched.memory[name]:,.0f} MB" if name in watched.memory else "-" for name in PROCESSES)
    cells = (f"{watched.rows:,}", f"{watched.individuals:,}", f"{watched.rate():,.0f}/s", *window, *memory)
    print(f"| {engine} | {' | '.join(cells)} |", flush=True)


async def business(engine: str, folder: Path, rows: int, population: int) -> None:
    """Print rows of the table of engagement and orders."""
    known, orders, visits = folder / "population.csv", folder / "orders.csv", folder / "visits.csv"
    if not visits.exists():
        write_people(known, population)
        write_orders(orders, rows, population)
        write_visits(visits, rows)
    async with gateway(engine, page_cache=PAGE_CACHE) as client:
        await store(client, known, {"source": "crm", "object": "Individual"}, f"{engine}, population")
        for path, object_name in ((orders, "SalesOrder"), (visits, "WebEngagement")):
            given = {"source": "shop", "object": object_name}
            watched = await store(client, path, given, f"{engine}, {object_name}")
            print(f"| {engine} | {object_name} | {watched.rows:,} | {watched.rate():,.0f}/s |", flush=True)


async def measure(options: argparse.Namespace) -> None:
    """What the options ask for."""
    with tempfile.TemporaryDirectory(prefix="bench-ingestion-", dir=options.folder) as name:
        folder = Path(name)
        if "profiles" in options.only:
            print(f"Writing {options.rows:,} rows.", file=sys.stderr, flush=True)
            path = folder / "people.csv"
            write_people(path, options.rows)
            print("| | rows | individuals | all | rows 100,000 to 200,000 | the last 100,000 |", end="")
            print(" gateway | reader | graph |")
            print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
            for engine in options.engines:
                await profiles(engine, path)
        if "business" in options.only:
            print("\n| | object | rows | all |")
            print("| --- | --- | ---: | ---: |")
            for engine in options.engines:
                await business(engine, folder, options.business_rows, options.population)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingestion.bulk", description=__doc__)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument(
        "--only", nargs="+", choices=("profiles", "business"), default=("profiles", "business")
    )
    parser.add_argument("--rows", type=int, default=ROWS, help="of people (default: %(default)s)")
    parser.add_argument(
        "--business-rows", type=int, default=BUSINESS_ROWS, help="of each other object (default: %(default)s)"
    )
    parser.add_argument(
        "--population", type=int, default=POPULATION, help="records of people before (default: %(default)s)"
    )
    parser.add_argument("--folder", type=Path, help="where files are written (default: the system's)")
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(measure(options))


if __name__ == "__main__":
    main()
