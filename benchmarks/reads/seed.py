"""What the read benchmark reads: individuals as the gateway stores them, written without resolving them."""

from __future__ import annotations

import random
from typing import Any, LiteralString

import orjson

from graph_model.graph import Graph, Transaction
from graph_model.identity.model import MatchRule
from graph_model.ids import new_id
from graph_model.insights.model import LIFETIME_VALUE, MILLION
from graph_model.metadata.objects import IdentifierType
from graph_model.migrations import migrate

SOURCES = ("crm", "shop", "service")
CURRENCIES = ("CHF", "EUR", "GBP", "SEK", "USD")
BATCH = 500
TIME = "2026-11-01T09:30:00.000000Z"

_CREATE: LiteralString = """
UNWIND $rows AS row
CREATE (i:Individual) SET i = row.individual
FOREACH (value IN row.insights | CREATE (i)<-[:OF]-(v:InsightValue) SET v = value)
WITH i, row
UNWIND row.records AS record
CREATE (i)<-[:UNIFIED {since: $time, actor: 'benchmark'}]-(r:SourceRecord) SET r = record.properties
FOREACH (identifier IN record.identifiers |
  CREATE (r)-[:CARRIES {since: $time}]->(x:Identifier)-[:BELONGS_TO {since: $time}]->(i) SET x = identifier)
WITH i, collect(r) AS records
UNWIND range(1, size(records) - 1) AS n
WITH records[n - 1] AS a, records[n] AS b
CREATE (a)-[:MATCH {rule: $rule, weight: 5000, since: $time, actor: 'benchmark'}]->(b)
"""


async def seed(graph: Graph, count: int) -> list[str]:
    """Write that many individuals into an empty graph, each with a record from each source, two identifiers
    of each record and a value in each currency; return their ids, in order."""
    await migrate(graph)
    chance = random.Random(4)
    rows = [_individual(number, chance) for number in range(count)]
    for start in range(0, count, BATCH):
        await _create(graph, rows[start : start + BATCH])
    return [row["individual"]["id"] for row in rows]


async def _create(graph: Graph, rows: list[dict[str, Any]]) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(_CREATE, rows=rows, time=TIME, rule=MatchRule.EMAIL)

    await graph.write(work)


def _individual(number: int, chance: random.Random) -> dict[str, Any]:
    id_ = new_id("ind")
    first_name, last_name = f"First{chance.randrange(500)}", f"Last{number}"
    emails = [f"person{number}@{source}.example.com" for source in SOURCES]
    return {
        "individual": {
            "id": id_,
            "status": "ACTIVE",
            "kind": "KNOWN",
            "partyType": "PERSON",
            "displayName": f"{first_name} {last_name}",
            "firstName": first_name,
            "lastName": last_name,
            "emails": emails,
            "phones": [],
            "createdAt": TIME,
            "updatedAt": TIME,
        },
        "insights": [
            {
                "key": f"{id_}|{LIFETIME_VALUE}|{currency}",
                "name": LIFETIME_VALUE,
                "unit": currency,
                "amount": chance.randrange(1_000_000) * (MILLION // 100),
                "computedAt": TIME,
            }
            for currency in CURRENCIES
        ],
        "records": [
            _record(source, number, email, {"firstName": first_name, "lastName": last_name, "email": email})
            for source, email in zip(SOURCES, emails, strict=True)
        ],
    }


def _record(source: str, number: int, email: str, fields: dict[str, str]) -> dict[str, Any]:
    login = f"{source}-{number}"
    identifiers = [
        {"key": f"{type_}||{value}", "type": type_, "issuer": "", "value": value}
        for type_, value in ((IdentifierType.EMAIL, email), (IdentifierType.LOGIN, login))
    ]
    return {
        "properties": {
            "key": f"{source}/Individual/{number}",
            "id": new_id("rec"),
            "source": source,
            "object": "Individual",
            "recordId": str(number),
            "modifiedAt": TIME,
            "receivedAt": TIME,
            "fields": orjson.dumps(fields).decode(),
            "identifiers": [identifier["key"] for identifier in identifiers],
        },
        "identifiers": identifiers,
    }
