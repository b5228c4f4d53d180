"""The job that normalises everything anew when the normaliser has changed; the gateway asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.identity.evidence import SYSTEM
from graph_model.identity.normalise import NORMALISER_VERSION
from graph_model.ids import new_id
from graph_model.ingestion.normalising import normalise_objects, normalise_records
from graph_model.insights.model import Threshold
from graph_model.jobs import store
from graph_model.jobs.model import JobKind, Progress
from graph_model.jobs.paging import AFTER, go_through
from graph_model.jobs.runner import Run, Write

PAGE = 200
RECORDS = "RECORDS"
OBJECTS = "OBJECTS"

# Writing first takes the node's lock, so that of several gateways one asks.
_DUE: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
SET s.normaliserAskedBy = $job
WITH s WHERE coalesce(s.normaliser, 0) <> $version
  AND NOT EXISTS { MATCH (j:Job) WHERE j.state IN ['QUEUED', 'IN_PROGRESS'] AND j.kind = $kind }
RETURN true
"""

_DONE: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
SET s.normaliser = $version
"""


async def ask_for_it(graph: Graph, *, now: datetime) -> bool:
    """Submit the job if what is stored was normalised by another version, or never; whether this did."""
    id_, kind = new_id("job"), JobKind.NORMALISE_RECORDS

    async def work(transaction: Transaction) -> bool:
        if await transaction.run(_DUE, job=id_, version=NORMALISER_VERSION, kind=str(kind)) is None:
            return False
        await store.create(
            transaction, kind, {"normaliser": NORMALISER_VERSION}, id_=id_, actor=SYSTEM, now=now
        )
        return True

    return await graph.write(work)


class NormaliseRecords:
    """RECORDS → OBJECTS, page by page; every page can be done again. `exclusively` runs a transaction in its
    turn among the batches of this process (`Ingestion.exclusively`)."""

    def __init__(self, exclusively: Write, *, default_country: str | None = None, page: int = PAGE) -> None:
        self._exclusively = exclusively
        self._default_country = default_country
        self._page = page

    async def __call__(self, run: Run) -> dict[str, Any]:
        version = run.job.input["normaliser"]
        if not run.progress.phase:
            await run.report(Progress(RECORDS, {AFTER: ""}))
        if run.progress.phase == RECORDS:
            await self._pages(run, "SourceRecord", self._records)
            await run.report(Progress(OBJECTS, {AFTER: ""}))
        await self._pages(run, "BusinessObject", self._objects)

        async def done(transaction: Transaction) -> Progress:
            await transaction.run(_DONE, version=version)
            return run.progress

        await run.step(done)
        return {"normaliser": version}

    async def abandon(self, run: Run) -> None:
        """What is normalised stays so; the gateway asks for the rest at its next start."""

    async def _pages(self, run: Run, label: str, do: Any) -> None:
        await go_through(run, label, do, size=self._page, write=self._exclusively)

    async def _records(
        self, transaction: Transaction, keys: list[str], threshold: Threshold, now: datetime
    ) -> None:
        await normalise_records(transaction, keys, self._default_country, threshold, now=now)

    async def _objects(
        self, transaction: Transaction, keys: list[str], threshold: Threshold, now: datetime
    ) -> None:
        await normalise_objects(transaction, keys, self._default_country, threshold, now=now)
