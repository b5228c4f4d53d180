"""The peer without GraphQL: ASGI, one Bolt statement for a question, orjson. What Python can do at best.

It reads the same requests as the others, but of them only the operation's name and the variables.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import neo4j
import orjson

from graph_model.insights.rules import amount_text

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

PROFILE = """
MATCH (i:Individual {id: $id})
RETURN [i.id, i.displayName,
  COLLECT { MATCH (i)<-[:UNIFIED]-(r:SourceRecord)
            RETURN [r.id, r.source, r.recordId, r.modifiedAt] ORDER BY r.key },
  COLLECT { MATCH (i)<-[:UNIFIED]-(:SourceRecord)-[:CARRIES]->(x:Identifier)
            WITH DISTINCT x RETURN [x.type, x.value] ORDER BY x.key },
  COLLECT { MATCH (i)<-[:OF]-(v:InsightValue) RETURN [v.name, v.amount, v.unit] ORDER BY v.key }]
"""
PAGE = """
MATCH (i:Individual) WHERE i.id > '' AND i.status = 'ACTIVE'
WITH i ORDER BY i.id LIMIT $first
RETURN collect([i.id, i.displayName, i.firstName, i.lastName, i.createdAt])
"""

driver = neo4j.AsyncGraphDatabase.driver(
    os.environ["NEO4J_URI"],
    auth=(os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"]),
    notifications_min_severity="OFF",
)


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application; it has no lifespan."""
    assert scope["type"] == "http"
    body = b""
    more = True
    while more:
        message = await receive()
        body += message["body"]
        more = message.get("more_body", False)
    request = orjson.loads(body)
    data = await _QUESTIONS[request["operationName"]](**request.get("variables", {}))
    answer = orjson.dumps({"data": data})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def profile(id: str) -> dict[str, Any]:
    """The individual with its records, identifiers and insight values."""
    id_, display_name, records, identifiers, insights = await _read(PROFILE, id=id)
    return {
        "individual": {
            "id": id_,
            "displayName": display_name,
            "sourceRecords": [
                {"id": id_, "source": source, "recordId": record_id, "modifiedAt": modified_at}
                for id_, source, record_id, modified_at in records
            ],
            "identifiers": [{"type": type_, "value": value} for type_, value in identifiers],
            "insights": [
                {"name": name, "value": amount_text(amount), "unit": unit} for name, amount, unit in insights
            ],
        }
    }


async def page(first: int) -> dict[str, Any]:
    """The first individuals in the order of their ids."""
    return {
        "individuals": [
            {
                "id": id_,
                "displayName": display_name,
                "firstName": first_name,
                "lastName": last_name,
                "createdAt": created_at,
            }
            for id_, display_name, first_name, last_name, created_at in await _read(PAGE, first=first)
        ]
    }


async def typename() -> dict[str, Any]:
    """No graph."""
    return {"__typename": "Query"}


async def _read(statement: str, **parameters: Any) -> Any:
    async with driver.session(
        database=os.environ["NEO4J_DATABASE"], default_access_mode=neo4j.READ_ACCESS
    ) as session:
        result = await session.run(neo4j.Query(statement), parameters)
        record = await result.single(strict=True)
        return record[0]


_QUESTIONS: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
    "Profile": profile,
    "Page": page,
    "Typename": typename,
}
