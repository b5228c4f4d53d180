"""What a read wants to know: values of a node, lists of what it is related to, and aggregates of them.

A shape is the order of a row. The statement made from it answers with rows of values in that order, so
that whoever asked knows by position what is what.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TypeAlias


class Direction(Enum):
    """Which way an edge points, seen from where the path comes from."""

    OUT = "OUT"
    IN = "IN"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path: over an edge to a node of a label. `node` and `edge_name` name them for values,
    order and conditions; unnamed ones cannot be referred to. A `node` of the name `n` leads back to where
    the path began."""

    edge: str
    direction: Direction
    label: str
    node: str = ""
    edge_name: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A property of a named node or edge; `n` is the node that the shape is about."""

    property: str
    of: str = "n"


@dataclass(frozen=True, slots=True)
class Order:
    """What rows are sorted by."""

    value: Value
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """How to get from a node to what it is related to: `hops`, where all `where` values are equal to these
    texts, in this `order`, at most `limit` of them; `distinct` if several ways may lead to the same node,
    which is then the one that the shape is about."""

    hops: tuple[Hop, ...]
    order: tuple[Order, ...]
    where: tuple[tuple[Value, str], ...] = ()
    distinct: bool = False
    limit: int | None = None

    @property
    def target(self) -> str:
        """The name of the node that the path leads to."""
        return self.hops[-1].node


@dataclass(frozen=True, slots=True)
class Related:
    """The rows of what a path leads to, each in its shape."""

    path: Path
    shape: Shape


class Function(StrEnum):
    """What is made of one value of all related things. The sum of nothing is 0; the average, the least and
    the greatest of nothing are null. Values that are null count for none but COUNT."""

    COUNT = "COUNT"
    SUM = "SUM"
    AVERAGE = "AVERAGE"
    LEAST = "LEAST"
    GREATEST = "GREATEST"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What a function makes of one value of all that a path leads to; COUNT takes no value."""

    path: Path
    function: Function
    value: Value | None = None


Item: TypeAlias = Value | Related | Aggregate
Shape: TypeAlias = tuple[Item, ...]
