"""What a gateway does without being asked: jobs, and what is swept from time to time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from tenacity import AsyncRetrying, RetryCallState, wait_exponential

from gateway.settings import Settings
from graph_model.events.tail import Tail
from graph_model.graph import Graph
from graph_model.identity.rulesets import costs
from graph_model.identity.rulesets.activation_job import ActivateRuleset
from graph_model.identity.rulesets.preview_job import PreviewRuleset
from graph_model.identity.rulesets.training_job import TrainRuleset
from graph_model.identity.rulesets.watching import watch
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.normalising_job import NormaliseRecords, ask_for_it
from graph_model.jobs.model import JobKind
from graph_model.jobs.runner import Runner

_log = structlog.get_logger(__name__)


def job_runner(
    settings: Settings, graph: Graph, ingestion: Ingestion, tail: Tail, clock: Callable[[], datetime]
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
        },
        clock=clock,
        alone=settings.neo4j_uri is None,
        on_commit=tail.wake,
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
    tail: Tail,
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
                tail.wake()
            await asyncio.sleep(interval)

    return sweep


async def forever(work: Callable[[], Awaitable[None]]) -> None:
    """Run a background task until cancelled; what it fails by is logged and it starts again."""

    def log(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        _log.error("background_task_failed", task=work.__qualname__, exc_info=error)

    await AsyncRetrying(wait=wait_exponential(multiplier=0.5, max=30), before_sleep=log)(work)
