"""What a process read of the graph before it had the lock of resolution, and what of that still holds.

Whoever takes the lock gives it a name of its own, and is told the name that it had. So a process that keeps
in mind what its own transactions changed knows, as long as those names lead from one of its transactions to
the next, what has changed since it read something. A name that it does not know is another writer's: then
nothing that was read before counts.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from graph_model.identity.candidates import Holders, Mark
from graph_model.identity.rulesets.active import Active

Row: TypeAlias = list[Any]
"""A stored record as it is compared: its key, source, packed features, identifiers, the generic ones among
them, and its component."""

Key = TypeVar("Key")
Said = TypeVar("Said")

_COMMITS = 16
_READS = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """A transaction that has the lock: the name it gave it, and the one `before`."""

    name: str
    before: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was read ahead: who holds marks, and records by key."""

    held: Mapping[Mark, Holders]
    rows: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class _Commit:
    before: str
    ruling: Active
    records: frozenset[str]
    marks: frozenset[Mark]


class Known:
    """What was read ahead and still holds."""

    def __init__(self, reads: Sequence[tuple[Read, Collection[str], Collection[Mark]]] = ()) -> None:
        """Of each of the `reads` the records and marks that have changed since."""
        self._reads = reads

    def holders(self, marks: Collection[Mark]) -> dict[Mark, Holders]:
        """Who holds those of the marks that are known."""
        return _unchanged(((read.held, changed) for read, _, changed in self._reads), marks)

    def rows(self, keys: Collection[str]) -> dict[str, Row]:
        """Those of the records that are known, by key."""
        return _unchanged(((read.rows, changed) for read, changed, _ in self._reads), keys)


def _unchanged(
    reads: Iterable[tuple[Mapping[Key, Said], Collection[Key]]], wanted: Collection[Key]
) -> dict[Key, Said]:
    return {key: said[key] for said, changed in reads for key in wanted if key in said and key not in changed}


NOTHING_KNOWN = Known()

_commits: OrderedDict[str, _Commit] = OrderedDict()
_reads: deque[tuple[str, Read]] = deque(maxlen=_READS)


def is_over(name: str) -> bool:
    """Whether a transaction of this process gave the lock that name, and is over. One that is just being
    committed may show its name before it shows everything else."""
    return name in _commits


def keep(name: str, read: Read) -> None:
    """Keep in mind what was read after a look at the lock, which had the name of a transaction that was over
    by then."""
    _reads.append((name, read))


def committed(turn: Turn, ruling: Active, records: Collection[str], marks: Collection[Mark]) -> None:
    """A transaction of this process is on disk, which was decided by that ruleset, and these are the records
    and the marks that it may have changed anything of."""
    _commits[turn.name] = _Commit(turn.before, ruling, frozenset(records), frozenset(marks))
    while len(_commits) > _COMMITS:
        _commits.popitem(last=False)


def ruling(turn: Turn) -> Active | None:
    """The rulesets that count, if the transaction before was of this process: who changes what counts takes
    the lock."""
    commit = _commits.get(turn.before)
    return None if commit is None else commit.ruling


def known(turn: Turn) -> Known:
    """What a transaction need not read."""
    reads = []
    for name, read in _reads:
        records: set[str] = set()
        marks: set[Mark] = set()
        reached = turn.before
        while reached != name and (commit := _commits.get(reached)) is not None:
            records |= commit.records
            marks |= commit.marks
            reached = commit.before
        if reached == name:
            reads.append((read, records, marks))
    return Known(reads)
