"""From rows to the response, for planned operations: Python that is written and compiled with the plan.

One expression builds what orjson then writes: no call for each field, no look at a type for each value. It
is right for rows that are as the schema says; for one that is not (a null where the schema has none) it
raises Unfit, and the stock executor, which knows the rules for errors and nulls, answers in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, TypeAlias

import orjson

from resolvers.planning.plan import (
    Constant,
    FieldPlan,
    Function,
    Leaf,
    ObjectPlan,
    Part,
    Rows,
    Unpacking,
    Values,
)

Encoder: TypeAlias = Callable[[Sequence[Any], datetime], Any]


class Unfit(Exception):
    """A row that is not as the schema says."""


def compile_encoder(plan: ObjectPlan) -> Encoder:
    """A function of a row and the moment of the request that returns what orjson writes as the object."""
    writing = _Writing()
    expression = writing.object(plan, "row")
    # Names and literals in the expression are made here; of the request only response names get into it,
    # and those through repr.
    encoder: Encoder = eval(f"lambda row, now: {expression}", writing.names)
    return encoder


def missing() -> NoReturn:
    """Called where the schema has no null and the row has."""
    raise Unfit


@dataclass(slots=True)
class _Writing:
    names: dict[str, Any] = field(
        default_factory=lambda: {
            "missing": missing,
            "Fragment": orjson.Fragment,
            "__builtins__": {"all": all},
        }
    )
    depth: int = 0

    def object(self, plan: ObjectPlan, row: str) -> str:
        pairs = (f"{key!r}: {self._field(item, row)}" for key, (_, item) in plan.fields.items())
        return f"{{{', '.join(pairs)}}}"

    def _field(self, item: FieldPlan, row: str) -> str:
        match item:
            case Constant(value):
                return repr(value)
            case Leaf():
                return self._leaf(item, f"{row}[{item.place}]")
            case Function(function, places, nullable):
                arguments = "".join(f", {row}[{place}]" for place in places)
                call = f"{self._name(function)}(now{arguments})"
                if nullable:
                    return call
                return f"(value if (value := {call}) is not None else missing())"
            case Part(plan, None):
                return self.object(plan, row)
            case Part(plan, decisive):
                absent = " and ".join(f"{row}[{place}] is None" for place in decisive or ())
                return f"(None if {absent} else {self.object(plan, row)})"
            case Rows(place, plan):
                return self._objects(plan, f"{row}[{place}]")
            case Unpacking(function, places, plan):
                arguments = ", ".join(f"{row}[{place}]" for place in places)
                return self._objects(plan, f"{self._name(function)}({arguments})")
            case Values(place):
                return f"[value for (value,) in {row}[{place}]]"

    def _objects(self, plan: ObjectPlan, rows: str) -> str:
        self.depth += 1
        inner = f"row{self.depth}"
        return f"[{self.object(plan, inner)} for {inner} in {rows}]"

    def _leaf(self, leaf: Leaf, value: str) -> str:
        if leaf.many:
            return f"({value} or [])"
        if leaf.is_json:
            written = f"Fragment({value})"
        elif leaf.enum is not None:
            known = self._name({name: name for name in leaf.enum.values})
            written = f"({known}.get({value}) or missing())"
        else:
            written = value
        absent = "None" if leaf.nullable else "missing()"
        if leaf.nullable and written == value:
            return value
        return f"({written} if {value} is not None else {absent})"

    def _name(self, value: Any) -> str:
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name
