"""A ruleset: match rules, comparison levels with their weights, frequencies, guards, survivorship.

Weights are integers, thousandths of a bit (log2 odds), so that sums do not depend on their order. A pair
is weighed twice, *match* against *unrelated* and *match* against *same household*; the smaller sum counts.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

BIT = 1_000
"""Thousandths of a bit in a bit."""

Probability = Annotated[float, Field(gt=0, lt=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(_Frozen):
    """One outcome of comparing an attribute, and how probable it is in each of the three classes.
    `frequency_share` is how much of what the rarity of the value adds counts at this level."""

    name: str
    match: Probability
    household: Probability
    unrelated: Probability
    frequency_share: Annotated[float, Field(ge=0, le=1)] = 0.0


class Comparison(_Frozen):
    """How an attribute is compared: its levels, from the best to `ELSE`. A blank on either side is none of
    them and weighs nothing. Where `frequencies` names a table, agreement on a rare value weighs more; at
    levels below the best `partial_frequencies` may name another table, of the domains of e-mail addresses."""

    attribute: str
    levels: tuple[Level, ...]
    frequencies: str | None = None
    partial_frequencies: str | None = None


class Method(StrEnum):
    """How a criterion of a match rule compares."""

    EXACT = "EXACT"
    NORMALIZED = "NORMALIZED"
    FUZZY = "FUZZY"


class Criterion(_Frozen):
    """One condition of a match rule; a FUZZY one holds at `level` of the attribute's comparison or better.
    A blank never fulfils a criterion."""

    attribute: str
    method: Method = Method.NORMALIZED
    level: str | None = None


class Rule(_Frozen):
    """A match rule: a pair for which all of its criteria hold weighs at least `weight`, unless it
    contradicts itself in one of the attributes `unless` (its comparison ends at `ELSE`). A value that more
    than `generic` records carry, by the ruleset's frequencies, fulfils no EXACT or NORMALIZED criterion."""

    name: str
    criteria: tuple[Criterion, ...]
    unless: tuple[str, ...] = ()
    weight: int = 5 * BIT


class FrequencyTable(_Frozen):
    """How often values occur among `total` of them; those that are absent count as seen once."""

    total: int
    counts: dict[str, int] = {}


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


class IdentifierLimit(_Frozen):
    """At most so many different identifiers of a type on one individual (within `days`, by record-modified
    time, if given). Over it the type is left out of that individual's matching, which is decided again;
    of several types over their limits the one with the lowest `priority` goes first."""

    type: str
    most: int
    days: int | None = None
    priority: int = 0


class Guards(_Frozen):
    """What keeps records apart that their weights would join. `unique` types forbid two different values
    (of one issuer) in one individual; `blocked` are regular expressions: an e-mail address, phone number or
    identifier that one of them matches as a whole, whatever its case, counts for nothing, and neither does
    one of fewer than `shortest` characters or with fewer than `distinct` different ones; `size` is how many
    records an individual may hold before what would join is quarantined; `contradiction` is the weight
    (thousandths of a bit) of two members of one individual at or below which they contradict each other."""

    limits: tuple[IdentifierLimit, ...] = ()
    unique: tuple[str, ...] = ()
    blocked: tuple[Annotated[str, AfterValidator(_pattern)], ...] = ()
    shortest: int = 1
    distinct: int = 1
    size: int = 500
    contradiction: int | None = None


class DeviceStrategy(StrEnum):
    """What a device becomes once several people sign in on it, or somebody signs out."""

    LINK = "LINK"
    ISOLATE = "ISOLATE"
    CONVERT = "CONVERT"
    BEST_MATCH = "BEST_MATCH"


class Reconcile(StrEnum):
    """Which of several values an individual shows."""

    LAST_UPDATED = "LAST_UPDATED"
    MOST_FREQUENT = "MOST_FREQUENT"
    SOURCE_PRIORITY = "SOURCE_PRIORITY"
    LONGEST = "LONGEST"
    MOST_COMPLETE = "MOST_COMPLETE"


class ReconciliationRule(_Frozen):
    """The rule of one field, or the default of all. `sources` is the order for SOURCE_PRIORITY. Empty values
    never win unless `ignore_empty` is false."""

    rule: Reconcile = Reconcile.LAST_UPDATED
    sources: tuple[str, ...] = ()
    ignore_empty: bool = True


class Reconciliation(_Frozen):
    """Survivorship: the default rule, and those of single fields by name."""

    default: ReconciliationRule = ReconciliationRule()
    fields: dict[str, ReconciliationRule] = {}


class Ruleset(_Frozen):
    """Everything that decides who is one person. Of two records with equal rulesets the answer is equal.

    A pair of persons for which only names speak is not linked by weight: something else must be known of
    both that weighs more than `support` (thousandths of a bit, against unrelated)."""

    name: str = "default"
    key_kinds: tuple[str, ...]
    key_cap: int = 16
    generic_cap: int = 60
    prior: int
    household_prior: int
    comparisons: tuple[Comparison, ...]
    rules: tuple[Rule, ...] = ()
    frequencies: dict[str, FrequencyTable] = {}
    support: int = BIT
    link: int = 0
    review: int = -3 * BIT
    floor: int = -3 * BIT
    clip: int = 20 * BIT
    guards: Guards = Guards()
    device_strategies: dict[str, DeviceStrategy] = {}
    device_strategy: DeviceStrategy = DeviceStrategy.LINK
    reconciliation: Reconciliation = Reconciliation()
    record_filter: dict[str, Any] | None = None
