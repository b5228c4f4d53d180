"""A browser's visits make an anonymous individual, and a login makes it known; organisations stay apart."""

from __future__ import annotations

from typing import Any

from graph_model.events import store as events
from graph_model.events.model import EventKind
from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from tests.graph_model.populations import Sent, person, send, visit


def company(id_: str, *, source: str = "erp", **fields: Any) -> Sent:
    return Sent(source, "Organization", {"id": id_, **fields})


async def kind_changes(graph: Graph) -> list[tuple[str | None, str]]:
    return [
        (event.individual_id, event.data["individualKind"])
        for event in await events.read_after(graph, 0, limit=1_000)
        if event.kind is EventKind.INDIVIDUAL_KIND_CHANGED
    ]


async def test_a_login_makes_the_individual_of_a_browser_known(graph: Graph, ingestion: Ingestion) -> None:
    (visited,) = await send(ingestion, [visit("v", cookieId="k1")])
    assert visited.individual_id is not None
    assert await kind_changes(graph) == []
    (known,) = await send(ingestion, [person("a", source="web", firstName="Ada", cookieId="k1")])
    assert known.individual_id == visited.individual_id
    assert await kind_changes(graph) == [(visited.individual_id, "KNOWN")]


async def test_a_person_whose_record_lets_go_of_a_browser_leaves_it_anonymous(
    graph: Graph, ingestion: Ingestion
) -> None:
    (visited,) = await send(ingestion, [visit("v", cookieId="k1")])
    await send(ingestion, [person("a", source="web", firstName="Ada", cookieId="k1")])
    (parted,) = await send(ingestion, [person("a", source="web", modified=1, firstName="Ada")])
    assert parted.individual_id != visited.individual_id
    assert await kind_changes(graph) == [
        (visited.individual_id, "KNOWN"),
        (visited.individual_id, "ANONYMOUS"),
    ]


async def test_organisations_are_resolved_among_themselves(ingestion: Ingestion) -> None:
    shared: dict[str, Any] = {"email": "ada@ue.example", "phone": "+49 30 23125001"}
    tax = {"type": "TAX_ID", "issuer": "DE", "number": "DE 123 456 789"}
    one, other, owner = await send(
        ingestion,
        [
            company("u1", name="Universal Exports GmbH", partyIdentifications=tax, **shared),
            company("u2", source="crm", name="Universal Exports", partyIdentifications=tax, **shared),
            person("a", fullName="Universal Exports", partyIdentifications=[tax], **shared),
        ],
    )
    assert one.individual_id == other.individual_id != owner.individual_id
    assert owner.individual_id is not None


async def test_a_record_that_must_not_be_merged_stays_alone(ingestion: Ingestion) -> None:
    ada: dict[str, Any] = {
        "firstName": "Ada",
        "lastName": "Lovelace",
        "birthDate": "1980-12-10",
        "email": "ada@mail.example",
    }
    one, other, alone = await send(
        ingestion,
        [person("a", **ada), person("b", **ada), person("c", noMergeReason="a test account", **ada)],
    )
    assert one.individual_id == other.individual_id != alone.individual_id
    assert alone.individual_id is not None
