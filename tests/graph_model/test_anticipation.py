"""What is about to be stored is weighed ahead, which leaves no trace but in the scorer's memory."""

from __future__ import annotations

from typing import Any

from graph_model.graph import Graph
from graph_model.identity.anticipation import anticipate
from graph_model.identity.matching.features import Features, features_of
from graph_model.identity.rulesets.active import active
from graph_model.ids import new_id
from graph_model.ingestion.ingestion import Ingestion
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Record
from graph_model.records.validation import validate
from tests.graph_model.populations import START, Sent, person, send
from tests.graph_model.snapshots import snapshot

ADA: dict[str, Any] = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "birthDate": "1980-12-10",
    "postalCode": "10115",
}


def coming(sent: Sent) -> tuple[Record, Features]:
    """The record, ready to be stored."""
    record = validate(sent.record, sent.source, SHIPPED.objects[sent.object], received_at=START)
    assert isinstance(record, Record)
    return record, features_of(record)


async def test_what_was_weighed_ahead_is_not_weighed_again_when_it_is_stored(
    graph: Graph, ingestion: Ingestion
) -> None:
    # The scorer outlives a graph, so nobody may have met these records before.
    new = new_id("rec")
    stored = [person(f"{new}-{number}", email=f"ada{number}@mail.example", **ADA) for number in range(3)]
    await send(ingestion, stored)
    before = await snapshot(graph)
    scorer = (await graph.inspect(active)).deciding.scorer
    further = person(new, source="shop", email="ada1@mail.example", **ADA)
    known = scorer.remembered
    await anticipate(graph, [coming(further)])
    weighed = scorer.remembered
    assert weighed == known + len(stored)
    assert await snapshot(graph) == before
    await send(ingestion, [further])
    assert scorer.remembered == weighed
    assert await snapshot(graph) != before
