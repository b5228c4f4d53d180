"""Lists of any length leave the text of a statement, and what it answers, as they are."""

from __future__ import annotations

from graph_model.graph import Graph
from graph_model.plans import planned_once


def test_lists_are_named_within_one_map() -> None:
    statement, parameters = planned_once(
        "UNWIND $rows AS row MATCH (n {id: row}) WHERE n.at > $row AND n.kind IN $rows_too"
        " RETURN n LIMIT $limit",
        {"rows": [1, 2], "row": "x", "rows_too": [], "limit": 3},
    )
    assert statement == (
        "UNWIND $lists.rows AS row MATCH (n {id: row}) WHERE n.at > $row AND n.kind IN $lists.rows_too"
        " RETURN n LIMIT $limit"
    )
    assert parameters == {"row": "x", "limit": 3, "lists": {"rows": [1, 2], "rows_too": []}}


def test_the_text_is_the_same_for_every_length() -> None:
    texts = {
        planned_once("UNWIND $rows AS row RETURN row", {"rows": ["x"] * length})[0] for length in range(200)
    }
    assert len(texts) == 1


def test_a_statement_without_lists_stays_as_it_is() -> None:
    assert planned_once("RETURN $map.rows", {"map": {"rows": [1]}}) == (
        "RETURN $map.rows",
        {"map": {"rows": [1]}},
    )


async def test_a_graph_answers_the_same_for_every_length(graph: Graph) -> None:
    for length in (0, 1, 2, 11, 101, 1_001):
        rows = list(range(length))
        statement = "RETURN [[x IN $rows | x], $other, [x IN $more | x + $other]]"
        assert await graph.read(statement, rows=rows, other=1, more=rows[:3]) == [
            rows,
            1,
            [x + 1 for x in rows[:3]],
        ]
