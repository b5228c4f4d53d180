"""Carrying out what a steward decided, in one transaction with everything that follows from it.

A dry run does the same and is rolled back, so what it tells is what would have come.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.identity import store as identity
from graph_model.identity.assignment import Naming
from graph_model.identity.constraints import store as constraints
from graph_model.identity.constraints.model import Constraint, ConstraintCause, ConstraintKind, Pair
from graph_model.identity.constraints.rules import refuse_contradiction
from graph_model.identity.reviews import store as reviews
from graph_model.identity.rulesets.active import active
from graph_model.identity.stewardship import store
from graph_model.identity.stewardship.model import Change, Outcome
from graph_model.identity.stewardship.rules import check_reason, refuse_strangers
from graph_model.identity.subjects import redecide
from graph_model.ids import new_id
from graph_model.ingestion.ingestion import Ingestion
from graph_model.ingestion.settle import NOTHING_WRITTEN, make_way, settle, tell
from graph_model.insights.model import Threshold


@dataclass(frozen=True, slots=True)
class Steward:
    """Who acts, and why; in a dry run nothing is kept. Raises BadInput for a reason that says nothing."""

    actor: str
    reason: str
    dry_run: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", check_reason(self.reason))


@dataclass(frozen=True, slots=True)
class Deciding:
    """Sets constraints in a transaction, on a steward's behalf."""

    transaction: Transaction
    steward: Steward
    time: str

    async def __call__(
        self,
        kind: ConstraintKind,
        cause: ConstraintCause,
        pairs: tuple[Pair, ...],
        *,
        together: Iterable[Sequence[str]] = (),
        retired: tuple[str, ...] = (),
    ) -> Constraint:
        """The constraint on these pairs, which is set, but not settled. Raises BadInput, and has set nothing
        then, if it contradicts others or links what cannot be one; `together` as in `refuse_contradiction`.
        """
        if kind is ConstraintKind.ALWAYS_LINK:
            refuse_strangers(await store.features(self.transaction, {key for pair in pairs for key in pair}))
        groups = [*map(tuple, together)]
        records = {key for group in (*groups, *pairs) for key in group}
        bonds = await constraints.bonds_around(self.transaction, records)
        refuse_contradiction(bonds, kind, pairs, together=groups)
        constraint = Constraint(
            new_id("con"), kind, cause, self.steward.reason, self.steward.actor, self.time, pairs, retired
        )
        await constraints.save(self.transaction, constraint)
        return constraint


Plan: TypeAlias = Callable[[Transaction, Deciding], Awaitable[Change]]
"""What sets constraints by `Deciding`, and says what changed by that and which others end."""


async def carry_out(ingestion: Ingestion, steward: Steward, plan: Plan) -> Outcome:
    """Do what is planned and all that follows from it, and tell what came of it. Raises BadInput, in which
    case nothing is changed."""

    async def work(transaction: Transaction, threshold: Threshold, now: datetime) -> Outcome:
        await identity.lock(transaction)
        time = times.to_text(now)
        change = await plan(transaction, Deciding(transaction, steward, time))
        for constraint in change.ended:
            await constraints.end(
                transaction, constraint, actor=steward.actor, reason=steward.reason, time=time
            )
        await reviews.withdraw(transaction, [constraint.id for constraint in change.ended], time=time)
        ruling = await active(transaction)
        actors = dict.fromkeys(change.bound, steward.actor)
        naming = Naming(change.preferred, await _lapsed(transaction, change))
        changes = await redecide(transaction, ruling, actors, naming=naming)
        await make_way(transaction, ruling, changes, threshold, now=now)
        settled = await settle(transaction, changes, NOTHING_WRITTEN, threshold, now=now)
        created = settled.resolution.created
        if len(await store.holders(transaction, change.joined, created)) > 1:
            raise BadInput("A guard or a constraint keeps these apart.", code="KEPT_APART")
        outcome = Outcome(
            change.decided, change.ended, await store.holders(transaction, change.shown, created)
        )
        if steward.dry_run:
            raise _RolledBack(outcome)
        await tell(transaction, settled, (), time=time)
        return outcome

    try:
        return await ingestion.exclusively(work)
    except _RolledBack as rolled_back:
        return rolled_back.outcome


async def _lapsed(transaction: Transaction, change: Change) -> frozenset[str]:
    """The ids that merges gave up which end by the change, unless other merges bind the individual: then it
    is for these to say whose id it bears."""
    retired = frozenset(
        id_ for item in change.ended if item.cause is ConstraintCause.MERGE for id_ in item.retired
    )
    if not retired:
        return retired
    found = await store.individuals_of(transaction, change.bound)
    others = await constraints.merges_of(transaction, [individual.id for individual in found])
    return frozenset() if others else retired


class _RolledBack(Exception):
    """Takes the outcome of a dry run out of its transaction, which ends by it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome
