"""The phases of an activation in the graph: from which moment on writes prepare for a version, and obey it.

Every change of phase takes the lock of resolution, so no write that read the phase before is still under way.
"""

from __future__ import annotations

from typing import Any, LiteralString

from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.identity import keysets
from graph_model.identity import store as identity
from graph_model.identity.matching.features import unpack
from graph_model.identity.rulesets import store
from graph_model.identity.rulesets.active import Active, Phase, active
from graph_model.identity.rulesets.model import Ruleset
from graph_model.identity.rulesets.stored import RulesetState, StoredRuleset
from graph_model.identity.subjects import findable

_STARTABLE = frozenset({RulesetState.DRAFT, RulesetState.RETIRED})

_OPEN_JOBS: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
SET s.askedAt = $time
WITH s
RETURN [s.active, s.next,
        COUNT { MATCH (j:Job) WHERE j.state IN ['QUEUED', 'IN_PROGRESS'] AND j.kind = 'ACTIVATE_RULESET' }]
"""

_BEGIN: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
MATCH (r:Ruleset {version: $version})
SET r.state = 'ACTIVATING',
    s.next = $version, s.nextDigest = r.digest, s.phase = $phase,
    s.lastGeneration = coalesce(s.lastGeneration, s.generation) + CASE WHEN $fresh THEN 1 ELSE 0 END
WITH s
SET s.nextGeneration = CASE WHEN $fresh THEN s.lastGeneration ELSE s.generation END
RETURN s.next
"""

_ENTER: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
SET s.phase = $phase
"""

_COMPLETE: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
MATCH (old:Ruleset {version: s.active})
MATCH (new:Ruleset {version: s.next})
SET old.state = 'RETIRED'
SET new.state = 'ACTIVE', new.activatedAt = $time
SET s.unneeded = CASE WHEN s.generation = s.nextGeneration THEN null ELSE s.generation END
SET s.active = s.next, s.digest = s.nextDigest, s.generation = s.nextGeneration
SET s.next = null, s.nextDigest = null, s.nextGeneration = null, s.phase = null
RETURN s.active
"""

_ABANDON: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
MATCH (r:Ruleset {version: s.next})
SET r.state = CASE WHEN r.activatedAt IS NULL THEN 'DRAFT' ELSE 'RETIRED' END
SET s.unneeded = CASE WHEN s.generation = s.nextGeneration THEN null ELSE s.nextGeneration END
SET s.next = null, s.nextDigest = null, s.nextGeneration = null, s.phase = null
RETURN r.version
"""


_UNNEEDED: LiteralString = "MATCH (s:RulesetState {name: 'rulesets'}) RETURN s.unneeded"

_RECORDS: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
WHERE r.deletedAt IS NULL AND r.features IS NOT NULL
RETURN collect([r.key, r.source, r.features, r.identifiers])
"""

_DROP_KEY_SETS: LiteralString = """
MATCH (k:KeySet) WHERE k.id STARTS WITH $prefix
WITH k LIMIT $limit
DELETE k
RETURN count(*)
"""

_DROP_NEXT_MATCHES: LiteralString = """
UNWIND $keys AS key
MATCH (:SourceRecord {key: key})-[m:NEXT_MATCH]->(:SourceRecord)
DELETE m
"""

_REPLACE: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
MATCH (old:Ruleset {version: s.active})
MATCH (new:Ruleset {version: $version})
SET old.state = 'RETIRED'
SET new.state = 'ACTIVE', new.activatedAt = $time
SET s.active = $version, s.digest = new.digest
RETURN s.active
"""


def matches_alike(one: Ruleset, other: Ruleset) -> bool:
    """Whether two rulesets link the same records, and differ in what individuals show at most."""
    return _matching(one) == _matching(other)


async def check_startable(transaction: Transaction, version: int, *, time: str) -> StoredRuleset:
    """The version, if its activation may begin, or go on after a failure. Raises BadInput."""
    counting, following, running = await transaction.run(_OPEN_JOBS, time=time)
    stored = await store.load(transaction, version)
    if stored is None:
        raise BadInput(f"There is no ruleset of version {version}.", code="NOT_FOUND")
    if version == counting:
        raise BadInput("That version is active already.", code="ALREADY_ACTIVE")
    if running or following not in (None, version):
        raise BadInput("A ruleset is being activated; wait for its job.", code="ACTIVATION_RUNNING")
    return stored


async def begin(transaction: Transaction, version: int) -> Active:
    """Let the version's activation begin; one that has begun goes on where it is. Raises BadInput."""
    await identity.lock(transaction)
    now = await active(transaction)
    if now.next is not None:
        if now.next.version != version:
            raise BadInput("Another ruleset is being activated.", code="ACTIVATION_RUNNING")
        return now
    stored = await store.load(transaction, version)
    if stored is None or stored.state not in _STARTABLE:
        raise BadInput("That version cannot be activated.", code="NOT_ACTIVATABLE")
    current = now.current.ruleset
    fresh = _keyed_by(stored.ruleset) != _keyed_by(current)
    phase = Phase.KEYS if fresh else Phase.EDGES
    await transaction.run(_BEGIN, version=version, phase=str(phase), fresh=fresh)
    return await active(transaction)


async def enter(transaction: Transaction, phase: Phase) -> None:
    """Let a phase begin."""
    await identity.lock(transaction)
    await transaction.run(_ENTER, phase=str(phase))


async def complete(transaction: Transaction, *, time: str) -> int | None:
    """Let the version that was activated count, and retire the one before; the generation of KeySets that
    nobody needs any more. Once it counts, this changes nothing: a commit may have been lost from sight."""
    await identity.lock(transaction)
    await transaction.run(_COMPLETE, time=time)
    unneeded: int | None = await transaction.run(_UNNEEDED)
    return unneeded


async def abandon(transaction: Transaction) -> int | None:
    """End an activation that was not cut over: the version is again what it was. Gives the generation of
    KeySets that nobody needs any more."""
    await identity.lock(transaction)
    await transaction.run(_ABANDON)
    unneeded: int | None = await transaction.run(_UNNEEDED)
    return unneeded


async def is_only_survivorship(transaction: Transaction, version: int) -> bool:
    """Whether the version links as the active one does, so that nothing need be matched anew."""
    await identity.lock(transaction)
    now = await active(transaction)
    stored = await store.load(transaction, version)
    return (
        now.next is None
        and stored is not None
        and stored.state in _STARTABLE
        and matches_alike(stored.ruleset, now.current.ruleset)
    )


async def replace(transaction: Transaction, version: int, *, time: str) -> None:
    """Let a version count at once that links as the active one does."""
    await transaction.run(_REPLACE, version=version, time=time)


async def write_keys(transaction: Transaction, now: Active, keys: list[str]) -> None:
    """Write the KeySets of these records for the version that is being activated."""
    await identity.lock(transaction)
    if now.next is None:
        return
    found = {
        key: findable(source, unpack(features), identifiers or (), now.next).sets
        for key, source, features, identifiers in await transaction.run(_RECORDS, keys=keys)
    }
    await keysets.save(transaction, {}, found, now.next.generation)


async def drop_key_sets(transaction: Transaction, generation: int, limit: int) -> int:
    """Delete KeySets of a generation, so many at most; how many there were."""
    return int(await transaction.run(_DROP_KEY_SETS, prefix=f"{generation}|", limit=limit))


async def drop_next_matches(transaction: Transaction, keys: list[str]) -> None:
    """Delete the evidence that was made ready for these records."""
    await transaction.run(_DROP_NEXT_MATCHES, keys=keys)


def _keyed_by(ruleset: Ruleset) -> tuple[Any, ...]:
    """What decides which keys a record has."""
    return ruleset.key_kinds, ruleset.guards, ruleset.record_filter


def _matching(ruleset: Ruleset) -> dict[str, Any]:
    return ruleset.model_dump(exclude={"name", "reconciliation"})
