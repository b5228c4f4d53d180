"""A request with a key is answered once and for all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.ingestion import idempotency
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.records import store as records_store
from graph_model.records.model import Mode, Outcome, RecordResult
from tests.graph_model.conftest import Clock
from tests.graph_model.populations import at
from tests.servers.engine import Engine

RECORDS = (
    {"id": "K-1", "firstName": "Ada", "email": "ada@mail.example"},
    {"id": "K-2", "birthDate": "never"},
    {"id": "K-3", "firstName": "Grace", "phone": "+49"},
)
REMEMBERED = "MATCH (q:IdempotentRequest) RETURN count(q)"
RECORDS_STORED = "MATCH (r:SourceRecord) RETURN count(r)"


async def send(
    ingestion: Ingestion,
    *records: Any,
    key: str | None = "once",
    actor: str = "crm-job",
    source: str = "crm",
    mode: Mode = Mode.UPSERT,
) -> list[RecordResult]:
    return await ingestion.ingest(
        source, "Individual", records or RECORDS, mode=mode, actor=actor, idempotency_key=key
    )


async def code_of(*arguments: Any, **more: Any) -> str:
    with pytest.raises(BadInput) as refused:
        await send(*arguments, **more)
    return refused.value.code


async def test_the_same_request_is_answered_as_before_whatever_became_of_its_records(
    graph: Graph, ingestion: Ingestion
) -> None:
    first = await send(ingestion)
    assert [result.outcome for result in first] == [Outcome.CREATED, Outcome.REJECTED, Outcome.CREATED]
    await ingestion.delete("crm", "Individual", ["K-1"], actor="crm-job")

    again = await send(ingestion)

    assert again == first
    assert again[1].problems
    assert again[2].warnings


async def test_the_order_of_a_records_fields_makes_no_other_request(ingestion: Ingestion) -> None:
    record = {"id": "K-4", "firstName": "Ada", "lastName": "King"}
    first = await send(ingestion, record)
    assert await send(ingestion, dict(reversed(record.items()))) == first


async def test_another_request_with_the_key_is_refused_and_nothing_of_it_is_stored(
    graph: Graph, ingestion: Ingestion
) -> None:
    await send(ingestion)
    stored = await graph.read(RECORDS_STORED)

    assert await code_of(ingestion, {"id": "K-9"}) == "IDEMPOTENCY_MISMATCH"
    assert await code_of(ingestion, source="shop") == "IDEMPOTENCY_MISMATCH"
    assert await code_of(ingestion, mode=Mode.PATCH) == "IDEMPOTENCY_MISMATCH"
    assert await graph.read(RECORDS_STORED) == stored


async def test_a_key_is_its_principals_own(ingestion: Ingestion) -> None:
    await send(ingestion)
    assert (await send(ingestion, {"id": "K-9"}, actor="another"))[0].outcome is Outcome.CREATED


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "línea"])
async def test_a_key_is_visible_characters(ingestion: Ingestion, key: str) -> None:
    assert await code_of(ingestion, key=key) == "INVALID_IDEMPOTENCY_KEY"


async def test_a_request_of_which_nothing_is_stored_is_remembered_too(
    graph: Graph, ingestion: Ingestion
) -> None:
    first = await send(ingestion, {"id": "K-2", "birthDate": "never"})
    assert await send(ingestion, {"id": "K-2", "birthDate": "never"}) == first
    assert await graph.read(REMEMBERED) == 1


async def test_after_a_day_it_is_forgotten(graph: Graph, ingestion: Ingestion, clock: Clock) -> None:
    await send(ingestion, {"id": "K-1", "modifiedAt": at(0)})
    clock.now += timedelta(hours=23, minutes=59)
    assert (await send(ingestion, {"id": "K-1", "modifiedAt": at(0)}))[0].outcome is Outcome.CREATED
    assert await ingestion.forget() == 0
    clock.now += timedelta(minutes=1)
    # Swept or not.
    assert (await send(ingestion, {"id": "K-1", "modifiedAt": at(0)}))[0].outcome is Outcome.UNCHANGED
    clock.now += timedelta(hours=24)
    assert await ingestion.forget() == 1
    assert await graph.read(REMEMBERED) == 0


async def test_sweeping_takes_some_at_a_time(
    graph: Graph, ingestion: Ingestion, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_SWEPT", 3)
    await asyncio.gather(*(send(ingestion, {"id": f"K-{n}"}, key=f"key-{n}") for n in range(8)))
    clock.now += timedelta(hours=24)
    await send(ingestion, {"id": "K-9"}, key="young")
    assert await ingestion.forget() == 8
    assert await graph.read(REMEMBERED) == 1


async def test_of_requests_that_come_together_one_is_stored(graph: Graph, ingestion: Ingestion) -> None:
    answers = await asyncio.gather(*(send(ingestion) for _ in range(10)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0].outcome is Outcome.CREATED


async def test_of_two_requests_of_one_key_that_come_together_one_is_refused(ingestion: Ingestion) -> None:
    answers = await asyncio.gather(
        send(ingestion, {"id": "K-1"}), send(ingestion, {"id": "K-2"}), return_exceptions=True
    )
    (refused,) = [answer for answer in answers if isinstance(answer, BaseException)]
    assert isinstance(refused, BadInput)
    assert refused.code == "IDEMPOTENCY_MISMATCH"


async def test_several_gateways_store_a_request_once(graph: Graph, engine: Engine, clock: Clock) -> None:
    async with engine.connect() as one, engine.connect() as other:
        gateways = [
            Ingestion(each, threshold=Threshold(lifetime_value=500, silent_days=180), clock=clock)
            for each in (one, other)
        ]
        for number in range(10):
            record = {"id": f"K-{number}", "firstName": "Ada"}
            answers = await asyncio.gather(
                *(send(each, record, key=f"key-{number}") for each in (*gateways, *gateways))
            )
            assert [answer[0].outcome for answer in answers] == [Outcome.CREATED] * 4
            assert len({answer[0].individual_id for answer in answers}) == 1
    assert await graph.read(REMEMBERED) == 10


async def test_a_lost_answer_to_the_commit_is_found_again(
    graph: Graph, ingestion: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks after the commit: the graph's driver runs the transaction once more."""
    write, failed = Graph.write, False

    async def losing(self: Graph, work: Any) -> Any:
        nonlocal failed
        result = await write(self, work)
        if not failed:
            failed = True
            return await write(self, work)
        return result

    monkeypatch.setattr(Graph, "write", losing)
    results = await send(ingestion)
    assert failed
    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.REJECTED, Outcome.CREATED]


async def test_a_record_at_fault_is_rejected_and_remembered_and_the_rest_is_one_transaction(
    graph: Graph, ingestion: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, committed = records_store.save_records, 0

    async def refuse(transaction: Transaction, records: Sequence[Any], *rest: Any, **more: Any) -> Any:
        if any(record.key.record_id.startswith("bad") for record in records):
            raise ValueError("the engine does not take it")

        def count() -> None:
            nonlocal committed
            committed += 1

        transaction.after_commit(count)
        return await store(transaction, records, *rest, **more)

    monkeypatch.setattr(records_store, "save_records", refuse)
    records = [{"id": f"{'bad' if n in (3, 11) else 'good'}-{n}", "firstName": "Ada"} for n in range(16)]

    with capture_logs() as logged:
        other, results = await asyncio.gather(
            send(ingestion, {"id": "beside"}, key="beside"), send(ingestion, *records, key="many")
        )

    assert [line["event"] for line in logged] == ["record_failed"] * 2

    assert other[0].outcome is Outcome.CREATED
    outcomes = [result.outcome for result in results]
    assert [n for n, outcome in enumerate(outcomes) if outcome is Outcome.REJECTED] == [3, 11]
    assert outcomes.count(Outcome.CREATED) == 14
    assert await graph.read(RECORDS_STORED) == 15
    assert committed == 2
    monkeypatch.setattr(records_store, "save_records", store)
    assert await send(ingestion, *records, key="many") == results
