"""Whose an identifier is: the one individual that a look-up by it finds, and that gets what it caused.

An identifier that several individuals carry (a family's phone) is nobody's; a device that several
persons use is the anonymous individual's that stands for the device.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
RETURN collect([x.key, o.id, i.id, r.object])
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


@dataclass(slots=True)
class Ownership:
    """Who owns the identifiers now, by key, and every individual whose identifiers changed."""

    owners: dict[str, str | None] = field(default_factory=dict)
    affected: set[str] = field(default_factory=set)


def owner(carrying: Iterable[tuple[str, bool]]) -> str | None:
    """The owner, given the (individual, whether by a device record) that carry the identifier."""
    individuals = set(carrying)
    devices = {individual for individual, is_device in individuals if is_device}
    everyone = {individual for individual, _ in individuals}
    for group in (everyone, devices):
        if len(group) == 1:
            return next(iter(group))
    return None


async def refresh(transaction: Transaction, identifiers: Collection[str], *, time: str) -> Ownership:
    """Decide anew whose the identifiers are, and save what changed."""
    result = Ownership()
    if not identifiers:
        return result
    before: dict[str, str | None] = {}
    carrying: dict[str, set[tuple[str, bool]]] = {}
    for key, owned_by, individual, object_name in await transaction.run(_CARRYING, keys=sorted(identifiers)):
        before[key] = owned_by
        carriers = carrying.setdefault(key, set())
        if individual is not None:
            carriers.add((individual, object_name == DEVICE_OBJECT))
    result.owners = {key: owner(carriers) for key, carriers in carrying.items()}
    changed = sorted(key for key, owned_by in result.owners.items() if owned_by != before[key])
    if changed:
        if disowned := [key for key in changed if before[key]]:
            await transaction.run(_DISOWN, keys=disowned)
        rows = [{"identifier": key, "owner": result.owners[key]} for key in changed if result.owners[key]]
        if rows:
            await transaction.run(_OWN, rows=rows, time=time)
    result.affected = {
        individual for key in changed for individual in (before[key], result.owners[key]) if individual
    }
    return result
