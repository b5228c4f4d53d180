"""The job that activates a ruleset: everything is resolved anew beside what counts, then cut over.

KEYS → EDGES → CUTOVER → CLEAN, or RECONCILE alone where only survivorship differs. Each phase goes through
all records in the order of their keys, page by page, and every page can be done again. What is written
meanwhile takes care of itself (`active.Phase`), so a page that was done stays done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.identity import store as identity
from graph_model.identity.activation import resolve_page
from graph_model.identity.golden.rederive import rederive
from graph_model.identity.rulesets import phases
from graph_model.identity.rulesets.active import Active, Phase, active
from graph_model.ingestion.settle import cut_over
from graph_model.insights.model import Threshold
from graph_model.jobs.model import Progress
from graph_model.jobs.paging import AFTER, Doing, go_through
from graph_model.jobs.runner import Run, Write

PAGE = 200
"""Records of one step: few enough that writers hardly wait for it."""
CLEAN = "CLEAN"
RECONCILE = "RECONCILE"
ABANDON = "ABANDON"


class ActivateRuleset:
    """Activates the version that the job's input names; `page` records are one step. `exclusively` runs a
    transaction in its turn among the batches of this process (`Ingestion.exclusively`)."""

    def __init__(self, exclusively: Write, *, page: int = PAGE) -> None:
        self._exclusively = exclusively
        self._page = page

    async def __call__(self, run: Run) -> dict[str, Any]:
        version: int = run.job.input["version"]
        if not run.progress.phase:
            await self._begin(run, version)
        if run.progress.phase == Phase.KEYS:
            await self._records(run, self._write_keys)
            await self._enter(run, Phase.EDGES)
        if run.progress.phase == Phase.EDGES:
            await self._records(run, self._resolve)
            await self._enter(run, Phase.CUTOVER)
        if run.progress.phase == Phase.CUTOVER:
            await self._records(run, self._cut_over, abortable=False)
            await self._complete(run)
        if run.progress.phase == CLEAN:
            await self._drop(run)
        if run.progress.phase == RECONCILE:
            await self._pages(run, "Individual", self._reconcile, abortable=False)
        return {"version": version}

    async def abandon(self, run: Run) -> None:
        """Before the cut-over everything is as it was, but for what was made ready. From then on there is no
        way back but to activate the former version, so the activation stays where it is, and goes on when it
        is asked for again."""
        if run.progress.phase in (Phase.KEYS, Phase.EDGES):
            await self._step(run, self._let_go)
        if run.progress.phase == ABANDON:
            await self._records(run, self._forget)
            await self._drop(run)

    async def _let_go(self, transaction: Transaction, _: Threshold, __: datetime) -> Progress:
        dropped = await phases.abandon(transaction)
        return Progress(ABANDON, {AFTER: "", "generation": dropped})

    async def _begin(self, run: Run, version: int) -> None:
        async def begin(transaction: Transaction, _: Threshold, now: datetime) -> Progress:
            if await phases.is_only_survivorship(transaction, version):
                await phases.replace(transaction, version, time=times.to_text(now))
                return Progress(RECONCILE, {AFTER: ""}, abortable=False)
            begun = await phases.begin(transaction, version)
            phase = begun.phase or Phase.KEYS
            return Progress(phase, {AFTER: ""}, abortable=phase is not Phase.CUTOVER)

        await self._step(run, begin)

    async def _enter(self, run: Run, phase: Phase) -> None:
        async def enter(transaction: Transaction, _: Threshold, __: datetime) -> Progress:
            await phases.enter(transaction, phase)
            return Progress(phase, {AFTER: ""}, abortable=phase is not Phase.CUTOVER)

        await self._step(run, enter)

    async def _complete(self, run: Run) -> None:
        async def complete(transaction: Transaction, _: Threshold, now: datetime) -> Progress:
            dropped = await phases.complete(transaction, time=times.to_text(now))
            return Progress(CLEAN, {AFTER: "", "generation": dropped}, abortable=False)

        await self._step(run, complete)

    async def _drop(self, run: Run) -> None:
        """Delete the KeySets that nobody finds candidates by any more."""
        generation: int | None = run.progress.resume_point["generation"]
        deleted = generation is not None
        while deleted:

            async def drop(transaction: Transaction, _: Threshold, __: datetime) -> Progress:
                nonlocal deleted
                count = await phases.drop_key_sets(transaction, generation or 0, self._page * 5)
                deleted = count > 0
                at = run.progress
                return Progress(at.phase, at.resume_point, at.done + count, None, at.abortable)

            await self._step(run, drop)

    async def _records(self, run: Run, do: Doing, *, abortable: bool = True) -> None:
        await self._pages(run, "SourceRecord", do, abortable=abortable)

    async def _pages(self, run: Run, label: str, do: Doing, *, abortable: bool) -> None:
        await go_through(run, label, do, size=self._page, write=self._exclusively, abortable=abortable)

    async def _step(
        self, run: Run, work: Callable[[Transaction, Threshold, datetime], Awaitable[Progress]]
    ) -> None:
        await run.step(work, write=self._exclusively)

    async def _write_keys(
        self, transaction: Transaction, keys: list[str], _: Threshold, __: datetime
    ) -> None:
        await phases.write_keys(transaction, await _activating(transaction), keys)

    async def _resolve(self, transaction: Transaction, keys: list[str], _: Threshold, __: datetime) -> None:
        await resolve_page(transaction, await _activating(transaction), keys)

    async def _cut_over(
        self, transaction: Transaction, keys: list[str], threshold: Threshold, now: datetime
    ) -> None:
        await identity.lock(transaction)
        await cut_over(transaction, await _activating(transaction), keys, threshold, now=now)

    async def _forget(self, transaction: Transaction, keys: list[str], _: Threshold, __: datetime) -> None:
        await phases.drop_next_matches(transaction, keys)

    async def _reconcile(
        self, transaction: Transaction, keys: list[str], _: Threshold, now: datetime
    ) -> None:
        current = (await active(transaction)).current
        await rederive(transaction, current.ruleset.reconciliation, keys, time=times.to_text(now))


async def _activating(transaction: Transaction) -> Active:
    now = await active(transaction)
    if now.next is None:
        raise BadInput("No ruleset is being activated any more.", code="NOT_ACTIVATING")
    return now
