"""The schema of the graph, brought up to date as often as one likes."""

from __future__ import annotations

import asyncio
from typing import LiteralString

import pytest

from graph_model import backfill
from graph_model.graph import Graph, Transaction
from graph_model.ingestion.ingestion import Ingestion
from graph_model.migrations import MIGRATIONS, migrate
from tests.servers.engine import Engine, wipe

_STATE: LiteralString = """
MATCH (n) WHERE n:Counter OR n:Lock OR n:Migration
RETURN collect(coalesce(n.name, '') + ' ' + coalesce(n.appliedAt, ''))
"""


async def test_the_first_time_applies_all_and_the_second_nothing(graph: Graph) -> None:
    await wipe(graph)
    assert await migrate(graph) == list(MIGRATIONS)
    state = sorted(await graph.read(_STATE))
    assert await migrate(graph) == []
    assert sorted(await graph.read(_STATE)) == state
    assert len(state) == len(MIGRATIONS) + 2


async def test_a_migration_that_was_interrupted_is_run_anew_and_keeps_what_is_there(graph: Graph) -> None:
    async def interrupt(statement: LiteralString) -> None:
        await graph.write(lambda transaction: transaction.run(statement))

    await interrupt("MATCH (c:Counter {name: 'events'}) SET c.value = 7")
    await interrupt("MATCH (m:Migration) DELETE m")
    assert await migrate(graph) == list(MIGRATIONS)
    assert await graph.read("MATCH (c:Counter {name: 'events'}) RETURN c.value") == 7


async def test_gateways_that_start_at_once_do_not_disturb_each_other(graph: Graph, engine: Engine) -> None:
    await wipe(graph)
    async with engine.connect() as other:
        await asyncio.gather(migrate(graph), migrate(other))
    state = await graph.read(_STATE)
    assert len(state) == len(MIGRATIONS) + 2


async def test_individuals_of_before_there_were_organisations_are_persons(
    graph: Graph, ingestion: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [{"id": str(number)} for number in range(3)]
    await ingestion.ingest("crm", "Individual", records, actor="tester")
    await ingestion.ingest("crm", "Organization", [{"id": "o", "name": "Acme"}], actor="tester")

    async def forget(transaction: Transaction) -> None:
        await transaction.run("MATCH (i:Individual {partyType: 'PERSON'}) SET i.partyType = null")
        await transaction.run("MATCH (m:Migration {number: 3}) DELETE m")

    await graph.write(forget)
    monkeypatch.setattr(backfill, "BATCH", 2)
    assert [migration.number for migration in await migrate(graph)] == [3]
    types = await graph.read("MATCH (i:Individual) RETURN collect(i.partyType)")
    assert sorted(types) == ["ORGANIZATION", "PERSON", "PERSON", "PERSON"]


def test_migrations_are_numbered_from_one_without_a_gap() -> None:
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
