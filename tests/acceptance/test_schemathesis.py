"""Whatever the schema allows, and much that it does not, is answered: no 5xx, and no mistake of ours.

Documents are generated from the schema by schemathesis; besides them, known documents get variables that
nobody would send.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
import schemathesis.graphql
from graphql import GraphQLInputObjectType, GraphQLScalarType, NameNode, ObjectFieldNode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from gateway import sample
from graph_model import times
from resolvers.schema import print_schema
from resolvers.schema import schema as gateway_schema
from tests.servers.engine import Engine, wipe
from tests.servers.gateway import GatewayProcess

MEDIA = "application/graphql-response+json"
TYPES = gateway_schema._schema.type_map


@pytest.fixture(scope="module")
async def filled(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayProcess]:
    """A gateway with people in it, that lets everybody ask as much as they like."""
    async with engine.connect() as graph:
        await wipe(graph)
    environment = engine.environment() | {"GATEWAY_RATE_POINTS": "0"}
    gateway = await GatewayProcess.start(tmp_path_factory.mktemp("gateway"), environment)
    try:
        now = times.utc_now()
        for file in sample.files():
            await gateway.ingest(file.source, file.object, *list(file.records(now))[:60])
        yield gateway
    finally:
        await gateway.stop()


def field_node(name: str, text: str) -> ObjectFieldNode:
    return ObjectFieldNode(name=NameNode(value=name), value=nodes.String(text))


# What stands for the custom scalars; a scalar without an entry fails below.
RECORDS = st.fixed_dictionaries(
    {"id": st.text(max_size=5)},
    optional={
        "email": st.sampled_from(["a@example.com", "nobody", "b@example.com"]),
        "lastName": st.text(max_size=5),
        "modifiedAt": st.datetimes().map(lambda moment: moment.isoformat()),
    },
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "DateTime": st.datetimes().map(lambda moment: nodes.String(moment.isoformat())),
    "Date": st.dates().map(lambda day: nodes.String(day.isoformat())),
    "Decimal": st.decimals(-(10**13), 10**13, places=3).map(lambda number: nodes.String(str(number))),
    "JSON": RECORDS.map(
        lambda record: nodes.Object(
            [
                ObjectFieldNode(name=NameNode(value=key), value=nodes.String(text))
                for key, text in record.items()
            ]
        )
    ),
}
for name, strategy in SCALARS.items():
    schemathesis.graphql.scalar(name, strategy)
CASES = schemathesis.graphql.from_file(print_schema()).as_strategy()

EVERYTHING = """
query ($id: ID!, $ids: [ID!]!, $by: IndividualBy!, $where: IndividualFilter, $order: [IndividualOrder!],
       $first: Int, $after: String, $last: Int, $before: String) {
  node(id: $id) { id }
  nodes(ids: $ids) { id }
  individual(by: $by) { id }
  individuals(where: $where, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { displayName } }
  }
}
"""
INPUTS = [name for name, type_ in TYPES.items() if isinstance(type_, GraphQLInputObjectType)]
NAMES = sorted(
    {"by", "after", "before", "first", "id", "ids", "last", "order", "where"}.union(
        *(cast(GraphQLInputObjectType, TYPES[name]).fields for name in INPUTS)
    )
)
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["ASC", "DE", "2026-11-01", "WyIiLCJpbmRfMSJd", "\0", "ind_1", "9" * 400]
)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=12,
)
# Mostly right, so that what is wrong is met behind the first check.
VARIABLES = st.fixed_dictionaries(
    {"id": st.just("ind_1") | VALUES, "ids": st.just([]) | VALUES, "by": st.just({"id": "x"}) | VALUES},
    optional={
        "where": VALUES
        | st.dictionaries(st.sampled_from(["lastName", "createdAt", "orders"]), VALUES, max_size=2),
        "order": VALUES | st.lists(st.dictionaries(st.sampled_from(["id", "lastName"]), TEXTS), max_size=2),
        "first": NUMBERS,
        "last": VALUES,
        "after": TEXTS | VALUES,
        "before": TEXTS,
    },
)
LONG = settings(deadline=None, suppress_health_check=list(HealthCheck))
QUICK = settings(LONG, derandomize=True)


def test_every_scalar_of_the_schema_is_generated() -> None:
    scalars = {name for name, type_ in TYPES.items() if isinstance(type_, GraphQLScalarType)}
    assert scalars - SCALARS.keys() == {"Boolean", "Float", "ID", "Int", "String"}


@given(case=CASES)
@settings(QUICK, max_examples=300)
async def test_what_the_schema_allows_is_answered(filled: GatewayProcess, case: Any) -> None:
    await check(filled, {"query": case.body})


@given(variables=VARIABLES)
@settings(QUICK, max_examples=200)
async def test_what_nobody_would_send_is_answered(filled: GatewayProcess, variables: dict[str, Any]) -> None:
    await check(filled, {"query": EVERYTHING, "variables": variables})


@pytest.mark.soak
@given(case=CASES)
@settings(LONG, max_examples=7_000)
async def test_what_the_schema_allows_is_answered_at_length(filled: GatewayProcess, case: Any) -> None:
    await check(filled, {"query": case.body})


@pytest.mark.soak
@given(variables=VARIABLES)
@settings(LONG, max_examples=3_000)
async def test_what_nobody_would_send_is_answered_at_length(
    filled: GatewayProcess, variables: dict[str, Any]
) -> None:
    await check(filled, {"query": EVERYTHING, "variables": variables})


@pytest.mark.parametrize("depth", [50, 500, 5_000, 100_000])
@pytest.mark.parametrize("shape", ["variables", "a list in variables", "a literal", "a list in a literal"])
async def test_nesting_is_answered_however_deep(filled: GatewayProcess, shape: str, depth: int) -> None:
    opening, closing = ("[", "]") if "list" in shape else ('{"not":', "}")
    nested = opening * depth + "{}" + closing * depth
    if "variables" in shape:
        body = f'{{"query": {json.dumps(EVERYTHING)}, "variables": {{"where": {nested}}}}}'
    else:
        literal = nested.replace('"', "")
        body = json.dumps({"query": f"{{ individuals(where: {literal}) {{ totalCount }} }}"})
    await check(filled, body)


async def check(gateway: GatewayProcess, request: dict[str, Any] | str) -> None:
    """The request is answered by a well-formed response that blames nobody but the client."""
    body = request if isinstance(request, str) else json.dumps(request)
    if "https" in body.lower():  # Nothing outside may be called, and only https leads there.
        return
    headers = {"content-type": "application/json", "accept": MEDIA}
    response = await gateway.client.post("/graphql", content=body, headers=headers)
    answer = response.json()
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    assert response.status_code < 500, answer
    assert "INTERNAL_SERVER_ERROR" not in codes, answer
    assert response.headers["content-type"] == f"{MEDIA}; charset=utf-8"
    assert answer.keys() <= {"data", "errors", "extensions"}
    assert "data" in answer or codes
