"""Reading values of a row by their paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

MAX_STEPS = 20
EVERY = "*"

Reader: TypeAlias = Callable[[Mapping[str, Any]], list[Any]]
"""What stands at a path of a row: one value, every item of a list, or nothing."""


def is_blank(value: Any) -> bool:
    """Whether there is no value: null, an empty text or list."""
    return value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())


def reader(path: str) -> Reader:
    """What reads the values at a path. A value that is not there is not in the list, a null is; a list
    stands for its items."""
    steps = tuple(path.split("."))

    def read(row: Mapping[str, Any]) -> list[Any]:
        if path in row:
            value = row[path]
            return value if isinstance(value, list) else [value]
        return list(_walk(row, steps)) if len(steps) > 1 else []

    return read


def steps_of(path: str) -> tuple[str | int, ...]:
    """A path as the path of a problem has it."""
    return tuple(int(step) if step.isdecimal() else step for step in path.split("."))


def is_there(row: Mapping[str, Any], path: str) -> bool:
    """Whether a patch says anything of what stands at a path: a value, or null, there or above it."""
    if path in row:
        return _is_said(row[path])
    value: Any = row
    for step in path.split("."):
        if not isinstance(value, dict):
            # Where all of it is null, so is each part; an item of a list is there with its list.
            return value is None or isinstance(value, list)
        if step not in value:
            return False
        value = value[step]
    return _is_said(value)


def _is_said(value: Any) -> bool:
    return not isinstance(value, str) or bool(value.strip())


def _walk(value: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    if not steps:
        yield from value if isinstance(value, list) else (value,)
        return
    step, rest = steps[0], steps[1:]
    if isinstance(value, dict):
        if step in value:
            yield from _walk(value[step], rest)
        elif (whole := ".".join(steps)) in value:
            yield from _walk(value[whole], ())
    elif isinstance(value, list):
        if step == EVERY:
            for item in value:
                yield from _walk(item, rest)
        elif step.isdecimal() and int(step) < len(value):
            yield from _walk(value[int(step)], rest)
