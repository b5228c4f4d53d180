"""How quickly single records are stored and resolved: `make bench-ingestion`.

So many clients at once send records of people (`benchmarks/people.py`) in a random order, one a mutation;
each sends the next when the last is answered, which is when it is on disk and its individual is known. The
graph holds some people already, for the engine to have compiled what it runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from random import Random

import uvloop

from benchmarks.matching.datasets import PEOPLE, Labelled, load
from benchmarks.matching.gateways import ENGINES, Sent, gateway

CLIENTS = 64
RECORDS = 10_000
WARM_UP = 2_000


async def stream(engine: str, warm_up: Sequence[Labelled], records: Sequence[Labelled], clients: int) -> Sent:
    """Stream the records into a graph that holds those of the warm-up."""
    async with gateway(engine) as client:
        half = len(warm_up) // 2
        await client.ingest(warm_up[:half], size=100, flights=4)
        await client.ingest(warm_up[half:], size=1, flights=clients)
        return await client.ingest(records, size=1, flights=clients)


async def measure(engines: Sequence[str], count: int, clients: int) -> None:
    """Print a row for each engine."""
    everybody = load(f"{PEOPLE}{WARM_UP + count}")
    Random(1).shuffle(everybody)
    warm_up, records = everybody[:WARM_UP], everybody[WARM_UP:]
    print("| engine | clients | records/s | p50 ms | p99 ms |", flush=True)
    print("| --- | ---: | ---: | ---: | ---: |", flush=True)
    for engine in engines:
        sent = await stream(engine, warm_up, records, clients)
        print(
            f"| {engine} | {clients} | {sent.rate:,.0f} | {sent.milliseconds(0.5):,.0f}"
            f" | {sent.milliseconds(0.99):,.0f} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    options = parser.parse_args()
    uvloop.run(measure(options.engines, options.records, options.clients))


if __name__ == "__main__":
    main()
