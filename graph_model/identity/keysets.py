"""The blocking keys in the graph: key sets, and finding who holds a mark.

A key set is a node with a hash in each slot, because both engines index a property's whole value and not the
items of a list. A record has one for each combination of its names and addresses. Key sets of several
generations (of rulesets with other kinds of key) stand side by side while a ruleset is activated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, LiteralString

from graph_model.graph import Transaction
from graph_model.identity.candidates import IDENTIFIER, SLOTS, Caps, Holders, Mark

_SAVE: LiteralString = """
UNWIND $rows AS row
MERGE (k:KeySet {id: row[0]})
SET k.record = row[1], k.generation = row[2],
    k.k0 = row[3][0], k.k1 = row[3][1], k.k2 = row[3][2], k.k3 = row[3][3],
    k.k4 = row[3][4], k.k5 = row[3][5], k.k6 = row[3][6], k.k7 = row[3][7],
    k.k8 = row[3][8], k.k9 = row[3][9], k.k10 = row[3][10], k.k11 = row[3][11],
    k.k12 = row[3][12], k.k13 = row[3][13], k.k14 = row[3][14], k.k15 = row[3][15]
"""

_DELETE: LiteralString = """
UNWIND $ids AS id
MATCH (k:KeySet {id: id})
DELETE k
"""

# One statement whatever the number of records and kinds of key: a round trip costs more than a look-up.
_HOLDERS: LiteralString = """
RETURN [
  [h IN $slots[0] | COLLECT { MATCH (k:KeySet {k0: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[1] | COLLECT { MATCH (k:KeySet {k1: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[2] | COLLECT { MATCH (k:KeySet {k2: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[3] | COLLECT { MATCH (k:KeySet {k3: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[4] | COLLECT { MATCH (k:KeySet {k4: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[5] | COLLECT { MATCH (k:KeySet {k5: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[6] | COLLECT { MATCH (k:KeySet {k6: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[7] | COLLECT { MATCH (k:KeySet {k7: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[8] | COLLECT { MATCH (k:KeySet {k8: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[9] | COLLECT { MATCH (k:KeySet {k9: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[10] | COLLECT { MATCH (k:KeySet {k10: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[11] | COLLECT { MATCH (k:KeySet {k11: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[12] | COLLECT { MATCH (k:KeySet {k12: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[13] | COLLECT { MATCH (k:KeySet {k13: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[14] | COLLECT { MATCH (k:KeySet {k14: h}) RETURN k.record LIMIT $keys }],
  [h IN $slots[15] | COLLECT { MATCH (k:KeySet {k15: h}) RETURN k.record LIMIT $keys }],
  [i IN $identifiers |
    COLLECT { MATCH (:Identifier {key: i})<-[:CARRIES]-(r:SourceRecord) RETURN r.key LIMIT $carriers }]
]
"""


async def holders(transaction: Transaction, marks: Collection[Mark], caps: Caps) -> dict[Mark, Holders]:
    """Who holds each of the marks now."""
    if not marks:
        return {}
    slots: list[list[Any]] = [[] for _ in range(SLOTS + 1)]
    for slot, value in marks:
        slots[slot].append(value)
    found = await transaction.run(
        _HOLDERS,
        slots=slots[:SLOTS],
        identifiers=slots[IDENTIFIER],
        keys=caps.key + 1,
        carriers=caps.identifier + 1,
    )
    held: dict[Mark, Holders] = {}
    for place, lists in enumerate(found):
        slot = IDENTIFIER if place == SLOTS else place
        for value, records in zip(slots[place], lists, strict=True):
            mark = (slot, value)
            held[mark] = frozenset(records) if len(records) <= caps.of(mark) else None
    return held


async def save(
    transaction: Transaction,
    old: Mapping[str, Sequence[tuple[int | None, ...]]],
    new: Mapping[str, Sequence[tuple[int | None, ...]]],
    generation: int,
    *,
    anew: bool = False,
) -> None:
    """Replace the key sets of this generation, by record; `anew`: whatever is there already."""
    rows = [
        [_id(generation, place, record), record, generation, [*keys, *[None] * (SLOTS - len(keys))]]
        for record, sets in sorted(new.items())
        if anew or list(old.get(record, ())) != list(sets)
        for place, keys in enumerate(sets)
    ]
    if rows:
        await transaction.run(_SAVE, rows=rows)
    surplus = [
        _id(generation, place, record)
        for record, sets in sorted(old.items())
        for place in range(len(new.get(record, ())), len(sets))
    ]
    await delete(transaction, surplus)


async def delete(transaction: Transaction, ids: Iterable[str]) -> None:
    """Delete these key sets."""
    if doomed := list(ids):
        await transaction.run(_DELETE, ids=doomed)


def _id(generation: int, place: int, record: str) -> str:
    return f"{generation}|{place}|{record}"
