"""The jobs that derive a source's records anew: all that an older mapping read, or all that was received in a
period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.ingestion.rederiving import Names, Rederived, Refused, rederive
from graph_model.insights.model import Threshold
from graph_model.jobs.model import Progress
from graph_model.jobs.paging import AFTER
from graph_model.jobs.runner import Run, Write
from graph_model.metadata.catalogue import Catalogue, Catalogues
from graph_model.records.history import Kept
from graph_model.sources import registering, store

PAGE = 200
RECORDS = "RECORDS"
OBJECTS = "OBJECTS"
MAX_REFUSED = 100
"""Refused rows that a result lists."""

# The embedded engine never sorts by an index, but reads one in its order.
_STATEMENTS: dict[str, tuple[LiteralString, LiteralString, LiteralString]] = {
    RECORDS: (
        "MATCH (n:SourceRecord) WHERE n.key STARTS WITH $prefix RETURN count(n)",
        "MATCH (n:SourceRecord) WHERE n.key > $after AND n.key < $until"
        " WITH n ORDER BY n.key LIMIT $limit RETURN collect(n.key)",
        "MATCH (n:SourceRecord) WHERE n.key > $after AND n.key < $until"
        " WITH n LIMIT $limit RETURN collect(n.key)",
    ),
    OBJECTS: (
        "MATCH (n:BusinessObject) WHERE n.key STARTS WITH $prefix RETURN count(n)",
        "MATCH (n:BusinessObject) WHERE n.key > $after AND n.key < $until"
        " WITH n ORDER BY n.key LIMIT $limit RETURN collect(n.key)",
        "MATCH (n:BusinessObject) WHERE n.key > $after AND n.key < $until"
        " WITH n LIMIT $limit RETURN collect(n.key)",
    ),
}


@dataclass(frozen=True, slots=True)
class _Deps:
    catalogues: Catalogues
    exclusively: Write
    default_country: str | None
    page: int


class RemapRecords:
    """RECORDS → OBJECTS, page by page: what an older mapping of the source read. It goes on until nothing
    is left of that, so that what another process stored by the older one in the meantime is mapped, too.
    `exclusively` runs a transaction in its turn among the batches of this process."""

    def __init__(
        self,
        catalogues: Catalogues,
        exclusively: Write,
        *,
        default_country: str | None = None,
        page: int = PAGE,
    ) -> None:
        self._deps = _Deps(catalogues, exclusively, default_country, page)

    async def __call__(self, run: Run) -> dict[str, Any]:
        name = run.job.input["source"]
        if not run.progress.phase:
            await run.report(_begun(name))
        while True:
            source = (await self._deps.catalogues.renew()).sources.get(name)
            if source is None:
                raise registering.unknown(name)
            await _go_through(run, self._deps, name, _read_by_another(source.version))
            point = run.progress.resume_point
            if point["rows"] == point["before"] or not await registering.outdated(run.graph, source):
                return _result(run.progress)
            await run.report(_begun(name, point))

    async def abandon(self, run: Run) -> None:
        """What is mapped anew stays so; another job maps the rest."""


class ReplayRecords:
    """RECORDS → OBJECTS, page by page: what was received of the source in a period."""

    def __init__(
        self,
        catalogues: Catalogues,
        exclusively: Write,
        *,
        default_country: str | None = None,
        page: int = PAGE,
    ) -> None:
        self._deps = _Deps(catalogues, exclusively, default_country, page)

    async def __call__(self, run: Run) -> dict[str, Any]:
        name, since, until = (run.job.input[key] for key in ("source", "from", "to"))
        if not run.progress.phase:
            await run.report(_begun(name))
        await _go_through(run, self._deps, name, _received(since, until))
        return _result(run.progress)

    async def abandon(self, run: Run) -> None:
        """What is ingested anew stays so."""


def _read_by_another(version: int) -> Callable[[Sequence[Kept]], bool]:
    return lambda kept: any(item.mapping is not None and item.mapping != version for item in kept)


def _received(since: str | None, until: str | None) -> Callable[[Sequence[Kept]], bool]:
    return lambda kept: any(
        (since is None or item.received_at >= since) and (until is None or item.received_at < until)
        for item in kept
    )


def _begun(name: str, point: dict[str, Any] | None = None) -> Progress:
    """The begin of a pass: what the former ones refused is looked at again."""
    rows = point["rows"] if point is not None else 0
    fresh: dict[str, Any] = {AFTER: f"{name}/", "rows": rows, "before": rows, "refused": 0, "problems": []}
    return Progress(RECORDS, fresh)


def _result(progress: Progress) -> dict[str, Any]:
    return {name: progress.resume_point[name] for name in ("rows", "refused", "problems")}


async def _go_through(run: Run, deps: _Deps, name: str, wanted: Callable[[Sequence[Kept]], bool]) -> None:
    if run.progress.phase == RECORDS:
        await _pages(run, deps, name, wanted)
        await run.report(Progress(OBJECTS, run.progress.resume_point | {AFTER: f"{name}/"}))
    await _pages(run, deps, name, wanted)


async def _pages(run: Run, deps: _Deps, name: str, wanted: Callable[[Sequence[Kept]], bool]) -> None:
    phase = run.progress.phase
    total = int(await run.graph.read(_STATEMENTS[phase][0], prefix=f"{name}/"))
    while keys := await _keys(run.graph, phase, name, run.progress.resume_point[AFTER], deps.page):
        catalogue = await deps.catalogues.current()
        names = Names(name, await store.versions(run.graph, name))

        async def work(
            transaction: Transaction,
            threshold: Threshold,
            now: datetime,
            keys: list[str] = keys,
            names: Names = names,
            catalogue: Catalogue = catalogue,
        ) -> Progress:
            done = await rederive(
                transaction,
                keys,
                names,
                catalogue,
                wanted,
                threshold,
                now=now,
                default_country=deps.default_country,
            )
            return _after(run.progress, keys, total, done)

        await run.step(work, write=deps.exclusively)


async def _keys(graph: Graph, phase: str, name: str, after: str, limit: int) -> list[str]:
    _, sorted_by_key, as_scanned = _STATEMENTS[phase]
    statement = as_scanned if graph.scans_in_order else sorted_by_key
    # What begins with the name and a slash ends before the character that follows the slash.
    return sorted(await graph.read(statement, after=after, until=f"{name}0", limit=limit))


def _after(at: Progress, keys: list[str], total: int, done: Rederived) -> Progress:
    point = at.resume_point
    problems = [*point["problems"], *(item for refused in done.refused for item in _listed(refused))]
    following = {
        AFTER: keys[-1],
        "rows": point["rows"] + done.rows,
        "refused": point["refused"] + len(done.refused),
        "problems": problems[:MAX_REFUSED],
    }
    count = at.done + len(keys)
    return Progress(at.phase, point | following, count, max(total, count))


def _listed(refused: Refused) -> list[dict[str, Any]]:
    return [
        {
            "object": refused.key.object,
            "recordId": refused.key.record_id,
            "code": problem.code,
            "message": problem.message,
            "path": list(problem.path),
        }
        for problem in refused.problems
    ]
