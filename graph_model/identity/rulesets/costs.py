"""What matching costs: candidates, comparisons and time by kind of key and by match rule, for each ruleset.

Counted in the process, in which it costs next to nothing, and added to the graph now and then: what a
process counted since then is lost when it is killed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from graph_model.graph import Graph, Transaction

RULE = "rule:"
"""Ahead of the name of a match rule, where a kind of key stands otherwise."""

_ADD: LiteralString = """
UNWIND $rows AS row
MERGE (c:MatchingCost {key: row.key})
ON CREATE SET c.version = row.version, c.kind = row.kind, c.candidates = 0, c.comparisons = 0, c.seconds = 0.0
SET c.candidates = c.candidates + row.candidates, c.comparisons = c.comparisons + row.comparisons,
    c.seconds = c.seconds + row.seconds
"""

_OF_VERSION: LiteralString = """
MATCH (c:MatchingCost {version: $version})
WITH c ORDER BY c.kind
RETURN collect([c.kind, c.candidates, c.comparisons, c.seconds])
"""

_counted: dict[tuple[int, str], list[float]] = {}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of key, or one match rule (`rule:` and its name), has cost: records that it found,
    pairs that were compared because of it, seconds."""

    kind: str
    candidates: int
    comparisons: int
    seconds: float


def add(version: int, kind: str, *, candidates: int = 0, comparisons: int = 0, seconds: float = 0.0) -> None:
    """Count what was done under a version of the ruleset."""
    entry = _counted.setdefault((version, kind), [0, 0, 0.0])
    entry[0] += candidates
    entry[1] += comparisons
    entry[2] += seconds


async def flush(graph: Graph) -> int:
    """Add to the graph what this process has counted since the last time; how many counts that were. What
    cannot be stored is kept for the next time."""
    taken = dict(_counted)
    _counted.clear()
    if not taken:
        return 0
    rows: list[dict[str, Any]] = [
        {
            "key": f"{version}|{kind}",
            "version": version,
            "kind": kind,
            "candidates": int(candidates),
            "comparisons": int(comparisons),
            "seconds": float(seconds),
        }
        for (version, kind), (candidates, comparisons, seconds) in sorted(taken.items())
    ]

    async def work(transaction: Transaction) -> None:
        await transaction.run(_ADD, rows=rows)

    try:
        await graph.write(work)
    except BaseException:
        for (version, kind), (candidates, comparisons, seconds) in taken.items():
            add(version, kind, candidates=int(candidates), comparisons=int(comparisons), seconds=seconds)
        raise
    return len(rows)


async def of_version(graph: Graph, version: int) -> list[Cost]:
    """What matching under a version has cost so far, as far as it was flushed."""
    return [Cost(*row) for row in await graph.read(_OF_VERSION, version=version)]
