"""Guards on the graph: whatever the order, the same individuals, the same facts and the same reviews."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, LiteralString

import pytest

from graph_model.graph import Graph
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.rulesets.model import BIT, DeviceStrategy, Guards, IdentifierLimit, Ruleset
from graph_model.ingestion.ingestion import Ingestion
from graph_model.migrations import migrate
from tests.graph_model.activating import activate, drafted
from tests.graph_model.populations import Sent, person, population, send, shuffled, visit
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.servers.engine import wipe

GUARDED = DEFAULT.model_copy(
    update={
        "guards": Guards(
            limits=(IdentifierLimit(type="PHONE", most=1, days=2), IdentifierLimit(type="EMAIL", most=2)),
            unique=("CUSTOMER_NUMBER",),
            contradiction=-12 * BIT,
            size=4,
        ),
        "device_strategies": {"web": DeviceStrategy.CONVERT},
    }
)

_REVIEWS: LiteralString = """
MATCH (q:ReviewItem) RETURN collect([q.kind, q.state, q.weight, q.records])
"""


async def ruled(
    graph: Graph, ingestion: Ingestion, ruleset: Ruleset, batches: Sequence[Sequence[Sent]]
) -> tuple[Snapshot, list[Any]]:
    """What comes of the batches in an empty graph where this ruleset decides: the state, and the open
    reviews."""
    await wipe(graph)
    await migrate(graph)
    await activate(graph, ingestion, await drafted(graph, ruleset))
    for batch in batches:
        await send(ingestion, batch)
    reviews = await graph.read(_REVIEWS)
    return await snapshot(graph), sorted(item for item in reviews if item[1] == "OPEN")


@pytest.mark.parametrize("seed", range(3))
async def test_the_order_and_the_batches_do_not_matter(graph: Graph, ingestion: Ingestion, seed: int) -> None:
    random = Random(seed)
    sent = population(random, records=10)
    expected = await ruled(graph, ingestion, GUARDED, [sent])
    assert await ruled(graph, ingestion, GUARDED, shuffled(random, sent)) == expected


ADA: dict[str, Any] = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@mail.example"}


async def test_what_a_guard_stops_waits_for_a_review(graph: Graph, ingestion: Ingestion) -> None:
    both = [person("1", customerNumber="C-1", **ADA), person("2", customerNumber="C-2", **ADA)]
    found, reviews = await ruled(graph, ingestion, GUARDED, [both])
    assert len(found.individuals) == 2
    ((kind, _, weight, records),) = reviews
    assert (kind, records) == ("UNIQUE_IDENTIFIER", ["crm/Individual/1", "crm/Individual/2"])
    assert weight > GUARDED.link
    together, none = await ruled(graph, ingestion, DEFAULT, [both])
    assert (len(together.individuals), none) == (1, [])


@pytest.mark.parametrize(("day", "kinds"), [(1, ["IDENTIFIER_LIMIT"]), (9, [])])
async def test_a_limit_within_a_window_goes_by_when_records_were_modified(
    graph: Graph, ingestion: Ingestion, day: int, kinds: list[str]
) -> None:
    """The e-mail address joins the two without their phone numbers, so all there is of it is a review."""
    numbers = [
        person("1", phone="+49 30 23125001", **ADA),
        person("2", modified=day, phone="+49 30 23125002", **ADA),
    ]
    found, reviews = await ruled(graph, ingestion, GUARDED, [numbers])
    assert len(found.individuals) == 1
    assert [item[0] for item in reviews] == kinds


@pytest.mark.parametrize(
    ("strategy", "followed"),
    [(DeviceStrategy.LINK, None), (DeviceStrategy.ISOLATE, None), (DeviceStrategy.CONVERT, "2")],
)
async def test_a_shared_device_is_whose_the_strategy_of_its_source_says(
    graph: Graph, ingestion: Ingestion, strategy: DeviceStrategy, followed: str | None
) -> None:
    rules = DEFAULT.model_copy(update={"device_strategies": {"web": strategy}})
    grace: dict[str, Any] = {"firstName": "Grace", "lastName": "Hopper", "email": "grace@mail.example"}
    sent = [
        visit("v", deviceId="d"),
        person("1", modified=3, deviceId="d", **ADA),
        person("2", modified=1, deviceId="d", **grace),
    ]
    found, _ = await ruled(graph, ingestion, rules, [sent])
    (device,) = [part for part in found.individuals if "web/Device/DEVICE:d" in part]
    assert device - {"web/Device/DEVICE:d"} == ({f"crm/Individual/{followed}"} if followed else set())
