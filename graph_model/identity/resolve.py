"""Resolving what changed: find evidence, judge the components it touches, assign ids, save the difference."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from graph_model.graph import Transaction
from graph_model.identity import components, store
from graph_model.identity.assignment import NOTHING_NAMED, Assignment, Naming, assign
from graph_model.identity.candidates import Pair
from graph_model.identity.components import Member, Neighbourhood
from graph_model.identity.constraints.model import Among
from graph_model.identity.constraints.store import constraints_among
from graph_model.identity.evidence import SYSTEM, Findings, find
from graph_model.identity.golden import GoldenSource, golden_values
from graph_model.identity.judging import Judgement, judge
from graph_model.identity.model import Evidence
from graph_model.identity.reviews import store as reviews
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.subjects import Changes
from graph_model.ids import new_id


@dataclass(frozen=True, slots=True)
class Resolution:
    """What resolving did: the individuals that it looked at (`touched`), those among them that were `created`
    and those whose records or golden values `changed`; `merged`: retired id → the id it resolves to; those of
    whom no record is left (`gone`); the `identifiers` whose owner may have changed; and for whom a threshold
    held before, in `absorbed`. `before` and `membership` say whose each record was and is."""

    touched: frozenset[str] = frozenset()
    created: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    merged: dict[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    identifiers: frozenset[str] = frozenset()
    absorbed: dict[str, bool] = field(default_factory=dict)
    membership: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)


async def resolve(transaction: Transaction, changes: Changes, *, time: str) -> Resolution:
    """Decide the changed records anew, and whatever they touch, after they were saved in this transaction.

    The result depends only on the records stored, on constraints and on the ruleset, not on their order.
    """
    if not changes.actors:
        return Resolution(identifiers=frozenset(changes.dropped))
    here = Neighbourhood({key: components.new_member(key, said) for key, said in changes.created.items()})
    await components.load(transaction, here, (), changes.actors)
    findings = await find(transaction, changes, here)
    alone = {key for key, component in findings.reached.items() if component is None}
    joined = {component for component in findings.reached.values() if component is not None}
    await components.load(transaction, here, joined, alone)
    return await decide(
        transaction,
        changes.loaded,
        here,
        findings,
        dropped=changes.dropped,
        naming=changes.naming,
        time=time,
    )


async def decide(
    transaction: Transaction,
    loaded: Loaded,
    here: Neighbourhood,
    findings: Findings,
    *,
    dropped: Collection[str] = (),
    naming: Naming = NOTHING_NAMED,
    time: str,
) -> Resolution:
    """Judge the components that are here, what was found being what holds of the records decided anew, and
    save the difference."""
    bound = await constraints_of(transaction, here)
    evidence = _evidence(here, findings)
    live = {key for key, member in here.members.items() if not member.deleted}
    joined = components.connected(live, (*evidence, *bound.always))
    judgement = judge(loaded, here, joined, evidence, bound)
    before = {key: member.individual for key, member in here.members.items() if member.individual is not None}
    assignment = assign(
        judgement.parts,
        before,
        await store.retired(transaction, set(before.values())),
        age={key: member.id for key, member in here.members.items()},
        mint=lambda: new_id("ind"),
        naming=naming,
    )
    gone_components = dict.fromkeys(
        key for key, member in here.members.items() if member.deleted and member.component is not None
    )
    await components.save(
        transaction,
        (pair for pair, old in here.evidence.items() if evidence.get(pair) != old),
        {
            pair: (new, _actor(findings, pair))
            for pair, new in evidence.items()
            if here.evidence.get(pair) != new
        },
        components.moves(here, joined) | gone_components,
        time=time,
    )
    together = {key for part in joined if len(part) > 1 for key in part}
    together |= {key for key, member in here.members.items() if member.component is not None}
    await reviews.refresh(transaction, together, judgement.cases, time=time)
    resolution = await _save(transaction, loaded, here, assignment, judgement, before, findings, time=time)
    return replace(resolution, identifiers=resolution.identifiers | set(dropped))


async def constraints_of(transaction: Transaction, here: Neighbourhood) -> Among:
    """The constraints on the records here, which come with the components that always-links lead to."""
    bound = {key for key, member in here.members.items() if member.bound}
    found = await constraints_among(transaction, bound) if bound else Among(frozenset(), frozenset())
    while beyond := {key for pair in found.always for key in pair} - here.members.keys():
        await components.load(transaction, here, (), beyond)
        bound = {key for key, member in here.members.items() if member.bound}
        found = await constraints_among(transaction, bound)
    return found


def _evidence(here: Neighbourhood, findings: Findings) -> dict[Pair, Evidence]:
    """The evidence that holds now: what is stored, but for that of records decided anew, which was found."""
    kept = {
        pair: evidence
        for pair, evidence in here.evidence.items()
        if pair not in findings.fallen and findings.subjects.keys().isdisjoint(pair)
    }
    return kept | findings.evidence


def _actor(findings: Findings, pair: Pair) -> str:
    a, b = pair
    return findings.subjects.get(a) or findings.subjects.get(b) or SYSTEM


async def _save(
    transaction: Transaction,
    loaded: Loaded,
    here: Neighbourhood,
    assignment: Assignment,
    judgement: Judgement,
    before: Mapping[str, str],
    findings: Findings,
    *,
    time: str,
) -> Resolution:
    membership = {key: id_ for id_, keys in assignment.members.items() for key in keys}
    moved = sorted(key for key, id_ in membership.items() if before.get(key) != id_)
    deleted = sorted(key for key in before if key not in membership)
    left = {before[key] for key in (*moved, *deleted) if key in before} & assignment.members.keys()
    decided = [key for key in findings.subjects if key in membership]
    touched = {membership[key] for key in (*decided, *moved)} | left
    golden = {
        id_: golden_values(
            (_source(here.members[key]) for key in assignment.members[id_]),
            loaded.ruleset.reconciliation,
        )
        for id_ in touched
    }
    facts = {id_: judgement.facts_of(part) for id_, part in assignment.members.items()}
    changed_values = await store.save_individuals(transaction, golden, facts, time=time)
    system = min(findings.subjects.values())
    await store.move_records(
        transaction,
        [(key, before[key]) for key in sorted({*moved, *deleted}) if key in before],
        [(key, membership[key], findings.subjects.get(key) or system) for key in moved],
        time=time,
    )
    absorbed: dict[str, bool] = {}
    records_of: dict[str, list[str]] = {}
    for key, owner in sorted(before.items()):
        records_of.setdefault(owner, []).append(key)
    newly_retired = assignment.merged.keys() & records_of.keys()
    if newly_retired or assignment.revived:
        for id_ in await store.holding_thresholds(transaction, newly_retired):
            absorbed[assignment.merged[id_]] = True
    held = {
        id_: [key for key in records_of[id_] if key not in assignment.foreign.get(id_, ())]
        for id_ in newly_retired
    }
    await store.save_aliases(transaction, assignment.merged, assignment.revived, held, time=time)
    await store.save_gone(transaction, assignment.gone, time=time)
    carried = {
        key
        for id_ in touched
        for record in assignment.members[id_]
        for key in here.members[record].identifiers
    }
    return Resolution(
        touched=frozenset(touched),
        created=assignment.created,
        changed=frozenset(changed_values | {membership[key] for key in moved} | left),
        merged=assignment.merged,
        gone=assignment.gone,
        identifiers=frozenset(carried),
        absorbed=absorbed,
        membership=membership,
        before=dict(before),
    )


def _source(member: Member) -> GoldenSource:
    return GoldenSource.stored(
        member.key, member.object_type, member.modified_at, member.fields, member.field_times
    )
