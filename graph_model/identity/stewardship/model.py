"""Individuals as a steward finds them, what is to change, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.identity.assignment import Retired
from graph_model.identity.constraints.model import Constraint


@dataclass(frozen=True, slots=True)
class Member:
    """A source record: its key, its id (which sorts by age), whether it is a device's, and whether it is a
    steward's correction, which goes with the record that it is tied to."""

    key: str
    id: str
    is_device: bool = False
    is_correction: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """An individual: its records by age, and the ids that resolve to it."""

    id: str
    members: tuple[Member, ...]
    retired: tuple[Retired, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its records, the oldest first."""
        return tuple(member.key for member in self.members)

    @property
    def representative(self) -> str:
        """The record that a merge binds: the oldest that is of a person, else the oldest."""
        own = self.own
        return next((member.key for member in own if not member.is_device), own[0].key)

    @property
    def own(self) -> tuple[Member, ...]:
        """Its records, without corrections, the oldest first."""
        return tuple(member for member in self.members if not member.is_correction)

    @property
    def is_anonymous(self) -> bool:
        """Whether there is no record but of devices."""
        return all(member.is_device for member in self.members)


@dataclass(frozen=True, slots=True)
class Change:
    """Constraints that were `decided`, and those that are `ended`. What comes of it is shown of all
    individuals that hold one of `shown`, records by key; those of `joined` must be one individual then.
    `preferred` is an id that outlives others."""

    decided: tuple[Constraint, ...] = ()
    ended: tuple[Constraint, ...] = ()
    shown: frozenset[str] = frozenset()
    joined: tuple[str, ...] = ()
    preferred: frozenset[str] = frozenset()

    @property
    def bound(self) -> set[str]:
        """The keys of the records whose constraints change."""
        return {key for constraint in (*self.decided, *self.ended) for key in constraint.records}


@dataclass(frozen=True, slots=True)
class ResultingRecord:
    """A record of an individual that came of a change."""

    id: str
    source: str
    object: str
    record_id: str


@dataclass(frozen=True, slots=True)
class Resulting:
    """An individual that came of a change, or would; `is_new` if its id was made by it."""

    id: str
    is_new: bool
    kind: str
    display_name: str
    records: tuple[ResultingRecord, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a steward's action did, or would do: the constraints that were decided and those that ended, and
    the individuals that hold the records which it was about."""

    decided: tuple[Constraint, ...]
    ended: tuple[Constraint, ...]
    individuals: tuple[Resulting, ...]
