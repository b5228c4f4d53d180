"""What a ruleset must be beyond its form, so that matching can go by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from graph_model.errors import BadInput
from graph_model.identity.golden.checking import check
from graph_model.identity.matching.comparisons import LEVELS
from graph_model.identity.matching.keys import KEY_KINDS
from graph_model.identity.rulesets.model import Method, Ruleset
from graph_model.identity.rulesets.record_filter import read_filter
from graph_model.records.model import Problem

MAX_KEY_KINDS = 16
"""A KeySet has a place for so many kinds of key."""


class InvalidRuleset(BadInput):
    """A ruleset cannot be as it is; `problems` say why, with paths from the ruleset on."""

    def __init__(self, found: Iterable[Problem]) -> None:
        self.problems = tuple(found)
        super().__init__(self.problems[0].message, code=self.problems[0].code)


def problems(ruleset: Ruleset) -> list[Problem]:
    """Everything that is wrong with a ruleset; empty if nothing is."""
    try:
        Ruleset.model_validate(ruleset.model_dump())
    except ValidationError as error:
        return of_form(error)
    return [
        *_keys(ruleset),
        *_thresholds(ruleset),
        *_comparisons(ruleset),
        *_rules(ruleset),
        *_guards(ruleset),
        *_survivorship(ruleset),
        *_record_filter(ruleset),
    ]


def of_form(error: ValidationError) -> list[Problem]:
    """What a ruleset's form is wrong in, with the paths that a client writes."""
    return [
        Problem(
            "INVALID_VALUE",
            f"{item['msg'].removeprefix('Value error, ').rstrip('.')}.",
            tuple(_camel(step) for step in item["loc"]),
        )
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _keys(ruleset: Ruleset) -> Iterator[Problem]:
    if not 1 <= len(ruleset.key_kinds) <= MAX_KEY_KINDS:
        yield Problem("INVALID_KEY_KINDS", f"There are 1 to {MAX_KEY_KINDS} kinds of key.", ("keyKinds",))
    for place, kind in enumerate(ruleset.key_kinds):
        if kind not in KEY_KINDS:
            known = ", ".join(sorted(KEY_KINDS))
            yield Problem(
                "UNKNOWN_KEY_KIND", f"There is no kind of key {kind!r}: {known}.", ("keyKinds", place)
            )
    yield from _repeated(ruleset.key_kinds, "keyKinds")
    for name, value in (("keyCap", ruleset.key_cap), ("genericCap", ruleset.generic_cap)):
        if value < 2:
            yield Problem("INVALID_CAP", "A cap of less than 2 records would let no pair meet.", (name,))


def _thresholds(ruleset: Ruleset) -> Iterator[Problem]:
    if not ruleset.floor <= ruleset.review <= ruleset.link:
        yield Problem(
            "INVALID_THRESHOLDS",
            "Thresholds must rise: floor, review, link.",
            ("thresholds",),
        )
    if ruleset.clip <= 0:
        yield Problem("INVALID_CLIP", "The clip must be positive.", ("thresholds", "clip"))


def _comparisons(ruleset: Ruleset) -> Iterator[Problem]:
    yield from _repeated([item.attribute for item in ruleset.comparisons], "comparisons")
    for place, comparison in enumerate(ruleset.comparisons):
        path = ("comparisons", place)
        known = LEVELS.get(comparison.attribute)
        if known is None:
            message = f"There is no attribute {comparison.attribute!r}: {', '.join(sorted(LEVELS))}."
            yield Problem("UNKNOWN_ATTRIBUTE", message, (*path, "attribute"))
        elif tuple(level.name for level in comparison.levels) != known:
            message = f"The levels of {comparison.attribute} are, in this order: {', '.join(known)}."
            yield Problem("INVALID_LEVELS", message, (*path, "levels"))


def _rules(ruleset: Ruleset) -> Iterator[Problem]:
    yield from _repeated([rule.name for rule in ruleset.rules], "rules")
    for place, rule in enumerate(ruleset.rules):
        if not rule.criteria:
            # It would hold for every pair of records.
            yield Problem("MISSING_CRITERIA", "A match rule needs a criterion.", ("rules", place, "criteria"))
        for number, name in enumerate(rule.unless):
            if name not in LEVELS:
                message = f"There is no attribute {name!r}: {', '.join(sorted(LEVELS))}."
                yield Problem("UNKNOWN_ATTRIBUTE", message, ("rules", place, "unless", number))
        for number, criterion in enumerate(rule.criteria):
            if criterion.attribute not in LEVELS:
                message = f"There is no attribute {criterion.attribute!r}: {', '.join(sorted(LEVELS))}."
                yield Problem("UNKNOWN_ATTRIBUTE", message, ("rules", place, "criteria", number, "attribute"))
                continue
            path = ("rules", place, "criteria", number, "level")
            if criterion.method is not Method.FUZZY:
                if criterion.level is not None:
                    yield Problem("UNEXPECTED_LEVEL", "Only a FUZZY criterion has a level.", path)
            elif criterion.level not in LEVELS[criterion.attribute][:-1]:
                known = ", ".join(LEVELS[criterion.attribute][:-1])
                yield Problem(
                    "UNKNOWN_LEVEL", f"A FUZZY criterion names a level of its attribute: {known}.", path
                )


def _guards(ruleset: Ruleset) -> Iterator[Problem]:
    for place, limit in enumerate(ruleset.guards.limits):
        if limit.most < 1 or (limit.days is not None and limit.days < 1):
            yield Problem("INVALID_LIMIT", "Limits and their days are positive.", ("guards", "limits", place))
    if ruleset.guards.size < 2:
        yield Problem("INVALID_SIZE", "An individual may hold 2 records at least.", ("guards", "size"))


def _survivorship(ruleset: Ruleset) -> Iterator[Problem]:
    try:
        check(ruleset.reconciliation)
    except BadInput as error:
        yield Problem(error.code, error.message, ("reconciliation",))


def _record_filter(ruleset: Ruleset) -> Iterator[Problem]:
    if ruleset.record_filter is not None:
        try:
            read_filter(ruleset.record_filter)
        except BadInput as error:
            yield Problem(error.code, error.message, ("recordFilter",))


def _camel(step: str | int) -> str | int:
    if isinstance(step, int):
        return step
    head, *rest = step.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _repeated(names: Iterable[str], *path: str | int) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem("DUPLICATE", f"{name!r} is there {count} times.", path)
