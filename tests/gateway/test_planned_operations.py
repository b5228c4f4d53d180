"""Planned operations answer as the stock executor does, to the byte, and by one statement a root field."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, LiteralString

import orjson
import pytest
from graphql import GraphQLObjectType, GraphQLOutputType, get_named_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import sample
from gateway.graphql.limits import Limits
from gateway.graphql.metering import Meter
from gateway.graphql.operations import Operations, Result
from gateway.graphql.requests import OperationRequest
from gateway.running import open_gateway
from gateway.settings import Settings
from graph_model.graph import Graph, Transaction
from graph_model.reading.pages import PageOf
from resolvers.context import Context, Services
from resolvers.planning.operation import compile_operation
from resolvers.principal import DEVELOPMENT, Scope
from resolvers.schema import schema
from tests.servers.engine import Engine, wipe

NOW = sample.REFERENCE
READ = Scope.PROFILE_READ
UNLIMITED = Limits(tokens=10**6, depth=10**3, aliases=10**6, directives=10**6, fields=10**6)
"""Generated operations may ask for anything."""


@dataclass
class Both:
    """The two ways to answer, over the same graph; `ids` are of individuals in it, `others` of what else."""

    services: Services
    planned: Operations
    stock: Operations
    ids: list[str]
    others: list[str]


@pytest.fixture(scope="module")
async def both(engine: Engine) -> AsyncIterator[Both]:
    async with engine.connect() as graph:
        await wipe(graph)
    settings_ = Settings(
        **{name.lower(): value for name, value in engine.environment().items()}  # type: ignore[arg-type]
    )
    async with open_gateway(settings_, clock=lambda: NOW) as gateway:
        services = gateway.services
        for file in sample.files():
            records = list(file.records(NOW))[:200]
            await services.ingestion.ingest(file.source, file.object, records, actor="test")
        page, _ = await services.together.lane(()).page(PageOf(NOW, limit=100))
        others = "MATCH (n:SourceRecord|BusinessObject|EventPage) WITH labels(n) AS label, min(n.id) AS id"
        more = await services.graph.read(f"{others} RETURN collect(id)")
        make = partial(
            Operations,
            schema,
            lambda who, id_: Context(who, id_, services),
            limits=UNLIMITED,
            meter=Meter(limit=10**12),
        )
        yield Both(
            services,
            make(compile_operation=partial(compile_operation, schema._schema)),
            make(),
            [id_ for (id_,) in page],
            [*more, "ind_nobody", "x"],
        )


async def run(operations: Operations, document: str, variables: dict[str, Any] | None = None) -> Result:
    request = OperationRequest(query=document, operation_name=None, variables=variables, extensions=None)
    return await operations.execute(request, DEVELOPMENT, "request")


def errors(result: Result) -> Counter[bytes]:
    return Counter(
        orjson.dumps([error.get("path"), error["extensions"]["code"], error["message"]])
        for error in result.errors
    )


# Operations are generated from the schema itself: aliases, fragments, directives and all.

ROOTS = ("individual", "individuals")
NAMES = st.sampled_from(["a", "b", "from", "_x1"])


@dataclass
class Names:
    """The response names in use at one place, and below each: a name stands for one field wherever its
    object is selected again, as validation demands."""

    prefix: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    below: dict[str, Names] = field(default_factory=dict)

    def take(self, key: str, name: str) -> bool:
        return self.fields.setdefault(key, name) == name


@st.composite
def selections(draw: st.DrawFn, type_: GraphQLObjectType, depth: int, names: Names) -> str:
    """Some fields of a type, with aliases, fragments and directives."""
    shallow = [name for name, item in type_.fields.items() if depth > 0 or not _is_object(item.type)]
    pieces = ["__typename"] if names.take("__typename", "__typename") else []
    for name in draw(st.lists(st.sampled_from(shallow), max_size=5)):
        key = names.prefix + draw(st.one_of(st.just(name), NAMES))
        if not names.take(key, name):
            continue
        piece = name if key == name else f"{key}: {name}"
        target = get_named_type(type_.fields[name].type)
        if isinstance(target, GraphQLObjectType):
            inner = draw(selections(target, depth - 1, names.below.setdefault(key, Names())))
            piece += f" {{ {inner} }}"
        pieces.append(piece)
    text = " ".join(pieces)
    wrapper = draw(st.sampled_from(["{}", *WRAPPERS]))
    return wrapper.replace("TYPE", type_.name).replace("{}", text)


WRAPPERS = (
    "... on TYPE { {} }",
    "__typename ... @include(if: $yes) { {} }",
    "__typename ... @skip(if: $yes) { {} }",
    "... on TYPE @skip(if: $no) { {} }",
)
BY = (
    "{id: $id}",
    '{id: "ind_nobody"}',
    '{identifier: {type: EMAIL, value: "anna.schneider@example.com"}}',
    '{identifier: {type: PHONE, value: "+492214710100"}}',
    '{identifier: {type: DEVICE, value: "device-anna-phone"}}',
    '{identifier: {type: CUSTOMER_NUMBER, value: "K-1001"}}',
    '{identifier: {type: CUSTOMER_NUMBER, value: "K-1001", issuer: "shop"}}',
    '{identifier: {type: EMAIL, value: "nonsense"}}',
)


PAGES = (
    "first: 1",
    "first: $first, after: $after",
    "last: 3",
    'first: 3, orderBy: [{lastName: DESC}, {createdAt: ASC}], where: {address: {country: {in: ["DE"]}}}',
    'orderBy: [{address: {city: ASC}}, {id: DESC}], where: {displayName: {containsIgnoreCase: "AN"}}',
    'where: {or: [{orders: {count: {gt: 1}}}, {not: {emails: {some: {endsWith: "example.com"}}}}]}, last: 2',
)
WRONG_PAGES = (
    "first: 0",
    "first: 1, last: 1",
    'after: "nonsense"',
    "where: {kind: {eq: null}}",
    "where: {createdAt: {inLast: {days: -1}}}",
)
NODES = ("Individual", "SourceRecord", "SalesOrder", "Case", "WebEngagement")
ONE_OR_MANY = ("node(id: $id)", "node(id: $other)", "nodes(ids: [$id, $other, $id])", "nodes(ids: [])")


def _type(name: str) -> GraphQLObjectType:
    type_ = schema._schema.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    return type_


def _is_object(type_: GraphQLOutputType) -> bool:
    return isinstance(get_named_type(type_), GraphQLObjectType)


@st.composite
def operations(draw: st.DrawFn) -> str:
    """A query of up to three root fields."""
    query = schema._schema.query_type
    assert query is not None
    individual, connection = (get_named_type(query.fields[name].type) for name in ROOTS)
    assert isinstance(individual, GraphQLObjectType)
    assert isinstance(connection, GraphQLObjectType)
    count = draw(st.integers(1, 3))
    roots = []
    for place in range(count):
        kind = draw(st.sampled_from(["individual", "individuals", "nodes"]))
        if kind == "nodes":
            types = draw(st.lists(st.sampled_from(NODES), max_size=3, unique=True))
            inner = " ".join(
                f"... on {name} {{ {draw(selections(_type(name), 2, Names(name)))} }}" for name in types
            )
            roots.append(f"r{place}: {draw(st.sampled_from(ONE_OR_MANY))} {{ __typename id {inner} }}")
        elif kind == "individual":
            inner = draw(selections(individual, 3, Names()))
            roots.append(f"r{place}: individual(by: {draw(st.sampled_from(BY))}) {{ {inner} }}")
        else:
            # A failure here nulls the whole answer, and which other errors are then told is left open.
            which = draw(st.sampled_from([*PAGES, *(WRONG_PAGES if count == 1 else [])]))
            inner = draw(selections(connection, 4, Names()))
            roots.append(f"r{place}: individuals({which}) {{ {inner} }}")
    return "\n".join(roots)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(roots=operations(), place=st.integers(0, 99), yes=st.booleans())
async def test_both_executors_answer_alike(both: Both, roots: str, place: int, yes: bool) -> None:
    document = f"""
    query ($id: ID!, $other: ID!, $first: Int!, $after: String, $yes: Boolean!, $no: Boolean = false) {{
      {roots}
      ...Unused @skip(if: true)
    }}
    fragment Unused on Query {{
      unused: individual(by: {{id: $id}}) {{ id @skip(if: $yes) displayName @include(if: $no) }}
      alsoUnused: individuals(first: $first, after: $after) {{ __typename }}
      unusedToo: node(id: $other) {{ id }}
    }}
    """
    id_, other = both.ids[place % len(both.ids)], both.others[place % len(both.others)]
    variables = {"id": id_, "other": other, "first": 2, "after": None, "yes": yes}

    planned, stock = await run(both.planned, document, variables), await run(both.stock, document, variables)

    assert stock.began, stock.errors
    assert planned.encoded is not None or other.startswith("evt_")
    assert errors(planned) == errors(stock)
    assert orjson.dumps(planned.encoded or planned.data) == orjson.dumps(stock.data)


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { queryType { name } } }",
        "{ webhooks { id } }",
        "{ individuals(first: 1) { edges { cursor } } webhooks { id } }",
        '{ __type(name: "Individual") { name } __typename }',
    ],
)
async def test_what_is_not_declared_goes_to_the_stock_executor(both: Both, document: str) -> None:
    planned = await run(both.planned, document)

    assert planned.encoded is None
    assert planned.data == (await run(both.stock, document)).data


async def test_a_row_that_is_not_as_the_schema_says_is_answered_by_the_stock_executor(both: Both) -> None:
    id_ = both.ids[0]
    document = f'{{ individual(by: {{id: "{id_}"}}) {{ id displayName createdAt }} }}'

    async def set_created(moment: str | None) -> None:
        async def work(transaction: Transaction) -> None:
            await transaction.run("MATCH (i:Individual {id: $id}) SET i.createdAt = $at", id=id_, at=moment)

        await both.services.graph.write(work)

    await set_created(None)
    try:
        planned, stock = await run(both.planned, document), await run(both.stock, document)
    finally:
        await set_created("2026-11-01T00:00:00.000000Z")
    assert planned.data == stock.data == {"individual": None}
    assert [error["path"] for error in planned.errors] == [["individual", "createdAt"]]


async def test_a_hundred_profiles_with_all_their_children_are_one_statement(both: Both) -> None:
    document = """
    { individuals(first: 100) { edges { node {
        id sourceRecords { id fields } links { rule from { id } to { id } } identifiers { value }
        insights { name value } orders { total } cases { subject } accounts { name } webEngagements { url }
        mergedIds address { city }
    } } pageInfo { hasNextPage } } }
    """
    await run(both.planned, document)
    with counting(both.services.graph) as statements:
        result = await run(both.planned, document)
    assert result.errors == []
    assert len(statements) == 1


async def test_the_plan_is_shown_to_who_may_see_it_and_asks(both: Both) -> None:
    document = "{ individuals(first: 1) { edges { cursor } } }"
    request = OperationRequest(query=document, extensions={"plan": True})

    shown = await both.planned.execute(request, DEVELOPMENT, "request")
    hidden = await both.planned.execute(request, replace(DEVELOPMENT, scopes=frozenset({READ})), "request")
    unasked = await run(both.planned, document)

    assert (
        "MATCH (p:Individual)" in shown.payload()["extensions"]["plan"]["individuals"]["a page"]["statement"]
    )
    assert hidden.data == shown.data
    assert "plan" not in hidden.payload()["extensions"]
    assert "plan" not in unasked.payload()["extensions"]


async def test_reads_that_wait_travel_together(both: Both) -> None:
    document = "query ($id: ID!) { individual(by: {id: $id}) { id displayName } }"
    ids = both.ids[:60]
    with counting(both.services.graph) as statements:
        results = await asyncio.gather(*(run(both.planned, document, {"id": id_}) for id_ in ids))
    for id_, result in zip(ids, results, strict=True):
        assert result.data is not None
        assert result.data["individual"]["id"] == id_
    assert len(statements) <= 2


async def test_a_cancelled_or_failing_read_touches_no_other(both: Both) -> None:
    document = "query ($id: ID!) { individual(by: {id: $id}) { id } }"
    tasks = [asyncio.create_task(run(both.planned, document, {"id": id_})) for id_ in both.ids[:20]]
    wrong = asyncio.create_task(run(both.planned, document, {"id": "ind_nobody"}))
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, wrong, return_exceptions=True)
    for id_, answer in zip(both.ids[1:20:2], answers[1:20:2], strict=True):
        assert isinstance(answer, Result)
        assert answer.data == {"individual": {"id": id_}}
    assert isinstance(answers[-1], Result)
    assert answers[-1].data == {"individual": None}


async def test_a_read_sees_every_write_that_was_acknowledged_before_it(both: Both) -> None:
    document = "query ($id: ID!) { individual(by: {id: $id}) { firstName } }"
    contact = {"id": "fresh", "email": "fresh@example.com"}
    ingest = both.services.ingestion.ingest
    (created,) = await ingest("crm", "Individual", [contact | {"firstName": "n0"}], actor="test")
    done = asyncio.Event()

    async def read_on() -> None:
        while not done.is_set():
            await run(both.planned, document, {"id": created.individual_id})

    load = [asyncio.create_task(read_on()) for _ in range(8)]
    try:
        for number in range(1, 16):
            version = {"firstName": f"n{number}", "modifiedAt": f"2026-11-02T00:00:{number:02}Z"}
            await ingest("crm", "Individual", [contact | version], actor="test")
            result = await run(both.planned, document, {"id": created.individual_id})
            assert result.data == {"individual": {"firstName": f"n{number}"}}
    finally:
        done.set()
        await asyncio.gather(*load)


@contextmanager
def counting(graph: Graph) -> Iterator[list[str]]:
    """The statements that read individuals, as they are sent."""
    sent: list[str] = []
    read = graph.read

    async def counted(statement: LiteralString, **parameters: Any) -> Any:
        if (
            "RETURN collect([key" in statement or "WITH p" in statement
        ):  # not what the tail and the deliverer ask in the background
            sent.append(statement)
        return await read(statement, **parameters)

    graph.read = counted  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        graph.read = read  # type: ignore[method-assign]
