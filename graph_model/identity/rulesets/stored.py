"""A ruleset as a version: where it came from, whether it counts, and its form as text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from pydantic import ValidationError

from graph_model.errors import BadInput
from graph_model.identity.rulesets.model import Ruleset

FORMAT = 1
"""The version of the form that rulesets are exported in."""
PART = 200_000
"""Characters of the frequencies that one node holds."""
FREQUENCIES = "frequencies"


class RulesetState(StrEnum):
    """Whether a version counts. A draft can be changed; from its activation on a version never changes."""

    DRAFT = "DRAFT"
    ACTIVATING = "ACTIVATING"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"


@dataclass(frozen=True, slots=True)
class StoredRuleset:
    """A version. `based_on` is the version that it began as (None: the default of the software),
    `trained_on` how many records its weights and frequencies were learned from (None: from none).
    `digest` is equal for equal rulesets. Times are text. `has_frequencies` is false where the ruleset was
    read without them, which are most of it."""

    id: str
    version: int
    state: RulesetState
    ruleset: Ruleset
    digest: str
    has_frequencies: bool
    based_on: int | None
    trained_on: int | None
    note: str | None
    created_at: str
    created_by: str
    activated_at: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A ruleset as the graph keeps it: the definition, and the frequencies apart from it, in parts."""

    definition: str
    parts: tuple[str, ...]
    digest: str


def write(ruleset: Ruleset) -> Written:
    """The form of a ruleset that is stored: the same text for equal rulesets."""
    whole = ruleset.model_dump(mode="json")
    frequencies = _text(whole.pop(FREQUENCIES))
    definition = _text(whole)
    digest = hashlib.sha256(f"{definition}\n{frequencies}".encode()).hexdigest()
    parts = tuple(frequencies[start : start + PART] for start in range(0, len(frequencies), PART))
    return Written(definition, parts, digest)


def read(definition: str, parts: list[str] | None = None) -> Ruleset:
    """The ruleset that `write` wrote; without its frequencies where there are no parts."""
    whole: dict[str, Any] = orjson.loads(definition)
    if parts:
        whole[FREQUENCIES] = orjson.loads("".join(parts))
    return Ruleset.model_validate(whole)


def exported(stored: StoredRuleset) -> dict[str, Any]:
    """The whole ruleset as plain JSON, to be taken into another graph by `imported`."""
    return {
        "format": FORMAT,
        "trainedOn": stored.trained_on,
        "note": stored.note,
        "ruleset": stored.ruleset.model_dump(mode="json"),
    }


def imported(value: Any) -> tuple[Ruleset, int | None, str | None]:
    """Ruleset, `trained_on` and note of what `exported` gave. Raises BadInput for anything else."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise BadInput("Expected what exportRuleset gave, of format 1.", code="INVALID_RULESET")
    trained_on, note = value.get("trainedOn"), value.get("note")
    if not (trained_on is None or type(trained_on) is int) or not (note is None or isinstance(note, str)):
        raise BadInput("`trainedOn` is a number and `note` a text.", code="INVALID_RULESET")
    try:
        return Ruleset.model_validate(value.get("ruleset")), trained_on, note
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise BadInput(f"Not a ruleset: {where or 'it'}: {first['msg']}.", code="INVALID_RULESET") from None


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
