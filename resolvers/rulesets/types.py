"""A ruleset as those who manage it see it: every part typed, weights in bits (log2 odds)."""

from __future__ import annotations

from math import log2
from typing import Annotated, Self

import strawberry

from graph_model.identity.rulesets import costs, model, store, stored
from resolvers.context import Info
from resolvers.enums import ReconciliationMethod
from resolvers.fields import resolved, shown
from resolvers.principal import Scope
from resolvers.rulesets.enums import DeviceStrategy, MatchMethod, RulesetState
from resolvers.scalars import JSON, DateTime
from resolvers.types.node import Node

MOST_VALUES = 100
"""Common values that a table of frequencies shows at most."""
_READ = Scope.STEWARD


def bits(thousandths: int) -> float:
    """Thousandths of a bit, as a ruleset has them, as bits."""
    return thousandths / model.BIT


@strawberry.type(description="One outcome of comparing an attribute.")
class ComparisonLevel:
    name: str = shown(_READ, "The level's name; the levels of a comparison go from the best to ELSE.")
    match: float = shown(_READ, "How probable it is for two records of one person.")
    household: float = shown(_READ, "How probable it is for two people of one household.")
    unrelated: float = shown(
        _READ, "How probable it is for two people who have nothing to do with each other."
    )
    weight: float = shown(
        _READ,
        "What it speaks for one person rather than two unrelated ones, in bits: log2(match / unrelated).",
    )
    household_weight: float = shown(
        _READ,
        "What it speaks for one person rather than two of one household, in bits: log2(match / household).",
    )
    frequency_share: float = shown(
        _READ, "How much of what the rarity of the value adds counts at this level, from 0 to 1."
    )

    @classmethod
    def of(cls, level: model.Level) -> Self:
        """The level as it is shown."""
        return cls(
            name=level.name,
            match=level.match,
            household=level.household,
            unrelated=level.unrelated,
            weight=round(log2(level.match / level.unrelated), 3),
            household_weight=round(log2(level.match / level.household), 3),
            frequency_share=level.frequency_share,
        )


@strawberry.type(
    description="How an attribute is compared. A blank on either side weighs nothing, and links nobody."
)
class Comparison:
    attribute: str = shown(_READ, "What is compared, such as birth_date.")
    levels: list[ComparisonLevel] = shown(_READ, "Its levels, the best first.", size=8)
    frequencies: str | None = shown(
        _READ, "The table by which agreement on a rare value weighs more; null if none counts."
    )
    partial_frequencies: str | None = shown(
        _READ,
        "The table that counts below the best level instead, such as of the domains of e-mail addresses.",
    )

    @classmethod
    def of(cls, comparison: model.Comparison) -> Self:
        """The comparison as it is shown."""
        return cls(
            attribute=comparison.attribute,
            levels=[ComparisonLevel.of(level) for level in comparison.levels],
            frequencies=comparison.frequencies,
            partial_frequencies=comparison.partial_frequencies,
        )


@strawberry.type(description="A condition of a match rule. A blank never fulfils it.")
class MatchCriterion:
    attribute: str = shown(_READ, "What must agree.")
    method: MatchMethod = shown(_READ, "How it is compared.")
    level: str | None = shown(_READ, "For FUZZY: the level that it must reach at least.")


@strawberry.type(description="Criteria that link two records when all of them hold. Rules are alternatives.")
class RulesetMatchRule:
    name: str = shown(_READ, "The rule's name, which links and explanations say.")
    weight: float = shown(_READ, "What a pair weighs at least for which it holds, in bits.")
    criteria: list[MatchCriterion] = shown(_READ, "What must hold, all of it.", size=5)
    unless: list[str] = shown(_READ, "Attributes in which the two records must not contradict each other.")

    @classmethod
    def of(cls, rule: model.Rule) -> Self:
        """The rule as it is shown."""
        return cls(
            name=rule.name,
            weight=bits(rule.weight),
            criteria=[
                MatchCriterion(
                    attribute=item.attribute, method=MatchMethod(item.method.value), level=item.level
                )
                for item in rule.criteria
            ],
            unless=list(rule.unless),
        )


@strawberry.type(description="From what weight on a pair counts, in bits.")
class Thresholds:
    link: float = shown(_READ, "From here on a pair speaks for one person.")
    review: float = shown(_READ, "From here to `link` a pair is a case for review.")
    floor: float = shown(_READ, "Above this a pair is stored, and is part of what is judged as a whole.")
    clip: float = shown(_READ, "A weight counts for no more than this either way when a whole is judged.")
    support: float = shown(
        _READ,
        "What two persons must have in common beside their names, against unrelated people, to be linked by "
        "weight alone.",
    )


@strawberry.type(description="How many different identifiers of a type one individual may have.")
class IdentifierLimit:
    type: str = shown(_READ, "The type, such as EMAIL.")
    most: int = shown(_READ, "The most that are plausible.")
    days: int | None = shown(_READ, "Within so many days, by record-modified time; null: ever.")
    priority: int = shown(
        _READ, "Of several types over their limits the one with the lowest priority is left out first."
    )


@strawberry.type(description="What keeps records apart that their weights would join.")
class RulesetGuards:
    limits: list[IdentifierLimit] = shown(_READ, "Limits of identifiers.", size=10)
    unique: list[str] = shown(_READ, "Types of which one individual has one value (of each issuer) only.")
    blocked: list[str] = shown(_READ, "Regular expressions of values that count for nothing.")
    shortest: int = shown(_READ, "A value of fewer characters counts for nothing.")
    distinct: int = shown(_READ, "A value with fewer different characters counts for nothing.")
    size: int = shown(_READ, "Records that an individual may hold; what would join is quarantined then.")
    contradiction: float | None = shown(
        _READ, "At or below this weight, in bits, two members of one individual contradict each other."
    )

    @classmethod
    def of(cls, guards: model.Guards) -> Self:
        """The guards as they are shown."""
        return cls(
            limits=[
                IdentifierLimit(type=item.type, most=item.most, days=item.days, priority=item.priority)
                for item in guards.limits
            ],
            unique=list(guards.unique),
            blocked=list(guards.blocked),
            shortest=guards.shortest,
            distinct=guards.distinct,
            size=guards.size,
            contradiction=None if guards.contradiction is None else bits(guards.contradiction),
        )


@strawberry.type(description="What becomes of the devices of a source.")
class SourceDeviceStrategy:
    source: str = shown(_READ, "The source.")
    strategy: DeviceStrategy = shown(_READ, "Its strategy.")


@strawberry.type(description="How one of several values is chosen for an individual.")
class ReconciliationRule:
    rule: ReconciliationMethod = shown(_READ, "The rule.")
    sources: list[str] = shown(_READ, "For SOURCE_PRIORITY: the sources, the best first.")
    ignore_empty: bool = shown(_READ, "Whether a record that does not name the field takes no part.")

    @classmethod
    def of(cls, rule: model.ReconciliationRule) -> Self:
        """The rule as it is shown."""
        return cls(
            rule=ReconciliationMethod(rule.rule.value),
            sources=list(rule.sources),
            ignore_empty=rule.ignore_empty,
        )


@strawberry.type(description="How the values of one field are chosen.")
class FieldReconciliation:
    field: str = shown(_READ, "The field.")
    rule: ReconciliationRule = shown(_READ, "Its rule.")


@strawberry.type(description="Which values an individual shows.")
class Reconciliation:
    default: ReconciliationRule = shown(_READ, "The rule of every field without one of its own.")
    fields: list[FieldReconciliation] = shown(_READ, "Rules of single fields.", size=20)

    @classmethod
    def of(cls, reconciliation: model.Reconciliation) -> Self:
        """The rules as they are shown."""
        return cls(
            default=ReconciliationRule.of(reconciliation.default),
            fields=[
                FieldReconciliation(field=name, rule=ReconciliationRule.of(rule))
                for name, rule in reconciliation.fields.items()
            ],
        )


@strawberry.type(description="A value, and how often it occurs.")
class CommonValue:
    value: str = shown(Scope.PROFILE_PII, "The value, normalised.")
    count: int = shown(Scope.PROFILE_PII, "How many carry it.")


@strawberry.type(description="How often the values of an attribute occur, as the ruleset has learned it.")
class FrequencyTable:
    table: str = shown(_READ, "The table's name.")
    total: int = shown(_READ, "How many values were counted.")
    listed: int = shown(_READ, "How many different values the table lists; others count as seen once.")
    counts: strawberry.Private[dict[str, int]]

    @resolved(Scope.PROFILE_PII, "The most common values.", page="first", page_size=10)
    async def most_common(
        self,
        info: Info,
        first: Annotated[
            int, strawberry.argument(description=f"How many at most, up to {MOST_VALUES}.")
        ] = 10,
    ) -> list[CommonValue]:
        info.context.require(Scope.PROFILE_PII)
        ordered = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        return [
            CommonValue(value=value, count=count)
            for value, count in ordered[: max(0, min(first, MOST_VALUES))]
        ]


@strawberry.type(description="What matching has cost under a version, by kind of key and by match rule.")
class MatchingCost:
    key_kind: str = shown(
        _READ,
        "The kind of key by which records were found; `rule:` and a name for what a match rule decided.",
    )
    candidates: int = shown(_READ, "Records that were found.")
    comparisons: int = shown(_READ, "Pairs that were compared.")
    seconds: float = shown(_READ, "Seconds that it took, in all processes.")


@strawberry.type(
    description="Everything that decides who is one person, as one version. Two versions of equal content "
    "decide alike, in whatever order records came."
)
class Ruleset(Node):
    id: strawberry.ID = shown(_READ, "The version's id.")
    version: int = shown(_READ, "Its number; numbers rise and are never used again.")
    state: RulesetState = shown(_READ, "Whether it counts.")
    name: str = shown(_READ, "What people call it.")
    note: str | None = shown(_READ, "What people say about it.")
    based_on: int | None = shown(_READ, "The version that it began as; null: the default of the software.")
    trained_on: int | None = shown(
        _READ, "How many records its weights and frequencies were learned from; null: from none."
    )
    created_at: DateTime = shown(_READ, "When it was made.")
    created_by: str = shown(_READ, "Who made it.")
    activated_at: DateTime | None = shown(_READ, "When it began to count; null if it never did.")
    key_kinds: list[str] = shown(
        _READ, "The kinds of key by which records find each other, at most 16; each costs a look-up a record."
    )
    key_cap: int = shown(_READ, "A key that more records hold than this finds nobody.")
    generic_cap: int = shown(
        _READ, "An identifier that more records carry than this says nothing of whose it is."
    )
    prior: float = shown(
        _READ,
        "What speaks for one person rather than two unrelated ones before anything is compared, in bits.",
    )
    household_prior: float = shown(
        _READ, "The same for one person rather than two of one household, in bits."
    )
    thresholds: Thresholds = shown(_READ, "From what weight on a pair counts.")
    comparisons: list[Comparison] = shown(_READ, "How each attribute is compared.", size=20)
    match_rules: list[RulesetMatchRule] = shown(_READ, "Rules that link by themselves.", size=20)
    guards: RulesetGuards = shown(_READ, "What keeps records apart all the same.")
    device_strategy: DeviceStrategy = shown(_READ, "What becomes of devices.")
    device_strategies: list[SourceDeviceStrategy] = shown(_READ, "The same for single sources.", size=10)
    reconciliation: Reconciliation = shown(_READ, "Which values an individual shows.")
    record_filter: JSON | None = shown(
        _READ, "Which records take no part in matching (docs/rulesets.md); null: none but those that say so."
    )
    content: strawberry.Private[stored.StoredRuleset]

    @resolved(_READ, "How often values occur, as it was learned or as it is shipped.")
    async def frequencies(self, info: Info) -> list[FrequencyTable]:
        info.context.require(_READ)
        whole: stored.StoredRuleset | None = self.content
        if not self.content.has_frequencies:
            whole = await store.find(info.context.services.graph, self.version)
        tables = whole.ruleset.frequencies if whole is not None else {}
        return [
            FrequencyTable(table=name, total=table.total, listed=len(table.counts), counts=table.counts)
            for name, table in sorted(tables.items())
        ]

    @resolved(_READ, "What matching under it has cost, as far as it was counted (about once a minute).")
    async def matching_cost(self, info: Info) -> list[MatchingCost]:
        info.context.require(_READ)
        return [
            MatchingCost(
                key_kind=cost.kind,
                candidates=cost.candidates,
                comparisons=cost.comparisons,
                seconds=cost.seconds,
            )
            for cost in await costs.of_version(info.context.services.graph, self.version)
        ]

    @classmethod
    def of(cls, item: stored.StoredRuleset) -> Self:
        """The version as it is shown."""
        ruleset = item.ruleset
        return cls(
            id=strawberry.ID(item.id),
            version=item.version,
            state=RulesetState(item.state.value),
            name=ruleset.name,
            note=item.note,
            based_on=item.based_on,
            trained_on=item.trained_on,
            created_at=DateTime(item.created_at),
            created_by=item.created_by,
            activated_at=DateTime(item.activated_at) if item.activated_at else None,
            key_kinds=list(ruleset.key_kinds),
            key_cap=ruleset.key_cap,
            generic_cap=ruleset.generic_cap,
            prior=bits(ruleset.prior),
            household_prior=bits(ruleset.household_prior),
            thresholds=Thresholds(
                link=bits(ruleset.link),
                review=bits(ruleset.review),
                floor=bits(ruleset.floor),
                clip=bits(ruleset.clip),
                support=bits(ruleset.support),
            ),
            comparisons=[Comparison.of(comparison) for comparison in ruleset.comparisons],
            match_rules=[RulesetMatchRule.of(rule) for rule in ruleset.rules],
            guards=RulesetGuards.of(ruleset.guards),
            device_strategy=DeviceStrategy(ruleset.device_strategy.value),
            device_strategies=[
                SourceDeviceStrategy(source=source, strategy=DeviceStrategy(strategy.value))
                for source, strategy in sorted(ruleset.device_strategies.items())
            ],
            reconciliation=Reconciliation.of(ruleset.reconciliation),
            record_filter=None if ruleset.record_filter is None else JSON(ruleset.record_filter),
            content=item,
        )
