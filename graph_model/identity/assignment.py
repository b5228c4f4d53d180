"""Which universal id each part of a new partition carries (law 4: ids are stable and never unknown).

A merge keeps the older id, or the one that a steward names, and the other resolves to it while the merge
stands. A split leaves the id with the larger part and gives a retired id back to the part that holds the
records it had. Where these two disagree the second counts: a merge that is undone leaves both ids where they
were, and records that came meanwhile go back with the side that they came for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial


@dataclass(frozen=True, slots=True)
class Retired:
    """An id that resolves to another one, and the records it had when it was merged away. `marker` sorts
    behind the age of every record that was there then, and before that of every later one."""

    id: str
    into: str
    records: frozenset[str]
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What becomes of ids. `members`: id → its records, for every part. `created`: ids made now.
    `revived`: retired ids given back. `merged`: retired id → the id it resolves to from now on. `gone`: ids
    of which no record is left. `foreign`: of an id that gives way to one that had been merged into it, the
    records that were that one's."""

    members: dict[str, frozenset[str]]
    created: frozenset[str]
    revived: frozenset[str]
    merged: dict[str, str]
    gone: frozenset[str] = frozenset()
    foreign: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Naming:
    """What a steward says of ids. One that is `preferred` outlives one that is not. To retired ones that are
    `lapsed` nobody prefers others any longer: where its records are, such an id comes before younger ones
    again."""

    preferred: frozenset[str] = frozenset()
    lapsed: frozenset[str] = frozenset()


NOTHING_NAMED = Naming()


def assign(
    parts: Iterable[frozenset[str]],
    current: Mapping[str, str],
    retired: Iterable[Retired],
    *,
    age: Mapping[str, str],
    mint: Callable[[], str],
    naming: Naming = NOTHING_NAMED,
) -> Assignment:
    """The id of each part.

    `current` maps record keys to the id they belong to now (records that are new are absent), `retired`
    are the ids that resolve to one of those. Ids sort by age, and `age` maps the keys in `current` to what
    sorts by the age of the record. `mint` makes a new id. `naming` is what a steward says of ids.
    """
    parts = list(parts)
    owners = {part: {current[key] for key in part if key in current} for part in parts}
    claims: dict[str, list[frozenset[str]]] = {}
    for part in parts:
        for owner in owners[part]:
            claims.setdefault(owner, []).append(part)

    retired = sorted(retired, key=lambda item: item.id)
    brought = {(item.into, key) for item in retired for key in item.records}
    merges: dict[str, list[Retired]] = {}
    for item in retired:
        merges.setdefault(item.into, []).append(item)
    own_records = cache(partial(_own_records, retired=retired, age=age))

    def share_of(item: Retired, part: frozenset[str]) -> tuple[int, int]:
        return len(own_records(item) & part), len(item.records & part)

    def standing(owner: str, part: frozenset[str]) -> tuple[bool, int, int, int, _Reversed]:
        share = [key for key in part if current.get(key) == owner]
        own = [key for key in share if (owner, key) not in brought]
        apart = any(
            item.records & part and not any(age[key] < item.marker for key in own)
            for item in merges.get(owner, ())
        )
        return not apart, len(own), len(share), -len(owners[part]), _Reversed(min(age[key] for key in share))

    # Where an id's records have parted, it does not stay with a share that another id brought into a merge,
    # nor with what has joined that share since. Of the others the larger one keeps it, not counting records
    # that another id brought; of equal ones the one in a part that fewer others claim (a record that went
    # over to another person does not take its old id along), then the one with the oldest record.
    heir = {
        owner: claimants[0] if len(claimants) == 1 else max(claimants, key=lambda part: standing(owner, part))
        for owner, claimants in claims.items()
    }
    kept: dict[frozenset[str], list[str]] = {}
    for owner, part in heir.items():
        kept.setdefault(part, []).append(owner)
    lapsing: dict[frozenset[str], list[Retired]] = {}
    for item in retired:
        if item.id in naming.lapsed and (homes := [part for part in parts if part & item.records]):
            home = max(homes, key=lambda part: share_of(item, part))
            lapsing.setdefault(home, []).append(item)

    members: dict[str, frozenset[str]] = {}
    created: set[str] = set()
    revived: set[str] = set()
    merged: dict[str, str] = {}
    foreign: dict[str, frozenset[str]] = {}
    for part in parts:
        ids = sorted(kept.get(part, ()), key=lambda owner: (owner not in naming.preferred, owner))
        returning = [item for item in lapsing.get(part, ()) if ids and item.id < ids[0]]
        if returning and returning[0].id not in revived:
            ids = [returning[0].id, *ids]
            revived.add(ids[0])
            foreign.update(dict.fromkeys(ids[1:], returning[0].records))
        elif not ids:
            back = [item for item in retired if item.id not in revived and item.records & part]
            # Of an id and another that had been merged into it, both of whose own records are here, it is the
            # first that they had last.
            own = [item for item in back if own_records(item) & part]
            back = [item for item in back if not any(_within(item, other) for other in own)]
            if back:
                ids = [max(back, key=lambda item: (share_of(item, part), _Reversed(item.id))).id]
                revived.add(ids[0])
            else:
                ids = [mint()]
                created.add(ids[0])
        members[ids[0]] = part
        merged.update(dict.fromkeys(ids[1:], ids[0]))
    whose = {key: id_ for id_, part in members.items() for key in part}
    for item in retired:
        if item.id not in revived:
            # An alias follows its records; where none of them is left, the id that it resolved to.
            found = sorted({whose[key] for key in item.records if key in whose})
            if len(found) > 1:
                found = [max(found, key=lambda id_: (share_of(item, members[id_]), _Reversed(id_)))]
            target = found[0] if found else merged.get(item.into, item.into)
            if target != item.into:
                merged[item.id] = target
    gone = set(current.values()) - claims.keys()
    return Assignment(members, frozenset(created), frozenset(revived), merged, frozenset(gone), foreign)


def _within(item: Retired, other: Retired) -> bool:
    """Whether the id had been merged into the other before that was retired itself."""
    return item.marker < other.marker and item.records <= other.records


def _own_records(item: Retired, *, retired: Iterable[Retired], age: Mapping[str, str]) -> frozenset[str]:
    """The records that were the id's own: without those that others had brought into it before it was retired
    itself, and those that came after that, which may be theirs."""
    brought = [other for other in retired if _within(other, item)]
    if not brought:
        return item.records
    first = min(other.marker for other in brought)
    others = frozenset().union(*(other.records for other in brought))
    return frozenset(key for key in item.records - others if age.get(key, first) < first)


class _Reversed(str):
    """Text that sorts the other way round, for taking the least by `max`."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)

    def __gt__(self, other: str) -> bool:
        return str.__lt__(self, other)
