"""The files of trusted documents that the builds of front ends write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.graphql.manifest import ManifestError, TrustedDocuments, hash_of, read_manifest

HELLO = "query Hello { hello }"
PERSON = (
    "query Person($type: IdentifierType!, $value: String!) { person(type: $type, value: $value) { name } }"
)


def written(directory: Path, content: Any) -> Path:
    path = directory / "manifest.json"
    path.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
    return path


def apollo(*operations: Any) -> dict[str, Any]:
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}


MANIFESTS = [
    pytest.param({"8f2a": HELLO}, id="graphql-codegen"),
    pytest.param({"sha256:8f2a": HELLO}, id="graphql-codegen, with a prefix"),
    pytest.param({"8f2a": HELLO, "5d41402abc4b2a76b9719d911017c592": PERSON}, id="relay-compiler"),
    pytest.param(apollo({"id": "8f2a", "name": "Hello", "type": "query", "body": HELLO}), id="apollo"),
]


@pytest.mark.parametrize("content", MANIFESTS)
def test_a_document_is_found_by_its_id_and_by_the_hash_of_its_text(tmp_path: Path, content: Any) -> None:
    trusted = read_manifest(written(tmp_path, content))
    assert trusted.by_id["8f2a"] == trusted.by_id[hash_of(HELLO)] == HELLO
    assert HELLO in trusted.texts


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        None,
        [],
        {},
        "text",
        {"a": 1},
        {"a": {"query": HELLO}},
        {"": HELLO},
        apollo(),
        apollo("x"),
        apollo({"id": "a"}),
        apollo({"id": "a", "body": None}),
        {**apollo({"id": "a", "body": HELLO}), "version": 2},
    ],
)
def test_a_file_of_another_form_is_an_error_that_names_it(tmp_path: Path, content: Any) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ManifestError, match=r"manifest\.json"):
        read_manifest(path)


def test_a_file_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"missing\.json: No such file"):
        read_manifest(tmp_path / "missing.json")


def test_a_document_that_does_not_parse_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"manifest\.json: the document broken does not parse"):
        read_manifest(written(tmp_path, {"good": HELLO, "broken": "query {"}))


def test_a_query_for_one_identifier_is_found_by_id_hash_and_name() -> None:
    profiles = TrustedDocuments.of({"sha256:8f2a": PERSON, "other": HELLO}).profiles
    assert set(profiles) == {"8f2a", hash_of(PERSON), "Person"}
    assert {(query.document_id, query.operation_name) for query in profiles.values()} == {("8f2a", "Person")}


def test_a_name_that_two_documents_use_finds_neither() -> None:
    profiles = TrustedDocuments.of({"a": PERSON, "b": PERSON.replace("name", "id: name")}).profiles
    assert {"a", "b"} < set(profiles)
    assert "Person" not in profiles


def test_of_several_queries_in_a_document_each_is_found_by_its_name() -> None:
    both = f"{PERSON} {PERSON.replace('query Person', 'query Other')}"
    profiles = TrustedDocuments.of({"a": both}).profiles
    assert set(profiles) == {"Person", "Other"}


def test_a_mutation_with_the_same_variables_is_no_query_for_one_identifier() -> None:
    assert TrustedDocuments.of({"a": PERSON.replace("query", "mutation")}).profiles == {}
