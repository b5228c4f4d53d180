"""What follows from a change of records or of constraints: resolution, ownership, insights, events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph_model import times
from graph_model.events import store as events
from graph_model.events.model import EventKind, NewEvent
from graph_model.graph import Transaction
from graph_model.identity import activation, ownership
from graph_model.identity import store as identity
from graph_model.identity.assignment import NOTHING_NAMED, Naming
from graph_model.identity.changes import merges_and_splits
from graph_model.identity.kinds import kind_changes
from graph_model.identity.resolve import Resolution, resolve
from graph_model.identity.rulesets.active import Active, Phase
from graph_model.identity.subjects import Changes
from graph_model.identity.traces import store as traces
from graph_model.identity.traces.linking import Tied, link
from graph_model.ingestion.news import by_individual
from graph_model.insights import store as insights
from graph_model.insights.model import Threshold
from graph_model.records.model import STEWARD, Record


@dataclass(frozen=True, slots=True)
class Written:
    """The business objects that a transaction writes, as they are now: how those were `tied` that are there,
    the properties of those that are still to be made (`fresh`), and the keys of those that are `hidden`,
    because they are not complete."""

    objects: Sequence[Record] = ()
    tied: Mapping[str, Tied] = field(default_factory=dict)
    fresh: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    hidden: Collection[str] = frozenset()


NOTHING_WRITTEN = Written()


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of individuals: the resolution, those whose identifiers or objects went to or came from
    somebody else (`affected`), and the thresholds that were crossed. `whose` are the business objects that
    were written, by key."""

    resolution: Resolution
    affected: frozenset[str]
    crossings: list[NewEvent]
    whose: dict[str, str] = field(default_factory=dict)


async def settle(
    transaction: Transaction,
    changes: Changes,
    written: Written,
    threshold: Threshold,
    *,
    now: datetime,
) -> Settled:
    """Decide anew whatever the changes of profile records touch, and save it; and whose the business objects
    are that were `written`."""
    resolution = await resolve(transaction, changes, time=times.to_text(now))
    if changes.next is not None and not changes.is_writing_keys:
        await activation.prepare(transaction, changes.next)
    return await follow(transaction, resolution, written, threshold, now=now)


async def follow(
    transaction: Transaction,
    resolution: Resolution,
    written: Written,
    threshold: Threshold,
    *,
    now: datetime,
) -> Settled:
    """Whose identifiers and business objects are now, and what insights say, after a resolution."""
    time = times.to_text(now)
    before, membership = resolution.before, resolution.membership
    moved = {
        key: membership.get(key)
        for key in before.keys() | membership.keys()
        if before.get(key) != membership.get(key)
    }
    owned = await ownership.refresh(transaction, resolution.identifiers, moved, time=time)
    turned = await traces.turn(transaction, owned.owned, owned.disowned, owned.before)
    linked = await link(
        transaction, written.objects, written.tied, fresh=written.fresh, hidden=written.hidden, time=time
    )
    absent = resolution.merged.keys() | resolution.gone
    changed = (owned.mentioned | turned.ordered | linked.ordered) - absent
    crossings = await insights.refresh(transaction, changed, threshold, now=now, absorbed=resolution.absorbed)
    affected = owned.affected | turned.affected | linked.moved
    return Settled(resolution, frozenset(affected - resolution.gone), crossings, linked.whose)


async def turn_rest(transaction: Transaction, threshold: Threshold, now: datetime) -> None:
    """Decide a page of the business objects that a change of ownership left for later, and tell whom it
    affects. Takes the lock."""
    await identity.lock(transaction)
    turned = await traces.turn_rest(transaction)
    if turned.affected:
        crossings = await insights.refresh(transaction, turned.ordered, threshold, now=now)
        settled = Settled(Resolution(), frozenset(turned.affected), crossings)
        await tell(transaction, settled, (), time=times.to_text(now))


async def cut_over(
    transaction: Transaction,
    active: Active,
    keys: Iterable[str],
    threshold: Threshold,
    *,
    naming: Naming = NOTHING_NAMED,
    now: datetime,
) -> None:
    """Let the ruleset that is being activated decide these records, with all that follows; `naming` is what a
    steward says of ids. The caller holds the lock."""
    time = times.to_text(now)
    resolution = await activation.cut_over(transaction, active, keys, naming=naming, time=time)
    if resolution.before or resolution.membership:
        settled = await follow(transaction, resolution, NOTHING_WRITTEN, threshold, now=now)
        await tell(transaction, settled, (), time=time)


async def make_way(
    transaction: Transaction, active: Active, changes: Changes, threshold: Threshold, *, now: datetime
) -> None:
    """Cut over what the changes may touch, if that is to be done, before anything of them is saved."""
    if active.phase is Phase.CUTOVER:
        touched = await activation.in_the_way(transaction, changes)
        await cut_over(transaction, active, touched, threshold, naming=changes.naming, now=now)


async def tell(
    transaction: Transaction,
    settled: Settled,
    news: Sequence[NewEvent],
    *,
    time: str,
) -> None:
    """Write what happened into the outbox: `news` of the records that caused it, and what follows from them.
    Must be the transaction's last statement."""
    resolution = settled.resolution
    records = by_individual(news)
    merged: dict[str, list[str]] = {}
    for retired, survivor in sorted(resolution.merged.items()):
        merged.setdefault(survivor, []).append(retired)
    changed = (resolution.changed | settled.affected) - resolution.merged.keys()
    told = [
        NewEvent(
            EventKind.INDIVIDUAL_CREATED if id_ in resolution.created else EventKind.INDIVIDUAL_UPDATED,
            id_,
            {"records": records.get(id_, []), "mergedIds": merged.get(id_, [])},
        )
        for id_ in sorted((resolution.created | changed | records.keys()) - resolution.gone)
    ]
    gone = [
        NewEvent(EventKind.INDIVIDUAL_GONE, id_, {"records": records.get(id_, [])})
        for id_ in sorted(resolution.gone)
    ]
    ids = merges_and_splits(resolution.before, resolution.membership, resolution.merged)
    kinds = kind_changes(resolution.before, resolution.membership)
    # A correction is a record that no source sent.
    sent = [event for event in news if event.data["source"] != STEWARD]
    await events.append(transaction, [*sent, *ids, *kinds, *told, *gone, *settled.crossings], time=time)
