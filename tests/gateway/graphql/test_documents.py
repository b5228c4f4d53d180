from __future__ import annotations

import pytest

from gateway.graphql.documents import Documents, Rejected
from gateway.graphql.limits import Limits
from tests.gateway.graphql.toy import SCHEMA


def documents(
    *, tokens: int = 100, introspection: bool = True, max_count: int = 2, max_bytes: int = 1_000
) -> Documents:
    return Documents(
        SCHEMA._schema,
        limits=Limits(tokens=tokens),
        introspection=introspection,
        max_errors=3,
        max_count=max_count,
        max_bytes=max_bytes,
    )


def codes(cache: Documents, query: str) -> list[str]:
    with pytest.raises(Rejected) as rejected:
        cache.get(query)
    return [entry["extensions"]["code"] for entry in rejected.value.errors]


def test_a_document_is_parsed_and_validated_once() -> None:
    cache = documents()
    assert cache.get("{ hello }") is cache.get("{ hello }")


def test_the_least_recently_used_document_is_forgotten_first() -> None:
    cache = documents()
    first, second = cache.get("{ a: hello }"), cache.get("{ b: hello }")
    assert cache.get("{ a: hello }") is first
    cache.get("{ c: hello }")
    assert cache.get("{ a: hello }") is first
    assert cache.get("{ b: hello }") is not second


def test_the_cache_holds_no_more_bytes_than_it_may() -> None:
    cache = documents(max_bytes=40)
    first = cache.get("{ a: hello }")
    cache.get('{ hello(name: "€€€€") }')
    assert cache.get("{ a: hello }") is not first


def test_a_document_that_is_not_valid_pushes_none_out_of_the_cache() -> None:
    cache = documents(max_count=1)
    valid = cache.get("{ hello }")
    for number in range(3):
        assert codes(cache, f"{{ wrong{number} }}") == ["GRAPHQL_VALIDATION_FAILED"]
    assert cache.get("{ hello }") is valid


def test_a_document_with_too_many_tokens_is_not_parsed() -> None:
    assert codes(documents(), "{" + " hello" * 99 + "}") == ["TOO_MANY_TOKENS"]


def test_a_document_with_too_many_comments_is_not_parsed() -> None:
    assert codes(documents(), "#\n" * 98 + "{ hello }") == ["TOO_MANY_TOKENS"]


def test_only_so_many_mistakes_are_reported() -> None:
    assert len(codes(documents(), "{ a b c d e f }")) == 3 + 1


def test_a_document_that_nests_too_deeply_is_refused() -> None:
    assert codes(documents(tokens=100_000), "{a" * 5_000 + "}" * 5_000) == ["GRAPHQL_PARSE_FAILED"]


def messages(cache: Documents, query: str) -> str:
    with pytest.raises(Rejected) as rejected:
        cache.get(query)
    return " ".join(entry["message"] for entry in rejected.value.errors)


def test_a_mistyped_name_is_suggested_unless_the_schema_is_not_to_be_told() -> None:
    assert "Did you mean 'hello'?" in messages(documents(), "{ helo }")
    assert "Did you mean" not in messages(documents(introspection=False), "{ helo }")


def test_the_schema_is_told_unless_introspection_is_off() -> None:
    documents().get("{ __schema { queryType { name } } }")
    assert codes(documents(introspection=False), "{ __schema { description } }") == [
        "GRAPHQL_VALIDATION_FAILED"
    ]
    documents(introspection=False).get("{ __typename }")


def test_the_operation_is_chosen_by_its_name() -> None:
    document = documents().get("query A { hello } mutation B { set(value: 1) }")
    assert document.operation("A").kind.value == "query"
    assert document.operation("B").kind.value == "mutation"


@pytest.mark.parametrize("name", ["C", "", None])
def test_without_a_name_that_fits_no_operation_is_chosen(name: str | None) -> None:
    document = documents().get("query A { hello } mutation B { set(value: 1) }")
    with pytest.raises(Rejected) as rejected:
        document.operation(name)
    assert rejected.value.errors[0]["extensions"] == {"code": "OPERATION_RESOLUTION_FAILURE"}
