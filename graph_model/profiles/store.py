"""The statements that read profiles. Each answers with one record of positional lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import orjson

from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.identity import normalise
from graph_model.insights.model import InsightValue
from graph_model.metadata.objects import ISSUED_BY_SOURCE, IdentifierType
from graph_model.profiles.model import BusinessObject, Profile, ProfileIdentifier, ProfileLink, ProfileRecord
from graph_model.records.model import Identifier

_GOLDEN = (
    "kind",
    "displayName",
    "salutation",
    "firstName",
    "middleName",
    "lastName",
    "birthDate",
    "gender",
    "street",
    "city",
    "postalCode",
    "state",
    "country",
    "emails",
    "phones",
)

# The profile of the individual `p`, with the 50 newest business objects of each kind.
# The order of `_GOLDEN` and of `_profile` is this one.
_PROFILE: LiteralString = """
[p.id, p.createdAt, p.updatedAt,
 [p.kind, p.displayName, p.salutation, p.firstName, p.middleName, p.lastName, p.birthDate, p.gender,
  p.street, p.city, p.postalCode, p.state, p.country, p.emails, p.phones],
 COLLECT { MATCH (p)<-[:MERGED_INTO]-(a:Individual) RETURN a.id ORDER BY a.id },
 COLLECT { MATCH (p)<-[:UNIFIED]-(r:SourceRecord)
           RETURN [r.id, r.key, r.source, r.object, r.recordId, r.modifiedAt, r.receivedAt, r.fields]
           ORDER BY r.key },
 COLLECT { MATCH (p)<-[:UNIFIED]-(r:SourceRecord)-[m:MATCH]->(o:SourceRecord)-[:UNIFIED]->(p)
           RETURN [r.key, o.key, m.rule, m.score, m.since, m.actor] ORDER BY r.key, o.key },
 COLLECT { MATCH (p)<-[:UNIFIED]-(:SourceRecord)-[:CARRIES]->(x:Identifier)
           WITH DISTINCT x RETURN [x.type, x.issuer, x.value] ORDER BY x.key },
 COLLECT { MATCH (p)<-[:OF]-(v:InsightValue) RETURN [v.name, v.unit, v.amount, v.since] ORDER BY v.key },
 COLLECT { MATCH (p)<-[:BELONGS_TO]-(:Identifier)<-[:CAUSED_BY]-(o:BusinessObject)
           WHERE o.object = 'SalesOrder'
           RETURN [o.id, o.source, o.recordId, o.modifiedAt, o.fields] ORDER BY o.at DESC, o.key LIMIT 50 },
 COLLECT { MATCH (p)<-[:BELONGS_TO]-(:Identifier)<-[:CAUSED_BY]-(o:BusinessObject)
           WHERE o.object = 'Case'
           RETURN [o.id, o.source, o.recordId, o.modifiedAt, o.fields] ORDER BY o.at DESC, o.key LIMIT 50 },
 COLLECT { MATCH (p)<-[:BELONGS_TO]-(:Identifier)<-[:CAUSED_BY]-(o:BusinessObject)
           WHERE o.object = 'Account'
           RETURN [o.id, o.source, o.recordId, o.modifiedAt, o.fields] ORDER BY o.at DESC, o.key LIMIT 50 },
 COLLECT { MATCH (p)<-[:BELONGS_TO]-(:Identifier)<-[:CAUSED_BY]-(o:BusinessObject)
           WHERE o.object = 'WebEngagement'
           RETURN [o.id, o.source, o.recordId, o.modifiedAt, o.fields] ORDER BY o.at DESC, o.key LIMIT 50 }]
"""

# A merged id resolves to the individual that it was merged into.
_BY_IDS: LiteralString = (
    """
UNWIND $ids AS id
MATCH (i:Individual {id: id})
OPTIONAL MATCH (i)-[:MERGED_INTO]->(w:Individual)
WITH id, coalesce(w, i) AS p
RETURN collect([id, """
    + _PROFILE
    + "])"
)

_BY_IDENTIFIER: LiteralString = (
    """
MATCH (asked:Identifier {key: $key})
OPTIONAL MATCH (asked)-[:BELONGS_TO]->(p:Individual)
RETURN [EXISTS { (asked)<-[:CARRIES]-(:SourceRecord) }, CASE WHEN p IS NULL THEN null ELSE """
    + _PROFILE
    + " END]"
)

_PAGE: LiteralString = (
    """
MATCH (p:Individual) WHERE p.id > $after AND p.status = 'ACTIVE'
WITH p ORDER BY p.id LIMIT $limit
RETURN collect("""
    + _PROFILE
    + ")"
)


async def by_ids(graph: Graph, ids: Sequence[str]) -> dict[str, Profile]:
    """The profiles by the ids that were asked for; merged ids answer with the surviving profile, unknown
    ids are absent."""
    rows = await graph.read(_BY_IDS, ids=list(dict.fromkeys(ids)))
    return {asked: _profile(row) for asked, row in rows}


async def by_identifier(graph: Graph, identifier: Identifier) -> Profile | None:
    """The one individual that this identifier leads to. Raises BadInput if several individuals share it."""
    found = await graph.read(_BY_IDENTIFIER, key=identifier.key)
    if found is None:
        return None
    carried, row = found
    if row is not None:
        return _profile(row)
    if carried:
        raise BadInput("Several individuals share this identifier.", code="AMBIGUOUS_IDENTIFIER")
    return None


async def page(graph: Graph, *, after: str, limit: int) -> list[Profile]:
    """Up to `limit` profiles in the order of their ids, from behind the id `after` (empty: the start)."""
    return [_profile(row) for row in await graph.read(_PAGE, after=after, limit=limit)]


def parse_identifier(
    type_: IdentifierType, value: str, issuer: str | None, default_country: str | None = None
) -> Identifier:
    """The identifier that a client names. Raises BadInput for a value that cannot be of its type."""
    if type_ in ISSUED_BY_SOURCE and not issuer:
        raise BadInput(f"A {type_} needs its issuer: the source that gave it.", code="MISSING_ISSUER")
    try:
        normal = normalise.identifier(type_, value, default_country)
    except normalise.Malformed:
        normal = None
    if normal is None:
        raise BadInput(f"Not a valid {type_}.", code="INVALID_IDENTIFIER")
    return Identifier(type_, (issuer or "") if type_ in ISSUED_BY_SOURCE else "", normal)


def _profile(row: Sequence[Any]) -> Profile:
    id_, created_at, updated_at, golden, merged, records, links, identifiers, insights, *objects = row
    orders, cases, accounts, web = ([_object(item) for item in items] for items in objects)
    return Profile(
        id=id_,
        created_at=created_at,
        updated_at=updated_at,
        golden=dict(zip(_GOLDEN, golden, strict=True)),
        merged_ids=merged,
        records=[_record(item) for item in records],
        links=[ProfileLink(*item) for item in links],
        identifiers=[ProfileIdentifier(*item) for item in identifiers],
        insights=[InsightValue(*item) for item in insights],
        orders=orders,
        cases=cases,
        accounts=accounts,
        web_engagements=web,
    )


def _record(row: Sequence[Any]) -> ProfileRecord:
    id_, key, source, object_name, record_id, modified_at, received_at, fields = row
    return ProfileRecord(
        id_, key, source, object_name, record_id, modified_at, received_at, orjson.loads(fields)
    )


def _object(row: Sequence[Any]) -> BusinessObject:
    id_, source, record_id, modified_at, fields = row
    return BusinessObject(id_, source, record_id, modified_at, orjson.loads(fields))
