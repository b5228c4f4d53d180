"""What the matching engine is worth without a graph, on labelled sets and populations, in seconds:

    python -m benchmarks.matching.offline --sets febrl3 fake_1000 people_20000

Prints, for the untrained default ruleset and for the one trained on the set's own records, precision, recall,
F1, how many pairs were compared, and what each stage took.
"""

from __future__ import annotations

import argparse
import gc
from pathlib import Path
from time import perf_counter

from benchmarks.matching.datasets import DATA, PEOPLE, SETS, clusters, load, valid
from benchmarks.matching.engine import Resolved, candidates, resolve, without_generic
from benchmarks.matching.f1 import quality
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import features_of
from graph_model.identity.matching.training import train

DEFAULT_SETS = (*SETS, f"{PEOPLE}20000", f"{PEOPLE}100000")


def evaluate(name: str, data: Path, *, training: bool) -> None:
    """Print what the engine makes of a set, untrained and trained."""
    labelled = load(name, data)
    truth = clusters(labelled)
    records = [valid(each) for each in labelled]
    began = perf_counter()
    features = [features_of(record) for record in records]
    took = perf_counter() - began
    # What lives as long as the set need not be looked through again and again.
    gc.collect()
    gc.freeze()
    print(f"{name}: {len(features):,} records, features {took / len(features) * 1e6:.0f} µs a record")
    _tell("untrained", resolve(features, DEFAULT), truth)
    if training:
        began = perf_counter()
        seen = without_generic(features, DEFAULT.generic_cap)
        trained = train(DEFAULT, seen, candidates(seen, DEFAULT))
        took = perf_counter() - began
        print(f"  trained in {took:.1f} s; keys: {', '.join(trained.key_kinds)}")
        _tell("trained", resolve(features, trained), truth)
    gc.unfreeze()


def _tell(title: str, resolved: Resolved, truth: dict[str, str]) -> None:
    found = quality(resolved.parts, truth)
    print(
        f"  {title:9} F1 {found.f1:.4f}  precision {found.precision:.4f}  recall {found.recall:.4f}  "
        f"compared {resolved.compared / len(truth):.1f} a record, largest component {resolved.largest}; "
        f"µs a record: {resolved.per_record(len(truth))}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching.offline", description=__doc__)
    parser.add_argument("--sets", nargs="+", default=DEFAULT_SETS, help="default: all")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the sets (default: %(default)s)")
    parser.add_argument("--untrained", action="store_true", help="without training")
    options = parser.parse_args()
    for name in options.sets:
        evaluate(name, options.data, training=not options.untrained)


if __name__ == "__main__":
    main()
