"""What a transaction changes of records, as resolution has to know it: how each was and is found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from graph_model.graph import Transaction
from graph_model.identity import components, keysets
from graph_model.identity.assignment import NOTHING_NAMED, Naming
from graph_model.identity.candidates import Caps, Census, Mark, marks_of, sets_of_keys
from graph_model.identity.components import Member, Neighbourhood
from graph_model.identity.foresight import NOTHING_KNOWN, Known
from graph_model.identity.matching.features import Features, Party, unpack
from graph_model.identity.matching.guards import without_blocked
from graph_model.identity.rulesets.active import Active, Loaded, Phase
from graph_model.metadata.objects import IdentifierType
from graph_model.records.model import STEWARD, Record

KeySets: TypeAlias = list[tuple[int | None, ...]]
Describe: TypeAlias = Callable[[Loaded], Mapping[str, "Findable"]]
"""How each changed record is found under a ruleset, by key."""


@dataclass(frozen=True, slots=True)
class Findable:
    """How a record is found: its sets of blocking keys; the marks that it `holds`, and of these the ones by
    which partners are `sought` for it: none where it takes no part in matching."""

    sets: KeySets = field(default_factory=list)
    holds: frozenset[Mark] = frozenset()
    sought: frozenset[Mark] = frozenset()


NOWHERE = Findable()


@dataclass(slots=True)
class Changes:
    """The records that are decided anew, each with the actor who caused that, and who holds their marks.

    `dropped` are identifiers that records carried before and carry no longer, `created` the properties of
    records that are new and in no relation yet. `naming` is what a steward says of ids. `next`
    is the same as a ruleset sees it that is being activated, whose key sets may not all be there yet
    (`is_writing_keys`); `regenerates`: it calls other identifiers generic than what is stored. `logins` are
    those of the records as they will be. What is `known` of others need not be read. Make it before anything
    is saved, and resolve when everything is.
    """

    loaded: Loaded
    actors: dict[str, str]
    census: Census
    before: dict[str, Findable] = field(default_factory=dict)
    after: dict[str, Findable] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    naming: Naming = NOTHING_NAMED
    created: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    next: Changes | None = None
    regenerates: bool = False
    is_writing_keys: bool = False
    logins: Collection[str] = ()
    known: Known = NOTHING_KNOWN

    async def save_keys(self, transaction: Transaction, *, anew: bool = False) -> None:
        """Save the blocking keys of the changed records; `anew`: whatever is there already."""
        old = {key: found.sets for key, found in self.before.items()}
        new = {key: found.sets for key, found in self.after.items()}
        await keysets.save(transaction, old, new, self.loaded.generation, anew=anew)
        if self.next is not None and self.next.loaded.generation != self.loaded.generation:
            await self.next.save_keys(transaction, anew=self.is_writing_keys)

    def count(self) -> set[Mark]:
        """Move the census on; returns the marks whose holders have to be counted anew."""
        return self.census.move(
            {key: found.holds for key, found in self.before.items()},
            {key: found.holds for key, found in self.after.items()},
        )


def matching_features(features: Features, loaded: Loaded, generics: Iterable[str] = ()) -> Features:
    """The features that the ruleset lets count: without blocked values, and without generic identifiers."""
    return without(without_blocked(features, loaded.ruleset.guards), frozenset(generics))


def without(features: Features, identifiers: frozenset[str]) -> Features:
    """The features without these identifiers (by key)."""
    if not identifiers:
        return features
    return replace(
        features,
        emails=tuple(v for v in features.emails if _key(IdentifierType.EMAIL, v) not in identifiers),
        phones=tuple(v for v in features.phones if _key(IdentifierType.PHONE, v) not in identifiers),
        identifiers=tuple(key for key in features.identifiers if key not in identifiers),
    )


def takes_part(source: str, features: Features, loaded: Loaded) -> bool:
    """Whether the record is matched at all: a steward's correction follows the record that it corrects, a
    record with a reason not to be merged stays alone, and so does what the ruleset keeps out."""
    return source != STEWARD and not features.alone and not loaded.keeps_out(features)


def findable(source: str, features: Features, identifiers: Iterable[str], loaded: Loaded) -> Findable:
    """How a live record is found under the ruleset."""
    carried = marks_of((), identifiers)
    if not takes_part(source, features, loaded):
        return Findable([], carried, frozenset())
    counted = matching_features(features, loaded)
    # A device is found by its identifiers alone: nothing is like a device.
    kinds = () if features.party is Party.DEVICE else loaded.ruleset.key_kinds
    sets = sets_of_keys(counted, kinds, loaded.generation)
    keys = marks_of(sets, ())
    said = marks_of((), _identifier_keys(counted))
    return Findable(sets, keys | carried, keys | (said & carried))


def record_findable(record: Record, features: Features, loaded: Loaded) -> Findable:
    """How a record with these features, that is about to be saved, will be found under the ruleset."""
    if record.deleted:
        return NOWHERE
    return findable(
        record.key.source, features, [identifier.key for identifier in record.identifiers], loaded
    )


def member_findable(member: Member, loaded: Loaded) -> Findable:
    """How a stored record is found under the ruleset."""
    if member.deleted:
        return NOWHERE
    return findable(member.source, unpack(member.features), member.identifiers, loaded)


async def gather(
    transaction: Transaction,
    now: Active,
    actors: Mapping[str, str],
    before: Describe,
    after: Describe,
    *,
    known: Known = NOTHING_KNOWN,
) -> Changes:
    """The changes that saving makes, gathered before anything is saved. `before` and `after` say how the
    records are found under a ruleset."""
    changes = await _gathered(transaction, now.deciding, actors, before, after, known)
    if now.next is not None and now.phase is not Phase.CUTOVER:
        changes.next = await _gathered(transaction, now.next, actors, before, after)
        changes.next.regenerates = now.next.ruleset.generic_cap != now.current.ruleset.generic_cap
        changes.is_writing_keys = now.phase is Phase.KEYS
    return changes


async def redecide(
    transaction: Transaction, now: Active, actors: Mapping[str, str], *, naming: Naming = NOTHING_NAMED
) -> Changes:
    """Changes that change nothing of the records: what joins them is decided anew (constraints changed)."""
    changes = await revisit(transaction, now.deciding, actors)
    changes.naming = naming
    return changes


async def revisit(transaction: Transaction, loaded: Loaded, actors: Mapping[str, str]) -> Changes:
    """The records as they are, to be compared anew under this ruleset."""
    here = Neighbourhood()
    await components.load(transaction, here, (), actors)
    found = {key: member_findable(here.members[key], loaded) for key in actors if key in here.members}
    return await _gathered(
        transaction, loaded, {key: actors[key] for key in found}, lambda _: found, lambda _: found
    )


async def _gathered(
    transaction: Transaction,
    loaded: Loaded,
    actors: Mapping[str, str],
    before: Describe,
    after: Describe,
    known: Known = NOTHING_KNOWN,
) -> Changes:
    census = Census(caps(loaded))
    was, now = dict(before(loaded)), dict(after(loaded))
    marks = {mark for found in (*was.values(), *now.values()) for mark in found.holds}
    held = known.holders(marks)
    census.before = held | await keysets.holders(transaction, marks - held.keys(), census.caps)
    return Changes(loaded, dict(actors), census, was, now, known=known)


def caps(loaded: Loaded) -> Caps:
    """How many records may hold a mark under the ruleset."""
    return Caps(loaded.ruleset.key_cap, loaded.ruleset.generic_cap)


def _identifier_keys(features: Features) -> Iterable[str]:
    yield from (_key(IdentifierType.EMAIL, value) for value in features.emails)
    yield from (_key(IdentifierType.PHONE, value) for value in features.phones)
    yield from features.identifiers


def _key(type_: IdentifierType, value: str) -> str:
    return f"{type_}||{value}"
