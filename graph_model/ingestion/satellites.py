"""Satellites: records that say something of another one, their party's: its contact points, memberships.

What they say counts as said by the party's record itself, whichever comes first and as long as they are
there. So the party's record keeps, by satellite, what each contributes; what it says itself stays as it is. A
party that has not come yet is kept as one that was deleted before all time, and waits for its first version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import orjson

from graph_model.metadata.objects import INDIVIDUAL, ObjectType
from graph_model.records.model import Record, RecordKey
from graph_model.records.validation import MAX_VALUES


class Contribution(NamedTuple):
    """What a satellite says: when it was modified, and values of the party's fields."""

    modified_at: str
    fields: Mapping[str, Sequence[Any]]


Contributions: TypeAlias = Mapping[str, Contribution]
"""Of one party, by the satellite's key."""
Changes: TypeAlias = Mapping[str, Contribution | None]
"""What changes of a party's contributions: None takes one away."""
MOST = 1_000
"""Satellites of one party that count, those with the least keys: what more name is hardly one party."""
Times: TypeAlias = dict[str, str | list[str]]
"""When what a record says of a field was modified: all of it, or each value of a list."""


def party_of(record: Record) -> RecordKey | None:
    """The record that this one says something of, if it names one."""
    satellite = record.object_type.satellite
    if satellite is None or not (party := record.fields.get(satellite.party)):
        return None
    named = record.fields.get(satellite.object)
    known_as = record.known_as.get(INDIVIDUAL.name) or (INDIVIDUAL.name,)
    return RecordKey(record.key.source, str(named or known_as[0]), str(party))


def contribution_of(record: Record) -> Contribution | None:
    """What a satellite says of its party, if anything."""
    return None if record.deleted else said_by(record.object_type, record.modified_at, record.fields)


def said_by(of: ObjectType, modified_at: str, fields: Mapping[str, Any]) -> Contribution | None:
    """What a satellite with these fields says of its party, if anything."""
    said = of.satellite.contribution(fields) if of.satellite is not None else None
    return Contribution(modified_at, said) if said else None


def changed(contributions: Contributions, changes: Changes) -> dict[str, Contribution]:
    """The contributions after the changes, as many as count."""
    said = {**contributions, **changes}
    counting = sorted((key, item) for key, item in said.items() if item is not None)
    return dict(counting[:MOST])


def lacks_others(contributions: Contributions, changes: Changes) -> bool:
    """Whether others may count that did not before: some of as many as count are taken away."""
    gone = any(changes[key] is None for key in contributions.keys() & changes.keys())
    return gone and len(contributions) == MOST


def contributed(record: Record, contributions: Contributions) -> Record:
    """The record with what its satellites contribute to lists of its own object: behind its own values, in
    the order of their keys, each value once. Identifiers are not worked out anew."""
    fields = dict(record.fields)
    for name, values in _values(record.object_type, contributions).items():
        own = fields.get(name, [])
        together: list[Any] = [*own] if isinstance(own, list) else [own]
        for value, _ in values:
            if value not in together:
                together.append(value)
        fields[name] = together[:MAX_VALUES]
    withdrawn = tuple(name for name in record.withdrawn if name not in fields)
    return replace(record, fields=fields, withdrawn=withdrawn)


def times_of(record: Record, own: Times, base: str, contributions: Contributions) -> Times:
    """When the fields of a record with contributions were modified, where that is not `base`; `own` are the
    times of its own fields."""
    times = dict(own)
    for name, values in _values(record.object_type, contributions).items():
        held = record.fields.get(name)
        said = [held] if held is not None and not isinstance(held, list) else list(held or ())
        mine = own.get(name, base)
        assert isinstance(mine, str)
        later: list[str] = []
        known = list(said)
        for value, modified_at in values:
            if value not in known:
                known.append(value)
                later.append(modified_at)
        times[name] = [*[mine] * len(said), *later][:MAX_VALUES]
    return times


def _values(of: ObjectType, contributions: Contributions) -> dict[str, list[tuple[Any, str]]]:
    """The values contributed to each list that such an object has, with their times."""
    found: dict[str, list[tuple[Any, str]]] = {}
    for _, (modified_at, fields) in sorted(contributions.items()):
        for name, values in fields.items():
            if (field := of.field(name)) is not None and field.many:
                found.setdefault(name, []).extend((value, modified_at) for value in values)
    return found


def pack(contributions: Contributions) -> str | None:
    """The contributions as JSON, None of none."""
    said = {key: [*item] for key, item in sorted(contributions.items())}
    return orjson.dumps(said).decode() if said else None


def unpack(packed: str | None) -> dict[str, Contribution]:
    """What `pack` packed."""
    return {key: Contribution(*said) for key, said in orjson.loads(packed).items()} if packed else {}
