"""A ruleset's filter keeps records out of matching."""

from __future__ import annotations

from typing import Any

import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import Address, Features, Name
from graph_model.identity.rulesets.record_filter import MOST_DEEP, keeps_out, read_filter
from graph_model.ingestion.ingestion import Ingestion
from tests.graph_model.activating import activate, drafted
from tests.graph_model.populations import person, send
from tests.graph_model.snapshots import snapshot

ADA = Features(
    key="crm/Individual/A/1",
    names=(Name("ada", "", "lovelace"),),
    emails=("ada@test.example", "ada@mail.example"),
    addresses=(Address(city="london", country="GB"),),
    gender="FEMALE",
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"source": {"eq": "crm"}}, True),
        ({"source": {"in": ["shop", "web"]}}, False),
        ({"recordId": {"eq": "A/1"}}, True),
        ({"object": {"startsWith": "Indiv"}, "partyType": {"eq": "PERSON"}}, True),
        ({"emails": {"some": {"endsWith": "@test.example"}}}, True),
        ({"emails": {"all": {"endsWith": "@test.example"}}}, False),
        ({"emails": {"none": {"contains": "grace"}}}, True),
        ({"countries": {"single": {"eq": "GB"}}, "firstNames": {"some": {"eq": "ada"}}}, True),
        ({"birthPlace": {"isNull": True}}, True),
        ({"or": [{"gender": {"eq": "MALE"}}, {"lastNames": {"some": {"gte": "l"}}}]}, True),
        ({"and": [{"source": {"eq": "crm"}}, {"not": {"source": {"eq": "crm"}}}]}, False),
        ({"or": []}, False),
    ],
)
def test_it_holds_for_what_it_describes(written: Any, expected: bool) -> None:
    assert keeps_out(read_filter(written), ADA) is expected


def nested(depth: int) -> Any:
    return {"not": nested(depth - 1)} if depth else {"source": {"eq": "crm"}}


@pytest.mark.parametrize(
    "written",
    [
        None,
        [],
        {},
        {"shoeSize": {"eq": "46"}},
        {"source": "crm"},
        {"source": {}},
        {"source": {"like": "crm"}},
        {"source": {"eq": 1}},
        {"source": {"in": "crm"}},
        {"source": {"in": [1]}},
        {"source": {"isNull": "no"}},
        {"emails": {"eq": "ada@test.example"}},
        {"emails": {"some": {"isNull": True}}},
        {"or": {"source": {"eq": "crm"}}},
        nested(MOST_DEEP + 1),
    ],
)
def test_what_is_no_filter_is_refused(written: Any) -> None:
    with pytest.raises(BadInput) as caught:
        read_filter(written)
    assert caught.value.code == "INVALID_RECORD_FILTER"


async def test_records_that_are_kept_out_stay_alone_and_come_back(graph: Graph, ingestion: Ingestion) -> None:
    people = [
        person("A", firstName="Ada", email="ada@mail.example"),
        person("B", firstName="Ada", email="ada@mail.example", source="shop"),
        person("C", firstName="Ada", email="ada@mail.example", source="test"),
    ]
    await send(ingestion, people[:2])
    filtered = DEFAULT.model_copy(update={"record_filter": {"source": {"in": ["test", "shop"]}}})
    await activate(graph, ingestion, await drafted(graph, filtered))
    await send(ingestion, people[2:])
    alone = {
        frozenset({f"{source}/Individual/{id_}"})
        for source, id_ in (("crm", "A"), ("shop", "B"), ("test", "C"))
    }
    assert (await snapshot(graph)).partition == alone
    await activate(graph, ingestion, 1)
    assert (await snapshot(graph)).partition == {frozenset.union(*alone)}
