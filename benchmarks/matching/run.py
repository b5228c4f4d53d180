"""How right resolution is, through a running gateway: `make bench-matching`.

Of each set of records, on an empty graph and over HTTP: the records are streamed in a random order and
resolved by the ruleset that ships (*untrained*); the gateway learns a ruleset from them, without labels, and
activates it (*trained*); then they are streamed in another order into another empty graph that has that
ruleset from the start (*again*), which must give the same partition. Quality is that of pairs of records
over the final individuals. Nothing is tuned for a set: there is one default, and one way to train.

Prints the README's table, beside what Splink 4 does with the same records.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import orjson
import uvloop

from benchmarks.matching.datasets import DATA, PEOPLE, SETS, Labelled, clusters, load
from benchmarks.matching.f1 import Quality, digest, quality
from benchmarks.matching.gateways import ENGINES, Sent, gateway
from benchmarks.matching.rulesets import activate, adopt, exported, train

POPULATIONS = (f"{PEOPLE}20000", f"{PEOPLE}100000")
STREAMED = {"size": 10, "flights": 16}

SPLINK = {
    "febrl3": (0.9938, 0.9972),
    "febrl4": (0.9952, 0.9991),
    "fake_1000": (0.8358, 0.9226),
    "fake_20000": (0.8102, 0.8199),
}
"""F1 of Splink 4: with the settings and the threshold of its own notebooks, and at the best threshold, which
the truth chose (measured on two cores, as the README says)."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a set's three runs gave."""

    name: str
    records: int
    untrained: Quality
    trained: Quality
    same: bool
    sent: Sent


async def evaluate(engine: str, name: str, records: Sequence[Labelled], seed: int, keep: Path | None) -> Row:
    """Resolve a set in the three ways; the trained ruleset is kept in the folder, if one is given."""
    rng = Random(seed)
    truth = clusters(records)
    shuffled = rng.sample(records, len(records))
    async with gateway(engine, page_cache="1g") as client:
        sent = await client.ingest(shuffled, **STREAMED)
        untrained = quality(await client.partition(), truth)
        _tell(engine, name, "untrained", untrained, sent)
        version = await train(client)
        ruleset = await exported(client, version)
        await activate(client, version)
        parts = await client.partition()
        trained = quality(parts, truth)
        _tell(engine, name, "trained", trained, sent)
    if keep is not None:
        await asyncio.to_thread((keep / f"{name}.json").write_bytes, orjson.dumps(ruleset))
    async with gateway(engine, page_cache="1g") as client:
        await adopt(client, ruleset)
        sent = await client.ingest(rng.sample(records, len(records)), **STREAMED)
        again = await client.partition()
    same = digest(again) == digest(parts)
    _tell(engine, name, "again, the same" if same else "again, ANOTHER", quality(again, truth), sent)
    return Row(name, len(records), untrained, trained, same, sent)


def _tell(engine: str, name: str, title: str, found: Quality, sent: Sent) -> None:
    print(
        f"{engine} {name} {title}: F1 {found.f1:.4f}, precision {found.precision:.4f}, "
        f"recall {found.recall:.4f}, {sent.rate:.0f} records/s",
        file=sys.stderr,
        flush=True,
    )


def table(rows: Sequence[Row]) -> str:
    """The README's table."""
    lines = [
        "| set | records | untrained | trained | precision | recall | Splink 4 | at its best threshold |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        splink = [f"{figure:.4f}" for figure in SPLINK.get(row.name, ())] or ["", ""]
        found = [row.untrained.f1, row.trained.f1, row.trained.precision, row.trained.recall]
        cells = [row.name, f"{row.records:,}", *(f"{figure:.4f}" for figure in found), *splink]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


async def measure(options: argparse.Namespace) -> bool:
    """Evaluate the sets on the engines, and print a table for each; whether all partitions were repeated."""
    same = True
    for engine in options.engines:
        rows = []
        for name in options.sets:
            records = load(name, options.data)
            rows.append(await evaluate(engine, name, records, options.seed, options.keep))
        same = same and all(row.same for row in rows)
        print(f"\n{engine}\n\n{table(rows)}", flush=True)
    return same


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching.run", description=__doc__)
    parser.add_argument("--sets", nargs="+", default=(*SETS, *POPULATIONS), help="default: all")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=("embedded",))
    parser.add_argument("--seed", type=int, default=1, help="of the orders (default: %(default)s)")
    parser.add_argument("--keep", type=Path, help="folder for the trained rulesets (default: none)")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the sets (default: %(default)s)")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        same = runner.run(measure(parser.parse_args()))
    sys.exit(0 if same else "Another order gave another partition.")


if __name__ == "__main__":
    main()
