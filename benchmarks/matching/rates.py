"""How many records a second the gateway stores and resolves, and what a record costs as the graph grows:
`make bench-rates`.

*Rates*: 20,000 records of one set in a random order, in requests of 1,000, two at once (bulk), and singly
by 32 clients (streamed), each into a graph of its own that holds some other records already, for the engines
to have compiled what they run. The engines take turns; the table shows medians.

*Growth*: 5,000 further records, streamed singly, and 5,000 more in bulk, into a resolved population of 20,000
and into one of 200,000 (`benchmarks/people.py`), by turns of 500, so that whatever else the machine does
meets both; with how many others a record was compared with there, by the gateway's own count.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import orjson
import uvloop

from benchmarks.matching.datasets import DATA, PEOPLE, Labelled, load
from benchmarks.matching.gateways import ENGINES, Client, Sent, gateway
from benchmarks.matching.rulesets import adopt

SET = "fake_20000"
BULK = {"size": 1_000, "flights": 2}
STREAMED = {"size": 1, "flights": 32}
SMALL, LARGE = 20_000, 200_000
FURTHER = 5_000
TURN = 500
WARM_UP = 2_000
PAGE_CACHE = "2g"
SWEEP_SECONDS = 2
"""The gateway adds what it has counted to the graph as often as it sweeps."""

_COSTS = "{ ruleset { matchingCost { keyKind comparisons } } }"


@dataclass(slots=True)
class Grown:
    """Further records of one way of sending: their seconds, and how many pairs were compared for them."""

    records: int = 0
    seconds: float = 0.0
    compared: int = 0

    def add(self, sent: Sent) -> None:
        """Count another turn."""
        self.records += sent.records
        self.seconds += sent.seconds

    @property
    def milliseconds(self) -> float:
        """What a record costs."""
        return self.seconds / self.records * 1_000


async def rates(
    records: Sequence[Labelled], streamed: int, engines: Iterable[str], rounds: int, ruleset: Any
) -> None:
    """Print the table of bulk and streamed rates."""
    warm_up = load(f"{PEOPLE}{WARM_UP}")
    found: dict[tuple[str, str], list[Sent]] = {}
    for _ in range(rounds):
        for engine in engines:
            for way, how in (("bulk", BULK), ("streamed", STREAMED)):
                async with gateway(engine, page_cache=PAGE_CACHE) as client:
                    await adopt(client, ruleset)
                    await client.ingest(warm_up, size=100, flights=4)
                    few = records if way == "bulk" else records[:streamed]
                    sent = await client.ingest(few, **how)
                found.setdefault((engine, way), []).append(sent)
                print(engine, way, f"{sent.rate:.0f}/s", file=sys.stderr, flush=True)
    print("| | records/s | p50 of a request | p99 |")
    print("| --- | ---: | ---: | ---: |")
    for (engine, way), runs in found.items():
        cells = [
            f"{statistics.median(run.rate for run in runs):,.0f}",
            *(
                f"{statistics.median(run.milliseconds(share) for run in runs):,.0f} ms"
                for share in (0.5, 0.99)
            ),
        ]
        print(f"| {engine}, {way} | {' | '.join(cells)} |")


async def growth(engine: str, large_size: int, ruleset: Any) -> None:
    """Print what further records cost in a small and in a large population."""
    sizes = (SMALL, large_size)
    people = {size: load(f"{PEOPLE}{size + 2 * FURTHER}") for size in sizes}
    for records in people.values():
        # As many of the further records as of the others belong to people who are there already.
        Random(1).shuffle(records)
    sweeping = {"GATEWAY_SWEEP_INTERVAL": str(SWEEP_SECONDS)}
    async with AsyncExitStack() as stack:
        clients = {
            size: await stack.enter_async_context(
                gateway(engine, page_cache=PAGE_CACHE, environment=sweeping)
            )
            for size in sizes
        }
        for size, client in clients.items():
            await adopt(client, ruleset)
            filled = await client.ingest(people[size][:size], **BULK)
            print(f"{engine}, {size:,}: filled at {filled.rate:.0f}/s", file=sys.stderr, flush=True)
        for way, how, start in (("streamed", STREAMED, 0), ("bulk", {"size": TURN, "flights": 1}, FURTHER)):
            further = {size: people[size][size + start :][:FURTHER] for size in sizes}
            grown = await by_turns(clients, further, how)
            small, large = (grown[size] for size in sizes)
            cells = [
                f"{small.milliseconds:.2f} ms",
                f"{large.milliseconds:.2f} ms ({large.milliseconds / small.milliseconds:.2f})",
                *(f"{each.compared / each.records:.1f}" for each in (small, large)),
            ]
            print(f"| {engine}, {way} | {' | '.join(cells)} |", flush=True)


async def by_turns(
    clients: dict[int, Client], records: dict[int, list[Labelled]], how: dict[str, int]
) -> dict[int, Grown]:
    """Send each gateway its records, some to the one and then as many to the other."""
    before = {size: await compared(client) for size, client in clients.items()}
    grown = {size: Grown() for size in clients}
    for start in range(0, FURTHER, TURN):
        for size, client in clients.items():
            grown[size].add(await client.ingest(records[size][start : start + TURN], **how))
    for size, client in clients.items():
        grown[size].compared = await compared(client) - before[size]
    return grown


async def compared(client: Client) -> int:
    """How many pairs of records the gateway has compared, all that it was sent so far included."""
    await asyncio.sleep(3 * SWEEP_SECONDS)
    costs = (await client.ask(_COSTS))["ruleset"]["matchingCost"]
    # Those of rules are the same pairs once more.
    return sum(cost["comparisons"] for cost in costs if not cost["keyKind"].startswith("rule:"))


async def measure(options: argparse.Namespace, ruleset: Any) -> None:
    """Both, as the options say."""
    if "rates" in options.only:
        records = load(SET, options.data)[: options.records]
        Random(1).shuffle(records)
        await rates(records, options.streamed, options.engines, options.rounds, ruleset)
    if "growth" in options.only:
        print(f"\n| a further record | among {SMALL:,} | among {options.large:,} | compared | compared |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for engine in options.engines:
            await growth(engine, options.large, ruleset)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching.rates", description=__doc__)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--only", nargs="+", choices=("rates", "growth"), default=("rates", "growth"))
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--records", type=int, default=20_000, help="default: %(default)s")
    parser.add_argument(
        "--streamed", type=int, default=20_000, help="how many of them (default: %(default)s)"
    )
    parser.add_argument("--large", type=int, default=LARGE, help="population (default: %(default)s)")
    parser.add_argument("--ruleset", type=Path, help="exported ruleset to activate first (default: none)")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the sets (default: %(default)s)")
    options = parser.parse_args()
    ruleset = orjson.loads(options.ruleset.read_bytes()) if options.ruleset else None
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(measure(options, ruleset))


if __name__ == "__main__":
    main()
