"""Finding evidence: the pairs of records that are compared, and what they weigh."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, LiteralString

from graph_model.graph import Transaction
from graph_model.identity import components, costing, keysets, logins, ready
from graph_model.identity.candidates import IDENTIFIER, Mark, Pair, marks_of, pairs_among
from graph_model.identity.components import Neighbourhood
from graph_model.identity.foresight import Row
from graph_model.identity.matching.features import Features, unpack
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.subjects import (
    Changes,
    findable,
    matching_features,
    member_findable,
    takes_part,
)

_CANDIDATES: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key}) WHERE r.deletedAt IS NULL
RETURN collect([r.key, r.source, r.features, r.identifiers, r.generics, r.component])
"""

_SET_GENERIC: LiteralString = """
UNWIND $rows AS row
MATCH (x:Identifier {key: row[0]})
SET x.generic = row[1]
"""

_SET_GENERICS: LiteralString = """
UNWIND $rows AS row
MATCH (r:SourceRecord {key: row[0]})
SET r.generics = row[1]
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that takes part in matching: `said` is all that it says, `features` what of it counts."""

    source: str
    said: Features
    identifiers: Sequence[str]
    features: Features
    component: str | None


@dataclass(slots=True)
class Findings:
    """What comparing found: the evidence of the pairs that weigh more than the floor, the stored evidence
    that has `fallen` because its records are no candidates any more, the records that were decided anew
    (`subjects`, with the actor who caused that), the component of each record that either leads to
    (`reached`), and how many pairs were compared."""

    evidence: dict[Pair, Evidence] = field(default_factory=dict)
    fallen: set[Pair] = field(default_factory=set)
    subjects: dict[str, str] = field(default_factory=dict)
    reached: dict[str, str | None] = field(default_factory=dict)
    compared: int = 0


SYSTEM = "system"
"""The actor of what the gateway does of its own accord."""


async def find(
    transaction: Transaction, changes: Changes, here: Neighbourhood, *, ahead: bool = False
) -> Findings:
    """Compare the changed records, whose components are `here`, with everybody they may match. Records whose
    identifiers became generic or ceased to be so are decided anew, too, and come into the neighbourhood.

    `ahead` is for a ruleset that does not count yet: nothing is stored, and what its evidence fell is looked
    for among what was made ready.
    """
    await _count(transaction, changes)
    await _reopen(transaction, changes, here, ahead=ahead)
    await _save_generics(transaction, changes, here, ahead=ahead)
    census = changes.census
    found_by = census.pairs({key: found.sought for key, found in changes.after.items()})
    pairs = set(found_by)
    fading: list[frozenset[str]] = []
    for mark, holders in census.crossed():
        if mark[0] == IDENTIFIER:
            continue
        if census.after[mark] is None:
            fading.append(holders - changes.after.keys())
        else:
            pairs.update(pairs_among(holders))
    pairs |= await _signed_in(transaction, changes, here)
    among = ready.evidence_among if ahead else components.evidence_among
    doubtful = await among(transaction, fading) - pairs
    pool = await _candidates(
        transaction, changes, here, {key for pair in (pairs | doubtful) for key in pair}, ahead=ahead
    )
    findings = Findings(subjects=dict(changes.actors), compared=len(pairs))
    findings.fallen = await _fallen(transaction, changes, doubtful, pool)
    floor, scorer = changes.loaded.ruleset.floor, changes.loaded.scorer
    began = perf_counter()
    for a, b in pairs:
        if a in pool and b in pool:
            one, other = pool[a].features, pool[b].features
            weight = scorer.weigh(one, other)
            if weight > floor:
                findings.evidence[a, b] = Evidence(weight, scorer.rule(one, other))
    seconds = perf_counter() - began
    transaction.after_commit(lambda: costing.count(changes, found_by, findings.evidence, seconds))
    ends = {key for pair in (*findings.evidence, *findings.fallen) for key in pair}
    findings.reached = {key: pool[key].component for key in ends}
    return findings


async def _signed_in(transaction: Transaction, changes: Changes, here: Neighbourhood) -> set[Pair]:
    """The pairs of the changed records by logins that were seen with devices."""
    changed = changes.after.keys()
    wanted = {
        login
        for key in changed
        if logins.MARK in (packed := here.members[key].features or "")
        for login in logins.logins_of(unpack(packed))
    }
    found = await logins.partners(transaction, wanted, changes.census.caps.identifier)
    return {pair for pair in found if not changed.isdisjoint(pair)}


async def _count(transaction: Transaction, changes: Changes) -> None:
    """Who holds each mark after the change; those that too many held and some let go are counted."""
    uncertain = changes.count()
    changes.census.after |= await keysets.holders(transaction, uncertain, changes.census.caps)


async def _reopen(transaction: Transaction, changes: Changes, here: Neighbourhood, *, ahead: bool) -> None:
    """An identifier that becomes generic, or ceases to be, changes what every record that carries it weighs:
    these are decided anew as if they had changed themselves."""
    census = changes.census
    crossed = {mark: holders for mark, holders in census.crossed() if mark[0] == IDENTIFIER}
    if not crossed:
        return
    if not ahead:
        rows = [[mark[1], census.after[mark] is None] for mark in sorted(crossed)]
        await transaction.run(_SET_GENERIC, rows=rows)
    reopened = {key for holders in crossed.values() for key in holders} - changes.after.keys()
    if not reopened:
        return
    await components.load(transaction, here, (), reopened)
    found = {
        key: member_findable(here.members[key], changes.loaded) for key in reopened if key in here.members
    }
    missing = {mark for each in found.values() for mark in each.holds} - census.after.keys()
    held = await keysets.holders(transaction, missing, census.caps)
    census.before |= held
    census.after |= held
    changes.before |= found
    changes.after |= found
    changes.actors |= dict.fromkeys(found, SYSTEM)


async def _save_generics(
    transaction: Transaction, changes: Changes, here: Neighbourhood, *, ahead: bool
) -> None:
    """Note on each changed record which of its identifiers are generic."""
    rows: list[list[Any]] = []
    for key, found in changes.after.items():
        member = here.members[key]
        generics = sorted(changes.census.generic(found.holds))
        if generics != list(member.generics):
            rows.append([key, generics])
            here.members[key] = member.with_generics(generics)
    if rows and not ahead:
        await transaction.run(_SET_GENERICS, rows=sorted(rows))


async def save_generics(
    transaction: Transaction, generics: Mapping[str, Collection[str]], identifiers: Mapping[str, bool]
) -> None:
    """Note which identifiers are generic now, and on each record which of its own are."""
    await transaction.run(_SET_GENERICS, rows=[[key, sorted(own)] for key, own in sorted(generics.items())])
    await transaction.run(_SET_GENERIC, rows=[list(row) for row in sorted(identifiers.items())])


async def _candidates(
    transaction: Transaction, changes: Changes, here: Neighbourhood, keys: Collection[str], *, ahead: bool
) -> dict[str, Candidate]:
    """The records of the keys that take part in matching, with their features as the ruleset lets them
    count."""
    pool: dict[str, Candidate] = {}
    loaded = changes.loaded
    rows: list[Row] = [
        [member.key, member.source, member.features, member.identifiers, member.generics, member.component]
        for key in keys
        if (member := here.members.get(key)) is not None and not member.deleted
    ]
    others = [key for key in keys if key not in here.members]
    known = changes.known.rows(others)
    rows += known.values()
    rows += await read_candidates(transaction, [key for key in others if key not in known])
    if ahead and changes.regenerates:
        carried = {identifier for row in rows for identifier in row[3] or ()}
        census = changes.census
        uncounted = marks_of((), carried) - census.after.keys()
        census.after |= (held := await keysets.holders(transaction, uncounted, census.caps))
        census.before |= held
        for row in rows:
            row[4] = census.generic(marks_of((), row[3] or ()))
    for row in rows:
        if (one := counted_candidate(row, loaded)) is not None:
            pool[row[0]] = one
    return pool


async def read_candidates(transaction: Transaction, keys: Collection[str]) -> list[Row]:
    """The stored records of these keys that were not deleted, as they are compared."""
    return list(await transaction.run(_CANDIDATES, keys=sorted(keys))) if keys else []


def counted_candidate(row: Row, loaded: Loaded) -> Candidate | None:
    """The record with its features as the ruleset lets them count; None if it takes no part in matching."""
    _, source, packed, identifiers, generics, component = row
    if packed is None:
        return None  # No ruleset has decided this record yet; whoever does will meet the others.
    features = unpack(packed)
    if not takes_part(source, features, loaded):
        return None
    counted = matching_features(features, loaded, generics or ())
    return Candidate(source, features, identifiers or (), counted, component)


async def _fallen(
    transaction: Transaction, changes: Changes, doubtful: Iterable[Pair], pool: Mapping[str, Candidate]
) -> set[Pair]:
    """Of the pairs that share a mark which counts no longer those that share no other one that counts."""
    pairs = [
        (a, b)
        for a, b in doubtful
        if a in pool and b in pool and not logins.shared_by(pool[a].features, pool[b].features)
    ]
    sought = {
        key: findable(one.source, one.said, one.identifiers, changes.loaded).sought
        for key, one in ((key, pool[key]) for key in {key for pair in pairs for key in pair})
    }
    shared: dict[Pair, frozenset[Mark]] = {(a, b): sought[a] & sought[b] for a, b in pairs}
    census = changes.census
    unknown = {mark for marks in shared.values() for mark in marks} - census.after.keys()
    held = census.after | await keysets.holders(transaction, unknown, census.caps)
    return {pair for pair, marks in shared.items() if all(held[mark] is None for mark in marks)}
