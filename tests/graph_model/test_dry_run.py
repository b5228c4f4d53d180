"""A dry run says what would become of records, and leaves no trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from structlog.testing import capture_logs

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity.rulesets import costs
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.records import store as records_store
from graph_model.records.model import Mode, Outcome, RecordResult
from tests.graph_model.conftest import Clock
from tests.graph_model.dumping import dump
from tests.graph_model.populations import at, order, person, send, visit

ADA = {"id": "A-1", "firstName": "Ada", "lastName": "Lovelace", "email": "ada@mail.example"}


async def try_out(
    ingestion: Ingestion,
    *records: Any,
    mode: Mode = Mode.UPSERT,
    object_name: str = "Individual",
    **more: Any,
) -> list[RecordResult]:
    return await ingestion.ingest(
        "crm", object_name, records, mode=mode, actor="tester", dry_run=True, **more
    )


async def settle_down(graph: Graph, ingestion: Ingestion) -> None:
    """People, orders and visits that whatever is tried may touch."""
    await send(
        ingestion,
        [
            person(
                "P-1", firstName="Ada", lastName="Lovelace", email="ada@mail.example", deviceId="device-1"
            ),
            person("P-2", firstName="Grace", lastName="Hopper", phone="+49 30 23125001"),
            order("O-1", email="ada@mail.example", total="450.00"),
            visit("V-1", deviceId="device-2"),
        ],
    )
    await costs.flush(graph)


async def test_a_dry_run_leaves_no_trace(graph: Graph, clock: Clock) -> None:
    told: list[object] = []

    class Watching:
        def statement(self, text: str, seconds: float, error: BaseException | None) -> None:
            """That statements run is no secret."""

        def batch(self, size: int, submitters: object) -> Any:
            told.append(size)

        def records(self, source: str, object_name: str, outcomes: Iterable[str]) -> None:
            told.append(outcomes)

        def events(self, kinds: object, since: str) -> None:
            told.append(kinds)

    await settle_down(
        graph, Ingestion(graph, threshold=Threshold(lifetime_value=500, silent_days=180), clock=clock)
    )
    ingestion = Ingestion(
        graph,
        threshold=Threshold(lifetime_value=500, silent_days=180),
        clock=clock,
        observer=Watching(),
    )
    graph.listen(told.append)
    before = await dump(graph)

    await try_out(
        ingestion,
        ADA,
        {"id": "P-2", "firstName": "Grace", "modifiedAt": at(9), "email": "ada@mail.example"},
        {"id": "N-1", "firstName": "Nobody", "email": "nobody@mail.example", "deviceId": ["device-2"]},
        {"id": "N-2", "birthDate": "never"},
        idempotency_key="tried",
    )
    await try_out(ingestion, {"id": "P-1", "lastName": "King", "modifiedAt": at(9)}, mode=Mode.PATCH)
    await try_out(ingestion, {"id": "P-1", "modifiedAt": at(9)}, mode=Mode.DELETE)
    total = {"total": "100.00", "currency": "EUR", "orderedAt": at(0), "email": "ada@mail.example"}
    await try_out(ingestion, {"id": "O-2", **total}, object_name="SalesOrder")

    assert await costs.flush(graph) == 0
    assert await dump(graph) == before
    assert told == []
    assert ingestion.waiting == 0


async def test_it_says_what_storing_would_say(graph: Graph, ingestion: Ingestion) -> None:
    await settle_down(graph, ingestion)
    records = [
        ADA,
        {"id": "P-3", "firstName": "Alan", "email": "alan@mail.example"},
        {"id": "P-4", "firstName": "Alan", "email": "alan@mail.example"},
        {"id": "P-5", "firstName": "Mary", "email": "mary@mail.example"},
        {"id": "P-6", "birthDate": "never"},
    ]

    tried = await try_out(ingestion, *records)
    stored = await ingestion.ingest("crm", "Individual", records, actor="tester")

    assert [result.outcome for result in tried] == [result.outcome for result in stored]
    assert tried[0].individual_id == stored[0].individual_id
    assert [result.individual_id for result in tried[1:]] == [None] * 4
    assert [result.new_individual for result in tried] == [None, 1, 1, 2, None]
    assert [result.new_individual for result in stored] == [None] * 5
    assert stored[1].individual_id == stored[2].individual_id != stored[3].individual_id
    assert tried[4].problems == stored[4].problems
    assert [result.outcome for result in await try_out(ingestion, *records)][:2] == [Outcome.UNCHANGED] * 2


async def test_what_is_wrong_with_a_request_is_wrong_with_a_dry_run_of_it(ingestion: Ingestion) -> None:
    with pytest.raises(BadInput):
        await try_out(ingestion, ADA, object_name="Spaceship")


async def test_a_record_at_fault_is_found_in_a_dry_run_too(
    graph: Graph, ingestion: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = records_store.save_records

    async def refuse(transaction: Transaction, records: Any, *rest: Any, **more: Any) -> Any:
        if any(record.key.record_id == "bad" for record in records):
            raise ValueError("the engine does not take it")
        return await store(transaction, records, *rest, **more)

    monkeypatch.setattr(records_store, "save_records", refuse)
    before = await dump(graph)

    with capture_logs():
        results = await try_out(ingestion, ADA, {"id": "bad", "firstName": "Bad"}, {"id": "good"})

    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.REJECTED, Outcome.CREATED]
    assert [problem.code for problem in results[1].problems] == ["INTERNAL_SERVER_ERROR"]
    assert await dump(graph) == before
