"""An activation step by step: with something else between the steps, and processes that die at some."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, LiteralString, TypeVar

from graph_model.graph import Graph, Transaction
from graph_model.identity.rulesets import store as rulesets
from graph_model.identity.rulesets.activation_job import ActivateRuleset
from graph_model.identity.rulesets.model import Ruleset
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.jobs import store as jobs
from graph_model.jobs.model import Job, JobKind, JobState
from graph_model.jobs.runner import Run
from tests.graph_model.populations import START

T = TypeVar("T")
Between = Callable[[int, str], Awaitable[None]]
"""Is awaited ahead of each step, with its number and the phase that it belongs to."""

_EVIDENCE: LiteralString = """
MATCH (a:SourceRecord)-[m:MATCH]->(b:SourceRecord) RETURN collect([a.key, b.key, m.weight, m.rule])
"""
_READY: LiteralString = "MATCH ()-[m:NEXT_MATCH]->() RETURN count(m)"
_KEY_SETS: LiteralString = """
MATCH (k:KeySet)
RETURN collect([k.id, k.record, k.generation, k.k0, k.k1, k.k2, k.k3, k.k4, k.k5, k.k6, k.k7, k.k8, k.k9,
                k.k10, k.k11, k.k12, k.k13, k.k14, k.k15])
"""
_RECORDS: LiteralString = """
MATCH (r:SourceRecord)
RETURN collect([r.key, r.deletedAt IS NOT NULL, r.ruleset, coalesce(r.generics, [])])
"""
_STATE: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
RETURN [s.active, s.generation, s.next, s.phase]
"""


class Killed(Exception):
    """The process is gone."""


async def ignore(_: int, __: str) -> None:
    pass


async def drafted(graph: Graph, ruleset: Ruleset) -> int:
    """A new draft with this content."""
    draft = await rulesets.add_draft(
        graph, ruleset, based_on=1, trained_on=None, note=None, actor="tester", now=START
    )
    return draft.version


async def submitted(graph: Graph, version: int) -> Job:
    """A job that activates a version."""
    return await jobs.submit(graph, JobKind.ACTIVATE_RULESET, {"version": version}, actor="tester", now=START)


async def activate(
    graph: Graph,
    ingestion: Ingestion,
    version: int,
    *,
    between: Between = ignore,
    dies_at: frozenset[int] = frozenset(),
    page: int = 3,
) -> list[str]:
    """Activate the version. After each of the steps in `dies_at` the process is gone, and another one takes
    the job over. Gives the phases that steps belonged to, in order."""
    job = await submitted(graph, version)
    phases: list[str] = []
    for life in range(len(dies_at) + 1):
        now = START + timedelta(hours=life)
        owner = f"process {life}"
        leased = await jobs.lease(graph, job.id, owner=owner, now=now, seconds=60)
        assert leased is not None
        run = Run(
            graph,
            leased,
            owner=owner,
            clock=lambda now=now: now,  # type: ignore[misc]
            lease_seconds=60,
            on_commit=lambda: None,
        )

        async def exclusively(
            work: Callable[[Transaction, Threshold, datetime], Awaitable[T]], run: Run = run
        ) -> T:
            await between(len(phases), run.progress.phase)
            result = await ingestion.exclusively(work)
            phases.append(run.progress.phase)
            if len(phases) in dies_at:
                raise Killed
            return result

        try:
            result = await ActivateRuleset(exclusively, page=page)(run)
        except Killed:
            continue
        await run.finish(JobState.JOB_COMPLETE, result=result)
        return phases
    raise AssertionError("it died more often than it had steps")


async def matched(graph: Graph) -> dict[str, Any]:
    """What matching has stored, whatever came before."""
    assert await graph.read(_READY) == 0
    return {
        "evidence": sorted(await graph.read(_EVIDENCE)),
        "keys": sorted(await graph.read(_KEY_SETS), key=str),
        "records": sorted(await graph.read(_RECORDS)),
        "state": await graph.read(_STATE),
    }
