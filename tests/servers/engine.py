"""A running graph engine that tests connect to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import LiteralString

from graph_model.graph import Graph, Transaction


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
        await transaction.run(
            "MATCH (n) WHERE NOT (n:Migration OR n:Lock OR n:Counter OR n:Ruleset OR n:RulesetPart"
            " OR n:RulesetState) DETACH DELETE n"
        )

    await graph.write(work)


async def wipe(graph: Graph) -> None:
    """Delete every node, some thousands at a time."""
    while await graph.write(lambda transaction: transaction.run(_DELETE_SOME)):
        pass


_DELETE_SOME: LiteralString = "MATCH (n) WITH n LIMIT 10000 DETACH DELETE n RETURN count(*)"
