"""Golden values in the graph: stored with where they are from, derived anew under other rules, previewed."""

from __future__ import annotations

import asyncio
from typing import Any, LiteralString

import pytest

from graph_model.errors import BadInput
from graph_model.events import store as events
from graph_model.events.model import Event, EventKind
from graph_model.graph import Graph
from graph_model.identity.golden import GoldenSource, golden_values
from graph_model.identity.golden.model import unpack
from graph_model.identity.golden.preview import preview
from graph_model.identity.golden.rederive import rederive_page
from graph_model.identity.rulesets.model import Reconcile, Reconciliation, ReconciliationRule
from graph_model.ingestion.ingestion import Ingestion
from tests.graph_model.conftest import Clock
from tests.graph_model.populations import day, person, send
from tests.graph_model.snapshots import snapshot

LONGEST = Reconciliation(default=ReconciliationRule(rule=Reconcile.LONGEST))
_STORED: LiteralString = """
MATCH (i:Individual {status: 'ACTIVE'})
WITH i ORDER BY i.displayName, i.id
RETURN collect([i.id, i.displayName, i.displayNameFolded, i.updatedAt, i.provenance])
"""


async def stored(graph: Graph) -> list[list[Any]]:
    found: list[list[Any]] = await graph.read(_STORED)
    return found


async def rederived(graph: Graph, reconciliation: Reconciliation, clock: Clock, *, limit: int = 2) -> int:
    """Everybody's golden values under these rules; the number of pages that it took."""
    after: str | None = ""
    pages = 0
    while after is not None:
        after = await rederive_page(graph, reconciliation, after, limit, now=clock())
        pages += 1
    return pages


async def written(graph: Graph) -> list[Event]:
    return await events.read_after(graph, 0, limit=1_000)


async def liz_and_grace(ingestion: Ingestion) -> tuple[str, str]:
    """Elizabeth, on whose given name the rules disagree, and Grace, on whose they agree."""
    sent = [
        person("e1", modified=1, email="e@mail.example", firstName="Elizabeth", lastName="King"),
        person("e2", modified=2, email="e@mail.example", firstName="Liz", lastName="King"),
        person("g", modified=1, email="grace@mail.example", firstName="Grace", lastName="Hopper"),
    ]
    liz, _, grace = [result.individual_id for result in await send(ingestion, sent)]
    return str(liz), str(grace)


async def test_golden_values_are_stored_with_the_record_that_each_is_from(
    graph: Graph, ingestion: Ingestion
) -> None:
    await liz_and_grace(ingestion)
    (_, liz) = await stored(graph)
    found = {(item.field, item.value): (item.rule, item.record_key) for item in unpack(liz[4])}
    assert found == {
        ("firstName", "Liz"): ("LAST_UPDATED", "crm/Individual/e2"),
        ("lastName", "King"): ("LAST_UPDATED", "crm/Individual/e2"),
        ("emails", "e@mail.example"): ("LAST_UPDATED", "crm/Individual/e2"),
    }


async def test_a_null_takes_a_value_away_until_another_record_says_it_later(
    graph: Graph, ingestion: Ingestion
) -> None:
    for modified, last_name, expected in (
        (1, "Lovelace", "Ada Lovelace"),
        (2, None, "Ada"),
        (3, "King", "Ada King"),
    ):
        record = person(
            str(modified), modified=modified, email="ada@mail.example", firstName="Ada", lastName=last_name
        )
        await send(ingestion, [record])
        ((_, display_name, *_),) = await stored(graph)
        assert display_name == expected


async def test_other_rules_derive_golden_values_anew_and_tell_of_those_that_change(
    graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    liz, grace = await liz_and_grace(ingestion)
    before = await snapshot(graph)
    told = len(await written(graph))
    clock.now = day(5)
    assert await rederived(graph, LONGEST, clock) == 2
    one, two = await stored(graph)
    assert (one[0], one[1], one[2]) == (liz, "Elizabeth King", "elizabeth king")
    assert (two[0], two[1]) == (grace, "Grace Hopper")
    assert one[3] > two[3]
    assert {item.rule for item in unpack(two[4])} == {"LONGEST"}
    assert [(event.kind, event.individual_id) for event in (await written(graph))[told:]] == [
        (EventKind.INDIVIDUAL_UPDATED, liz)
    ]
    await rederived(graph, Reconciliation(), clock)
    assert await snapshot(graph) == before


async def test_the_same_rules_change_nothing(graph: Graph, ingestion: Ingestion, clock: Clock) -> None:
    await liz_and_grace(ingestion)
    before, told = await stored(graph), len(await written(graph))
    clock.now = day(5)
    await rederived(graph, Reconciliation(), clock)
    assert await stored(graph) == before
    assert len(await written(graph)) == told


async def test_a_merged_id_is_left_as_it_is(graph: Graph, ingestion: Ingestion, clock: Clock) -> None:
    await send(ingestion, [person("a", email="a@mail.example", firstName="Liz", lastName="King")])
    await send(ingestion, [person("b", email="b@mail.example", firstName="Elizabeth", lastName="King")])
    both = ["a@mail.example", "b@mail.example"]
    await send(ingestion, [person("c", email=both, firstName="Liz", lastName="King", modified=1)])
    await rederived(graph, LONGEST, clock, limit=1)
    assert [row[1] for row in await stored(graph)] == ["Elizabeth King"]
    await snapshot(graph)


async def test_records_that_come_meanwhile_are_not_overlooked(
    graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    # Both ways of deriving use the same rules here, so whoever is last must have seen all records.
    await send(ingestion, [person("0", email="ada@mail.example", firstName="Ada", lastName="King")])

    async def ingest() -> None:
        for number in range(1, 17):
            record = person(
                str(number),
                modified=number,
                email="ada@mail.example",
                firstName="Ada",
                lastName="King",
                city=f"City {number}",
            )
            await send(ingestion, [record])

    async def derive() -> None:
        for _ in range(16):
            await rederived(graph, Reconciliation(), clock)

    await asyncio.gather(ingest(), derive(), derive())
    ((*_, provenance),) = await stored(graph)
    shown = [item for item in unpack(provenance) if item.field != "addresses"]
    assert {item.record_key for item in shown} == {"crm/Individual/16"}
    assert sum(item.field == "addresses" for item in unpack(provenance)) == 16


async def test_a_preview_tells_what_rederiving_would_make_and_stores_nothing(
    graph: Graph, ingestion: Ingestion, clock: Clock
) -> None:
    liz, _ = await liz_and_grace(ingestion)
    before = await stored(graph)
    found = await preview(graph, liz, LONGEST)
    assert found is not None
    assert await stored(graph) == before
    assert {field.field: field.changes for field in found.fields} == {
        "firstName": True,
        "lastName": False,
        "emails": False,
    }
    shown = {field.field: (field.present[0].value, field.proposed[0].value) for field in found.fields}
    assert shown["firstName"] == ("Liz", "Elizabeth")
    await rederived(graph, LONGEST, clock)
    (row, _) = await stored(graph)
    assert unpack(row[4]) == tuple(item for field in found.fields for item in field.proposed)


async def test_a_preview_of_a_merged_id_is_of_the_individual_that_it_finds(
    graph: Graph, ingestion: Ingestion
) -> None:
    (first,) = await send(ingestion, [person("a", email="a@mail.example", firstName="Ada")])
    (second,) = await send(ingestion, [person("b", email="b@mail.example", firstName="Ada")])
    await send(ingestion, [person("c", email=["a@mail.example", "b@mail.example"], firstName="Ada")])
    found = await preview(graph, str(second.individual_id), LONGEST)
    assert found is not None
    assert found.individual_id == first.individual_id
    assert await preview(graph, "ind_nobody", LONGEST) is None


@pytest.mark.parametrize(
    ("reconciliation", "code"),
    [
        (Reconciliation(fields={"city": ReconciliationRule()}), "UNKNOWN_FIELD"),
        (Reconciliation(fields={"nonsense": ReconciliationRule()}), "UNKNOWN_FIELD"),
        (Reconciliation(default=ReconciliationRule(rule=Reconcile.SOURCE_PRIORITY)), "INVALID_RULE"),
        (Reconciliation(default=ReconciliationRule(sources=("crm",))), "INVALID_RULE"),
    ],
)
async def test_rules_that_can_never_count_are_refused(
    graph: Graph, reconciliation: Reconciliation, code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        await preview(graph, "ind_nobody", reconciliation)
    assert caught.value.code == code


async def test_what_is_stored_is_what_the_records_in_the_graph_give(
    graph: Graph, ingestion: Ingestion
) -> None:
    await liz_and_grace(ingestion)
    record = GoldenSource(
        "crm/Individual/g",
        "Individual",
        day(1).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        {"firstName": "Grace", "lastName": "Hopper", "email": ["grace@mail.example"]},
    )
    (row, _) = await stored(graph)
    assert unpack(row[4]) == golden_values([record]).provenance
