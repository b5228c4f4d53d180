"""What a steward does, each in one transaction with everything that follows from it.

A dry run does the same and is rolled back, so what it tells is what would have come.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.identity.constraints import store as constraints
from graph_model.identity.constraints.model import Constraint, ConstraintCause, ConstraintKind, Pair, pair_of
from graph_model.identity.stewardship import rules, store
from graph_model.identity.stewardship.carrying import Deciding, Steward, carry_out
from graph_model.identity.stewardship.model import Change, Outcome
from graph_model.ingestion.ingestion import Ingestion


async def merge(
    ingestion: Ingestion, steward: Steward, ids: Sequence[str], survivor: str | None = None
) -> Outcome:
    """Make these individuals one, which keeps the id `survivor`, or else the oldest. Raises BadInput."""
    rules.check_merged(ids)

    async def plan(transaction: Transaction, decide: Deciding) -> Change:
        named = await store.individuals(transaction, [survivor]) if survivor is not None else []
        found = await store.individuals(transaction, ids)
        kept = rules.survivor_of(found, named[0].id if named else None)
        constraint = await decide(
            ConstraintKind.ALWAYS_LINK,
            ConstraintCause.MERGE,
            rules.merge_pairs(found),
            together=[individual.keys for individual in found],
            retired=tuple(sorted(individual.id for individual in found if individual.id != kept)),
        )
        return Change(
            decided=(constraint,),
            shown=frozenset(key for individual in found for key in individual.keys),
            joined=tuple(individual.representative for individual in found),
            preferred=frozenset({kept}),
        )

    return await carry_out(ingestion, steward, plan)


async def unmerge(ingestion: Ingestion, steward: Steward, id_: str) -> Outcome:
    """Undo a merge, named by the id that it retired, by the individual if it is the only merge into that, or
    by the id of the merge's constraint. Raises BadInput.

    A steward's merge loses its constraint: what evidence holds together stays so. An automatic one gets
    never-links between its sides.
    """
    if id_.startswith("con_"):
        return await undo(ingestion, steward, id_, cause=ConstraintCause.MERGE)

    async def plan(transaction: Transaction, decide: Deciding) -> Change:
        (individual,) = await store.individuals(transaction, [id_])
        retired = rules.retired_by(individual, id_)
        shown = frozenset(individual.keys)
        merges = await constraints.merges_of(transaction, [individual.id])
        ours = [merge_id for merge_id, ids in merges.items() if retired.id in ids]
        if ours:
            found = [await constraints.find(transaction, merge_id) for merge_id in ours]
            return Change(ended=tuple(item for item in found if item is not None), shown=shown)
        constraint = await decide(
            ConstraintKind.NEVER_LINK,
            ConstraintCause.UNMERGE,
            rules.unmerge_pairs(individual, retired),
            retired=(retired.id,),
        )
        return Change(decided=(constraint,), shown=shown)

    return await carry_out(ingestion, steward, plan)


async def split(ingestion: Ingestion, steward: Steward, id_: str, records: Sequence[str]) -> Outcome:
    """Part these records, by id, from the others of the individual. Raises BadInput."""

    async def plan(transaction: Transaction, decide: Deciding) -> Change:
        (individual,) = await store.individuals(transaction, [id_])
        moved = await store.record_keys(transaction, records)
        constraint = await decide(
            ConstraintKind.NEVER_LINK, ConstraintCause.SPLIT, rules.split_pairs(individual, moved)
        )
        return Change(decided=(constraint,), shown=frozenset(individual.keys))

    return await carry_out(ingestion, steward, plan)


async def link(ingestion: Ingestion, steward: Steward, kind: ConstraintKind, one: str, other: str) -> Outcome:
    """Bind two records, by id, always or never to be one party. The same again changes nothing. Raises
    BadInput."""

    async def plan(transaction: Transaction, decide: Deciding) -> Change:
        keys = await store.record_keys(transaction, [one, other])
        if keys[0] == keys[1]:
            raise BadInput("A constraint takes two different records.", code="SAME_RECORD")
        pair = pair_of(*keys)
        constraint = await _the_same(transaction, kind, pair)
        if constraint is None:
            constraint = await decide(kind, ConstraintCause.LINK, (pair,))
        joined = tuple(keys) if kind is ConstraintKind.ALWAYS_LINK else ()
        return Change(decided=(constraint,), shown=frozenset(keys), joined=joined)

    return await carry_out(ingestion, steward, plan)


async def undo(
    ingestion: Ingestion, steward: Steward, id_: str, *, cause: ConstraintCause | None = None
) -> Outcome:
    """Take a constraint away, one of this `cause` if one is given. Raises BadInput."""

    async def plan(transaction: Transaction, decide: Deciding) -> Change:
        found = await constraints.find(transaction, id_)
        if found is None or (cause is not None and found.cause is not cause):
            raise BadInput(
                f"There is no {'merge' if cause else 'constraint'} with that id.", code="NOT_FOUND"
            )
        if found.cause is ConstraintCause.CORRECTION:
            raise BadInput("A correction is withdrawn, not undone.", code="CORRECTION")
        if found.until is not None:
            raise BadInput("That was taken back already.", code="ALREADY_ENDED")
        return Change(ended=(found,), shown=frozenset(found.records))

    return await carry_out(ingestion, steward, plan)


async def _the_same(transaction: Transaction, kind: ConstraintKind, pair: Pair) -> Constraint | None:
    """The constraint that holds and says just this, if there is one."""
    for bond in await constraints.bonds_around(transaction, pair):
        if bond.pair == pair and bond.kind is kind:
            found = await constraints.find(transaction, bond.id)
            if found is not None and found.pairs == (pair,):
                return found
    return None
