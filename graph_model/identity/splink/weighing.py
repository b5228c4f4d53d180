"""From levels to weights: what the levels that Splink found come to under the ruleset.

A level says how well an attribute agrees. What its value's frequency adds, and whether a match rule holds,
depends on the values, so those are put beside it; of several values the matching engine says which count.
"""

from __future__ import annotations

from collections.abc import Mapping

from graph_model.identity.matching.comparisons import LEVELS
from graph_model.identity.matching.evidence import Finding
from graph_model.identity.matching.features import Features, Party
from graph_model.identity.matching.prepared import prepare
from graph_model.identity.matching.scoring import Scorer

_PLAIN = {
    "birth_date": "birth_dates",
    "email": "emails",
    "email_given_name": "emails",
    "phone": "phones",
    "organization": "organizations",
    "employer": "organizations",
}
_NAMES = frozenset({"first_name", "last_name", "name_order", "middle_name", "suffix"})
_PLACES = frozenset({"street", "postal_code", "city"})
_WITHOUT_FREQUENCY = frozenset({"gender", "suffix", "name_order", "official_number", "account"})


def weigh(scorer: Scorer, a: Features, b: Features, levels: Mapping[str, int]) -> tuple[int, str]:
    """The weight of a pair with these levels by attribute, and the rule that decided it. What no levels tell
    of, devices and parties of two kinds, is asked of the scorer."""
    one, other = (a, b) if a.key <= b.key else (b, a)
    if one.party is not other.party or one.party is Party.DEVICE:
        return scorer.weigh(one, other), scorer.rule(one, other)
    found = [_finding(scorer, one, other, attribute, level, levels) for attribute, level in levels.items()]
    if None in found:
        return scorer.decide(one.party, scorer.findings(one, other))
    return scorer.decide(one.party, [finding for finding in found if finding is not None])


def _finding(
    scorer: Scorer, one: Features, other: Features, attribute: str, level: int, levels: Mapping[str, int]
) -> Finding | None:
    """What was found of an attribute; None where a record has several values of it, or none of its own."""
    if LEVELS[attribute][level] == "IN_EMAIL":
        return None
    values = _values(one, other, attribute, swapped="name_order" in levels)
    if values is None:
        return None
    adjustment = 0
    if attribute not in _WITHOUT_FREQUENCY:
        adjustment = scorer.weights.adjustment(attribute, level, *values)
    return Finding(attribute, level, adjustment, *values)


def _values(one: Features, other: Features, attribute: str, *, swapped: bool) -> tuple[str, str] | None:
    if attribute in _PLAIN:
        ones, others = getattr(one, _PLAIN[attribute]), getattr(other, _PLAIN[attribute])
        return (ones[0], others[0]) if len(ones) == len(others) == 1 else None
    if attribute in _NAMES:
        if not len(one.names) == len(other.names) == 1:
            return None
        name, name_ = one.names[0], other.names[0]
        match attribute:
            case "first_name":
                return name.first, name_.last if swapped else name_.first
            case "last_name":
                return name.last, name_.first if swapped else name_.last
            case "name_order":
                return f"{name.first}, {name.last}", f"{name_.first}, {name_.last}"
        return getattr(name, attribute.removesuffix("_name")), getattr(name_, attribute.removesuffix("_name"))
    if attribute in _PLACES:
        if not len(one.addresses) == len(other.addresses) == 1:
            return None
        address, address_ = one.addresses[0], other.addresses[0]
        if attribute == "street":
            return f"{address.house} {address.street}".strip(), f"{address_.house} {address_.street}".strip()
        return getattr(address, attribute), getattr(address_, attribute)
    if attribute == "account":
        shared = min(prepare(one).accounts & prepare(other).accounts)
        return shared, shared
    if attribute == "official_number":
        ones, others = _official(one), _official(other)
        return (ones[0], others[0]) if len(ones) == len(others) == 1 else None
    return getattr(one, attribute), getattr(other, attribute)


def _official(features: Features) -> list[str]:
    official = prepare(features).official
    return [f"{kind}|{value}" for kind, values in official.items() for value in values]
