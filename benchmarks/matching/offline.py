"""What matching is worth without a graph, on labelled sets and populations:

    python -m benchmarks.matching.offline --sets febrl3 fake_1000 people_20000

The records are normalised, resolved among themselves by the shipped ruleset, learned from without labels, and
resolved again: with the gateway's own code, as a preview does it, but for the graph. Prints precision, recall
and F1, how many pairs were compared, how many records the largest individual and the largest component have,
and the microseconds a record.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

from benchmarks.matching.datasets import DATA, PEOPLE, SETS, clusters, load, valid
from benchmarks.matching.f1 import digest, quality
from graph_model.identity.components import Member, connected
from graph_model.identity.constraints.model import Among
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import features_of, pack
from graph_model.identity.matching.scoring import Scorer
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.rulesets.model import Ruleset
from graph_model.identity.rulesets.training_job import learn
from graph_model.identity.rulesets.trial import resolve_in_memory
from graph_model.records.model import Record

ALL = (*SETS, f"{PEOPLE}20000", f"{PEOPLE}100000")


def member(record: Record) -> Member:
    """The record as if it were stored, alone."""
    return Member(
        key=str(record.key),
        source=record.key.source,
        object=record.key.object,
        features=pack(features_of(record)),
        identifiers=tuple(identifier.key for identifier in record.identifiers),
        generics=(),
        component=None,
        modified_at=record.modified_at,
        deleted=False,
        fields="{}",
        id=str(record.key),
        individual=None,
        ruleset=1,
        bound=False,
    )


def evaluate(name: str, data: Path, *, training: bool) -> None:
    """Print what matching makes of a set, untrained and trained."""
    labelled = load(name, data)
    truth = clusters(labelled)
    records = [valid(each) for each in labelled]
    began = perf_counter()
    members = {str(record.key): member(record) for record in records}
    took = perf_counter() - began
    # What lives as long as the set need not be looked through again and again.
    gc.collect()
    gc.freeze()
    print(f"{name}: {len(truth):,} records; normalise {took / len(truth) * 1e6:.0f} µs a record", flush=True)
    _resolve("untrained", DEFAULT, members, truth)
    if training:
        began = perf_counter()
        features = [each.features for each in members.values()]
        trained = Ruleset.model_validate_json(learn(_silent, DEFAULT.model_dump_json(), features))
        took = perf_counter() - began
        print(f"  trained in {took:.1f} s; keys: {', '.join(trained.key_kinds)}")
        _resolve("trained", trained, members, truth)
    gc.unfreeze()


def _resolve(title: str, ruleset: Ruleset, members: Mapping[str, Member], truth: Mapping[str, str]) -> None:
    began = perf_counter()
    loaded = Loaded(version=1, generation=1, ruleset=ruleset, scorer=Scorer(ruleset))
    trial = resolve_in_memory(_silent, loaded, members, Among())
    took = perf_counter() - began
    found = quality(trial.parts, truth)
    print(
        f"  {title:9} F1 {found.f1:.4f}  precision {found.precision:.4f}  recall {found.recall:.4f}  "
        f"compared {trial.compared / len(truth):.1f} a record, largest {max(map(len, trial.parts))} "
        f"of a component of {max(map(len, connected(members, trial.evidence)))}, "
        f"{took / len(truth) * 1e6:.0f} µs a record, {digest(trial.parts)}",
        flush=True,
    )


def _silent(done: int, total: int) -> None:
    """Nobody watches."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching.offline", description=__doc__)
    parser.add_argument("--sets", nargs="+", default=ALL, help="default: all")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the sets (default: %(default)s)")
    parser.add_argument("--untrained", action="store_true", help="without training")
    options = parser.parse_args()
    for name in options.sets:
        evaluate(name, options.data, training=not options.untrained)


if __name__ == "__main__":
    main()
