"""What a document's queries are planned as, for people: statements with their parameters."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from graphql import GraphQLSchema, OperationDefinitionNode, parse
from graphql.execution.values import VariableValues

from graph_model.reading.roots import Statement
from resolvers.planning.operation import PlannedRoot, compile_operation, deciding_variables


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
            for key, field in planned.fields.items():
                lines.append(f"  {key}")
                if isinstance(field, PlannedRoot):
                    for when, statement in field.root.statements().items():
                        lines += _statement(when, statement)
    return "\n".join(lines) + "\n"


def _statement(when: str, statement: Statement) -> Iterator[str]:
    yield f"    {when}:"
    yield from (f"      {line}" for line in statement.text.splitlines())
    if statement.parameters:
        yield f"      parameters {orjson.dumps(statement.parameters).decode()}"
