"""What a pair of records weighs, and why: one computation for both.

A pair is weighed twice, *match* against *unrelated* and *match* against *same household*, each the sum of
its attributes' weights and of the prior odds (Fellegi and Sunter 1969); the smaller sum counts, because a
pair must be told from strangers and from relatives. A match rule that holds lifts the pair to its weight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graph_model.identity import normalise
from graph_model.identity.matching.comparisons import LEVELS
from graph_model.identity.matching.evidence import Finding, findings
from graph_model.identity.matching.features import Features, Party
from graph_model.identity.matching.prepared import Prepared, prepare
from graph_model.identity.matching.weights import Weights
from graph_model.identity.rulesets.model import BIT, Criterion, Method, Ruleset

NEVER = -1_000 * BIT
"""What a pair weighs that cannot be one party: a person and an organisation, a device and a stranger."""
BY_WEIGHT = "WEIGHT"
"""The name of what decides a pair that no match rule lifted."""
DEVICE_RULE = "DEVICE"
"""The rule that links a device with whoever carries its identifier, and nothing else does."""
DEVICE_WEIGHT = 20 * BIT
_DEVICE, _SAME = "device", "SAME"
_WEAK = frozenset({"first_name", "last_name", "name_order", "middle_name", "suffix", "gender"})
_PREPARED_AT_MOST = 1 << 14
_WEIGHED_AT_MOST = 1 << 15


@dataclass(frozen=True, slots=True)
class Evidence:
    """One attribute of an explained pair. `unrelated` and `household` are what its level weighs against
    each class; `adjustment` is what the value's frequency adds against unrelated."""

    attribute: str
    one: str
    other: str
    level: str
    unrelated: int
    household: int
    adjustment: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair (`a` before `b`) weighs what it does, in thousandths of a bit.

    `against_unrelated` is `prior` and the sum of each `unrelated` and `adjustment`; `against_household` is
    `household_prior` and the sum of each `household`. `weight` is the lesser of the two, at most `ceiling`
    where nothing but names speaks for the pair, and at least `lifted` where the match rule `rule` holds.
    """

    a: str
    b: str
    evidence: tuple[Evidence, ...]
    prior: int
    household_prior: int
    against_unrelated: int
    against_household: int
    ceiling: int | None
    rule: str
    lifted: int | None
    weight: int


@dataclass(frozen=True, slots=True)
class _Verdict:
    found: list[Finding]
    unrelated: int
    household: int
    ceiling: int | None
    rule: str
    lifted: int | None
    weight: int


class Scorer:
    """Weighs pairs under one ruleset. Keeps what it worked out of a record while it meets the same object."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.weights = Weights(ruleset)
        self._rules = [
            _CompiledRule(rule.name, rule.weight, rule.criteria, rule.unless) for rule in ruleset.rules
        ]
        self._common = _common(ruleset)
        self._prepared: dict[str, Prepared] = {}
        self._weighed: dict[tuple[str, str], tuple[Features, Features, int, str]] = {}

    @property
    def remembered(self) -> int:
        """How many pairs it has the weights of in mind."""
        return len(self._weighed)

    def weigh(self, a: Features, b: Features) -> int:
        """The weight of a pair, whichever comes first."""
        return self._weigh(a, b)[2]

    def rule(self, a: Features, b: Features) -> str:
        """The match rule that decided the pair, or WEIGHT."""
        return self._weigh(a, b)[3]

    def decide(self, party: Party, found: list[Finding]) -> tuple[int, str]:
        """The weight of a pair of that party, and the rule that decided it, where what was found of the pair
        is known already."""
        verdict = self._verdict(party, found)
        return verdict.weight, verdict.rule

    def explain(self, a: Features, b: Features) -> Explanation:
        """Everything that `weigh` added up."""
        one, other = (a, b) if a.key <= b.key else (b, a)
        verdict = self._judge(one, other)
        evidence = tuple(self._told(found) for found in verdict.found)
        prior, household_prior = self.ruleset.prior, self.ruleset.household_prior
        if Party.DEVICE in (one.party, other.party) or one.party is not other.party:
            # What is known before anything is compared: no odds, or that they can be nothing but two.
            prior = household_prior = verdict.weight - DEVICE_WEIGHT * len(evidence)
        return Explanation(
            one.key,
            other.key,
            evidence,
            prior,
            household_prior,
            verdict.unrelated,
            verdict.household,
            verdict.ceiling,
            verdict.rule,
            verdict.lifted,
            verdict.weight,
        )

    def findings(self, a: Features, b: Features) -> list[Finding]:
        """The levels that the pair reaches, in a fixed order of its records."""
        one, other = (a, b) if a.key <= b.key else (b, a)
        return findings(self._prepare(one), self._prepare(other), self.weights)

    def _weigh(self, a: Features, b: Features) -> tuple[Features, Features, int, str]:
        """The pair, its weight and its rule. Kept, because a component is judged whenever it is touched."""
        if a.key > b.key:
            a, b = b, a
        known = self._weighed.get((a.key, b.key))
        if known is not None and known[0] is a and known[1] is b:
            return known
        if len(self._weighed) >= _WEIGHED_AT_MOST:
            self._weighed.clear()
        verdict = self._judge(a, b)
        weighed = self._weighed[a.key, b.key] = (a, b, verdict.weight, verdict.rule)
        return weighed

    def _told(self, found: Finding) -> Evidence:
        """A finding with what it weighs."""
        attribute, level, adjustment, one, other = found
        if attribute == _DEVICE:
            return Evidence(attribute, one, other, _SAME, DEVICE_WEIGHT, DEVICE_WEIGHT, 0)
        return Evidence(
            attribute,
            one,
            other,
            LEVELS[attribute][level],
            self.weights.unrelated[attribute][level],
            self.weights.household[attribute][level],
            adjustment,
        )

    def _judge(self, a: Features, b: Features) -> _Verdict:
        if a.key > b.key:
            a, b = b, a
        one, other = self._prepare(a), self._prepare(b)
        if one.device or other.device:
            return _device(one, other)
        if a.party is not b.party:
            return _Verdict([], NEVER, NEVER, None, BY_WEIGHT, None, NEVER)
        return self._verdict(a.party, findings(one, other, self.weights))

    def _verdict(self, party: Party, found: list[Finding]) -> _Verdict:
        """What findings of two persons or of two organisations come to."""
        unrelated, household, weak = self.ruleset.prior, self.ruleset.household_prior, True
        against_unrelated, against_household = self.weights.unrelated, self.weights.household
        support = self.ruleset.support
        for attribute, level, adjustment, _, _ in found:
            against = against_unrelated[attribute][level] + adjustment
            unrelated += against
            household += against_household[attribute][level]
            weak = weak and (against <= support or attribute in _WEAK)
        weight = min(unrelated, household)
        ceiling = self.ruleset.link - 1 if weak and party is Party.PERSON else None
        if ceiling is not None:
            weight = min(weight, ceiling)
        for rule in self._rules:
            if rule.weight > weight and rule.holds(found, self._common):
                return _Verdict(found, unrelated, household, ceiling, rule.name, rule.weight, rule.weight)
        return _Verdict(found, unrelated, household, ceiling, BY_WEIGHT, None, weight)

    def _prepare(self, features: Features) -> Prepared:
        known = self._prepared.get(features.key)
        if known is not None and known.features is features:
            return known
        if len(self._prepared) >= _PREPARED_AT_MOST:
            self._prepared.clear()
        prepared = self._prepared[features.key] = prepare(features)
        return prepared


def _device(one: Prepared, other: Prepared) -> _Verdict:
    """A device is whoever carries one of its identifiers; nothing else is said about it."""
    shared = sorted(one.devices & other.devices)
    if one.device is not other.device:
        shared += sorted(one.accounts & other.accounts)
    if not shared:
        return _Verdict([], NEVER, NEVER, None, BY_WEIGHT, None, NEVER)
    found = [Finding(_DEVICE, 0, 0, shared[0], shared[0])]
    return _Verdict(found, DEVICE_WEIGHT, DEVICE_WEIGHT, None, DEVICE_RULE, DEVICE_WEIGHT, DEVICE_WEIGHT)


class _CompiledRule:
    """A match rule with its levels as numbers."""

    def __init__(self, name: str, weight: int, criteria: Iterable[Criterion], unless: Iterable[str]) -> None:
        self.name, self.weight = name, weight
        self._unless = frozenset(unless)
        self._criteria = {
            criterion.attribute: (criterion.method, _level(criterion)) for criterion in criteria
        }

    def holds(self, found: list[Finding], common: frozenset[tuple[str, str]]) -> bool:
        """Whether a pair of these findings fulfils every criterion and contradicts none of `unless`."""
        fulfilled = 0
        for attribute, level, _, one, other in found:
            name = "email" if attribute == "email_given_name" else attribute
            if name in self._unless and level == len(LEVELS[name]) - 1:
                return False
            criterion = self._criteria.get(name)
            if criterion is None:
                continue
            method, worst = criterion
            if level > worst or (method is Method.EXACT and one != other):
                return False
            if method is not Method.FUZZY and ((name, one) in common or _is_nobodys(name, one)):
                return False
            fulfilled += 1
        return fulfilled == len(self._criteria) > 0


def _is_nobodys(attribute: str, value: str) -> bool:
    """Whether it is only like an e-mail address: evidence, but no identifier."""
    return attribute == "email" and normalise.email(value) is None


def _level(criterion: Criterion) -> int:
    """The worst level that fulfils a criterion. Raises ValueError for what no comparison knows."""
    levels = LEVELS.get(criterion.attribute)
    if levels is None:
        raise ValueError(f"no attribute {criterion.attribute}")
    if criterion.method is not Method.FUZZY:
        return 0
    if criterion.level not in levels:
        raise ValueError(f"no level {criterion.level} of {criterion.attribute}")
    return levels.index(criterion.level)


def _common(ruleset: Ruleset) -> frozenset[tuple[str, str]]:
    """Values of e-mail addresses and phones that more people carry than a rule may go by."""
    return frozenset(
        (attribute, value)
        for attribute in ("email", "phone")
        if attribute in ruleset.frequencies
        for value, count in ruleset.frequencies[attribute].counts.items()
        if count > ruleset.generic_cap
    )
