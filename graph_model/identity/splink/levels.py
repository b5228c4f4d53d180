"""The levels of a ruleset's comparisons as functions of columns, for Splink to call in SQL.

They are the matching engine's own: columns go back into features, and the one place that compares records
(`matching/evidence.py`) answers. So a level is the same whichever way it is found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from graph_model.identity.matching.comparisons import LEVELS
from graph_model.identity.matching.evidence import findings
from graph_model.identity.matching.features import Address, Features, Name, Party
from graph_model.identity.matching.prepared import prepare
from graph_model.identity.matching.weights import Weights
from graph_model.identity.rulesets.model import Ruleset

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("first_name", "last_name"), ("names", "emails")),
    **dict.fromkeys(("name_order", "middle_name", "suffix"), ("names",)),
    "birth_date": ("birth_dates",),
    "birth_place": ("birth_place",),
    "gender": ("gender",),
    **dict.fromkeys(("email", "email_given_name"), ("emails", "names")),
    "phone": ("phones",),
    **dict.fromkeys(("street", "postal_code", "city"), ("addresses",)),
    "official_number": ("official",),
    "account": ("accounts",),
    **dict.fromkeys(("organization", "employer"), ("organizations", "party")),
}
"""The columns that the level of each attribute follows from. Where either record has nothing in the first of
them there is no level, but for a name that an e-mail address repeats."""
REPEATED: Final = frozenset({"first_name", "last_name"})
"""What an e-mail address may repeat of a record that does not say it otherwise."""

_MEMO = 1 << 16
_FEATURE = {"official": "identifiers", "accounts": "identifiers"}


class Levels:
    """The levels under one ruleset; of several values the pair counts that weighs most under it.

    SQL asks for the same pair once for each level of each attribute, so columns come as texts (JSON where
    they are lists), and what was found of two texts is kept for a while.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        weights = Weights(ruleset)

        @lru_cache(maxsize=_MEMO)
        def compare(names: tuple[str, ...], one: tuple[str, ...], other: tuple[str, ...]) -> dict[str, int]:
            found = findings(prepare(_features(names, one)), prepare(_features(names, other)), weights)
            return {finding.attribute: finding.level for finding in found}

        self._compare = compare

    def function(self, attribute: str) -> Callable[..., int | None]:
        """The level of an attribute, as its place in `LEVELS`, of the columns of one record, then those of
        the other; None where it cannot be compared."""
        names, compare = COLUMNS[attribute], self._compare

        # DuckDB counts the parameters that a function declares.
        def level_of_one(one: str, other: str) -> int | None:
            return compare(names, (one,), (other,)).get(attribute)

        def level_of_two(one: str, more: str, other: str, more_: str) -> int | None:
            return compare(names, (one, more), (other, more_)).get(attribute)

        return level_of_one if len(names) == 1 else level_of_two

    def functions(self) -> Mapping[str, Callable[..., int | None]]:
        """The function of each attribute, by the name under which settings call it."""
        return {function_name(attribute): self.function(attribute) for attribute in LEVELS}


def function_name(attribute: str) -> str:
    """What the function of an attribute is called in SQL."""
    return f"level_{attribute}"


def _features(names: Sequence[str], values: Sequence[str | None]) -> Features:
    """Features that say no more than these columns."""
    said: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        if value is not None:
            said[_FEATURE.get(name, name)] = _value(name, value)
    return Features(key="", **said)


def _value(name: str, value: str) -> Any:
    match name:
        case "names":
            return tuple(Name(**parts) for parts in orjson.loads(value))
        case "addresses":
            return tuple(Address(**parts) for parts in orjson.loads(value))
        case "party":
            return Party(value)
        case "birth_place" | "gender":
            return value
    return tuple(orjson.loads(value))
