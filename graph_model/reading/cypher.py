"""From a shape to Cypher: clauses as objects, rendered once.

Labels, edges and properties come from declarations in the code, never from a request; they are checked
all the same, because they stand in the statement. Everything else is a parameter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from graph_model.reading.shape import (
    Count,
    Direction,
    Hop,
    Item,
    Order,
    Path,
    Related,
    Shape,
    Value,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(slots=True)
class Rendering:
    """The state of one rendering: parameters so far, and how many names were given."""

    parameters: dict[str, Any] = field(default_factory=dict)
    names: int = 0

    def parameter(self, value: Any) -> str:
        """A parameter for this value; equal values share one."""
        for name, known in self.parameters.items():
            if known == value:
                return f"${name}"
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def fresh(self, name: str) -> str:
        """A variable that no other part of the statement has."""
        self.names += 1
        return f"{_checked(name)}{self.names}"


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables that names stand for in one part of the statement."""

    variables: dict[str, str]

    def value(self, value: Value) -> str:
        """The expression for a value."""
        return f"{self.variables[value.of]}.{_checked(value.property)}"


def row(shape: Shape, node: str, rendering: Rendering) -> str:
    """The list expression for a shape about the node in that variable."""
    return f"[{', '.join(items(shape, node, rendering))}]"


def items(shape: Shape, node: str, rendering: Rendering) -> list[str]:
    """The expressions in that list."""
    return _items(shape, Scope({"n": node}), rendering)


def _items(shape: Shape, scope: Scope, rendering: Rendering) -> list[str]:
    return [_item(item, scope, rendering) for item in shape]


def _row(shape: Shape, scope: Scope, rendering: Rendering) -> str:
    return f"[{', '.join(_items(shape, scope, rendering))}]"


def _item(item: Item, scope: Scope, rendering: Rendering) -> str:
    match item:
        case Value():
            return scope.value(item)
        case Related():
            return _collect(item, scope, rendering)
        case Count():
            return _count(item, scope, rendering)


@dataclass(frozen=True, slots=True)
class Matched:
    """What a path leads to: its pattern, its conditions, the variables of its names, and those that what is
    said of the target's own values has."""

    pattern: str
    conditions: list[str]
    names: Scope
    about: Scope

    def clause(self, *more: str) -> str:
        """The clause that finds it, under more conditions."""
        conditions = [*self.conditions, *more]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"MATCH {self.pattern}{where}"


def match(path: Path, scope: Scope, rendering: Rendering) -> Matched:
    """A path from the node that the scope is about."""
    start = scope.variables["n"]
    variables = {"n": start}
    pattern = f"({start})"
    for hop in path.hops:
        pattern += _hop(hop, variables, rendering)
    names = Scope(variables)
    conditions = [f"{names.value(value)} = {rendering.parameter(text)}" for value, text in path.where]
    about = Scope({**variables, "n": variables[path.target] if path.target else start})
    return Matched(pattern, conditions, names, about)


def _collect(item: Related, scope: Scope, rendering: Rendering) -> str:
    path = item.path
    matched = match(path, scope, rendering)
    clauses = [matched.clause()]
    if path.distinct:
        clauses.append(f"WITH DISTINCT {matched.about.variables['n']}")
    clauses.append(f"RETURN {_row(item.shape, matched.about, rendering)}")
    clauses.append(f"ORDER BY {', '.join(_order(order, matched.names) for order in path.order)}")
    if path.limit is not None:
        clauses.append(f"LIMIT {rendering.parameter(path.limit)}")
    return f"COLLECT {{ {' '.join(clauses)} }}"


def _count(item: Count, scope: Scope, rendering: Rendering) -> str:
    matched = match(item.path, scope, rendering)
    distinct = f" RETURN DISTINCT {matched.about.variables['n']}" if item.path.distinct else ""
    return f"COUNT {{ {matched.clause()}{distinct} }}"


def _hop(hop: Hop, variables: dict[str, str], rendering: Rendering) -> str:
    if hop.edge_name:
        variables[hop.edge_name] = rendering.fresh(hop.edge_name)
    edge = f"[{variables.get(hop.edge_name, '')}:{_checked(hop.edge)}]"
    if hop.node == "n":
        node = f"({variables['n']})"
    else:
        if hop.node:
            variables[hop.node] = rendering.fresh(hop.node)
        node = f"({variables.get(hop.node, '')}:{_checked(hop.label)})"
    return f"-{edge}->{node}" if hop.direction is Direction.OUT else f"<-{edge}-{node}"


def _order(order: Order, scope: Scope) -> str:
    return scope.value(order.value) + (" DESC" if order.descending else "")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of the graph: {name!r}")
    return name
