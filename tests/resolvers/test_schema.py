"""The schema as a contract: committed, described, and closed to whoever lacks the scope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    is_specified_scalar_type,
)
from strawberry.types.field import StrawberryField

from resolvers.fields import SCOPE
from resolvers.principal import Scope
from resolvers.schema import print_schema, schema

COMMITTED = Path(__file__).parents[2] / "schema.graphql"


def types() -> Iterator[GraphQLNamedType]:
    for name, type_ in schema._schema.type_map.items():
        if not name.startswith("__") and not is_specified_scalar_type(type_):
            yield type_


def fields() -> Iterator[tuple[str, StrawberryField]]:
    for type_ in types():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                definition = field.extensions["strawberry-definition"]
                assert isinstance(definition, StrawberryField)
                yield f"{type_.name}.{name}", definition


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text() == print_schema(), "the schema has changed: run `make schema`"


@pytest.mark.parametrize(("name", "field"), list(fields()), ids=[name for name, _ in fields()])
def test_every_field_declares_who_may_read_it(name: str, field: StrawberryField) -> None:
    assert isinstance(field.metadata.get(SCOPE), Scope), f"{name} declares no scope"


def test_every_element_is_described() -> None:
    bare = []
    for type_ in types():
        if not type_.description:
            bare.append(type_.name)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                if not field.description:
                    bare.append(f"{type_.name}.{name}")
                bare += [
                    f"{type_.name}.{name}({argument_name})"
                    for argument_name, argument in field.args.items()
                    if not argument.description
                ]
        elif isinstance(type_, GraphQLInputObjectType):
            bare += [f"{type_.name}.{name}" for name, item in type_.fields.items() if not item.description]
        elif isinstance(type_, GraphQLEnumType):
            bare += [f"{type_.name}.{name}" for name, item in type_.values.items() if not item.description]
    assert bare == []


def test_descriptions_are_sentences() -> None:
    for name, field in fields():
        assert field.description is not None
        assert re.fullmatch(r"[A-Z].*[.!]", field.description, re.DOTALL), name
