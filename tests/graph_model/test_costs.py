"""What matching costs is counted in each process and added up in the graph."""

from __future__ import annotations

from graph_model.graph import Graph
from graph_model.identity.rulesets import costs
from graph_model.identity.rulesets.costs import Cost


async def test_counts_of_several_moments_and_processes_add_up(graph: Graph) -> None:
    await costs.flush(graph)
    already = {cost.kind: cost for cost in await costs.of_version(graph, 77)}
    assert already == {}
    costs.add(77, "birth", candidates=3, comparisons=2, seconds=0.5)
    costs.add(77, "birth", candidates=1)
    costs.add(77, "rule:EMAIL", comparisons=1)
    costs.add(78, "birth", candidates=9)
    assert await costs.flush(graph) == 3
    assert await costs.flush(graph) == 0
    costs.add(77, "birth", comparisons=1, seconds=0.25)
    assert await costs.flush(graph) == 1
    assert await costs.of_version(graph, 77) == [
        Cost("birth", 4, 3, 0.75),
        Cost("rule:EMAIL", 0, 1, 0.0),
    ]
