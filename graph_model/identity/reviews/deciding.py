"""Deciding review items: each decision is a constraint, and a label to measure the ruleset by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity.constraints.model import Constraint, ConstraintCause, ConstraintKind, pair_of
from graph_model.identity.constraints.rules import parting
from graph_model.identity.reviews import store
from graph_model.identity.reviews.model import PAIR, ReviewDecision, ReviewItem, ReviewState
from graph_model.identity.stewardship.carrying import Deciding, Steward, carry_out
from graph_model.identity.stewardship.model import Change, Found
from graph_model.identity.stewardship.rules import merge_pairs
from graph_model.identity.stewardship.store import individuals_of
from graph_model.ingestion.ingestion import Ingestion

MAX_DECISIONS = 200
"""Decisions that one request may carry."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a steward says of an item, by its id, and why."""

    item: str
    decision: ReviewDecision
    reason: str


async def decide(
    graph: Graph, ingestion: Ingestion, actor: str, decisions: Sequence[Decision]
) -> list[ReviewItem | BadInput]:
    """Decide the items, in order; for each the item as it is then, or what is wrong with the decision. Those
    that are right are carried out in one transaction. Raises BadInput if there are too many."""
    if len(decisions) > MAX_DECISIONS:
        raise BadInput(f"A request carries at most {MAX_DECISIONS} decisions.", code="TOO_MANY_DECISIONS")
    wrong: dict[int, BadInput] = {}

    async def plan(transaction: Transaction, decide: Deciding) -> Change:
        wrong.clear()
        constraints: list[Constraint] = []
        for place, decision in enumerate(decisions):
            try:
                constraint = await _decide(transaction, actor, decision, decide.time)
            except BadInput as error:
                wrong[place] = error
            else:
                constraints += [constraint] if constraint else []
        return Change(decided=tuple(constraints))

    await carry_out(ingestion, Steward(actor, "review"), plan)
    items = await store.read(graph, [decision.item for decision in decisions])
    return [wrong.get(place) or items[decision.item] for place, decision in enumerate(decisions)]


async def _decide(transaction: Transaction, actor: str, decision: Decision, time: str) -> Constraint | None:
    """Set the constraint of a decision, if it has one. Raises BadInput, and has changed nothing then."""
    steward = Steward(actor, decision.reason)
    item = (await store.by_ids(transaction, [decision.item])).get(decision.item)
    if item is None:
        raise BadInput(f"There is no review with the id {decision.item[:100]}.", code="NOT_FOUND")
    if item.state is ReviewState.CLOSED:
        raise BadInput("The case of this review is gone.", code="REVIEW_CLOSED")
    if item.constraint is not None:
        raise BadInput(f"This is decided: take {item.constraint} back first.", code="ALREADY_DECIDED")
    constraint = None
    if decision.decision is not ReviewDecision.DISMISS:
        constraint = await _bind(Deciding(transaction, steward, time), item, decision.decision)
    await store.decide(
        transaction,
        item.id,
        decision.decision,
        reason=steward.reason,
        actor=actor,
        constraint=constraint.id if constraint else None,
        time=time,
    )
    return constraint


async def _bind(decide: Deciding, item: ReviewItem, decision: ReviewDecision) -> Constraint:
    """The constraint that a decision sets: of a pair on its two records. What a guard stopped is linked as
    the individuals that hold its records are merged, and kept apart as they are."""
    kind = ConstraintKind.ALWAYS_LINK if decision is ReviewDecision.LINK else ConstraintKind.NEVER_LINK
    if item.kind == PAIR:
        one, other = item.records
        return await decide(kind, ConstraintCause.REVIEW, (pair_of(one, other),))
    found = await individuals_of(decide.transaction, item.records)
    if kind is ConstraintKind.NEVER_LINK:
        return await decide(kind, ConstraintCause.REVIEW, parting(_sides(item, found)))
    if len(found) < 2:
        raise BadInput("The records of this review are one individual.", code="NOTHING_TO_MERGE")
    together = [individual.keys for individual in found]
    return await decide(kind, ConstraintCause.REVIEW, merge_pairs(found), together=together)


def _sides(item: ReviewItem, found: Sequence[Found]) -> list[list[str]]:
    """The item's records by individual; where that is the same, each by itself."""
    sides = [[key for key in individual.keys if key in item.records] for individual in found]
    if len(sides) > 1:
        return sides
    return [[key] for side in sides for key in side]
