"""What was received is kept, version by version, and a record can be made anew of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from graph_model.graph import Graph, Transaction
from graph_model.ingestion.commit import Submission, commit_batch
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.metadata.registry import SHIPPED
from graph_model.records.history import Kept, load_kept
from graph_model.records.model import Mode, Outcome, Record, RecordResult
from graph_model.records.reading import read_record
from graph_model.records.validation import tombstone, validate
from tests.graph_model.conftest import Clock
from tests.graph_model.counting import CountingGraph
from tests.graph_model.populations import at, day
from tests.servers.engine import Engine

ADA = "crm/Individual/1"
ORDER = "shop/SalesOrder/1"


async def say(
    ingestion: Ingestion, number: int | None, mode: Mode = Mode.UPSERT, source: str = "crm", **said: Any
) -> RecordResult:
    """A version of the one record of a source, of a day or of now."""
    row = {"id": "1", **({} if number is None else {"modifiedAt": at(number)}), **said}
    of = "Individual" if source == "crm" else "SalesOrder"
    (result,) = await ingestion.ingest(source, of, [row], mode=mode, actor="tester")
    assert result.problems == ()
    return result


async def kept(graph: Graph, key: str = ADA) -> list[Kept]:
    """Every version that is kept of a record."""

    async def work(transaction: Transaction) -> list[Kept]:
        return (await load_kept(transaction, [key])).get(key, [])

    return await graph.inspect(work)


async def said(graph: Graph, key: str = ADA) -> list[tuple[str, Any]]:
    """How each was sent, and what the payload said beside id and time."""
    found: list[tuple[str, Any]] = []
    for item in await kept(graph, key):
        raw = orjson.loads(item.payload) if item.payload is not None else {}
        found.append((item.mode, {name: raw[name] for name in raw if name not in ("id", "modifiedAt")}))
    return found


async def versions_beside(graph: Graph) -> int:
    count: int = await graph.read("MATCH (v:RecordVersion) RETURN count(v)")
    return count


async def test_what_comes_for_the_first_time_costs_no_node_more(graph: Graph, ingestion: Ingestion) -> None:
    await say(ingestion, 1, firstName="Ada")
    assert await versions_beside(graph) == 0
    (found,) = await kept(graph)
    assert (found.record, found.modified_at, found.mode) == (ADA, "2026-01-02T00:00:00.000000Z", Mode.UPSERT)
    assert (found.payload, found.actor) == (
        '{"id":"1","modifiedAt":"2026-01-02T00:00:00+00:00","firstName":"Ada"}',
        "tester",
    )


async def test_every_version_is_kept_once(graph: Graph, ingestion: Ingestion) -> None:
    names: list[Any] = ["crm", ADA, {"firstName": "Ada"}, {"firstName": "Ida"}]
    states: list[Any] = [
        "shop",
        ORDER,
        {"orderedAt": at(0), "status": "PLACED"},
        {"orderedAt": at(0), "status": "SHIPPED"},
    ]
    for source, key, one, other in (names, states):
        for _ in range(2):
            await say(ingestion, 2, source=source, **one)
            await say(ingestion, 4, source=source, **other)
            await say(ingestion, 3, source=source, **one)
            await say(ingestion, 5, Mode.PATCH, source=source, **other)
        assert await said(graph, key) == [
            (Mode.UPSERT, one),
            (Mode.UPSERT, one),
            (Mode.UPSERT, other),
            (Mode.PATCH, other),
        ]
    assert await versions_beside(graph) == 6


async def test_what_says_nothing_is_kept_and_is_no_record(graph: Graph, ingestion: Ingestion) -> None:
    records: list[tuple[str, str, dict[str, Any]]] = [
        ("crm", ADA, {"firstName": "Ada"}),
        ("shop", ORDER, {"orderedAt": at(0)}),
    ]
    for source, key, something in records:
        for _ in range(2):
            assert (await say(ingestion, 1, Mode.PATCH, source)).outcome is Outcome.UNCHANGED
        assert await said(graph, key) == [(Mode.PATCH, {})]
        assert await read_record(graph, key) is None
        assert (await say(ingestion, 0, Mode.UPSERT, source, **something)).outcome is Outcome.CREATED
        assert await said(graph, key) == [(Mode.UPSERT, something), (Mode.PATCH, {})]


async def test_what_a_source_sends_every_night_is_kept_once(
    graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    for number in range(3):
        clock.now = day(number)
        await say(ingestion, None, firstName="Ada")
    (found,) = await kept(graph)
    assert found.modified_at == found.received_at == "2026-01-03T00:00:00.000000Z"


async def test_a_deletion_leaves_all_that_was_received(graph: Graph, ingestion: Ingestion) -> None:
    await say(ingestion, 1, firstName="Ada")
    await ingestion.delete("crm", "Individual", ["1"], modified_at=day(2), actor="tester")
    assert await said(graph) == [(Mode.UPSERT, {"firstName": "Ada"}), (Mode.DELETE, {})]
    await say(ingestion, 3, Mode.PATCH, lastName="Byron")
    await say(ingestion, 4, firstName="Ida")
    assert await said(graph) == [
        (Mode.UPSERT, {"firstName": "Ada"}),
        (Mode.DELETE, {}),
        (Mode.PATCH, {"lastName": "Byron"}),
        (Mode.UPSERT, {"firstName": "Ida"}),
    ]


async def test_when_a_version_was_received_stays_with_it(
    graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    for number, mode, name in ((1, Mode.UPSERT, "Ada"), (2, Mode.PATCH, "Ida"), (3, Mode.UPSERT, "Eve")):
        clock.now = day(10 + number)
        await say(ingestion, number, mode, firstName=name)
    assert [item.received_at[:10] for item in await kept(graph)] == ["2026-01-12", "2026-01-13", "2026-01-14"]


async def test_a_record_is_made_anew_of_all_its_versions(graph: Graph, ingestion: Ingestion) -> None:
    await say(ingestion, 1, firstName="Ada", lastName="Byron")
    await say(ingestion, 3, Mode.PATCH, lastName="Lovelace")
    await say(ingestion, 2, firstName="Ida", lastName="Gordon")
    before = await kept(graph)

    def record(item: Kept) -> Record:
        """What another mapping makes of it: who was Ida is Grace."""
        assert item.payload is not None
        raw = orjson.loads(item.payload.replace("Ida", "Grace"))
        made = validate(raw, "crm", SHIPPED.objects["Individual"], received_at=day(0), mode=item.mode)
        assert isinstance(made, Record)
        return replace(made, payload=item.payload, mapping=2)

    async def work(transaction: Transaction) -> list[RecordResult]:
        batch = [Submission.of(record(item), "mapper", received_at=item.received_at) for item in before]
        return await commit_batch(transaction, batch, Threshold(), now=day(9), anew={ADA})

    results = await graph.write(work)
    assert {result.outcome for result in results} == {Outcome.UPDATED}
    fields: str = await graph.read("MATCH (r:SourceRecord {key: $key}) RETURN r.fields", key=ADA)
    assert orjson.loads(fields) == {"firstName": "Grace", "lastName": "Lovelace"}
    after = await kept(graph)
    assert [(item.payload, item.mode, item.received_at) for item in after] == [
        (item.payload, item.mode, item.received_at) for item in before
    ]
    assert {item.mapping for item in after} == {2}
    assert await graph.write(work)
    assert await kept(graph) == after


async def test_a_deletion_that_was_forgotten_by_nobody_counts_when_a_record_is_made_anew(
    graph: Graph, ingestion: Ingestion
) -> None:
    await say(ingestion, 1, firstName="Ada")
    await ingestion.delete("crm", "Individual", ["1"], modified_at=day(2), actor="tester")
    gone = tombstone("crm", SHIPPED.objects["Individual"], "1", deleted_at=day(2))
    assert isinstance(gone, Record)

    async def work(transaction: Transaction) -> list[RecordResult]:
        return await commit_batch(
            transaction, [Submission.of(gone, "mapper")], Threshold(), now=day(9), anew={ADA}
        )

    assert [result.outcome for result in await graph.write(work)] == [Outcome.UNCHANGED]


async def test_keeping_versions_costs_a_first_or_a_newer_one_no_statement(
    graph: Graph, engine: Engine, clock: Clock
) -> None:
    async with CountingGraph(engine) as counting:
        ingestion = Ingestion(counting, threshold=Threshold(), clock=clock)
        for number, name in enumerate(("Ada", "Ida")):
            counting.statements.clear()
            await say(ingestion, number, firstName=name)
            assert [text for text in counting.statements if "MATCH (n:SourceRecord" in text] == []
            assert [text for text in counting.statements if "coalesce(r.own" in text] == []
    assert await versions_beside(graph) == 1
