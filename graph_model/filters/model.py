"""What a filter is: conditions on the values of a node and on what it is related to.

A comparison with null is false, whatever the operator but IS_NULL, and `Not` is the plain negation of what
it holds: so every filter is either true or false of a node.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from graph_model import times
from graph_model.reading.shape import Function, Path, Value


class Operator(StrEnum):
    """How a value is compared with an operand."""

    EQUAL = "EQUAL"
    IN = "IN"
    LESS = "LESS"
    LESS_OR_EQUAL = "LESS_OR_EQUAL"
    GREATER = "GREATER"
    GREATER_OR_EQUAL = "GREATER_OR_EQUAL"
    STARTS_WITH = "STARTS_WITH"
    ENDS_WITH = "ENDS_WITH"
    CONTAINS = "CONTAINS"
    IS_NULL = "IS_NULL"
    """The operand says whether it is to be null."""


class Quantifier(StrEnum):
    """Of how many related things a filter must hold."""

    SOME = "SOME"
    NONE = "NONE"
    ALL = "ALL"
    """Of none too, if there are none."""
    SINGLE = "SINGLE"


@dataclass(frozen=True, slots=True)
class Ago:
    """A moment or, if `date`, a day (UTC) that lies so far before the present."""

    period: timedelta
    date: bool = False

    def at(self, now: datetime) -> str:
        """Its text. What lies outside the calendar is its nearest end."""
        try:
            moment = now - self.period
        except OverflowError:
            ends = (datetime.max, datetime.min)
            moment = ends[self.period > timedelta()].replace(tzinfo=now.tzinfo)
        text = times.to_text(moment)
        return text[: len("2026-11-01")] if self.date else text


@dataclass(frozen=True, slots=True)
class Compare:
    """A value compared with an operand: a text, a number, a list of them for IN, `Ago`."""

    value: Value
    operator: Operator
    operand: Any


@dataclass(frozen=True, slots=True)
class Near:
    """A place at most so many metres from a point (latitude and longitude in degrees)."""

    latitude: Value
    longitude: Value
    point: tuple[float, float]
    metres: float

    @property
    def chord(self) -> float:
        """The distance as the square of half the chord on a sphere of radius 1, which is what the haversine
        formula has under its root (R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68, 1984)."""
        return math.sin(min(self.metres / (2 * EARTH_RADIUS), math.pi / 2)) ** 2


@dataclass(frozen=True, slots=True)
class Elements:
    """A filter on the elements of a list of texts. Its values are ELEMENT and FOLDED_ELEMENT."""

    value: Value
    folded: Value
    quantifier: Quantifier
    filter: Filter


ELEMENT = Value("element", "list")
FOLDED_ELEMENT = Value("folded", "list")


@dataclass(frozen=True, slots=True)
class Size:
    """The length of a list of texts, compared with a number."""

    value: Value
    operator: Operator
    operand: int


@dataclass(frozen=True, slots=True)
class Quantified:
    """A filter on what a path without a limit leads to; its order does not matter."""

    path: Path
    quantifier: Quantifier
    filter: Filter


@dataclass(frozen=True, slots=True)
class CompareAggregate:
    """What a function makes of all that a path without a limit leads to and for which `where` holds,
    compared with a number or a text. COUNT takes no value."""

    path: Path
    where: Filter
    function: Function
    value: Value | None
    operator: Operator
    operand: Any


@dataclass(frozen=True, slots=True)
class And:
    """True if all parts are; so it is without parts."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True if a part is; so it is not without parts."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True if the part is not."""

    part: Filter


Filter: TypeAlias = Compare | Near | Elements | Size | Quantified | CompareAggregate | And | Or | Not

EVERYTHING: Filter = And(())
EARTH_RADIUS = 6_371_009
"""Metres; the mean radius of the Earth (IUGG)."""
