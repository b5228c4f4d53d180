"""Documents that are made to be slow, and what a document may hold."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from typing import Any, cast

import pytest
from graphql import Lexer, Source, TokenKind, get_introspection_query, parse

from gateway.graphql.limits import Limits, check_document, check_text
from gateway.graphql.operations import Operations
from gateway.graphql.requests import OperationRequest
from graph_model.errors import BadInput
from resolvers.context import Context, Services
from resolvers.principal import DEVELOPMENT
from resolvers.schema import schema

LIMITS = Limits()
GENEROUS = Limits(*[1_000_000] * 5)


def chain(length: int, each: str, last: str) -> str:
    """Fragments on an individual, each of which spreads the next one twice."""
    links = [f"fragment F{n} on Individual{{{each}...F{n + 1} ...F{n + 1}}}" for n in range(length)]
    return '{individual(by:{id:"x"}){...F0}}' + "".join(links) + f"fragment F{length} on Individual{{{last}}}"


def many(count: int, item: str) -> str:
    return " ".join(item.replace("#", str(n)) for n in range(count))


BOMBS = {
    "fragments": (chain(18, "", "id"), "TOO_MANY_FIELDS"),
    "fragments with children": (chain(15, "", "links{from{id}to{id}}"), "TOO_MANY_FIELDS"),
    "fragments with aliases": (chain(12, "a:id b:id ", "id"), "TOO_MANY_ALIASES"),
    "fragments with directives": (
        chain(12, "id@include(if:true)", "id"),
        "TOO_MANY_DIRECTIVES",
    ),
    "fragments that spread each other": (
        '{individual(by:{id:"x"}){...F0}}'
        + many(10, "fragment F# on Individual{" + many(10, "...F#").replace("#", "~") + "}").replace("~", ""),
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "fragments that nothing spreads": (
        "{__typename}" + chain(15, "", "id").partition("}}")[2],
        "TOO_MANY_FIELDS",
    ),
    "unknown fragments": ("{" + many(130, "...F#") + "}", "GRAPHQL_VALIDATION_FAILED"),
    "aliases": ("{" + many(60, "a#:__typename") + "}", "TOO_MANY_ALIASES"),
    "aliases of a list": ("{" + many(50, "a#:webhooks{id}") + "}", "TOO_MANY_ALIASES"),
    "one field again and again": ("{webhooks{" + many(300, "id") + "}}", "TOO_MANY_FIELDS"),
    "one object again and again": ("{" + many(70, "webhooks{id}") + "}", "TOO_MANY_FIELDS"),
    "one tree again and again": (
        "{" + many(20, "individuals{edges{node{links{from{id}to{id}}}}}") + "}",
        "TOO_MANY_FIELDS",
    ),
    "nesting": ("{a" * 60 + "}" * 60, "QUERY_TOO_DEEP"),
    "nesting as deep as it goes": ("{a" * 450 + "}" * 100, "GRAPHQL_PARSE_FAILED"),
    "nested lists": ("{individuals(first:" + "[" * 400 + "]" * 400 + "){edges{cursor}}}", None),
    "introspection in a circle": (
        "{__schema{types{" + "fields{type{" * 30 + "name" + "}}" * 30 + "}}}",
        "QUERY_TOO_DEEP",
    ),
    "introspection from type to type": ("{__schema{types{fields{type{fields{name}}}}}}", "QUERY_TOO_DEEP"),
    "introspection by aliases": (
        "{" + many(18, "a#:__schema{types{fields{args{type{name}}}}}") + "}",
        "TOO_MANY_ALIASES",
    ),
    "introspection with aliases in it": (
        "{__schema{" + many(20, "a#:types{name kind description}") + "}}",
        "TOO_MANY_ALIASES",
    ),
    "long lists": (
        "{individuals(first:100000){edges{node{orders{id}cases{id}}}}}",
        "QUERY_TOO_COMPLEX",
    ),
    "mistakes": ("{" + many(60, "individuak#") + "}", "GRAPHQL_VALIDATION_FAILED"),
    "types that are not there": (
        "{" + many(40, "...on Individuak#{id}") + "}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "variables": (
        "query(" + many(90, "$a#:Int") + "){__typename}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "operations": (many(45, "query a#{__typename}"), "OPERATION_RESOLUTION_FAILURE"),
    "490 directives": ("{__typename" + "@a" * 490 + "}", "TOO_MANY_DIRECTIVES"),
    "10,000 directives in 40 kB": ("{a " + "@aa " * 9_998 + "}", "TOO_MANY_TOKENS"),
    "10,000 directives in 20 kB": ("{a " + "@a" * 10_000 + "}", "TOO_MANY_TOKENS"),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_document_made_to_be_slow_is_refused_within_20_ms(name: str) -> None:
    query, code = BOMBS[name]
    assert len(query) <= 1_000 or name.startswith("10,000")
    times = []
    for _ in range(20):
        # Nothing is cached by a new one.
        operations = Operations(schema, lambda *_: Context(DEVELOPMENT, "", cast(Services, None)))
        before = time.process_time()
        result = await operations.execute(OperationRequest(query), DEVELOPMENT, "request")
        times.append(time.process_time() - before)
        assert not result.began
        assert code is None or result.code == code
    assert statistics.median(times) < 0.020


def refusal(query: str, limits: Limits = LIMITS) -> BadInput:
    try:
        check_text(query, limits)
        check_document(parse(query), limits)
    except BadInput as refused:
        return refused
    pytest.fail("not refused")


@pytest.mark.parametrize(
    ("query", "limit", "figure"),
    [
        ("{ a { ...F } } fragment F on T { b { c { d } } }", "depth", 4),
        ("{ x: a ...F ... { ...F } } fragment F on T { y: b }", "aliases", 3),
        ("query($v: Int @a) @b { a @c ... @d { b } ...F @e } fragment F on T @f { c }", "directives", 6),
        ("{ a ...F ... { ...F } } fragment F on T { b { c } }", "fields", 5),
        ("query A { a b } query B { a ...F } fragment F on T { c }", "fields", 4),
        ("{ a } fragment F on T { b { c } }", "fields", 3),
    ],
)
def test_a_limit_counts_what_fragments_come_to(query: str, limit: str, figure: int) -> None:
    check_document(parse(query), replace(GENEROUS, **{limit: figure}))
    message = refusal(query, replace(GENEROUS, **{limit: figure - 1})).message
    assert f" {figure} " in message
    assert f"limit is {figure - 1}." in message


def test_a_figure_of_a_hundred_digits_is_not_printed() -> None:
    assert "more than a million fields" in refusal(chain(40, "", "id")).message


@pytest.mark.parametrize(
    "query",
    [
        "{ a }",
        '{ a(b: "c # d \\" e", f: """g "h" \\""" i""", j: "") }',
        "{ ...F, # a comment is one token, too\n a(b: -1.5e3, c: $d) @e ... @f { g } }",
        "query ($a: [Int!]! = [1]) { b: a }",
        "type A implements B & C { d: E | F }",
    ],
)
def test_tokens_are_counted_as_the_lexer_reads_them(query: str) -> None:
    lexer = Lexer(Source(query))
    read = 0
    token = lexer.token
    while token.kind is not TokenKind.EOF:
        token = lexer.advance()
        read += 1
    comments = query.count("# a comment")
    with pytest.raises(BadInput, match=f"has {read - 1 + comments} tokens"):
        check_text(query, Limits(tokens=read - 2 + comments))
    check_text(query, Limits(tokens=read - 1 + comments))


def test_a_document_is_not_longer_than_its_tokens_could_be() -> None:
    assert refusal('{ a(b: "' + "x" * 40_000 + '") }').code == "TOO_MANY_TOKENS"


def test_two_fragments_of_one_name_are_refused_since_either_may_be_the_bomb() -> None:
    query = "{ ...F } fragment F on Query { a } fragment F on Query { b }"
    assert refusal(query).code == "GRAPHQL_VALIDATION_FAILED"


def test_a_chain_of_fragments_as_long_as_a_document_takes_is_followed() -> None:
    links = [f"fragment F{n} on T{{...F{n + 1}}}" for n in range(280)]
    check_document(parse("{...F0}" + "".join(links) + "fragment F280 on T{a}"), GENEROUS)


def test_graphiql_may_ask_for_the_schema() -> None:
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    check_text(query, LIMITS)
    check_document(parse(query), LIMITS)


async def answer(query: str, **options: Any) -> Any:
    operations = Operations(schema, lambda *_: Context(DEVELOPMENT, "", cast(Services, None)), **options)
    return (await operations.execute(OperationRequest(query), DEVELOPMENT, "request")).payload()


async def test_the_introspection_query_is_answered() -> None:
    assert (await answer(get_introspection_query()))["data"]["__schema"]


async def test_what_an_argument_is_refused_for_suggests_nothing_where_the_schema_is_not_told() -> None:
    query = 'query ($k: [EventKind!] = []) { individual(by: {identifier: {type: EMAL, value: "a"}}) { id } }'
    assert "EMAIL" in str(await answer(query))
    assert "EMAIL" not in str(await answer(query, introspection=False))
