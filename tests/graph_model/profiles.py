"""Whole profiles for tests to look at, read as the gateway reads them: by a shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from graph_model import times
from graph_model.graph import Graph
from graph_model.insights.model import InsightValue
from graph_model.reading import roots
from graph_model.reading.pages import PageOf, Pages
from graph_model.reading.shape import Direction, Hop, Order, Path, Related, Shape, Value
from graph_model.records.model import Identifier


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """A source record of the profile; `key` is unique in the graph."""

    id: str
    key: str
    source: str
    object: str
    record_id: str
    modified_at: str
    received_at: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProfileLink:
    """Evidence between two records (by key) of the profile; `weight` in thousandths of a bit."""

    a: str
    b: str
    rule: str
    weight: int
    since: str
    actor: str


@dataclass(frozen=True, slots=True)
class ProfileIdentifier:
    """An identifier that a record of the profile carries."""

    type: str
    issuer: str
    value: str


@dataclass(frozen=True, slots=True)
class BusinessObject:
    """An order, a case, an account or a visit that belongs to the profile."""

    id: str
    source: str
    record_id: str
    modified_at: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """An individual: golden values by property name, and what they rest on."""

    id: str
    created_at: str
    updated_at: str
    golden: dict[str, Any]
    merged_ids: list[str]
    records: list[ProfileRecord]
    links: list[ProfileLink]
    identifiers: list[ProfileIdentifier]
    insights: list[InsightValue]
    orders: list[BusinessObject]
    cases: list[BusinessObject]
    accounts: list[BusinessObject]
    web_engagements: list[BusinessObject]


GOLDEN = (
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
_IN, _OUT = Direction.IN, Direction.OUT
_UNIFIED = Hop("UNIFIED", _IN, "SourceRecord", "r")


def _values(*properties: str, of: str = "n") -> Shape:
    return tuple(Value(name, of) for name in properties)


def _objects(name: str) -> Related:
    path = Path(
        (
            Hop("BELONGS_TO", _IN, "Identifier"),
            Hop("LEADS_TO", _IN, "Trace", "t"),
            Hop("CAUSED_BY", _IN, "BusinessObject", "o"),
        ),
        (Order(Value("at", "o"), descending=True), Order(Value("key", "o"))),
        where=((Value("objectType", "t"), name),),
        limit=50,
    )
    return Related(path, _values("id", "source", "recordId", "modifiedAt", "fields"))


PROFILE: Shape = (
    *_values("id", "createdAt", "updatedAt", *GOLDEN),
    Related(Path((Hop("MERGED_INTO", _IN, "Individual", "a"),), (Order(Value("id", "a")),)), _values("id")),
    Related(
        Path((_UNIFIED,), (Order(Value("key", "r")),)),
        _values("id", "key", "source", "object", "recordId", "modifiedAt", "receivedAt", "fields"),
    ),
    Related(
        Path(
            (
                _UNIFIED,
                Hop("MATCH", _OUT, "SourceRecord", "o", "m"),
                Hop("UNIFIED", _OUT, "Individual", "n"),
            ),
            (Order(Value("key", "r")), Order(Value("key", "o"))),
        ),
        (Value("key", "r"), Value("key", "o"), *_values("rule", "weight", "since", "actor", of="m")),
    ),
    Related(
        Path(
            (Hop("UNIFIED", _IN, "SourceRecord"), Hop("CARRIES", _OUT, "Identifier", "x")),
            (Order(Value("key", "x")),),
            distinct=True,
        ),
        _values("type", "issuer", "value"),
    ),
    Related(
        Path((Hop("OF", _IN, "InsightValue", "v"),), (Order(Value("key", "v")),)),
        _values("name", "unit", "amount", "since"),
    ),
    *(_objects(name) for name in ("SalesOrder", "Case", "Account", "WebEngagement")),
)


async def by_ids(graph: Graph, ids: Sequence[str]) -> dict[str, Profile]:
    """The profiles by the ids that were asked for; unknown ids are absent."""
    rows = await roots.read_by_ids(graph, roots.by_ids(PROFILE), ids)
    return {asked: _profile(found.row) for asked, found in zip(ids, rows, strict=True) if found.row}


async def gone(graph: Graph, ids: Sequence[str]) -> set[str]:
    """Those of the ids whose person is gone."""
    rows = await roots.read_by_ids(graph, roots.by_ids(PROFILE), ids)
    return {asked for asked, found in zip(ids, rows, strict=True) if found.gone}


async def by_identifier(graph: Graph, identifier: Identifier) -> Profile | None:
    """The one individual that this identifier leads to."""
    (found,) = await roots.read_by_identifiers(graph, roots.by_identifiers(PROFILE), [identifier.key])
    return _profile(found.row) if found.row else None


async def is_shared(graph: Graph, identifier: Identifier) -> bool:
    """Whether it leads to nobody because several individuals carry it."""
    (found,) = await roots.read_by_identifiers(graph, roots.by_identifiers(PROFILE), [identifier.key])
    return found.shared


async def page(graph: Graph, *, after: str, limit: int) -> list[Profile]:
    """Up to `limit` profiles in the order of their ids, from behind the id `after`."""
    wanted = PageOf(times.utc_now(), after=[after], limit=limit)
    rows, _ = await Pages(PROFILE).statement(wanted).read(graph)
    return [_profile(row[:-1]) for row in rows]


def _profile(row: Sequence[Any]) -> Profile:
    id_, created_at, updated_at = row[:3]
    golden = dict(zip(GOLDEN, row[3 : 3 + len(GOLDEN)], strict=True))
    merged, records, links, identifiers, insights, *objects = row[3 + len(GOLDEN) :]
    orders, cases, accounts, web = ([BusinessObject(*_parsed(item)) for item in items] for items in objects)
    return Profile(
        id=id_,
        created_at=created_at,
        updated_at=updated_at,
        golden=golden,
        merged_ids=[id_ for (id_,) in merged],
        records=[ProfileRecord(*_parsed(item)) for item in records],
        links=[ProfileLink(*item) for item in links],
        identifiers=[ProfileIdentifier(*item) for item in identifiers],
        insights=[InsightValue(*item) for item in insights],
        orders=orders,
        cases=cases,
        accounts=accounts,
        web_engagements=web,
    )


def _parsed(row: Sequence[Any]) -> list[Any]:
    """The row with its last value, JSON text, as what it says."""
    return [*row[:-1], orjson.loads(row[-1])]
