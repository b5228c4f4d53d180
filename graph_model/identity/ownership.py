"""Whose an identifier is: the one individual that a look-up by it finds, and that gets what it caused.

An identifier that several individuals carry (a family's phone) is nobody's; a device that several
persons use is the anonymous individual's that stands for the device. A record that business objects name is
an identifier, too, of whoever it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import LiteralString

from graph_model.graph import Transaction
from graph_model.metadata.objects import DEVICE_OBJECT

_CARRYING: LiteralString = """
UNWIND $keys AS key
MATCH (x:Identifier {key: key})
OPTIONAL MATCH (x)-[:BELONGS_TO]->(o:Individual)
OPTIONAL MATCH (x)<-[:CARRIES]-(r:SourceRecord)-[:UNIFIED]->(i:Individual)
WHERE NOT coalesce(x.generic, false)
RETURN collect([x.key, x.mentioned, o.id, i.id, r.objectType])
"""

_DISOWN: LiteralString = """
UNWIND $keys AS key
MATCH (x:Identifier {key: key})-[b:BELONGS_TO]->(:Individual)
DELETE b
"""

_OWN: LiteralString = """
UNWIND $rows AS row
MATCH (x:Identifier {key: row.identifier})
MATCH (i:Individual {id: row.owner})
CREATE (x)-[:BELONGS_TO {since: $time}]->(i)
"""


RECORD = "RECORD"
"""The type of the identifiers that name a party's record; no client knows it."""


@dataclass(slots=True)
class Ownership:
    """What changed of whose identifiers are: every individual whose identifiers changed (`affected`), those
    among them of whose that business objects carry (`mentioned`); of what these carry the identifiers that
    came to belong to somebody (`owned`), or to nobody (`disowned`), and whose they were (`before`)."""

    affected: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)
    owned: list[str] = field(default_factory=list)
    disowned: list[str] = field(default_factory=list)
    before: dict[str, str | None] = field(default_factory=dict)


def owner(carrying: Iterable[tuple[str, bool]]) -> str | None:
    """The owner, given the (individual, whether by a device record) that carry the identifier."""
    individuals = set(carrying)
    devices = {individual for individual, is_device in individuals if is_device}
    everyone = {individual for individual, _ in individuals}
    for group in (everyone, devices):
        if len(group) == 1:
            return next(iter(group))
    return None


def named_by(record: str) -> str:
    """The identifier by which business objects name a party's record (by key)."""
    return f"{RECORD}||{record}"


def named_record(identifier: str) -> str | None:
    """The record that an identifier (by key) names, if it is of that kind."""
    prefix = named_by("")
    return identifier.removeprefix(prefix) if identifier.startswith(prefix) else None


async def refresh(
    transaction: Transaction, identifiers: Collection[str], moved: Mapping[str, str | None], *, time: str
) -> Ownership:
    """Decide anew whose the identifiers are, and save what changed. `moved` says whose the records are now
    that were somebody else's, by key: so are the identifiers that name them."""
    named = {named_by(record): individual for record, individual in moved.items()}
    if not identifiers and not named:
        return Ownership()
    before: dict[str, str | None] = {}
    carrying: dict[str, set[tuple[str, bool]]] = {}
    mentioned: set[str] = set()
    rows = await transaction.run(_CARRYING, keys=sorted({*identifiers, *named}))
    for key, is_mentioned, owned_by, individual, object_name in rows:
        before[key] = owned_by
        if is_mentioned or key in named:
            mentioned.add(key)
        carriers = carrying.setdefault(key, set())
        if individual is not None:
            carriers.add((individual, object_name == DEVICE_OBJECT))
    owners = {key: named[key] if key in named else owner(carriers) for key, carriers in carrying.items()}
    changed = sorted(key for key, owned_by in owners.items() if owned_by != before[key])
    if disowned := [key for key in changed if before[key]]:
        await transaction.run(_DISOWN, keys=disowned)
    if opening := [{"identifier": key, "owner": owners[key]} for key in changed if owners[key]]:
        await transaction.run(_OWN, rows=opening, time=time)
    return _changes(changed, before, owners, mentioned)


def _changes(
    changed: Iterable[str],
    before: Mapping[str, str | None],
    owners: Mapping[str, str | None],
    mentioned: Collection[str],
) -> Ownership:
    result = Ownership()
    for key in changed:
        individuals = {individual for individual in (before[key], owners[key]) if individual}
        result.affected |= individuals
        if key in mentioned:
            result.mentioned |= individuals
            result.before[key] = before[key]
            if owners[key] is None:
                result.disowned.append(key)
            elif before[key] is None:
                result.owned.append(key)
    return result
