"""What a gateway does without being asked: jobs, and what is swept from time to time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

import structlog
from tenacity import AsyncRetrying, RetryCallState, wait_exponential

from gateway.settings import Settings
from graph_model.graph import Graph
from graph_model.identity.rulesets import costs
from graph_model.identity.rulesets.activation_job import ActivateRuleset
from graph_model.identity.rulesets.preview_job import PreviewRuleset
from graph_model.identity.rulesets.training_job import TrainRuleset
from graph_model.identity.rulesets.watching import watch
from graph_model.ingestion.bulk.actions import clean
from graph_model.ingestion.bulk.job import IngestFiles
from graph_model.ingestion.formats.model import Limits
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.normalising_job import NormaliseRecords, ask_for_it
from graph_model.ingestion.rederiving_job import RemapRecords, ReplayRecords
from graph_model.ingestion.uploads import Uploads
from graph_model.jobs.model import JobKind
from graph_model.jobs.runner import Runner
from graph_model.metadata.catalogue import Catalogues
from graph_model.observer import Observer

JOBS = 4
"""Jobs that this process runs at once."""
INGEST_JOBS = 2
"""Of these such that store files, which may take hours."""

UNFINISHED = 3_600
"""Seconds after which a part that is not received any more is given up, at the earliest."""

_log = structlog.get_logger(__name__)


def job_runner(
    settings: Settings,
    graph: Graph,
    ingestion: Ingestion,
    catalogues: Catalogues,
    uploads: Uploads,
    limits: Limits,
    clock: Callable[[], datetime],
    *,
    on_commit: Callable[[], None],
    observer: Observer | None,
) -> Runner:
    """What runs jobs in this process."""
    return Runner(
        graph,
        {
            JobKind.TRAIN_RULESET: TrainRuleset(),
            JobKind.PREVIEW_RULESET: PreviewRuleset(),
            JobKind.ACTIVATE_RULESET: ActivateRuleset(ingestion.exclusively),
            JobKind.NORMALISE_RECORDS: NormaliseRecords(
                ingestion.exclusively, default_country=settings.default_country
            ),
            JobKind.INGEST: IngestFiles(
                ingestion,
                catalogues,
                uploads,
                default_country=settings.default_country,
                limits=limits,
                observer=observer,
            ),
            JobKind.REMAP_RECORDS: RemapRecords(
                catalogues, ingestion.exclusively, default_country=settings.default_country
            ),
            JobKind.REPLAY_RECORDS: ReplayRecords(
                catalogues, ingestion.exclusively, default_country=settings.default_country
            ),
        },
        clock=clock,
        lease_seconds=settings.job_lease,
        slots=JOBS,
        most={JobKind.INGEST: INGEST_JOBS},
        holder=uploads.id,
        alone=settings.neo4j_uri is None,
        on_commit=on_commit,
    )


def running_jobs(
    runner: Runner, graph: Graph, clock: Callable[[], datetime]
) -> Callable[[], Awaitable[None]]:
    """Runs jobs, the first of which may be one that this release of the gateway itself asks for."""

    async def run_jobs() -> None:
        if await ask_for_it(graph, now=clock()):
            _log.info("records_are_normalised_anew")
        await runner.run()

    return run_jobs


def sweeping(
    ingestion: Ingestion,
    graph: Graph,
    clock: Callable[[], datetime],
    interval: float,
) -> Callable[[], Awaitable[None]]:
    """Looks every so many seconds for what only the clock, or many writes together, have brought about."""

    async def sweep() -> None:
        while True:
            if written := await ingestion.sweep():
                _log.info("thresholds_swept", events=written)
            await ingestion.forget()
            await costs.flush(graph)
            if await watch(graph, now=clock()):
                _log.warning("ruleset_stale")
            await asyncio.sleep(interval)

    return sweep


class Cleaning:
    """Deletes the files of jobs that are over: every so many seconds, and when it is told that there may be
    some."""

    def __init__(
        self,
        graph: Graph,
        uploads: Uploads,
        clock: Callable[[], datetime],
        *,
        keep: float,
        interval: float,
    ) -> None:
        self._graph = graph
        self._uploads = uploads
        self._clock = clock
        self._keep = keep
        self._interval = interval
        self._changed = asyncio.Event()

    def refresh(self) -> None:
        """A job was deleted, or has ended."""
        self._changed.set()

    async def run(self) -> None:
        """Clean until cancelled."""
        while True:
            self._changed.clear()
            await self._uploads.tidy(idle_seconds=max(self._keep, UNFINISHED))
            if count := await clean(self._graph, self._uploads, keep_seconds=self._keep, now=self._clock()):
                _log.info("uploads_deleted", jobs=count)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval):
                    await self._changed.wait()


async def forever(work: Callable[[], Awaitable[None]]) -> None:
    """Run a background task until cancelled; what it fails by is logged and it starts again."""

    def log(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        _log.error("background_task_failed", task=work.__qualname__, exc_info=error)

    await AsyncRetrying(wait=wait_exponential(multiplier=0.5, max=30), before_sleep=log)(work)
