"""What the log says, and what it must not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from gateway.embedded.server import EmbeddedServerError
from gateway.telemetry.lines import Lines
from gateway.telemetry.watching import Telemetry
from gateway.tracebacks import format_exception
from graph_model.errors import BadInput, GatewayError
from graph_model.graph import Graph, Transaction
from tests.servers.engine import Engine, wipe
from tests.servers.gateway import INGEST, GatewayProcess

PEOPLE = Random(4)


def anybody() -> str:
    """A word that is nobody's name, and that nothing else in a log contains."""
    return "zq" + "".join(PEOPLE.choices("abcdefghijklmnopqrstuvwxyz", k=10))


def info(error: BaseException) -> Any:
    return (type(error), error, error.__traceback__)


@pytest.fixture(scope="module")
async def gateway(
    embedded_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[GatewayProcess]:
    async with embedded_engine.connect() as graph:
        await wipe(graph)
    directory: Path = tmp_path_factory.mktemp("logging")
    environment = embedded_engine.environment() | {"GATEWAY_SLOW_STATEMENT": "0.000001"}
    gateway = await GatewayProcess.start(directory, environment)
    try:
        yield gateway
    finally:
        await gateway.stop()


def lines(gateway: GatewayProcess, event: str, request_id: str) -> list[dict[str, Any]]:
    """The lines of that event and request."""
    found = [orjson.loads(line) for line in gateway.log().splitlines() if line.startswith("{")]
    return [line for line in found if line["event"] == event and line.get("request_id") == request_id]


async def ask(gateway: GatewayProcess, request_id: str, **body: Any) -> None:
    await gateway.client.post("/graphql", json=body, headers={"x-request-id": request_id})


async def test_each_operation_is_one_line(gateway: GatewayProcess) -> None:
    await ask(gateway, "one", query="query Everybody { individuals(first: 1) { edges { cursor } } }")
    (line,) = lines(gateway, "operation", "one")
    assert line.pop("milliseconds") > 0
    assert line.pop("timestamp")
    assert line == {
        "event": "operation",
        "level": "info",
        "request_id": "one",
        "name": "Everybody",
        "kind": "query",
        "transport": "http",
        "code": "OK",
        "cost": 3,
    }


async def test_what_failed_says_by_which_code(gateway: GatewayProcess) -> None:
    await ask(gateway, "two", query="query Everybody { nothing }")
    (line,) = lines(gateway, "operation", "two")
    assert line["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "name" not in line


async def test_a_slow_statement_is_logged_with_its_text_and_the_request_that_waited(
    gateway: GatewayProcess,
) -> None:
    await ask(gateway, "three", query="{ individuals(first: 1) { edges { cursor } } }")
    line, *_ = lines(gateway, "slow_statement", "three")
    assert line["level"] == "warning"
    assert "MATCH" in line["text"]
    assert line["milliseconds"] >= 0


async def test_no_value_that_a_client_sends_is_in_the_log(gateway: GatewayProcess) -> None:
    """Right or wrong, in variables, literals, records or parameters: nothing of it is logged."""
    sent: list[str] = []

    def secret() -> str:
        sent.append(anybody())
        return sent[-1]

    by_identifier = "query Find($by: IndividualBy!) { individual(by: $by) { id emails } }"
    bodies: list[Any] = [
        {"query": by_identifier, "variables": {"by": {"identifier": {"type": type_, "value": value}}}}
        for type_, value in (
            ("EMAIL", f"{secret()}@example.com"),
            ("EMAIL", secret()),
            ("PHONE", secret()),
            (secret(), secret()),
            (12, {secret(): secret()}),
            ("COOKIE", secret()),
        )
    ]
    bodies += [{"query": by_identifier, "variables": {secret(): secret(), "by": secret()}}]
    bodies += [{"query": f'{{ individual(by: {{id: "{secret()}"}}) {{ id }} }}'}]
    bodies += [{"query": f'{{ individual(by: "{secret()}") {{ id }} }}'}]
    bodies += [{"query": f'{{ individuals(after: "{secret()}") {{ edges {{ cursor }} }} }}'}]
    bodies += [{"query": f'{{ "{secret()}'}, {"query": f"{{ {secret()} }}"}, secret()]
    bodies += [{"query": "{ __typename }", "operationName": secret()}]
    bodies += [{"query": "{ __typename }", "extensions": {"who": secret()}}]
    record = {"id": secret(), "email": f"{secret()}@example.com", "lastName": secret()}
    for records in (
        [record],
        [{**record, "birthDate": secret()}],
        [{**record, "gender": secret()}],
        [{**record, "phone": secret(), secret(): secret()}],
        [{**record, "lastName": {"is": secret()}}],
        [{**record, "modifiedAt": secret()}, secret(), None],
        [{**record, "lastName": f"{secret()}\ud800"}],
    ):
        variables = {"input": {"source": "crm", "object": "Individual", "records": records}}
        bodies.append({"query": INGEST, "variables": variables})
    for name in ("source", "object"):
        variables = {"input": {"source": "crm", "object": "Individual", "records": [record]}}
        variables["input"][name] = f"{secret()}!"
        bodies.append({"query": INGEST, "variables": variables})
    for number, body in enumerate(bodies):
        headers = {"content-type": "application/json", "x-request-id": f"secret-{number}"}
        await gateway.client.post("/graphql", content=json.dumps(body), headers=headers)
        parameters = {"query": "{ __typename }", "variables": json.dumps(body)}
        await gateway.client.get("/graphql", params=parameters, headers=headers)
    await ask(gateway, "last", query="{ __typename }")

    assert len(sent) > 25
    assert len(lines(gateway, "operation", "last")) == 1
    log = gateway.log()
    assert [value for value in sent if value in log] == []


async def test_an_exception_of_the_driver_is_logged_by_its_code_and_place_only(
    engine: Engine, graph: Graph
) -> None:
    person = anybody()
    hasty = Graph(engine.uri, engine.user, engine.password, engine.database, patience=0.1)
    async with hasty:

        async def work(transaction: Transaction) -> None:
            for _ in range(2):
                await transaction.run("CREATE (:Individual {id: $id})", id=person)

        with pytest.raises(GatewayError) as failed:
            await hasty.write(work)
    if engine.name == "neo4j":
        assert person in str(failed.value.__cause__)
    text = format_exception(info(failed.value))
    assert "Neo.ClientError.Schema.ConstraintValidationFailed" in text
    assert "await transaction.run(" in text
    assert "graph_model.errors.GraphUnavailable: The graph did not answer in time" in text
    assert person not in text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("zqperson"), "ValueError"),
        (KeyError("zqperson"), "KeyError"),
        (FileNotFoundError(2, "No such file", "zqperson"), "FileNotFoundError: ENOENT"),
        (OSError("zqperson"), "OSError"),
        (BadInput("Too long."), "graph_model.errors.BadInput: Too long."),
        (EmbeddedServerError("No Java."), "gateway.embedded.arcadedb.EmbeddedServerError: No Java."),
        (ExceptionGroup("zqperson", [ValueError("zqperson")]), "ValueError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_messages_that_promise_to_hold_nothing_personal_are_kept(error: Exception, words: str) -> None:
    error.add_note("zqperson")
    text = format_exception(info(error))
    assert text.splitlines()[-1] == words
    assert "zqperson" not in text


def test_causes_and_contexts_are_shown_without_their_messages() -> None:
    def fail() -> None:
        try:
            try:
                raise KeyError("zqperson")
            except KeyError:
                int("zqperson")
        except ValueError as error:
            raise RuntimeError("zqperson") from error

    with pytest.raises(RuntimeError) as failed:
        fail()
    # An exception that leads to itself must not be followed for ever.
    assert failed.value.__cause__ is not None
    failed.value.__cause__.__cause__ = failed.value
    text = format_exception(info(failed.value))
    assert "The above exception was the direct cause" in text
    assert text.splitlines()[-1] == "RuntimeError"
    assert "zqperson" not in text.replace('int("zqperson")', "").replace('("zqperson")', "")


def test_a_statement_as_quick_as_it_should_be_is_not_logged() -> None:
    telemetry = Telemetry([Lines(slow_statement=0.5)])
    with capture_logs() as logs:
        telemetry.statement("MATCH (n:Person) RETURN n", 0.4, None)
        telemetry.statement("MATCH (n:Person) RETURN n", 0.5, asyncio.CancelledError())
    (line,) = logs
    assert line["code"] == "CANCELLED"
    assert line["statement"].startswith("MATCH Person ")


def test_operations_are_left_out_where_only_warnings_are_wanted() -> None:
    telemetry = Telemetry([Lines(slow_statement=1, operations=False)])
    with capture_logs() as logs, telemetry.operation("id", "http"):
        telemetry.statement("MATCH (n:Person) RETURN n", 2, None)
    assert [line["event"] for line in logs] == ["slow_statement"]


def test_the_cost_is_in_the_line_where_it_was_counted() -> None:
    telemetry = Telemetry([Lines(slow_statement=1)])
    with capture_logs() as logs, telemetry.operation("id", "http") as seen:
        seen.resolved("x" * 100, "query")
        seen.answered(None, 12)
    assert logs[0]["cost"] == 12
    assert logs[0]["name"] == "x" * 64


def test_a_subscription_is_one_line_with_the_number_of_its_results() -> None:
    telemetry = Telemetry([Lines(slow_statement=1)])
    with capture_logs() as logs, telemetry.operation("id", "sse") as seen:
        seen.resolved(None, "subscription")
        seen.answered(None)
        seen.answered("FORBIDDEN")
        seen.answered("GRAPH_UNAVAILABLE")
    assert (logs[0]["results"], logs[0]["code"]) == (3, "FORBIDDEN")
