"""What a document's queries are planned as, for people: statements with their parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from graphql import GraphQLSchema, OperationDefinitionNode, parse
from graphql.execution.values import VariableValues

from graph_model import times
from resolvers.planning.operation import compile_operation, deciding_variables


def explain(schema: GraphQLSchema, text: str) -> str:
    """The plans of a valid document. Variables that decide `@skip` and `@include` are taken as true."""
    document = parse(text)
    given = VariableValues({}, dict.fromkeys(deciding_variables(document), True))
    lines: list[str] = []
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            name = node.name.value if node.name else "(unnamed)"
            lines.append(f"{node.operation.value} {name}")
            planned = compile_operation(schema, document, node, given)
            if planned is None:
                lines.append("  the stock executor answers it")
                continue
            for key, statements in planned.describe(given, times.utc_now()).items():
                lines.append(f"  {key}")
                for when, statement in statements.items():
                    lines += _statement(when, **statement)
    return "\n".join(lines) + "\n"


def _statement(when: str, statement: str, parameters: dict[str, Any]) -> Iterator[str]:
    yield f"    {when}:"
    yield from (f"      {line}" for line in statement.splitlines())
    if parameters:
        yield f"      parameters {orjson.dumps(parameters).decode()}"
