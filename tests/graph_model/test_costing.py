"""Matching tells what it costs."""

from __future__ import annotations

from graph_model.graph import Graph
from graph_model.identity.rulesets import costs
from graph_model.ingestion.ingestion import Ingestion
from tests.graph_model.populations import person, send


async def test_candidates_and_comparisons_are_told_by_kind_of_key_and_by_rule(
    graph: Graph, ingestion: Ingestion
) -> None:
    await costs.flush(graph)
    already = {cost.kind: cost for cost in await costs.of_version(graph, 1)}
    for number in range(3):
        await send(ingestion, [person(f"P-{number}", firstName="Ada", email="ada@mail.example")])
    await costs.flush(graph)
    told = {cost.kind: cost for cost in await costs.of_version(graph, 1)}
    before = already.get("identifier")
    found = told["identifier"]
    # The second met the first by its e-mail address, the third both.
    assert found.candidates - (before.candidates if before else 0) == 3
    assert found.comparisons - (before.comparisons if before else 0) == 3
    assert found.seconds > 0
    assert told["email"].candidates >= 3
    # A pair is compared once, however many keys find it.
    assert (
        sum(cost.comparisons for kind, cost in told.items() if not kind.startswith(costs.RULE))
        == sum(cost.comparisons for kind, cost in already.items() if not kind.startswith(costs.RULE)) + 3
    )
    assert sum(cost.comparisons for kind, cost in told.items() if kind.startswith(costs.RULE)) >= 3
