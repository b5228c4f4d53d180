"""What a page of 100 individuals costs among 3,000 and among 300,000, at the start and far in:
`make bench-pages`.

On each engine two gateways run, one on a small graph and one on a large one, and are asked in turn, so that
whatever else the machine does meets both. Prints a Markdown table of medians.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, LiteralString

from gateway.embedded.server import EmbeddedServer
from graph_model.folding import folded
from graph_model.graph import Graph, Transaction
from graph_model.identity.golden import FOLDED
from graph_model.migrations import migrate
from graph_model.reading.pages import ID, Key
from graph_model.reading.shape import Value
from resolvers.types.connection import encode_cursor
from tests.servers.engine import Engine
from tests.servers.gateway import GatewayProcess
from tests.servers.neo4j import Neo4jServer

SMALL, LARGE = 3_000, 300_000
PAGE = 100
THOUSANDTH = 999 * PAGE
BATCH = 5_000
WARM_UP = 100
"""Pages of each kind before any is timed: the engines compile as they go."""

QUERY = """
query Page($order: [IndividualOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  individuals(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
    edges { node { id displayName firstName lastName createdAt } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

_CREATE: LiteralString = "UNWIND $rows AS row CREATE (i:Individual) SET i = row"
_PLAN_ANEW: LiteralString = "CALL db.prepareForReplanning()"


@dataclass(frozen=True, slots=True)
class Question:
    """A page in an order, by the property that decides it, from the start or from the end."""

    title: str
    order: str | None
    property: str
    backwards: bool = False


BY_ID = Question("by id", None, "id")
ON_NEO4J = (
    BY_ID,
    Question("by id, backwards", None, "id", backwards=True),
    Question("by displayName", "displayName", "displayNameFolded"),
    Question("by createdAt", "createdAt", "createdAt"),
    Question("by createdAt, backwards", "createdAt", "createdAt", backwards=True),
)


def individual(number: int) -> dict[str, Any]:
    """One whose order by name and by time is not that of the ids."""
    golden: dict[str, Any] = {
        "firstName": f"First{number % 500}",
        "lastName": f"Last{number * 7919 % 1_000_003}",
        "emails": [f"person{number}@example.com"],
        "phones": [],
    }
    golden["displayName"] = f"{golden['firstName']} {golden['lastName']}"
    moment = f"2026-10-01T00:00:00.{number * 104_729 % 1_000_003:07}"
    return {
        "id": f"ind_{number * 611_953 % 1_000_003:032}",
        "status": "ACTIVE",
        "kind": "KNOWN",
        "partyType": "PERSON",
        "createdAt": moment,
        "updatedAt": moment,
        **golden,
        **folded(golden, FOLDED),
    }


async def fill(graph: Graph, count: int) -> None:
    """Write that many individuals into an empty graph."""
    await migrate(graph)
    for start in range(0, count, BATCH):

        async def work(transaction: Transaction, start: int = start) -> None:
            rows = [individual(number) for number in range(start, min(start + BATCH, count))]
            await transaction.run(_CREATE, rows=rows)

        await graph.write(work)


def variables(question: Question, count: int, skipped: int) -> dict[str, Any]:
    """What asks for the page behind so many individuals; its cursor is made, not walked to."""
    order = [{question.order: "ASC"}] if question.order else None
    asked: dict[str, Any] = {"order": order, "last" if question.backwards else "first": PAGE}
    if skipped:
        keys = (Key(ID),) if question.property == "id" else (Key(Value(question.property)), Key(ID))
        places = sorted(
            [person[key.value.property] for key in keys] for person in map(individual, range(count))
        )
        place = places[-skipped] if question.backwards else places[skipped - 1]
        name = f"{question.order}:ASC" if question.order else ""
        asked["before" if question.backwards else "after"] = encode_cursor(name, place)
    return asked


@asynccontextmanager
async def gateway(engine: str, count: int) -> AsyncIterator[GatewayProcess]:
    """A gateway on a graph of that engine with so many individuals."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-pages-")))
        environment = {"GATEWAY_LOG_LEVEL": "warning", "GATEWAY_RATE_POINTS": "0"}
        if engine == "neo4j":
            server = Neo4jServer.start()
            stack.callback(server.stop)
            found = Engine(engine, server.uri, server.user, server.password, server.database)
            async with found.connect() as graph:
                await fill(graph, count)
                # It would take its samples of so many new nodes later.
                await graph.define(_PLAN_ANEW)
            environment |= found.environment()
        else:
            embedded = EmbeddedServer(folder / "data", command_timeout=60)
            address = await embedded.start()
            found = Engine(engine, address.uri, address.user, address.password, address.database)
            async with found.connect() as graph:
                await fill(graph, count)
            await embedded.stop()
        process = await GatewayProcess.start(folder, environment)
        try:
            yield process
        finally:
            await process.stop()


async def measure(
    gateways: dict[int, GatewayProcess], questions: Sequence[Question], runs: int
) -> dict[Question, list[float]]:
    """The median milliseconds of each page: the first and the last among few, which is asked for so that both
    graphs are asked as often; the first and the thousandth among many."""
    found: dict[Question, list[float]] = {}
    for question in questions:
        pages = [(SMALL, 0), (SMALL, SMALL - PAGE), (LARGE, 0), (LARGE, THOUSANDTH)]
        asked = [(gateways[count], variables(question, count, skipped)) for count, skipped in pages]
        times: list[list[float]] = [[] for _ in asked]
        for run in range(-WARM_UP, runs):
            for (process, given), collected in zip(asked, times, strict=True):
                began = perf_counter()
                answer = await process.query(QUERY, **given)
                took = perf_counter() - began
                assert len(answer["individuals"]["edges"]) == PAGE
                if run >= 0:
                    collected.append(took * 1_000)
        found[question] = [statistics.median(collected) for collected in times]
        print(question.title, [round(median, 2) for median in found[question]], file=sys.stderr)
    return found


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages.run", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="of each page (default: %(default)s)")
    options = parser.parse_args()
    print(f"| | first of {SMALL:,} | last of {SMALL:,} | first of {LARGE:,} | thousandth of {LARGE:,} |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for engine, questions in (("embedded", (BY_ID,)), ("neo4j", ON_NEO4J)):
        async with gateway(engine, SMALL) as small, gateway(engine, LARGE) as large:
            measured = await measure({SMALL: small, LARGE: large}, questions, options.runs)
        for question, (few, *others) in measured.items():
            cells = [f"{few:.1f} ms", *(f"{median:.1f} ms ({median / few:.2f})" for median in others)]
            print(f"| {engine}, {question.title} | {' | '.join(cells)} |")


if __name__ == "__main__":
    asyncio.run(main())
