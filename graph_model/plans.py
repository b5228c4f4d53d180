"""Statements that Neo4j plans once, however long the lists are that they get."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, LiteralString

_LISTS = "lists"
_PARAMETER = re.compile(r"\$(\w+)")


def planned_once(
    statement: LiteralString, parameters: dict[str, Any]
) -> tuple[LiteralString, dict[str, Any]]:
    """The same statement, its lists in one map.

    Neo4j keeps a plan for each combination of the lengths (0, 1, up to 10, up to 100, more) of the lists
    among the parameters, and makes one in 100 to 500 ms; those of lists within a map it does not know.
    """
    names = tuple(name for name, value in parameters.items() if isinstance(value, list))
    if not names:
        return statement, parameters
    others = {name: value for name, value in parameters.items() if name not in names}
    return _mapped(statement, names), others | {_LISTS: {name: parameters[name] for name in names}}


@lru_cache(maxsize=4_096)
def _mapped(statement: LiteralString, names: tuple[str, ...]) -> LiteralString:
    def within(found: re.Match[str]) -> str:
        return f"${_LISTS}.{found[1]}" if found[1] in names else found[0]

    return _PARAMETER.sub(within, statement)
