"""Changes of a draft, as a client writes them: what is left out stays as it is."""

from __future__ import annotations

from typing import Any

import strawberry

from graph_model.identity.rulesets import model
from resolvers.golden.inputs import ReconciliationInput
from resolvers.rulesets.enums import DeviceStrategy, MatchMethod
from resolvers.scalars import JSON

UNSET = strawberry.UNSET


def _optional(description: str) -> Any:
    return strawberry.field(default=UNSET, description=description)


def _thousandths(bits: float) -> int:
    return round(bits * model.BIT)


def _given(**values: Any) -> dict[str, Any]:
    """Those of the values that the client gave."""
    return {name: value for name, value in values.items() if value is not UNSET and value is not None}


@strawberry.input(description="One outcome of comparing an attribute.")
class ComparisonLevelInput:
    name: str = strawberry.field(description="The level's name.")
    match: float = strawberry.field(description="How probable it is for two records of one person.")
    household: float = strawberry.field(description="How probable it is for two people of one household.")
    unrelated: float = strawberry.field(description="How probable it is for two unrelated people.")
    frequency_share: float = strawberry.field(
        default=0.0, description="How much of what the rarity of the value adds counts, from 0 to 1."
    )


@strawberry.input(description="How an attribute is compared.")
class ComparisonInput:
    attribute: str = strawberry.field(description="What is compared.")
    levels: list[ComparisonLevelInput] = strawberry.field(
        description="All levels of the attribute, in their order."
    )
    frequencies: str | None = strawberry.field(
        default=None, description="The table of frequencies that counts, if any."
    )
    partial_frequencies: str | None = strawberry.field(
        default=None, description="The table that counts below the best level instead, if any."
    )

    def read(self) -> dict[str, Any]:
        """As a ruleset has it."""
        return {
            "attribute": self.attribute,
            "frequencies": self.frequencies,
            "partial_frequencies": self.partial_frequencies,
            "levels": [
                {
                    "name": level.name,
                    "match": level.match,
                    "household": level.household,
                    "unrelated": level.unrelated,
                    "frequency_share": level.frequency_share,
                }
                for level in self.levels
            ],
        }


@strawberry.input(description="A condition of a match rule.")
class MatchCriterionInput:
    attribute: str = strawberry.field(description="What must agree.")
    method: MatchMethod = strawberry.field(description="How it is compared.")
    level: str | None = strawberry.field(
        default=None, description="For FUZZY, and only then: the level that it must reach at least."
    )


@strawberry.input(description="Criteria that link two records when all of them hold.")
class MatchRuleInput:
    name: str = strawberry.field(description="The rule's name.")
    weight: float = strawberry.field(description="What a pair weighs at least for which it holds, in bits.")
    criteria: list[MatchCriterionInput] = strawberry.field(description="What must hold, all of it.")
    unless: list[str] = strawberry.field(
        default_factory=list,
        description="Attributes in which the two records must not contradict each other.",
    )

    def read(self) -> dict[str, Any]:
        """As a ruleset has it."""
        return {
            "name": self.name,
            "weight": _thousandths(self.weight),
            "criteria": [
                {"attribute": item.attribute, "method": item.method.value, "level": item.level}
                for item in self.criteria
            ],
            "unless": self.unless,
        }


@strawberry.input(description="From what weight on a pair counts, in bits.")
class ThresholdsInput:
    link: float | None = _optional("From here on a pair speaks for one person.")
    review: float | None = _optional("From here to `link` a pair is a case for review.")
    floor: float | None = _optional("Above this a pair is stored.")
    clip: float | None = _optional("A weight counts for no more than this either way.")
    support: float | None = _optional("What two persons must have in common beside their names.")

    def read(self) -> dict[str, Any]:
        """As a ruleset has it."""
        given = _given(
            link=self.link, review=self.review, floor=self.floor, clip=self.clip, support=self.support
        )
        return {name: _thousandths(value) for name, value in given.items()}


@strawberry.input(description="How many different identifiers of a type one individual may have.")
class IdentifierLimitInput:
    type: str = strawberry.field(description="The type, such as EMAIL.")
    most: int = strawberry.field(description="The most that are plausible.")
    days: int | None = strawberry.field(default=None, description="Within so many days; left out: ever.")
    priority: int = strawberry.field(
        default=0, description="Of several types over their limits that with the lowest goes first."
    )


@strawberry.input(description="What keeps records apart that their weights would join.")
class RulesetGuardsInput:
    limits: list[IdentifierLimitInput] | None = _optional("All limits of identifiers.")
    unique: list[str] | None = _optional("All types of which one individual has one value only.")
    blocked: list[str] | None = _optional("All regular expressions of values that count for nothing.")
    shortest: int | None = _optional("A value of fewer characters counts for nothing.")
    distinct: int | None = _optional("A value with fewer different characters counts for nothing.")
    size: int | None = _optional("Records that an individual may hold.")
    contradiction: float | None = _optional(
        "At or below this weight, in bits, two members contradict each other; null: never."
    )

    def read(self) -> dict[str, Any]:
        """As a ruleset has it."""
        given = _given(
            unique=self.unique,
            blocked=self.blocked,
            shortest=self.shortest,
            distinct=self.distinct,
            size=self.size,
        )
        if self.limits:
            given["limits"] = [
                {"type": item.type, "most": item.most, "days": item.days, "priority": item.priority}
                for item in self.limits
            ]
        elif self.limits is not UNSET:
            given["limits"] = []
        if self.contradiction is not UNSET:
            given["contradiction"] = None if self.contradiction is None else _thousandths(self.contradiction)
        return given


@strawberry.input(description="What becomes of the devices of a source.")
class SourceDeviceStrategyInput:
    source: str = strawberry.field(description="The source.")
    strategy: DeviceStrategy = strawberry.field(description="Its strategy.")


@strawberry.input(description="A change of a draft. What is left out stays as it is.")
class RulesetPatch:
    name: str | None = _optional("What people call it.")
    note: str | None = _optional("What people say about it.")
    key_kinds: list[str] | None = _optional("All kinds of key, at most 16.")
    key_cap: int | None = _optional("A key that more records hold than this finds nobody.")
    generic_cap: int | None = _optional("An identifier that more records carry says nothing of whose it is.")
    prior: float | None = _optional("The prior against unrelated people, in bits.")
    household_prior: float | None = _optional("The prior against people of one household, in bits.")
    thresholds: ThresholdsInput | None = _optional("From what weight on a pair counts.")
    comparisons: list[ComparisonInput] | None = _optional(
        "Comparisons, each of which replaces the one of its attribute or is added; the others stay."
    )
    match_rules: list[MatchRuleInput] | None = _optional("All match rules, in their order.")
    guards: RulesetGuardsInput | None = _optional("What keeps records apart.")
    device_strategy: DeviceStrategy | None = _optional("What becomes of devices.")
    device_strategies: list[SourceDeviceStrategyInput] | None = _optional(
        "The same for single sources: all of them."
    )
    reconciliation: ReconciliationInput | None = _optional("Which values an individual shows.")
    record_filter: JSON | None = _optional("Which records take no part in matching; null: none.")

    def apply(self, ruleset: model.Ruleset) -> model.Ruleset:
        """The ruleset with this change. Raises pydantic's ValidationError for what cannot be, BadInput for a
        field that is reconciled twice."""
        whole = ruleset.model_dump(mode="json", exclude={"frequencies"})
        whole |= _given(
            name=self.name, key_kinds=self.key_kinds, key_cap=self.key_cap, generic_cap=self.generic_cap
        )
        for name, bits in _given(prior=self.prior, household_prior=self.household_prior).items():
            whole[name] = _thousandths(bits)
        if self.thresholds:
            whole |= self.thresholds.read()
        if self.comparisons:
            replaced = {item.attribute: item.read() for item in self.comparisons}
            known = {item["attribute"]: item for item in whole["comparisons"]}
            whole["comparisons"] = list((known | replaced).values())
        if self.match_rules is not UNSET:
            whole["rules"] = [rule.read() for rule in self.match_rules or ()]
        if self.guards:
            whole["guards"] |= self.guards.read()
        if self.device_strategy:
            whole["device_strategy"] = self.device_strategy.value
        if self.device_strategies is not UNSET:
            whole["device_strategies"] = {
                item.source: item.strategy.value for item in self.device_strategies or ()
            }
        if self.reconciliation:
            whole["reconciliation"] = self.reconciliation.read().model_dump(mode="json")
        if self.record_filter is not UNSET:
            whole["record_filter"] = self.record_filter
        changed = model.Ruleset.model_validate(whole)
        return changed.model_copy(update={"frequencies": ruleset.frequencies})
