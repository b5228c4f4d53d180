"""A running graph engine that tests connect to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.identity.store import lock
from graph_model.migrations import migrate


@dataclass(frozen=True)
class Engine:
    """Where an engine is reached; `name` is embedded or neo4j."""

    name: str
    uri: str
    user: str
    password: str = field(repr=False)
    database: str

    def connect(self) -> Graph:
        """A connection to it."""
        return Graph(
            self.uri, self.user, self.password, self.database, scans_in_order=self.name == "embedded"
        )

    def environment(self) -> dict[str, str]:
        """What tells a gateway to use it."""
        return {
            "NEO4J_URI": self.uri,
            "NEO4J_USER": self.user,
            "NEO4J_PASSWORD": self.password,
            "NEO4J_DATABASE": self.database,
        }


async def empty(graph: Graph) -> None:
    """Delete every node but those that come with the schema."""

    async def work(transaction: Transaction) -> None:
        await lock(transaction)
        await transaction.run(
            "MATCH (n) WHERE NOT (n:Migration OR n:Lock OR n:Counter OR n:Ruleset OR n:RulesetPart"
            " OR n:RulesetState) DETACH DELETE n"
        )

    await graph.write(work)


async def wipe(graph: Graph) -> None:
    """Delete every node, some thousands at a time."""
    while await graph.write(lambda transaction: transaction.run(_DELETE_SOME)):
        pass


async def renew(graph: Graph, engine: Engine) -> None:
    """Make the graph what migrations make of an empty one: the first time by them, then from the nodes that
    they left, which takes a tenth of the time."""
    await wipe(graph)
    seeds = _SEEDS.get(engine.uri)
    if seeds is None:
        await migrate(graph)
        _SEEDS[engine.uri] = await graph.read(_ALL)
        return

    async def restore(transaction: Transaction) -> None:
        for label in sorted({label for label, _ in seeds}):
            rows = [properties for of, properties in seeds if of == label]
            await transaction.run(_CREATE[label], rows=rows)

    await graph.write(restore)


_SEEDS: dict[str, list[tuple[str, dict[str, Any]]]] = {}
_ALL: LiteralString = "MATCH (n) RETURN collect([head(labels(n)), properties(n)])"
_CREATE: dict[str, LiteralString] = {
    label: f"UNWIND $rows AS row CREATE (n:{label}) SET n += row"
    for label in ("Catalogue", "Counter", "Lock", "Migration", "Ruleset", "RulesetPart", "RulesetState")
}

_DELETE_SOME: LiteralString = "MATCH (n) WITH n LIMIT 10000 DETACH DELETE n RETURN count(*)"
