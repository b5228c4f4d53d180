"""What a business object says of other records of its source, and what follows of that for whose it is.

A party's record that it names is one more thing that it carries, and the strongest: an identifier that
belongs to whoever the record is about (`identity/ownership.py`). An object that carries nothing belongs to
whoever the object does that it is part of: it is tied to a trace of the same identifiers, so that later
changes of ownership find both. Whichever of the two comes first, they meet in a `Reference`, called as both
know it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from graph_model.graph import Transaction
from graph_model.identity.ownership import named_by
from graph_model.metadata.fields import Relation
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Record, RecordKey

MOST_STEPS = 32
"""How far an object may be from the one that says whose both are."""

_PARTIES = frozenset(name for name, item in SHIPPED.objects.items() if item.is_party)
# Nothing is part of a visit, and there are very many.
_NEVER_REFERRED = frozenset(name for name, item in SHIPPED.objects.items() if item.immutable) - {
    relation.object for item in SHIPPED.objects.values() for relation in item.relations
}

_LEAVE: LiteralString = """
UNWIND $rows AS row
MATCH (:BusinessObject {key: row[0]})-[p:PART_OF]->(r:Reference)
WHERE NOT r.key IN row[1]
DELETE p
"""

_JOIN: LiteralString = """
UNWIND $rows AS row
MATCH (o:BusinessObject {key: row[0]})
MERGE (r:Reference {key: row[1]})
MERGE (o)-[p:PART_OF]->(r)
SET p.decides = row[2]
"""

_ANSWER: LiteralString = """
UNWIND $rows AS row
MATCH (r:Reference {key: row[1]})
MATCH (o:BusinessObject {key: row[0]})
MERGE (o)-[:IS]->(r)
RETURN collect(o.key)
"""

# Of several objects that a source calls alike, the one with the least key.
_ABOVE: LiteralString = """
RETURN [reference IN $references | COLLECT {
  MATCH (:Reference {key: reference})<-[:IS]-(o:BusinessObject)
  OPTIONAL MATCH (o)-[p:PART_OF {decides: true}]->(above:Reference)
  OPTIONAL MATCH (o)-[:CAUSED_BY]->(t:Trace)
  RETURN [above.key, t.identifiers] ORDER BY o.key LIMIT 1
}]
"""

_BELOW: LiteralString = """
RETURN [key IN $keys | COLLECT {
  MATCH (o:BusinessObject {key: key})-[:IS]->(r:Reference)<-[:PART_OF {decides: true}]-(c:BusinessObject)
  WHERE NOT EXISTS { MATCH (r)<-[:IS]-(other:BusinessObject) WHERE other.key < key }
  RETURN [c.key, c.objectType, c.fields]
}]
"""


@dataclass(frozen=True, slots=True)
class Child:
    """A stored object that belongs to whoever another does: its key, canonical type, and what it says."""

    key: str
    object_type: str
    said: str


def parties(item: Record) -> Iterator[str]:
    """The identifiers of the party's record that the object names, the one that its source means first."""
    for relation, value in _owning(item):
        if relation.object in _PARTIES:
            for name in item.known_as.get(relation.object) or (relation.object,):
                yield named_by(str(RecordKey(item.key.source, name, value)))


def references(item: Record) -> list[str]:
    """What it is part of, as a source calls it, the one that decides first."""
    return [
        _reference(item.key.source, relation.object, value)
        for relation, value in _owning(item)
        if relation.object not in _PARTIES
    ]


async def save(
    transaction: Transaction,
    objects: Iterable[Record],
    stored: Collection[str],
    shown: Collection[str],
    following: Collection[str],
) -> set[str]:
    """Save what each object is part of; return those, by key, that others are part of. `stored` are those
    that were there, `shown` those that are neither deleted nor hidden, `following` those that carry nothing
    of their own."""
    ended: list[list[Any]] = []
    joined: list[list[Any]] = []
    answering: list[list[str]] = []
    for item in objects:
        key = str(item.key)
        if item.object_type.name not in _NEVER_REFERRED:
            answering.append([key, _reference(item.key.source, item.object_type.name, item.key.record_id)])
        if not any(relation.owning for relation in item.object_type.relations):
            continue
        named = references(item) if key in shown else []
        if key in stored:
            ended.append([key, named])
        for place, reference in enumerate(dict.fromkeys(named)):
            joined.append([key, reference, key in following and place == 0])
            answering += _answers(item, reference)
    for statement, rows in ((_LEAVE, ended), (_JOIN, joined)):
        if rows:
            await transaction.run(statement, rows=rows)
    return set(await transaction.run(_ANSWER, rows=answering)) if answering else set()


async def inherited(transaction: Transaction, following: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What the objects carry that those belong to whom these, by key, follow (the reference)."""
    at = dict(following)
    seen = {key: {reference} for key, reference in at.items()}
    found: dict[str, tuple[str, ...]] = {}
    for _ in range(MOST_STEPS):
        if not at:
            break
        wanted = sorted(set(at.values()))
        rows = await transaction.run(_ABOVE, references=wanted)
        above = {key: row[0] for key, row in zip(wanted, rows, strict=True) if row}
        going: dict[str, str] = {}
        for key, reference in at.items():
            next_, identifiers = above.get(reference, (None, None))
            if next_ is None:
                found[key] = tuple(identifiers or ())
            elif next_ not in seen[key]:
                seen[key].add(next_)
                going[key] = next_
        at = going
    return found


async def below(transaction: Transaction, keys: Sequence[str]) -> dict[str, list[Child]]:
    """The objects that belong to whoever these do, by key."""
    found = await transaction.run(_BELOW, keys=list(keys)) if keys else []
    return {key: [Child(*row) for row in rows] for key, rows in zip(keys, found, strict=True) if rows}


def _owning(item: Record) -> Iterator[tuple[Relation, str]]:
    for relation in item.object_type.relations:
        value = item.fields.get(relation.field)
        if relation.owning and isinstance(value, str | int):
            yield relation, str(value)


def _reference(source: str, object_type: str, record_id: str) -> str:
    return str(RecordKey(source, object_type, record_id))


def _answers(item: Record, reference: str) -> Iterator[list[str]]:
    """The keys under which what is so called may be stored already."""
    source, object_type, record_id = reference.split("/", 2)
    for name in item.known_as.get(object_type) or (object_type,):
        yield [str(RecordKey(source, name, record_id)), reference]
