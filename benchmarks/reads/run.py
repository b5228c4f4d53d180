"""How quick reads are, beside what one would use instead: `make bench-reads`.

Starts a Neo4j, fills it, and starts the gateway and its peers on it, each in one process. All are asked the
same questions, and must answer the same; then they are measured in turn, several rounds, so that whatever
else the machine does meets all of them. Prints a Markdown table of medians.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from benchmarks.reads.seed import seed
from resolvers.planning.roots import MAX_PAGE
from tests.servers.engine import Engine
from tests.servers.gateway import GatewayProcess, free_port
from tests.servers.neo4j import DEFAULT_VERSION, Neo4jServer

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INDIVIDUALS = 3_000
PAGE = MAX_PAGE
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the operation's name, over how many connections, and what the table calls it."""

    operation: str
    connections: int
    title: str


QUESTIONS = (
    Question("Page", 16, f"{PAGE} individuals of 5 fields, 16 connections"),
    Question("Profile", 1, "profile, 1 connection"),
    Question("Profile", 16, "profile, 16 connections"),
    Question("Profile", 64, "profile, 64 connections"),
    Question("Typename", 16, "`{ __typename }`, 16 connections"),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is asked: where, and how the questions read in its schema, by operation."""

    name: str
    url: str
    documents: dict[str, str]

    def body(self, operation: str, id_: str) -> bytes:
        """The request that asks for this individual (or for the first page, or for nothing)."""
        variables = {"Profile": {"id": id_}, "Page": {"first": PAGE}, "Typename": {}}[operation]
        query = self.documents[operation]
        return json.dumps({"operationName": operation, "query": query, "variables": variables}).encode()


def documents(*, page: str, profile: str, value: str = "value") -> dict[str, str]:
    """The operations, by name, of a schema with these root fields; `value` is its field of an insight."""
    listed = "id displayName firstName lastName createdAt"
    records = "sourceRecords { id source recordId modifiedAt }"
    children = f"{records} identifiers {{ type value }} insights {{ name {value} unit }}"
    return {
        "Page": f"query Page($first: Int!) {{ {page % listed} }}",
        "Profile": f"query Profile($id: ID!) {{ {profile} {{ id displayName {children} }} }}",
        "Typename": "query Typename { __typename }",
    }


GATEWAY = documents(
    page="individuals(first: $first) { edges { node { %s } } }",
    profile="individual(by: {id: $id})",
)
PLAIN = documents(page="individuals(first: $first) { %s }", profile="individual(id: $id)")
NEO4J_GRAPHQL = documents(
    # Without a condition on the id, Neo4j would sort all individuals for each page; so it goes by the index.
    page='individuals(where: {id: {startsWith: "ind_"}}, sort: [{id: ASC}], limit: $first) { %s }',
    profile="individuals(where: {id: {eq: $id}})",
    value="amount",
)


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reads.run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--seconds", type=int, default=2, help="of one measurement (default: %(default)s)")
    options = parser.parse_args()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-reads-")))
        server = Neo4jServer.start()
        stack.callback(server.stop)
        engine = Engine("neo4j", server.uri, server.user, server.password, server.database)
        async with engine.connect() as graph:
            ids = await seed(graph, INDIVIDUALS)
        peers = [await stack.enter_async_context(peer) for peer in start_peers(engine, folder)]
        await check_same_answers(peers, [ids[0], ids[len(ids) // 2], ids[-1]])
        rates = await measure(peers, ids, folder, rounds=options.rounds, seconds=options.seconds)
    print(table([peer.name for peer in peers], rates))
    print(f"\n{machine()} Medians of {options.rounds} rounds of {options.seconds} s.")


def start_peers(engine: Engine, folder: Path) -> Iterator[AbstractAsyncContextManager[Peer]]:
    """The gateway, then its peers, each as a context."""
    yield gateway(engine, folder)
    node = ("node", str(HERE / "neo4j_graphql.js"), "{port}")
    yield process("@neo4j/graphql", NEO4J_GRAPHQL, node, engine, folder)
    uvicorn = (sys.executable, "-m", "uvicorn", "--port", "{port}", "--log-level", "warning")
    strawberry = (*uvicorn, "benchmarks.reads.stock_strawberry:app")
    yield process("stock Strawberry", PLAIN, strawberry, engine, folder)
    yield process("bare ASGI", PLAIN, (*uvicorn, "benchmarks.reads.bare:app"), engine, folder)


@asynccontextmanager
async def gateway(engine: Engine, folder: Path) -> AsyncIterator[Peer]:
    """The gateway as users run it, without what the peers do not do either."""
    settings = {"GATEWAY_LOG_LEVEL": "warning", "GATEWAY_METRICS": "0", "GATEWAY_RATE_POINTS": "0"}
    running = await GatewayProcess.start(folder, engine.environment() | settings)
    try:
        yield Peer("gateway", f"{running.url}/graphql", GATEWAY)
    finally:
        await running.stop()


@asynccontextmanager
async def process(
    name: str, documents: dict[str, str], command: tuple[str, ...], engine: Engine, folder: Path
) -> AsyncIterator[Peer]:
    """A peer as a process that listens on a free port; gives it once it answers."""
    port = free_port()
    environment = os.environ | engine.environment() | {"PYTHONPATH": str(ROOT), "NODE_ENV": "production"}
    log = folder / "peers.log"
    with log.open("ab") as output:
        running = await asyncio.create_subprocess_exec(
            *(word.format(port=port) for word in command), env=environment, stdout=output, stderr=output
        )
    peer = Peer(name, f"http://127.0.0.1:{port}/graphql", documents)
    waiting = AsyncRetrying(
        retry=retry_if_exception_type(httpx.TransportError),
        wait=wait_fixed(0.1),
        stop=stop_after_delay(START_SECONDS),
        reraise=True,
    )
    try:
        async for attempt in waiting:
            with attempt:
                if running.returncode is not None:
                    raise RuntimeError(f"{name} ended at its start:\n{log.read_text()}")
                await ask(peer, "Typename", "")
        yield peer
    finally:
        with suppress(ProcessLookupError):
            running.terminate()
        await running.wait()


async def ask(peer: Peer, operation: str, id_: str) -> Any:
    """The data of one answer."""
    async with httpx.AsyncClient(timeout=30) as client:
        headers = {"content-type": "application/json"}
        response = await client.post(peer.url, content=peer.body(operation, id_), headers=headers)
    answer = response.json()
    if "errors" in answer:
        raise RuntimeError(f"{peer.name}: {answer['errors']}")
    return answer["data"]


async def check_same_answers(peers: list[Peer], ids: list[str]) -> None:
    """Raises RuntimeError unless all peers answer alike."""
    for operation in ("Page", "Profile", "Typename"):
        for id_ in ids:
            expected, *others = [comparable(await ask(peer, operation, id_)) for peer in peers]
            for peer, answer in zip(peers[1:], others, strict=True):
                if answer != expected:
                    raise RuntimeError(
                        f"{operation}: {peer.name} answers {answer},\nthe gateway answers {expected}"
                    )


def comparable(data: Any) -> Any:
    """An answer without what may differ: the wrapping of lists, the order of related things, which nobody
    but the gateway promises, and the form of amounts."""
    (answer,) = data.values()
    if isinstance(answer, str):
        return answer
    if isinstance(answer, dict):
        answer = [edge["node"] for edge in answer["edges"]] if "edges" in answer else [answer]
    for individual in answer:
        for insight in individual.get("insights", ()):
            amount = insight.pop("amount", None)
            value = Decimal(insight["value"]) if amount is None else Decimal(amount) / 1_000_000
            insight["value"] = str(value.normalize())
        for related in individual.values():
            if isinstance(related, list):
                related.sort(key=lambda item: json.dumps(item, sort_keys=True))
    return answer


Rates = dict[Question, list[list[float]]]
"""Answers a second by question, round and peer."""


async def measure(peers: list[Peer], ids: list[str], folder: Path, *, rounds: int, seconds: int) -> Rates:
    """Ask each question of each peer in turn, once to warm up and then in every round."""
    rates: Rates = {question: [] for question in QUESTIONS}
    for number in range(rounds + 1):
        for question in QUESTIONS:
            # Neo4j and Node compile as they go, and need a while for it.
            long = seconds if number else 2 * seconds
            found = [await load(peer, question, ids, folder, long) for peer in peers]
            print(f"{number}/{rounds} {question.title}: {[round(rate) for rate in found]}", file=sys.stderr)
            if number:
                rates[question].append(found)
    return rates


async def load(peer: Peer, question: Question, ids: list[str], folder: Path, seconds: int) -> float:
    """Answers a second of one peer to one question. Raises RuntimeError if an answer was an error."""
    questions = folder / "questions"
    questions.write_bytes(b"\n".join(peer.body(question.operation, id_) for id_ in ids))
    command = ("node", str(HERE / "load.js"), peer.url, str(question.connections), str(seconds), questions)
    running = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    output, _ = await running.communicate()
    if running.returncode:
        raise RuntimeError("the load generator failed")
    result = json.loads(output)
    if result["failed"]:
        raise RuntimeError(f"{peer.name}: {result['failed']} answers to {question.title} were errors")
    rate: float = result["rate"]
    return rate


def table(names: list[str], rates: Rates) -> str:
    """The medians as Markdown: answers a second, and how many times the peer's the gateway's are."""
    lines = [
        f"| | {' | '.join(names)} |",
        f"| --- {'| ---: ' * len(names)}|",
    ]
    for question, rounds in rates.items():
        cells = []
        for peer in range(len(names)):
            rate = f"{statistics.median(found[peer] for found in rounds):,.0f}"
            ratio = statistics.median(found[0] / found[peer] for found in rounds)
            cells.append(f"{rate} ({ratio:.2f})" if peer else rate)
        lines.append(f"| {question.title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def machine() -> str:
    """What it was measured on."""
    model = platform.processor()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(": ")[1] for line in lines if line.startswith("model name")), model)
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    packages = json.loads((HERE / "package.json").read_text())["dependencies"]
    versions = {"Python": platform.python_version(), "Node": node.strip().removeprefix("v")}
    versions |= {name: version(name) for name in ("strawberry-graphql", "uvicorn", "neo4j")}
    versions |= {name: packages[name] for name in ("@neo4j/graphql", "graphql-yoga")}
    return (
        f"{os.cpu_count()} cores ({model}) for everything: the load, the server and Neo4j {DEFAULT_VERSION}. "
        f"{', '.join(f'{name} {number}' for name, number in versions.items())}."
    )


if __name__ == "__main__":
    asyncio.run(main())
