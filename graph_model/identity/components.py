"""Components: the records that evidence joins, which are judged as a whole and are the unit of change.

A record carries the id of its component, so that a component is read in one round trip. A record that
nothing joins has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, LiteralString

from graph_model.graph import Transaction
from graph_model.identity.candidates import Pair
from graph_model.identity.matching.groups import Groups
from graph_model.identity.model import Evidence
from graph_model.ids import new_id

_ROW: LiteralString = """[r.key, r.source, r.object, r.features, r.identifiers, r.generics, r.component,
    r.modifiedAt, r.deletedAt, r.ruleset, r.fields, r.id, head([(r)-[:UNIFIED]->(i:Individual) | i.id]),
    COUNT { (r)-[:ALWAYS_LINK|NEVER_LINK]-(:SourceRecord) }, r.objectType, r.fieldTimes]"""

# Subqueries of a list's items, not UNWIND: else Neo4j may begin at all evidence and join it.
_LOAD: LiteralString = f"""
RETURN [
  [c IN $components | COLLECT {{ MATCH (r:SourceRecord {{component: c}}) RETURN {_ROW} }}],
  [key IN $records | COLLECT {{ MATCH (r:SourceRecord {{key: key}}) RETURN {_ROW} }}],
  [c IN $components | COLLECT {{
    MATCH (a:SourceRecord {{component: c}})-[m:MATCH]->(b) RETURN [a.key, b.key, m.weight, m.rule] }}]
]
"""

_EVIDENCE_AMONG: LiteralString = """
RETURN [keys IN $groups | COLLECT {
  UNWIND keys AS key
  MATCH (a:SourceRecord {key: key})-[:MATCH]->(b) WHERE b.key IN keys
  RETURN [a.key, b.key] }]
"""

_SAVE: LiteralString = """
UNWIND $rows AS row
MATCH (r:SourceRecord {key: row[0]})
SET r.component = row[1]
"""

_ADD: LiteralString = """
UNWIND $rows AS row
MATCH (a:SourceRecord {key: row[0]})
MATCH (b:SourceRecord {key: row[1]})
CREATE (a)-[:MATCH {weight: row[2], rule: row[3], since: $time, actor: row[4]}]->(b)
"""

_CLOSE: LiteralString = """
UNWIND $rows AS row
MATCH (a:SourceRecord {key: row[0]})-[m:MATCH]->(b:SourceRecord {key: row[1]})
CREATE (a)-[:WAS_MATCH {weight: m.weight, rule: m.rule, since: m.since, actor: m.actor, until: $time}]->(b)
DELETE m
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A record as it is stored: its packed features, and its place in components and individuals.

    `identifiers` are the keys of those that it carries, `generics` those among them that are generic. `id`
    sorts by the age of the record; `ruleset` is the version that decided it; `bound` tells that a steward's
    constraint holds it. `field_times` are packed.
    """

    key: str
    source: str
    object: str
    features: str
    identifiers: tuple[str, ...]
    generics: tuple[str, ...]
    component: str | None
    modified_at: str
    deleted: bool
    ruleset: int
    fields: str
    id: str
    individual: str | None
    bound: bool
    object_type: str = ""
    field_times: str | None = None

    def with_generics(self, generics: Iterable[str]) -> Member:
        """The member with these identifiers being generic."""
        return replace(self, generics=tuple(generics))


@dataclass(slots=True)
class Neighbourhood:
    """Whole components around some records, as stored: members and evidence, each by key."""

    members: dict[str, Member] = field(default_factory=dict)
    evidence: dict[Pair, Evidence] = field(default_factory=dict)

    @property
    def components(self) -> set[str]:
        """The ids of the components that are here."""
        return {member.component for member in self.members.values() if member.component is not None}


def new_member(key: str, properties: Mapping[str, Any]) -> Member:
    """A record that was just created with these properties, and is in no relation yet."""
    return Member(
        key=key,
        source=properties["source"],
        object=properties["object"],
        features=properties["features"],
        identifiers=tuple(properties["identifiers"]),
        generics=(),
        component=None,
        modified_at=properties["modifiedAt"],
        deleted=properties["deletedAt"] is not None,
        ruleset=properties["ruleset"],
        fields=properties["fields"],
        object_type=properties["objectType"],
        field_times=properties.get("fieldTimes"),
        id=properties["id"],
        individual=None,
        bound=False,
    )


async def load(
    transaction: Transaction, here: Neighbourhood, components: Collection[str], records: Collection[str]
) -> None:
    """Add these components, and the records with their components, to the neighbourhood."""
    wanted = set(components) - here.components
    alone = set(records) - here.members.keys()
    while wanted or alone:
        by_component, by_key, evidence = await transaction.run(
            _LOAD, components=sorted(wanted), records=sorted(alone)
        )
        for row in chain.from_iterable((*by_component, *by_key)):
            here.members[row[0]] = _member(row)
        for a, b, weight, rule in chain.from_iterable(evidence):
            here.evidence[a, b] = Evidence(weight, rule)
        wanted = {here.members[key].component for key in alone if key in here.members} - wanted - {None}  # type: ignore[assignment]
        alone = set()


async def evidence_among(transaction: Transaction, groups: Iterable[Collection[str]]) -> set[Pair]:
    """The pairs within the same group of records that evidence is stored of."""
    lists = [sorted(group) for group in groups if len(group) > 1]
    if not lists:
        return set()
    found = await transaction.run(_EVIDENCE_AMONG, groups=lists)
    return {(a, b) for a, b in chain.from_iterable(found)}


async def save(
    transaction: Transaction,
    closed: Iterable[Pair],
    opened: Mapping[Pair, tuple[Evidence, str]],
    moved: Mapping[str, str | None],
    *,
    time: str,
) -> None:
    """Close evidence (it stays as WAS_MATCH), open other, with the actor who caused it, and note which
    component records are in now."""
    if rows := sorted(closed):
        await transaction.run(_CLOSE, rows=[list(pair) for pair in rows], time=time)
    if opened:
        adding = [
            [a, b, evidence.weight, evidence.rule, actor]
            for (a, b), (evidence, actor) in sorted(opened.items())
        ]
        await transaction.run(_ADD, rows=adding, time=time)
    if moved:
        await transaction.run(_SAVE, rows=[[key, component] for key, component in sorted(moved.items())])


def connected(keys: Iterable[str], pairs: Iterable[Pair]) -> list[frozenset[str]]:
    """The components into which the pairs join the keys, ordered by least key. A pair that leads outside is
    ignored."""
    here = set(keys)
    groups = Groups(here)
    for a, b in pairs:
        if a in here and b in here:
            groups.join(groups.of(a), groups.of(b))
    return groups.all()


def moves(here: Neighbourhood, components: Iterable[frozenset[str]]) -> dict[str, str | None]:
    """The records whose component's id changes, with the new one. A component keeps the id that most of its
    records have, unless one with more of them keeps it."""
    claims: list[tuple[int, str, frozenset[str]]] = []
    ids: dict[frozenset[str], str | None] = {}
    for part in components:
        ids[part] = None
        if len(part) > 1:
            held: dict[str, int] = {}
            for key in part:
                if key in here.members and (id_ := here.members[key].component) is not None:
                    held[id_] = held.get(id_, 0) + 1
            claims += [(-count, id_, part) for id_, count in held.items()]
    taken: set[str] = set()
    for _, id_, part in sorted(claims, key=lambda claim: (claim[0], claim[1], min(claim[2]))):
        if ids[part] is None and id_ not in taken:
            ids[part] = id_
            taken.add(id_)
    moved: dict[str, str | None] = {}
    for part, id_ in ids.items():
        target = id_ if len(part) == 1 or id_ is not None else new_id("cmp")
        for key in part:
            member = here.members.get(key)
            if (member.component if member else None) != target:
                moved[key] = target
    return moved


def _member(row: list[Any]) -> Member:
    key, source, object_, features, identifiers, generics, component, modified_at, deleted_at, *rest = row
    ruleset, fields, id_, individual, constraints, object_type, field_times = rest
    return Member(
        key=key,
        source=source,
        object=object_,
        features=features,
        identifiers=tuple(identifiers or ()),
        generics=tuple(generics or ()),
        component=component,
        modified_at=modified_at,
        deleted=deleted_at is not None,
        ruleset=ruleset,
        fields=fields,
        object_type=object_type,
        field_times=field_times,
        id=id_,
        individual=individual,
        bound=constraints > 0,
    )
