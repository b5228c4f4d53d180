"""How many records there are is known without counting them."""

from __future__ import annotations

from random import Random

import pytest

from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.metadata import counts
from graph_model.metadata.counts import RecordCount
from tests.graph_model.conftest import Clock
from tests.graph_model.populations import Sent, day, deletion, order, person, send, visit

Counts = dict[tuple[str, str], int]


async def told(graph: Graph) -> Counts:
    return {(count.source, count.object): count.records for count in await counts.read(graph)}


async def counted(graph: Graph) -> Counts:
    """The same, counted one by one."""
    await graph.write(lambda transaction: transaction.run("MATCH (c:RecordCount) DELETE c"))
    await counts.count_all(graph)
    return {key: number for key, number in (await told(graph)).items() if number}


@pytest.mark.parametrize("seed", range(3))
async def test_the_counts_are_those_of_the_records_whatever_came(
    graph: Graph, ingestion: Ingestion, seed: int
) -> None:
    random = Random(seed)
    for today in range(12):
        batch: list[Sent] = []
        for _ in range(random.randint(1, 12)):
            number = str(random.randint(1, 6))
            sent = random.choice(
                [
                    person(number, modified=today, firstName="Ada", email=f"{number}@mail.example"),
                    person(number, source="shop", modified=random.randint(0, today), lastName="Lovelace"),
                    order(number, modified=today, email=f"{number}@mail.example", total=f"{today}.00"),
                    visit(number, modified=random.randint(0, today), cookieId=f"c{number}"),
                ]
            )
            if random.random() < 0.4:
                sent = deletion(sent, modified=random.randint(0, today))
            batch.append(sent)
        await send(ingestion, batch)
    found = {key: number for key, number in (await told(graph)).items() if number}
    assert found == await counted(graph)


async def test_it_is_known_when_records_last_came(graph: Graph, ingestion: Ingestion, clock: Clock) -> None:
    await send(ingestion, [person("1", firstName="Ada")])
    (first,) = await counts.read(graph)
    clock.now = day(1)
    await send(ingestion, [person("1", firstName="Ada"), visit("1", cookieId="k")])
    again, visits = await counts.read(graph)
    assert (again.source, again.object, again.records) == ("crm", "Individual", 1)
    assert again.last_ingest > first.last_ingest
    assert visits == RecordCount("web", "WebEngagement", 1, again.last_ingest)
