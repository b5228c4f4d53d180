"""What a source deletes: tombstones, what falls apart without them, and who is gone."""

from __future__ import annotations

from typing import Any

from graph_model.events import store as events
from graph_model.events.model import EventKind
from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.records.model import Outcome
from tests.graph_model import profiles
from tests.graph_model.oracle import expected
from tests.graph_model.populations import Sent, deletion, order, person, send, visit
from tests.graph_model.snapshots import Snapshot, snapshot

ADA = person("a", email="ada@mail.example")
BRIDGE = person("b", email=["ada@mail.example", "ida@mail.example"])
IDA = person("c", email="ida@mail.example")


async def sound(graph: Graph) -> Snapshot:
    """The state, which is what the records that are left come to."""
    found, wanted = await snapshot(graph), await expected(graph)
    assert (found.matches, found.golden) == (wanted.matches, wanted.individuals)
    return found


async def delete(ingestion: Ingestion, *records: Sent, modified: int = 5) -> list[Outcome]:
    return [
        result.outcome
        for result in await send(ingestion, [deletion(each, modified=modified) for each in records])
    ]


async def told(graph: Graph, after: int = 0) -> list[tuple[EventKind, str, Any]]:
    """What was told of individuals behind that number: the kind, whom it is about, and what became of which
    records."""
    return [
        (event.kind, event.individual_id or "", [(each["recordId"], each["outcome"]) for each in records])
        for event in await events.read_after(graph, after, limit=100)
        if not event.kind.startswith("RECORD_")
        for records in [event.data.get("records", [])]
    ]


async def test_who_loses_every_record_is_gone_and_the_id_says_so(graph: Graph, ingestion: Ingestion) -> None:
    (result,) = await send(ingestion, [ADA])
    ada = str(result.individual_id)
    assert await delete(ingestion, ADA) == [Outcome.DELETED]
    assert (await sound(graph)).partition == set()
    assert await profiles.by_ids(graph, [ada]) == {}
    assert await profiles.gone(graph, [ada, "ind_unknown"]) == {ada}
    assert (await told(graph))[-1] == (EventKind.INDIVIDUAL_GONE, ada, [("a", "DELETED")])


async def test_a_deletion_splits_what_only_the_deleted_record_held_together(
    graph: Graph, ingestion: Ingestion
) -> None:
    results = await send(ingestion, [ADA, IDA])
    older, younger = sorted(str(result.individual_id) for result in results)
    await send(ingestion, [BRIDGE])
    assert len((await sound(graph)).partition) == 1
    before = len(await told(graph))
    await delete(ingestion, BRIDGE)
    state = await sound(graph)
    assert state.partition == {frozenset({"crm/Individual/a"}), frozenset({"crm/Individual/c"})}
    assert (await profiles.by_ids(graph, [older, younger])).keys() == {older, younger}
    assert {profile.id for profile in (await profiles.by_ids(graph, [older, younger])).values()} == {
        older,
        younger,
    }
    kinds = [kind for kind, *_ in (await told(graph))[before:]]
    assert kinds == [
        EventKind.INDIVIDUAL_SPLIT,
        EventKind.INDIVIDUAL_UPDATED,
        EventKind.INDIVIDUAL_UPDATED,
    ]


async def test_ids_that_were_merged_into_somebody_who_is_gone_say_so_too(
    graph: Graph, ingestion: Ingestion
) -> None:
    results = await send(ingestion, [ADA, IDA])
    ids = {str(result.individual_id) for result in results}
    await send(ingestion, [BRIDGE])
    await delete(ingestion, ADA, BRIDGE, IDA)
    assert await profiles.gone(graph, sorted(ids)) == ids


async def test_what_comes_late_stays_deleted_and_what_comes_later_is_somebody_new(
    graph: Graph, ingestion: Ingestion
) -> None:
    (result,) = await send(ingestion, [ADA])
    await delete(ingestion, ADA)
    (late,) = await send(ingestion, [person("a", modified=5, email="ada@mail.example")])
    assert (late.outcome, late.individual_id) == (Outcome.STALE, None)
    assert (await sound(graph)).partition == set()
    (back,) = await send(ingestion, [person("a", modified=6, email="ada@mail.example")])
    assert back.outcome is Outcome.CREATED
    assert back.individual_id not in (None, result.individual_id)
    assert await profiles.gone(graph, [str(result.individual_id)]) == {str(result.individual_id)}
    assert len((await sound(graph)).partition) == 1


async def test_what_was_never_sent_is_deleted_so_that_it_cannot_come_late(
    graph: Graph, ingestion: Ingestion
) -> None:
    assert await delete(ingestion, ADA) == [Outcome.DELETED]
    (late,) = await send(ingestion, [ADA])
    assert late.outcome is Outcome.STALE
    assert (await sound(graph)).partition == set()
    assert await told(graph) == []


async def test_a_deletion_from_before_the_stored_version_is_stale(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("a", modified=3)])
    assert await delete(ingestion, ADA, modified=2) == [Outcome.STALE]
    assert len((await sound(graph)).partition) == 1


async def test_who_deletes_again_is_told_that_nothing_changed(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [ADA])
    await delete(ingestion, ADA)
    before = len(await told(graph))
    assert await delete(ingestion, ADA) == [Outcome.UNCHANGED]
    assert await delete(ingestion, ADA, modified=7) == [Outcome.UNCHANGED]
    assert len(await told(graph)) == before


async def test_an_order_waits_again_when_who_it_was_of_is_deleted(graph: Graph, ingestion: Ingestion) -> None:
    bought = order("1", email="ada@mail.example", ordered=-200, total="700.00")
    (result, _) = await send(ingestion, [ADA, bought])
    await delete(ingestion, ADA)
    assert (await sound(graph)).objects == {"shop/SalesOrder/1": None}
    (again,) = await send(ingestion, [person("d", email="ada@mail.example")])
    assert again.individual_id != result.individual_id
    state = await sound(graph)
    assert state.objects == {"shop/SalesOrder/1": frozenset({"crm/Individual/d"})}
    assert len(state.insights) == 2


async def test_a_deleted_order_counts_no_longer_and_its_customer_is_told(
    graph: Graph, ingestion: Ingestion
) -> None:
    bought = order("1", email="ada@mail.example", ordered=-200, total="700.00")
    (result, _) = await send(ingestion, [ADA, bought])
    ada = str(result.individual_id)
    before = (await events.read_after(graph, 0, limit=100))[-1].sequence
    assert await delete(ingestion, bought) == [Outcome.DELETED]
    profile = (await profiles.by_ids(graph, [ada]))[ada]
    assert (profile.orders, profile.insights) == ([], [])
    assert await told(graph, before) == [(EventKind.INDIVIDUAL_UPDATED, ada, [("1", "DELETED")])]
    (late,) = await send(ingestion, [bought])
    assert late.outcome is Outcome.STALE


async def test_a_device_of_which_every_visit_was_deleted_is_still_a_device(
    graph: Graph, ingestion: Ingestion
) -> None:
    """It may be somebody's already, and who it is may become known."""
    seen = visit("1", deviceId="device-1")
    (result,) = await send(ingestion, [seen])
    await delete(ingestion, seen)
    profile = (await profiles.by_ids(graph, [str(result.individual_id)]))[str(result.individual_id)]
    assert profile.web_engagements == []
    (known,) = await send(ingestion, [person("a", deviceId="device-1")])
    assert known.individual_id == result.individual_id
    await sound(graph)
