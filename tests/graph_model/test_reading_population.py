"""What a ruleset is learned from is read whole, however many pages it takes."""

from __future__ import annotations

from random import Random

from graph_model.graph import Graph, Transaction
from graph_model.identity.rulesets.population import PAGE, read_population

RECORDS = 2 * PAGE + 10

_CREATE = """
UNWIND $rows AS row
MERGE (r:SourceRecord {key: row.key})
SET r += row
"""


async def test_a_population_of_several_pages_is_read_whole(graph: Graph) -> None:
    keys = [f"crm/Individual/{number}" for number in range(RECORDS)]
    rows = [{"key": key, "id": f"rec_{key}", "features": "[]", "identifiers": []} for key in keys]
    Random(1).shuffle(rows)

    async def create(transaction: Transaction) -> None:
        await transaction.run(_CREATE, rows=rows)

    await graph.write(create)
    told: list[tuple[int, int]] = []

    async def report(done: int, total: int) -> None:
        told.append((done, total))

    found, live = await read_population(graph, RECORDS, report)
    assert sorted(record.key for record in found) == sorted(keys)
    assert live == RECORDS
    assert told[-1] == (RECORDS, RECORDS)
