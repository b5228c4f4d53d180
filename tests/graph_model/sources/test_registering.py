"""Sources are registered, changed version by version, and removed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.metadata.catalogue import Catalogues
from graph_model.sources import registering, store
from graph_model.sources.form import InvalidMapping, read_objects
from graph_model.sources.model import Source, SourceObject
from tests.graph_model.sources.forms import individual

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PERSON = read_objects([individual({"field": "email", "from": "mail"})])
NAMED = read_objects([individual({"field": "email", "from": "mail"}, {"field": "lastName", "from": "name"})])


@pytest.fixture
def catalogues(graph: Graph) -> Catalogues:
    return Catalogues(graph)


@pytest.fixture
def ingestion(graph: Graph, catalogues: Catalogues) -> Ingestion:
    return Ingestion(graph, threshold=Threshold(lifetime_value=500, silent_days=180), catalogues=catalogues)


async def registered(
    catalogues: Catalogues, name: str = "crm", objects: tuple[SourceObject, ...] = PERSON
) -> Source:
    return await registering.register(catalogues, name, objects, title="CRM", actor="ada", now=NOW)


async def updated(
    catalogues: Catalogues, expected: int, objects: tuple[SourceObject, ...], name: str = "crm"
) -> Source:
    change = registering.Change(note="why", objects=objects)
    return await registering.update(catalogues, name, change, expected_version=expected, actor="bea", now=NOW)


async def code_of(work: object) -> str:
    with pytest.raises(BadInput) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_a_registered_source_is_in_the_catalogue_of_every_process(
    graph: Graph, catalogues: Catalogues
) -> None:
    source = await registered(catalogues)
    assert (source.version, source.title, source.created_by) == (1, "CRM", "ada")
    assert (await catalogues.current()).sources == {"crm": source}
    assert (await Catalogues(graph).current()).sources == {"crm": source}


async def test_a_change_is_a_version_and_the_older_ones_stay_readable(
    graph: Graph, catalogues: Catalogues
) -> None:
    first = await registered(catalogues)
    second = await updated(catalogues, 1, NAMED)
    assert (second.version, second.title, second.note) == (2, "CRM", "why")
    assert (await catalogues.current()).sources["crm"] == second
    assert await store.versions(graph, "crm") == [second, first]
    assert await store.find(graph, "crm", 1) == first
    assert await store.find(graph, "crm", 3) is None


async def test_a_name_is_registered_once(catalogues: Catalogues) -> None:
    await registered(catalogues)
    assert await code_of(registered(catalogues, objects=NAMED)) == "SOURCE_EXISTS"


@pytest.mark.parametrize(("name", "code"), [("a b", "INVALID_SOURCE"), ("Steward", "RESERVED_SOURCE")])
async def test_a_name_must_be_one_of_a_source(catalogues: Catalogues, name: str, code: str) -> None:
    assert await code_of(registered(catalogues, name)) == code


async def test_a_wrong_mapping_changes_nothing(catalogues: Catalogues) -> None:
    source = await registered(catalogues)
    wrong = read_objects([individual({"field": "nick", "from": "a"}, {"field": "city"})])
    with pytest.raises(InvalidMapping) as caught:
        await updated(catalogues, 1, wrong)
    assert [item.code for item in caught.value.problems] == ["UNKNOWN_FIELD", "MISSING_VALUE"]
    assert (await catalogues.current()).sources["crm"] == source


async def test_of_two_who_change_one_version_one_is_told(catalogues: Catalogues) -> None:
    await registered(catalogues)
    results = await asyncio.gather(
        updated(catalogues, 1, NAMED), updated(catalogues, 1, PERSON), return_exceptions=True
    )
    (error,) = (result for result in results if isinstance(result, BadInput))
    assert error.code == "VERSION_CONFLICT"
    assert (await catalogues.current()).sources["crm"].version == 2


async def test_a_target_keeps_its_canonical_object(catalogues: Catalogues) -> None:
    await registered(catalogues)
    other = read_objects(
        [
            {
                "name": "person",
                "targets": [{"object": "Organization", "fields": [{"field": "name", "from": "n"}]}],
            }
        ]
    )
    assert await code_of(updated(catalogues, 1, other)) == "TARGET_CHANGED"


async def test_an_object_of_which_records_are_stored_stays(
    catalogues: Catalogues, ingestion: Ingestion
) -> None:
    await registered(catalogues)
    another = read_objects([individual({"field": "email", "from": "mail"}) | {"name": "people"}])
    await updated(catalogues, 1, another)
    await updated(catalogues, 2, PERSON)
    await ingestion.ingest("crm", "person", [{"id": "1", "mail": "a@example.com"}], actor="test")
    assert await code_of(updated(catalogues, 3, another)) == "OBJECT_IN_USE"


async def test_a_source_is_removed_only_if_nothing_of_it_is_stored(
    graph: Graph, catalogues: Catalogues, ingestion: Ingestion
) -> None:
    await registered(catalogues)
    await ingestion.ingest("crm", "person", [{"id": "1", "mail": "a@example.com"}], actor="test")
    assert await code_of(registering.remove(catalogues, "crm")) == "SOURCE_IN_USE"
    await registered(catalogues, "shop")
    await registering.remove(catalogues, "shop")
    assert (await catalogues.current()).sources.keys() == {"crm"}
    assert await store.versions(graph, "shop") == []
    assert await code_of(registering.remove(catalogues, "shop")) == "NOT_FOUND"


async def test_a_change_says_how_many_records_older_versions_made(
    graph: Graph, catalogues: Catalogues, ingestion: Ingestion
) -> None:
    source = await registered(catalogues)
    rows = [{"id": str(number), "mail": f"{number}@example.com"} for number in range(3)]
    await ingestion.ingest("crm", "person", rows, actor="test")
    await ingestion.ingest("crm2", "Individual", [{"id": "1", "lastName": "King"}], actor="test")
    assert await registering.outdated(graph, source) == 0
    assert await registering.outdated(graph, await updated(catalogues, 1, NAMED)) == 3


async def test_rows_are_mapped_by_the_version_that_counts(
    catalogues: Catalogues, ingestion: Ingestion
) -> None:
    await registered(catalogues)
    await updated(catalogues, 1, NAMED)
    (result,) = await ingestion.ingest(
        "crm", "person", [{"id": "1", "mail": "a@example.com", "name": {"b": 1}}], actor="test"
    )
    assert [(problem.code, problem.path) for problem in result.problems] == [
        ("INVALID_VALUE", ("records", 0, "name"))
    ]


async def test_a_registered_source_sends_no_other_objects(
    catalogues: Catalogues, ingestion: Ingestion
) -> None:
    await registered(catalogues)
    assert await code_of(ingestion.ingest("crm", "Individual", [], actor="test")) == "UNKNOWN_OBJECT"
