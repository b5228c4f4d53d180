"""What operations cost, on the gateway's own schema."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_introspection_query,
    parse,
    validate,
)
from hypothesis import given
from hypothesis import strategies as st

from gateway.graphql.cost import ASSUMED_SIZE, MOST, Costs
from gateway.graphql.metering import Meter
from resolvers.schema import schema

COSTS = Costs(schema._schema)


def cost(query: str, variables: dict[str, Any] | None = None) -> int:
    document = parse(query)
    assert validate(schema._schema, document) == []
    (found,) = COSTS.of(document).values()
    return found.points(variables)


NODE = "edges { node { id } }"
INGEST = "mutation ($i: IngestRecordsInput!) { ingestRecords(input: $i) { results { recordId } } }"

WHERE = "query ($w: IndividualFilter) { individuals(where: $w) { edges { cursor } } }"


@pytest.mark.parametrize(
    ("query", "variables", "points"),
    [
        ("{ __typename }", {}, 1),
        ('{ individual(by: {id: "1"}) { id emails } }', {}, 3),
        ('{ individual(by: {id: "1"}) { orders { id total } } }', {}, 1 + 1 + 50 * 2),
        ("{ webhooks { id } }", {}, 1 + ASSUMED_SIZE),
        (f"{{ individuals(first: 7) {{ {NODE} }} }}", {}, 1 + 1 + 7 * 2),
        (f"{{ individuals {{ {NODE} pageInfo {{ endCursor }} }} }}", {}, 1 + 1 + 20 * 2 + 2),
        (f"query ($n: Int! = 3) {{ individuals(first: $n) {{ {NODE} }} }}", {}, 1 + 1 + 3 * 2),
        (f"query ($n: Int! = 3) {{ individuals(first: $n) {{ {NODE} }} }}", {"n": 5}, 1 + 1 + 5 * 2),
        (f"query ($n: Int! = 3) {{ individuals(first: $n) {{ {NODE} }} }}", {"n": -5}, 1 + 1),
        (f"query ($n: Int! = 3) {{ individuals(first: $n) {{ {NODE} }} }}", {"n": "x"}, 1 + 1 + 20 * 2),
        ("{ individuals(last: 4) { edges { cursor } } }", {}, 1 + 1 + 4 + 1_000),
        ("{ individuals(orderBy: [{id: ASC}], where: null) { totalCount } }", {}, 1 + 1 + 2 * 1_000),
        (WHERE, {"w": {}}, 1 + 1 + 20 + 1_000),
        (WHERE, {"w": None}, 1 + 1 + 20),
        (WHERE, {}, 1 + 1 + 20),
        ('{ node(id: "1") { id } }', {}, 1 + 1),
        ('{ nodes(ids: ["1", "2", "3"]) { id } }', {}, 1 + 3),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", {"ids": ["1", "2"]}, 1 + 2 * 2),
        (f"query ($n: Int!) {{ individuals(first: $n) {{ {NODE} }} }}", {"n": 2**62}, MOST),
        (INGEST, {"i": {"source": "a", "object": "b", "records": [{}] * 9}}, 1 + 1 + 9),
        (INGEST, {"i": None}, 1 + 1 + ASSUMED_SIZE),
        (
            'mutation ($r: [JSON!]!) { ingestRecords(input: {source: "a", object: "b", records: $r}) '
            "{ results { recordId } } }",
            {"r": [1, 2]},
            1 + 1 + 2,
        ),
        (
            'mutation ($r: JSON!) { ingestRecords(input: {source: "a", object: "b", records: [1, $r, 3]}) '
            "{ results { recordId } } }",
            {"r": [1, 2]},
            1 + 1 + 3,
        ),
    ],
)
def test_an_operation_costs_the_fields_that_its_answer_can_hold(
    query: str, variables: dict[str, Any], points: int
) -> None:
    assert cost(query, variables) == points


def test_each_operation_of_a_document_has_its_own_cost_and_defaults() -> None:
    costs = COSTS.of(
        parse(
            "query A($n: Int! = 1) { ...F } query B($n: Int! = 2) { ...F } "
            "fragment F on Query { individuals(first: $n) { edges { cursor } } }"
        )
    )
    assert {name: found.points(None) for name, found in costs.items()} == {"A": 3, "B": 4}


def test_the_introspection_query_is_not_too_costly() -> None:
    assert cost(get_introspection_query()) < Meter().limit / 2


def test_a_page_of_a_hundred_with_everything_is_not_too_costly() -> None:
    records = "id source object recordId modifiedAt receivedAt fields"
    business = "id source recordId modifiedAt"
    query = f"""{{ individuals(first: 100) {{ edges {{ cursor node {{
        id kind displayName firstName lastName birthDate emails phones createdAt updatedAt
        address {{ street city postalCode state country }}
        sourceRecords {{ {records} }} links {{ rule score from {{ {records} }} to {{ {records} }} }}
        identifiers {{ type value issuer }} insights {{ name value unit asOf }}
        orders {{ {business} total }} cases {{ {business} subject }} accounts {{ {business} name }}
        webEngagements {{ {business} url }}
    }} }} }} }}"""
    assert cost(query) < Meter().limit


# Documents with fragments 0 to 2 on an individual, each of which spreads later ones only.
def individual(first_fragment: int, depth: int = 2) -> st.SearchStrategy[str]:
    choices = ["id", "a: id", "emails", "address { city }"]
    options: list[st.SearchStrategy[str]] = [st.sampled_from(choices)]
    if first_fragment < 3:
        options.append(st.integers(first_fragment, 2).map("...F{}".format))
    if depth:
        inner = individual(first_fragment, depth - 1)
        options.append(inner.map("... on Individual {{ {} }}".format))
    options += [st.sampled_from([f"{name} {{ id }}" for name in ("orders", "sourceRecords")])]
    options += [st.just("links { from { id recordId } score }")]
    return st.lists(st.one_of(options), min_size=1, max_size=4).map(" ".join)


PAGES = st.sampled_from(["", "(first: $n)", "(first: $m)", "(first: 0)", "(first: 3)"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    roots = []
    for number in range(draw(st.integers(1, 3))):
        node = draw(individual(0))
        kind = draw(st.sampled_from(["one", "page", "fragment", "webhooks"]))
        if kind == "one":
            roots.append(f"r{number}: individual(by: $by) {{ {node} }}")
        elif kind == "page":
            roots.append(
                f"r{number}: individuals{draw(PAGES)} {{ edges {{ cursor node {{ {node} }} }} "
                "pageInfo { endCursor } }"
            )
        elif kind == "fragment":
            roots.append(f"r{number}: individuals{draw(PAGES)} {{ ...C }}")
        else:
            roots.append(f"r{number}: webhooks {{ id }}")
    fragments = [f"fragment F{n} on Individual {{ {draw(individual(n + 1))} }}" for n in range(3)]
    connection = f"fragment C on IndividualConnection {{ edges {{ node {{ {draw(individual(0))} }} }} }}"
    header = "query ($by: IndividualBy!, $n: Int! = 4, $m: Int!)"
    return f"{header} {{ {' '.join(roots)} }} {connection} {' '.join(fragments)}"


def spread_out(document: DocumentNode, variables: dict[str, int]) -> int:
    """The cost by the letter of its definition: every fragment followed wherever it is spread."""
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    sizes = {"orders": 50, "sourceRecords": 10, "links": 10, "webhooks": 10}

    def page(field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value != "first":
                continue
            if isinstance(argument.value, VariableNode):
                return variables[argument.value.name.value]
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
        return 20

    def selected(selection_set: SelectionSetNode, length: int) -> int:
        total = 0
        for selection in selection_set.selections:
            if isinstance(selection, FragmentSpreadNode):
                total += selected(fragments[selection.name.value].selection_set, length)
            elif not isinstance(selection, FieldNode):
                total += selected(getattr(selection, "selection_set"), length)  # noqa: B009
            elif selection.selection_set is None:
                total += 1
            else:
                name = selection.name.value
                size = length if name == "edges" else sizes.get(name, 1)
                total += 1 + size * selected(selection.selection_set, page(selection))
        return total

    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return selected(operation.selection_set, 0)


@given(documents(), st.integers(0, 100), st.none() | st.integers(0, 100))
def test_the_cost_is_that_of_the_document_with_its_fragments_spread(
    query: str, m: int, n: int | None
) -> None:
    document = parse(query)
    (found,) = COSTS.of(document).values()
    sent = {"m": m} | ({} if n is None else {"n": n})
    assert found.points(sent) == spread_out(document, {"n": 4} | sent)


@given(documents(), st.randoms(use_true_random=False))
def test_one_more_field_never_costs_less(query: str, chance: random.Random) -> None:
    place = chance.choice([match.end() for match in re.finditer(r"\{", query)])
    (before,) = COSTS.of(parse(query)).values()
    (after,) = COSTS.of(parse(f"{query[:place]} more: __typename {query[place:]}")).values()
    variables = {"m": 5, "n": 6}
    assert after.points(variables) >= before.points(variables)


@given(documents(), st.integers(0, 50), st.integers(0, 50))
def test_a_longer_page_never_costs_less(query: str, one: int, other: int) -> None:
    (found,) = COSTS.of(parse(query)).values()
    short, long = sorted((one, other))
    assert found.points({"m": short, "n": short}) <= found.points({"m": long, "n": long})
