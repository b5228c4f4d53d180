"""Phases of jobs that go through all things of a kind, in the order of their keys, page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, LiteralString, TypeAlias

from graph_model.graph import Graph, Transaction
from graph_model.jobs.model import Progress
from graph_model.jobs.runner import Run, Write

AFTER = "after"
"""What a resume point calls the key behind which its phase goes on; it begins with an empty one."""
Doing: TypeAlias = Callable[..., Awaitable[None]]
"""The work of one page, in one transaction, which it is given first, and then the keys."""

# The embedded engine never sorts by an index, but reads one in its order.
_STATEMENTS: dict[str, tuple[LiteralString, LiteralString, LiteralString]] = {
    "SourceRecord": (
        "MATCH (n:SourceRecord) RETURN count(n)",
        "MATCH (n:SourceRecord) WHERE n.key > $after"
        " WITH n ORDER BY n.key LIMIT $limit RETURN collect(n.key)",
        "MATCH (n:SourceRecord) WHERE n.key > $after WITH n LIMIT $limit RETURN collect(n.key)",
    ),
    "BusinessObject": (
        "MATCH (n:BusinessObject) RETURN count(n)",
        "MATCH (n:BusinessObject) WHERE n.key > $after"
        " WITH n ORDER BY n.key LIMIT $limit RETURN collect(n.key)",
        "MATCH (n:BusinessObject) WHERE n.key > $after WITH n LIMIT $limit RETURN collect(n.key)",
    ),
    "Individual": (
        "MATCH (n:Individual) RETURN count(n)",
        "MATCH (n:Individual) WHERE n.id > $after WITH n ORDER BY n.id LIMIT $limit RETURN collect(n.id)",
        "MATCH (n:Individual) WHERE n.id > $after WITH n LIMIT $limit RETURN collect(n.id)",
    ),
}


async def count(graph: Graph, label: str) -> int:
    """How many nodes there are of a label."""
    return int(await graph.read(_STATEMENTS[label][0]))


async def keys_after(graph: Graph, label: str, after: str, limit: int) -> list[str]:
    """The keys of the nodes of a label that follow that key, in order."""
    _, sorted_by_key, as_scanned = _STATEMENTS[label]
    statement = as_scanned if graph.scans_in_order else sorted_by_key
    return sorted(await graph.read(statement, after=after, limit=limit))


async def go_through(
    run: Run,
    label: str,
    do: Doing,
    *,
    size: int,
    write: Write | None = None,
    abortable: bool = True,
) -> None:
    """Do the rest of the job's phase: `do(transaction, keys, ...)` for each page of nodes of a label that its
    resume point is not behind yet. `write` is handed on to `Run.step`."""
    total = await count(run.graph, label)
    while keys := await keys_after(run.graph, label, run.progress.resume_point[AFTER], size):
        at = run.progress
        done = at.done + len(keys)
        following = Progress(at.phase, at.resume_point | {AFTER: keys[-1]}, done, max(total, done), abortable)

        async def work(
            transaction: Transaction,
            *more: Any,
            keys: list[str] = keys,
            following: Progress = following,
        ) -> Progress:
            await do(transaction, keys, *more)
            return following

        await run.step(work, write=write)
