"""Records go in, people come out: merges, splits, updates and devices, on the graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, LiteralString

import pytest

from graph_model.events import store as events
from graph_model.events.model import Event, EventKind
from graph_model.graph import Graph
from graph_model.identity.matching.default import DEFAULT
from graph_model.ingestion.ingestion import Ingestion
from graph_model.records.model import Outcome
from tests.graph_model import profiles
from tests.graph_model.populations import Json, Sent, at, order, person, send, visit
from tests.graph_model.profiles import Profile
from tests.graph_model.snapshots import snapshot

ADA: Json = {"firstName": "Ada", "lastName": "Lovelace"}
GRACE: Json = {"firstName": "Grace", "lastName": "Hopper"}
PHONE = "+49 30 23125001"
GENERIC_CAP = DEFAULT.generic_cap


async def sent(ingestion: Ingestion, *batch: Sent) -> list[str | None]:
    """The individual of each record, which were all sent at once."""
    return [result.individual_id for result in await send(ingestion, batch)]


async def one(graph: Graph, id_: str | None) -> Profile:
    assert id_ is not None
    return (await profiles.by_ids(graph, [id_]))[id_]


async def people(graph: Graph) -> list[set[str]]:
    """The individuals as sets of record ids, those with the least first."""
    found = (await snapshot(graph)).partition
    return sorted(({key.rpartition("/")[2] for key in part} for part in found), key=min)


async def written(graph: Graph) -> list[Event]:
    """What was told of individuals."""
    told = await events.read_after(graph, 0, limit=1_000)
    return [event for event in told if not event.kind.startswith("RECORD_")]


async def test_a_record_becomes_a_person(graph: Graph, ingestion: Ingestion) -> None:
    results = await send(ingestion, [person("a", email="ada@mail.example", **ADA)])
    assert [(result.record_id, result.outcome) for result in results] == [("a", Outcome.CREATED)]
    profile = await one(graph, results[0].individual_id)
    assert profile.golden["displayName"] == "Ada Lovelace"
    assert [record.key for record in profile.records] == ["crm/Individual/a"]
    assert [(event.kind, event.individual_id) for event in await written(graph)] == [
        (EventKind.INDIVIDUAL_CREATED, profile.id)
    ]


async def test_nothing_in_nothing_out(graph: Graph, ingestion: Ingestion) -> None:
    assert await ingestion.ingest("crm", "Individual", [], actor="tester") == []
    assert await people(graph) == []


async def test_one_record_of_three_is_wrong_and_the_others_are_stored(
    graph: Graph, ingestion: Ingestion
) -> None:
    records = [{"id": "a"}, {"id": "b", "birthDate": "someday"}, {"id": "c"}]
    results = await ingestion.ingest("crm", "Individual", records, actor="tester")
    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.REJECTED, Outcome.CREATED]
    assert [(problem.code, problem.path) for problem in results[1].problems] == [
        ("INVALID_DATE", ("records", 1, "birthDate"))
    ]
    assert await people(graph) == [{"a"}, {"c"}]


async def test_a_record_with_a_malformed_address_is_stored_and_warned_of(
    graph: Graph, ingestion: Ingestion
) -> None:
    records = [
        {"id": "a", "birthDate": "someday"},
        {"id": "b", "email": ["b@mail.example", "b@@mail.example"]},
    ]
    for outcome in (Outcome.CREATED, Outcome.UNCHANGED):
        _, result = await ingestion.ingest("crm", "Individual", records, actor="tester")
        assert (result.outcome, result.problems) == (outcome, ())
        assert [(warning.code, warning.path) for warning in result.warnings] == [
            ("INVALID_EMAIL", ("records", 1, "email", 1))
        ]


async def test_a_malformed_address_is_evidence_but_identifies_nobody(
    graph: Graph, ingestion: Ingestion
) -> None:
    names = {"a": ("Ada", "King"), "b": ("Ada", "King"), "c": ("Grace", "Hopper")}
    records = [
        person(id_, firstName=first, lastName=last, email="office@@mail.example")
        for id_, (first, last) in names.items()
    ]
    await send(ingestion, records)
    assert await people(graph) == [{"a", "b"}, {"c"}]


async def test_the_same_record_again_changes_nothing(graph: Graph, ingestion: Ingestion) -> None:
    record = person("a", email="ada@mail.example")
    first = await send(ingestion, [record])
    again = await send(ingestion, [record, record])
    assert [result.outcome for result in again] == [Outcome.UNCHANGED] * 2
    assert {result.individual_id for result in (*first, *again)} == {first[0].individual_id}
    assert len(await written(graph)) == 1


async def test_the_same_content_at_a_later_time_is_no_news(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("a", modified=1, **ADA)])
    results = await send(ingestion, [person("a", modified=2, **ADA)])
    assert results[0].outcome is Outcome.UNCHANGED
    assert len(await written(graph)) == 1


async def test_a_late_version_does_not_overwrite_a_newer_one(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("a", modified=2, email="new@mail.example")])
    results = await send(ingestion, [person("a", modified=1, email="old@mail.example")])
    assert results[0].outcome is Outcome.STALE
    assert (await one(graph, results[0].individual_id)).golden["emails"] == ["new@mail.example"]


async def test_of_two_versions_in_one_batch_the_newer_is_stored_and_told(
    graph: Graph, ingestion: Ingestion
) -> None:
    newer, older = person("a", modified=2, **ADA), person("a", modified=1, **GRACE)
    results = await send(ingestion, [newer, older, newer])
    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.STALE, Outcome.UNCHANGED]
    assert (await one(graph, results[0].individual_id)).golden["displayName"] == "Ada Lovelace"
    (event,) = await written(graph)
    assert [record["outcome"] for record in event.data["records"]] == ["CREATED"]


async def test_an_order_that_is_sent_twice_at_once_is_told_once(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("a", email="ada@mail.example")])
    await send(ingestion, [order("1", email="ada@mail.example")] * 2)
    _, told = await written(graph)
    assert told.data["records"] == [
        {"source": "shop", "object": "SalesOrder", "recordId": "1", "outcome": "CREATED"}
    ]


async def test_records_of_all_kinds_and_sources_share_a_batch(graph: Graph, ingestion: Ingestion) -> None:
    ids = await sent(
        ingestion,
        person("1", email="ada@mail.example", deviceId="device-1"),
        order("1", email="ADA@mail.example"),
        person("1", source="shop", email="ada@mail.example"),
        visit("1", deviceId="device-1"),
    )
    assert len(set(ids)) == 1
    profile = await one(graph, ids[0])
    assert [record.key for record in profile.records] == [
        *("crm/Individual/1", "shop/Individual/1", "web/Device/DEVICE:device-1")
    ]
    assert (len(profile.orders), len(profile.web_engagements)) == (1, 1)


async def test_each_link_says_why_when_and_who(graph: Graph, ingestion: Ingestion) -> None:
    await send(ingestion, [person("a", phone=PHONE, **ADA)], actor="importer")
    (result,) = await send(ingestion, [person("b", phone=PHONE, **ADA)], actor="clerk")
    (link,) = (await one(graph, result.individual_id)).links
    assert (link.a, link.b) == ("crm/Individual/a", "crm/Individual/b")
    assert (link.rule, link.actor, link.since) == ("PHONE_AND_NAME", "clerk", at_text(0))
    assert link.weight >= DEFAULT.link


async def test_a_merge_keeps_the_older_id_and_the_other_resolves_to_it(
    graph: Graph, ingestion: Ingestion
) -> None:
    (older,) = await sent(ingestion, person("a", email="ada@mail.example"))
    (younger,) = await sent(ingestion, person("b", email="ada@work.example"))
    assert older != younger
    both = await sent(ingestion, person("c", email=["ada@mail.example", "ada@work.example"]))
    assert both == [older]
    profile = await one(graph, younger)
    assert (profile.id, profile.merged_ids) == (older, [younger])
    assert len(profile.records) == 3
    assert (await written(graph))[-1].data["mergedIds"] == [younger]
    assert await history(graph, "WAS_UNIFIED") == [("crm/Individual/b", younger)]


async def test_merges_of_merges_resolve_to_who_is_left(graph: Graph, ingestion: Ingestion) -> None:
    ids = [(await sent(ingestion, person(key, email=f"{key}@mail.example")))[0] for key in "abcd"]
    await sent(ingestion, person("cd", email=["c@mail.example", "d@mail.example"]))
    await sent(ingestion, person("bc", email=["b@mail.example", "c@mail.example"]))
    await sent(ingestion, person("ab", email=["a@mail.example", "b@mail.example"]))
    assert await people(graph) == [{"a", "ab", "b", "bc", "c", "cd", "d"}]
    assert {(await one(graph, id_)).id for id_ in ids} == {ids[0]}
    assert (await one(graph, ids[0])).merged_ids == ids[1:]


async def test_a_split_gives_each_part_its_id_back(graph: Graph, ingestion: Ingestion) -> None:
    (first,) = await sent(ingestion, person("a1", email="a@mail.example"))
    await sent(ingestion, person("a2", email="a@mail.example"))
    (second,) = await sent(ingestion, person("b1", email="b@mail.example"))
    await sent(ingestion, person("a2", modified=1, email=["a@mail.example", "b@mail.example"]))
    assert (await one(graph, second)).id == first
    split = await sent(ingestion, person("a2", modified=2, email="a@mail.example"))
    assert split == [first]
    assert await people(graph) == [{"a1", "a2"}, {"b1"}]
    assert (await one(graph, second)).id == second
    assert (await one(graph, first)).merged_ids == []
    updated = {event.individual_id for event in (await written(graph))[-2:]}
    assert updated == {first, second}
    gone = await history(graph, "WAS_MATCH")
    assert {key for key, _ in gone} == {"crm/Individual/a1", "crm/Individual/a2"}


async def test_a_record_that_goes_over_to_another_person_leaves_the_ids_where_they_are(
    graph: Graph, ingestion: Ingestion
) -> None:
    (ada,) = await sent(ingestion, person("z", email="ada@mail.example"))
    (grace,) = await sent(ingestion, person("m", email="grace@mail.example"))
    await sent(ingestion, person("a", email="grace@mail.example"))
    assert await sent(ingestion, person("a", modified=1, email="ada@mail.example")) == [ada]
    assert {record.record_id for record in (await one(graph, ada)).records} == {"a", "z"}
    assert [record.record_id for record in (await one(graph, grace)).records] == ["m"]


async def test_a_changed_name_closes_a_link_and_a_changed_weight_replaces_it(
    graph: Graph, ingestion: Ingestion
) -> None:
    both: Json = {"phone": PHONE, "birthDate": "1815-12-10"}
    (result, _) = await send(ingestion, [person("a", **both, **ADA), person("b", **both, **ADA)])
    (equal,) = (await one(graph, result.individual_id)).links
    (result,) = await send(ingestion, [person("b", modified=1, phone=PHONE, **ADA)])
    (link,) = (await one(graph, result.individual_id)).links
    assert link.weight < equal.weight
    await send(ingestion, [person("b", modified=2, phone=PHONE, birthDate="1906-12-09", **GRACE)])
    assert await people(graph) == [{"a"}, {"b"}]
    assert len(await history(graph, "WAS_MATCH")) == 2


async def test_a_dropped_identifier_leads_nowhere_and_a_shared_one_then_leads_to_who_is_left(
    graph: Graph, ingestion: Ingestion
) -> None:
    (ada, grace) = await sent(ingestion, person("a", phone=PHONE, **ADA), person("b", phone=PHONE, **GRACE))
    await send(ingestion, [order("1", phone=PHONE)])
    assert (await snapshot(graph)).objects == {"shop/SalesOrder/1": None}
    await sent(ingestion, person("b", modified=1, **GRACE))
    assert len((await one(graph, ada)).orders) == 1
    await sent(ingestion, person("a", modified=1, **ADA), person("b", modified=2, phone=PHONE, **GRACE))
    assert (await one(graph, ada)).orders == []
    assert len((await one(graph, grace)).orders) == 1


async def test_who_loses_an_identifier_because_somebody_else_carries_it_is_told_of(
    graph: Graph, ingestion: Ingestion
) -> None:
    (ada, _) = await sent(ingestion, person("a", phone=PHONE, **ADA), order("1", phone=PHONE))
    before = len(await written(graph))
    (grace,) = await sent(ingestion, person("b", phone=PHONE, **GRACE))
    told = [(event.kind, event.individual_id) for event in (await written(graph))[before:]]
    assert told == [(EventKind.INDIVIDUAL_UPDATED, ada), (EventKind.INDIVIDUAL_CREATED, grace)]
    assert (await one(graph, ada)).insights == []


async def test_a_device_is_an_anonymous_person_until_somebody_claims_it(
    graph: Graph, ingestion: Ingestion
) -> None:
    (anonymous,) = await sent(ingestion, visit("1", deviceId="device-1"))
    assert (await one(graph, anonymous)).golden["kind"] == "ANONYMOUS"
    (known,) = await sent(ingestion, person("a", deviceId="device-1", **ADA))
    profile = await one(graph, anonymous)
    assert (profile.id, known, profile.golden["kind"]) == (anonymous, anonymous, "KNOWN")
    assert len(profile.web_engagements) == 1


async def test_a_device_that_several_people_use_is_none_of_theirs(graph: Graph, ingestion: Ingestion) -> None:
    (device,) = await sent(ingestion, visit("1", deviceId="device-1"))
    (ada,) = await sent(ingestion, person("a", deviceId="device-1", **ADA))
    assert ada == device
    (grace,) = await sent(ingestion, person("b", deviceId="device-1", **GRACE))
    assert await people(graph) == [{"DEVICE:device-1"}, {"a"}, {"b"}]
    state = await snapshot(graph)
    assert state.objects["web/WebEngagement/1"] == frozenset({"web/Device/DEVICE:device-1"})
    assert grace != ada
    await sent(ingestion, person("b", modified=1, **GRACE))
    assert await people(graph) == [{"DEVICE:device-1", "a"}, {"b"}]


async def test_people_who_turn_out_to_be_one_get_the_device_that_they_shared(
    graph: Graph, ingestion: Ingestion
) -> None:
    batch = (
        visit("1", deviceId="device-1"),
        person("a", email="a@mail.example", deviceId="device-1"),
        person("b", email="b@mail.example", deviceId="device-1"),
    )
    await sent(ingestion, *batch)
    await sent(ingestion, person("c", email=["a@mail.example", "b@mail.example"]))
    assert await people(graph) == [{"DEVICE:device-1", "a", "b", "c"}]


async def test_an_order_waits_for_the_customer_whose_number_it_has(
    graph: Graph, ingestion: Ingestion
) -> None:
    waiting = await sent(ingestion, order("1", customerNumber="C-1", email="ada@mail.example"))
    assert waiting == [None]
    (ada,) = await sent(ingestion, person("a", source="shop", customerNumber="C-1"))
    assert [item.record_id for item in (await one(graph, ada)).orders] == ["1"]
    elsewhere = await sent(ingestion, person("b", source="crm", customerNumber="C-1"))
    assert elsewhere != [ada]


async def test_an_order_moves_with_its_identifier(graph: Graph, ingestion: Ingestion) -> None:
    (ada, grace) = await sent(ingestion, person("a", email="a@x.example"), person("b", email="b@x.example"))
    assert await sent(ingestion, order("1", email="a@x.example")) == [ada]
    assert await sent(ingestion, order("1", modified=1, email="b@x.example")) == [grace]
    assert (await one(graph, ada)).insights == []
    assert len((await one(graph, grace)).insights) == 2
    assert await sent(ingestion, order("1", modified=2)) == [None]
    assert (await one(graph, grace)).insights == []


def crowd(first: int, last: int, **fields: Any) -> list[Sent]:
    return [person(f"{number:03}", **fields) for number in range(first, last)]


async def test_an_identifier_that_too_many_carry_links_nobody_and_links_again_when_fewer_do(
    graph: Graph, ingestion: Ingestion
) -> None:
    results = await send(ingestion, crowd(0, GENERIC_CAP, email="info@shop.example"))
    everybody = {result.individual_id for result in results}
    assert len(everybody) == 1
    await send(ingestion, crowd(GENERIC_CAP, GENERIC_CAP + 1, email="info@shop.example"))
    state = await snapshot(graph)
    assert len(state.partition) == GENERIC_CAP + 1
    assert state.matches == frozenset()
    assert state.owners == {"EMAIL||info@shop.example": (True, None)}
    await send(ingestion, [person("000", modified=1)])
    state = await snapshot(graph)
    assert sorted(map(len, state.partition)) == [1, GENERIC_CAP]
    assert state.owners["EMAIL||info@shop.example"][0] is False
    found = await profiles.by_ids(graph, [str(id_) for id_ in everybody])
    assert found.keys() == everybody


@pytest.mark.parametrize("sizes", [(GENERIC_CAP + 1,), (1, GENERIC_CAP), (GENERIC_CAP, 1)])
async def test_the_cap_is_a_matter_of_the_records_that_are_there(
    graph: Graph, ingestion: Ingestion, sizes: Iterable[int]
) -> None:
    start = 0
    for size in sizes:
        await send(ingestion, crowd(start, start + size, email="info@shop.example"))
        start += size
    assert len((await snapshot(graph)).partition) == GENERIC_CAP + 1


_HISTORY: LiteralString = (
    "MATCH (r:SourceRecord)-[h]->(i) WHERE type(h) = $type RETURN collect([r.key, i.id])"
)


async def history(graph: Graph, relationship: str) -> list[tuple[str, str]]:
    """What was: pairs of a record's key and the id of the other end."""
    return sorted((key, id_) for key, id_ in await graph.read(_HISTORY, type=relationship))


def at_text(day: int) -> str:
    return at(day).replace("+00:00", ".000000Z")
