"""Resolving what changed: find candidates, match, partition anew, assign ids, save the difference."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from graph_model.graph import Transaction
from graph_model.identity import store
from graph_model.identity.assignment import Assignment, assign
from graph_model.identity.constraints.store import constraints_among
from graph_model.identity.golden import golden_values
from graph_model.identity.model import Match, MatchRecord, candidate_identifiers
from graph_model.identity.partition import partition
from graph_model.identity.rules import match
from graph_model.ids import new_id

GENERIC_CAP = 60
"""An identifier that more records carry than this is generic (a shop's phone, `info@`): it links nobody."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What resolving did: the individuals that it looked at (`touched`), those among them that were `created`
    and those whose records or golden values `changed`; `merged`: retired id → the id it resolves to; the
    `identifiers` whose owner may have changed; and for whom a threshold held before, in `absorbed`."""

    touched: frozenset[str]
    created: frozenset[str]
    changed: frozenset[str]
    merged: dict[str, str]
    identifiers: frozenset[str]
    absorbed: dict[str, bool]
    membership: dict[str, str]
    before: dict[str, str]


async def resolve(
    transaction: Transaction,
    changed: Mapping[str, str],
    dropped: Collection[str],
    *,
    time: str,
    preferred: Collection[str] = (),
) -> Resolution:
    """Resolve profile records that were saved in this transaction.

    `changed` maps their keys to the actor who changed them, `dropped` are identifiers that they carried
    before. The result depends only on the records stored, not on their order. Of several ids of one
    individual one that is `preferred` survives.
    """
    component = await store.load_changed(transaction, changed.keys())
    carried = {key for record in component.records.values() for key in record.identifiers}
    generic, reopened = await _generic_identifiers(transaction, carried | set(dropped))
    if reopened:
        for record, _ in await store.candidates(transaction, reopened, ()):
            if record.key not in component.records:
                changed = {**changed, record.key: "system"}
        component = await store.load_changed(transaction, changed.keys())
        carried = {key for record in component.records.values() for key in record.identifiers}
        generic |= {key for key, (_, flag) in (await store.carriers(transaction, carried)).items() if flag}
    subjects = {key: _without(record, generic) for key, record in component.records.items()}
    found, touched = await _match_candidates(transaction, subjects)
    bound = await constraints_among(transaction, subjects)
    touched |= await store.whose(transaction, {key for pair in bound.always for key in pair})
    await store.expand(transaction, component, touched | set(component.membership.values()))
    bound = await constraints_among(transaction, component.records)
    while beyond := {key for pair in bound.always for key in pair} - component.records.keys():
        await store.expand(transaction, component, await store.whose(transaction, beyond))
        bound = await constraints_among(transaction, component.records)

    kept = {old for old in component.matches if old.a not in subjects and old.b not in subjects}
    parts = partition(component.records.values(), kept | found, always=bound.always, never=bound.never)
    assignment = assign(
        parts,
        component.membership,
        component.retired,
        age=component.age,
        mint=lambda: new_id("ind"),
        preferred=preferred,
    )
    stale = component.matches - kept
    await store.save_matches(
        transaction,
        [(new, changed.get(new.a) or changed[new.b]) for new in sorted(found - stale, key=_by_pair)],
        sorted(stale - found, key=_by_pair),
        time=time,
    )
    return await _save(transaction, component, assignment, changed, set(dropped), time=time)


async def _generic_identifiers(
    transaction: Transaction, identifiers: Collection[str]
) -> tuple[set[str], set[str]]:
    """The identifiers that are generic now, and those that just became or ceased to be so: for every
    record that carries one of the latter, matching has to be decided again."""
    counted = await store.carriers(transaction, identifiers)
    now = {key: count > GENERIC_CAP for key, (count, _) in counted.items()}
    crossed = {key: now[key] for key, (_, before) in counted.items() if now[key] != before}
    await store.set_generic(transaction, crossed)
    return {key for key, flag in now.items() if flag}, set(crossed)


async def _match_candidates(
    transaction: Transaction, subjects: Mapping[str, MatchRecord]
) -> tuple[set[Match], set[str]]:
    """The matches of the subjects with anything, and the individuals that these lead to."""
    by_key: dict[str, set[str]] = {}
    for subject in subjects.values():
        for key in (*candidate_identifiers(subject), *([subject.birth_key] if subject.birth_key else [])):
            by_key.setdefault(key, set()).add(subject.key)
    identifiers = {key for subject in subjects.values() for key in candidate_identifiers(subject)}
    found: set[Match] = set()
    touched: set[str] = set()
    for candidate, individual_id in await store.candidates(
        transaction, identifiers, by_key.keys() - identifiers
    ):
        keys = (*candidate.identifiers, *([candidate.birth_key] if candidate.birth_key else []))
        for subject_key in {subject for key in keys for subject in by_key.get(key, ())}:
            new = match(subjects[subject_key], subjects.get(candidate.key, candidate))
            if new is not None:
                found.add(new)
                if individual_id is not None:
                    touched.add(individual_id)
    return found, touched


async def _save(
    transaction: Transaction,
    component: store.Component,
    assignment: Assignment,
    changed: Mapping[str, str],
    dropped: set[str],
    *,
    time: str,
) -> Resolution:
    membership = {key: id_ for id_, keys in assignment.members.items() for key in keys}
    before = component.membership
    moved = sorted(key for key, id_ in membership.items() if before.get(key) != id_)
    left = {before[key] for key in moved if key in before} & assignment.members.keys()
    touched = {membership[key] for key in (*changed, *moved)} | left
    golden = {
        id_: golden_values(component.sources[key] for key in assignment.members[id_]) for id_ in touched
    }
    changed_values = await store.save_individuals(transaction, golden, time=time)
    await store.move_records(
        transaction,
        [(key, before[key]) for key in moved if key in before],
        [(key, membership[key], changed.get(key) or min(changed.values())) for key in moved],
        time=time,
    )
    newly_retired = {id_ for id_ in assignment.merged if id_ in set(before.values())}
    absorbed: dict[str, bool] = {}
    if newly_retired or assignment.revived:
        for id_ in await store.holding_thresholds(transaction, newly_retired):
            absorbed[assignment.merged[id_]] = True
    held = {id_: sorted(key for key, owner in before.items() if owner == id_) for id_ in newly_retired}
    await store.save_aliases(transaction, assignment.merged, assignment.revived, held, time=time)
    return Resolution(
        touched=frozenset(touched),
        created=assignment.created,
        changed=frozenset(changed_values | {membership[key] for key in moved} | left),
        merged=assignment.merged,
        identifiers=frozenset(
            dropped
            | {
                key
                for id_ in touched
                for record in assignment.members[id_]
                for key in component.records[record].identifiers
            }
        ),
        absorbed=absorbed,
        membership=membership,
        before=before,
    )


def _without(record: MatchRecord, generic: set[str]) -> MatchRecord:
    if generic.isdisjoint(record.identifiers):
        return record
    return replace(record, identifiers=tuple(key for key in record.identifiers if key not in generic))


def _by_pair(found: Match) -> tuple[str, str]:
    return found.pair
