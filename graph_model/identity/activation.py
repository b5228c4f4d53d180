"""What an activation does with records: evidence is made ready beside what counts, then components are cut
over, one after the other, and every write cuts over what it touches first.

Nothing is decided twice: until a component is cut over it is judged by the active ruleset alone, from then on
by the next one alone. The job that goes through all records is `rulesets/activation_job.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import LiteralString

from graph_model.graph import Transaction
from graph_model.identity import components, keysets, ready, store
from graph_model.identity.assignment import NOTHING_NAMED, Naming
from graph_model.identity.candidates import IDENTIFIER, Caps, Pair, marks_of
from graph_model.identity.components import Neighbourhood
from graph_model.identity.evidence import SYSTEM, Findings, find, save_generics
from graph_model.identity.logins import partners
from graph_model.identity.model import Evidence
from graph_model.identity.resolve import Resolution, constraints_of, decide
from graph_model.identity.rulesets.active import Active, Loaded
from graph_model.identity.subjects import Changes, caps, revisit

_DECIDED: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
SET r.ruleset = $version
"""


async def prepare(transaction: Transaction, changes: Changes) -> None:
    """Make the evidence of changed records ready for the ruleset that sees these changes."""
    here = Neighbourhood()
    await components.load(transaction, here, (), changes.actors)
    findings = await find(transaction, changes, here, ahead=True)
    await ready.replace(transaction, findings.subjects, findings.fallen, findings.evidence)


async def resolve_page(transaction: Transaction, now: Active, keys: Collection[str]) -> None:
    """Make the evidence of these records ready for the ruleset that is being activated. Takes the lock."""
    await store.lock(transaction)
    if now.next is not None:
        changes = await revisit(transaction, now.next, dict.fromkeys(keys, SYSTEM))
        changes.regenerates = _regenerates(now)
        await prepare(transaction, changes)


async def cut_over(
    transaction: Transaction,
    now: Active,
    keys: Iterable[str],
    *,
    naming: Naming = NOTHING_NAMED,
    time: str,
) -> Resolution:
    """Let the ruleset that is being activated decide these records, as far as it does not yet, with the
    components that they are in under either ruleset; `naming` is what a steward says of ids. The caller holds
    the lock, and sees to what follows."""
    loaded = now.deciding
    here, evidence = await _both_ways(transaction, loaded, keys)
    waiting = {
        key
        for key, member in here.members.items()
        if member.ruleset != loaded.version and member.features is not None
    }
    if not waiting:
        return Resolution()
    live = {key for key in waiting if not here.members[key].deleted}
    if _regenerates(now):
        await _regenerate(transaction, loaded, here, live)
    # A tombstone is decided, too, but no evidence leads to it.
    findings = Findings(evidence=evidence, subjects=dict.fromkeys(waiting, SYSTEM))
    resolution = await decide(transaction, loaded, here, findings, naming=naming, time=time)
    await ready.drop(transaction, waiting)
    await transaction.run(_DECIDED, keys=sorted(waiting), version=loaded.version)
    return resolution


async def in_the_way(transaction: Transaction, changes: Changes) -> set[str]:
    """The records that the changes may touch, which have to be cut over before anything is saved."""
    census = changes.census
    touched = {key for holders in census.before.values() for key in holders or ()} | changes.before.keys()
    lost = [
        mark
        for key, found in changes.before.items()
        for mark in found.holds - changes.after[key].holds
        if census.before[mark] is None
    ]
    # Of a mark that too many hold now, but perhaps no more when the changed records have let go.
    more = Caps(census.caps.key + len(changes.before), census.caps.identifier + len(changes.before))
    for holders in (await keysets.holders(transaction, set(lost), more)).values():
        touched |= holders or frozenset()
    for pair in await partners(transaction, changes.logins, census.caps.identifier):
        touched.update(pair)
    return touched


async def _both_ways(
    transaction: Transaction, loaded: Loaded, keys: Iterable[str]
) -> tuple[Neighbourhood, dict[Pair, Evidence]]:
    """Whole components around these records, under the ruleset of before and under the one that is being
    activated, and the evidence that is ready among them."""
    here = Neighbourhood()
    evidence: dict[Pair, Evidence] = {}
    asked: set[str] = set()
    wanted = set(keys)
    while wanted:
        await components.load(transaction, here, (), wanted)
        await constraints_of(transaction, here)
        waiting = {key for key, member in here.members.items() if member.ruleset != loaded.version} - asked
        evidence |= await ready.evidence_of(transaction, waiting)
        asked |= waiting
        wanted = {key for pair in evidence for key in pair} - here.members.keys()
    return here, evidence


async def _regenerate(
    transaction: Transaction, loaded: Loaded, here: Neighbourhood, keys: Collection[str]
) -> None:
    """Decide anew which identifiers of these records are generic: the ruleset has another cap for that."""
    carried = {key: marks_of((), here.members[key].identifiers) for key in keys}
    held = await keysets.holders(
        transaction, {mark for marks in carried.values() for mark in marks}, caps(loaded)
    )
    generics = {
        key: sorted(str(value) for slot, value in marks if held[slot, value] is None)
        for key, marks in carried.items()
    }
    for key, own in generics.items():
        here.members[key] = here.members[key].with_generics(own)
    flags = {str(value): holders is None for (slot, value), holders in held.items() if slot == IDENTIFIER}
    await save_generics(transaction, generics, flags)


def _regenerates(now: Active) -> bool:
    return now.next is not None and now.next.ruleset.generic_cap != now.current.ruleset.generic_cap
