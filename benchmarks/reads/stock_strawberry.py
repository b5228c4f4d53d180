"""The peer Strawberry, as its documentation writes it: objects, a row a record, DataLoaders."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import neo4j
import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

RECORDS = """
MATCH (i:Individual)<-[:UNIFIED]-(n:SourceRecord) WHERE i.id IN $ids
RETURN i.id AS individual, n.id AS id, n.source AS source, n.recordId AS record_id,
       n.modifiedAt AS modified_at
"""
IDENTIFIERS = """
MATCH (i:Individual)<-[:BELONGS_TO]-(n:Identifier) WHERE i.id IN $ids
RETURN i.id AS individual, n.type AS type, n.value AS value
"""
INSIGHTS = """
MATCH (i:Individual)<-[:OF]-(n:InsightValue) WHERE i.id IN $ids
RETURN i.id AS individual, n.name AS name, n.amount AS amount, n.unit AS unit
"""
INDIVIDUAL = """
MATCH (i:Individual {id: $id})
RETURN i.id AS id, i.displayName AS display_name, i.firstName AS first_name, i.lastName AS last_name,
       i.createdAt AS created_at
"""
INDIVIDUALS = """
MATCH (i:Individual) WHERE i.id > '' AND i.status = 'ACTIVE'
RETURN i.id AS id, i.displayName AS display_name, i.firstName AS first_name, i.lastName AS last_name,
       i.createdAt AS created_at
ORDER BY id LIMIT $first
"""

driver = neo4j.AsyncGraphDatabase.driver(
    os.environ["NEO4J_URI"],
    auth=(os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"]),
    notifications_min_severity="OFF",
)


@strawberry.type
class SourceRecord:
    id: strawberry.ID
    source: str
    record_id: str
    modified_at: str


@strawberry.type
class Identifier:
    type: str
    value: str


@strawberry.type
class Insight:
    name: str
    value: Decimal
    unit: str


@strawberry.type
class Individual:
    id: strawberry.ID
    display_name: str
    first_name: str | None
    last_name: str | None
    created_at: str

    @strawberry.field
    async def source_records(self, info: strawberry.Info) -> list[SourceRecord]:
        loader: DataLoader[str, list[SourceRecord]] = info.context["source_records"]
        return await loader.load(self.id)

    @strawberry.field
    async def identifiers(self, info: strawberry.Info) -> list[Identifier]:
        loader: DataLoader[str, list[Identifier]] = info.context["identifiers"]
        return await loader.load(self.id)

    @strawberry.field
    async def insights(self, info: strawberry.Info) -> list[Insight]:
        loader: DataLoader[str, list[Insight]] = info.context["insights"]
        return await loader.load(self.id)


@strawberry.type
class Query:
    @strawberry.field
    async def individual(self, id: strawberry.ID) -> Individual | None:
        rows = await _rows(INDIVIDUAL, id=id)
        return Individual(**rows[0]) if rows else None

    @strawberry.field
    async def individuals(self, first: int) -> list[Individual]:
        return [Individual(**row) for row in await _rows(INDIVIDUALS, first=first)]


def _insight(name: str, amount: int, unit: str) -> Insight:
    return Insight(name=name, value=Decimal(amount) / 1_000_000, unit=unit)


async def _rows(statement: str, **parameters: Any) -> list[dict[str, Any]]:
    async with driver.session(
        database=os.environ["NEO4J_DATABASE"], default_access_mode=neo4j.READ_ACCESS
    ) as session:
        result = await session.run(neo4j.Query(statement), parameters)
        return [record.data() async for record in result]


def _related(statement: str, make: Callable[..., Any]) -> Callable[[list[str]], Awaitable[list[list[Any]]]]:
    async def load(ids: list[str]) -> list[list[Any]]:
        found: defaultdict[str, list[Any]] = defaultdict(list)
        for row in await _rows(statement, ids=ids):
            found[row.pop("individual")].append(make(**row))
        return [found[id_] for id_ in ids]

    return load


class App(GraphQL[dict[str, Any], None]):
    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> dict[str, Any]:
        """The loaders of one request."""
        return {
            "source_records": DataLoader(load_fn=_related(RECORDS, SourceRecord)),
            "identifiers": DataLoader(load_fn=_related(IDENTIFIERS, Identifier)),
            "insights": DataLoader(load_fn=_related(INSIGHTS, _insight)),
        }


app = App(strawberry.Schema(Query))
