"""The evidence of a pair: for each attribute that both records know, the level at which they agree.

This is the one place where two records are compared; what a pair weighs and how that is explained are both
read off its findings. Of several values on either side those count that speak most for a match.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from graph_model.identity.matching import comparisons
from graph_model.identity.matching.features import Address, Features, Name
from graph_model.identity.matching.prepared import Prepared
from graph_model.identity.matching.weights import Weights


class Finding(NamedTuple):
    """One attribute of a pair: the level reached, what frequency adds to its weight against unrelated
    (thousandths of a bit), and the two values."""

    attribute: str
    level: int
    adjustment: int
    one: str
    other: str


def findings(one: Prepared, other: Prepared, weights: Weights) -> list[Finding]:
    """All that can be said of two persons or two organisations."""
    found: list[Finding] = []
    a, b = one.features, other.features
    named = False
    if one.person:
        if a.names and b.names:
            found = _names(a.names, b.names, weights)
            named = any(x.level <= _AGREEING.get(x.attribute, -1) for x in found)
        if bool(a.emails) != bool(b.emails) and len(found) < 2:
            found += _in_email(a, b, found, weights)
        if a.birth_dates and b.birth_dates:
            found.append(_best("birth_date", a.birth_dates, b.birth_dates, weights))
        if a.birth_place and b.birth_place:
            level = comparisons.word(a.birth_place, b.birth_place)
            found.append(_finding("birth_place", level, a.birth_place, b.birth_place, weights))
        if a.gender and b.gender:
            found.append(Finding("gender", int(a.gender != b.gender), 0, a.gender, b.gender))
    if a.organizations and b.organizations:
        attribute = "employer" if one.person else "organization"
        found.append(_best(attribute, a.organizations, b.organizations, weights))
    if a.emails and b.emails:
        found.append(_best("email_given_name" if named else "email", a.emails, b.emails, weights))
    if a.phones and b.phones:
        found.append(_best("phone", a.phones, b.phones, weights))
    if a.addresses and b.addresses:
        found += _addresses(a.addresses, b.addresses, weights)
    if one.official and other.official:
        found += _official(one.official, other.official, weights)
    if one.accounts and other.accounts:
        for shared in sorted(one.accounts & other.accounts)[:1]:
            found.append(Finding("account", 0, 0, shared, shared))
    return found


_AGREEING = {"first_name": 3, "last_name": 2}
"""The worst level at which a name still agrees, for an e-mail address that may be made of it."""
IN_EMAIL = 4
"""Letters of a name by which an e-mail address repeats it."""
_SWAPPED = 4
"""The worst level at which the parts of a name may agree crosswise."""
_WORST = 99
_SIMILAR_FIRST = (2, 4)
_SIMILAR_LAST = (1, 3)
"""Levels that say nothing where both are common names: a slip seldom makes another name."""
_COMPARE = {
    "birth_date": comparisons.birth_date,
    "email": comparisons.email,
    "email_given_name": comparisons.email,
    "phone": comparisons.phone,
    "organization": comparisons.organization,
    "employer": comparisons.organization,
}


def _finding(attribute: str, level: int, one: str, other: str, weights: Weights) -> Finding:
    return Finding(attribute, level, weights.adjustment(attribute, level, one, other), one, other)


def _best(attribute: str, ones: Sequence[str], others: Sequence[str], weights: Weights) -> Finding:
    """The best pair of values of an attribute that has one function to compare."""
    compare = _COMPARE[attribute]
    if len(ones) == 1 and len(others) == 1:
        return _finding(attribute, compare(ones[0], others[0]), ones[0], others[0], weights)
    return max(
        (_finding(attribute, compare(one, other), one, other, weights) for one in ones for other in others),
        key=lambda finding: (weights.of([finding]), finding.one, finding.other),
    )


def _names(ones: Sequence[Name], others: Sequence[Name], weights: Weights) -> list[Finding]:
    best: list[Finding] = []
    most = 0
    for one in ones:
        for other in others:
            found = _name(one, other, weights)
            weight = weights.of(found)
            if not best or weight > most:
                best, most = found, weight
    return best


def _name(one: Name, other: Name, weights: Weights) -> list[Finding]:
    """Two names as they stand or, if that says more, with first and last name of one of them swapped."""
    found = _ordered(one.first, one.last, other.first, other.last, weights)
    if not found or any(finding.level > 2 for finding in found):
        swapped = _ordered(one.first, one.last, other.last, other.first, weights, worst=_SWAPPED)
        if swapped:
            swapped.append(
                Finding("name_order", 1, 0, f"{one.first}, {one.last}", f"{other.first}, {other.last}")
            )
            if weights.of(swapped) > (weights.of(found) if found else 0):
                found = swapped
    if one.middle and other.middle:
        level = comparisons.middle_name(one.middle, other.middle)
        found.append(_finding("middle_name", level, one.middle, other.middle, weights))
    if one.suffix and other.suffix:
        found.append(Finding("suffix", int(one.suffix != other.suffix), 0, one.suffix, other.suffix))
    return found


def _ordered(
    first: str, last: str, first_: str, last_: str, weights: Weights, *, worst: int = _WORST
) -> list[Finding]:
    """What first and last names say; nothing if one of them agrees worse than at that level."""
    found: list[Finding] = []
    if first and first_:
        level = comparisons.first_name(first, first_)
        if level in _SIMILAR_FIRST and weights.both_common("first_name", first, first_):
            level = 5
        if level > worst:
            return []
        found.append(_finding("first_name", level, first, first_, weights))
    if last and last_:
        level = comparisons.last_name(last, last_)
        if level in _SIMILAR_LAST and weights.both_common("last_name", last, last_):
            level = 4
        if level > worst:
            return []
        found.append(_finding("last_name", level, last, last_, weights))
    return found


def _in_email(a: Features, b: Features, found: list[Finding], weights: Weights) -> list[Finding]:
    """A name that one record lacks and its e-mail address repeats from the other, which has no address."""
    teller, named = (a, b) if a.emails else (b, a)
    local = teller.emails[0].partition("@")[0]
    told = teller.names[0] if teller.names else Name()
    name = named.names[0] if named.names else Name()
    known = {finding.attribute for finding in found}
    return [
        _finding(attribute, level, value, value, weights)
        for attribute, level, value, own in (
            ("first_name", 6, name.first, told.first),
            ("last_name", 5, name.last, told.last),
        )
        if attribute not in known and not own and len(value) >= IN_EMAIL and value in local
    ]


def _addresses(ones: Sequence[Address], others: Sequence[Address], weights: Weights) -> list[Finding]:
    best: list[Finding] = []
    most = 0
    for one in ones:
        for other in others:
            found = [*_street(one, other, weights), *_place(one, other, weights)]
            weight = weights.of(found)
            if found and (not best or weight > most):
                best, most = found, weight
    return best


def _street(one: Address, other: Address, weights: Weights) -> list[Finding]:
    """Street and house number: equal; one of them a typo apart or unknown; the street alone; else."""
    if not (one.street and other.street):
        return []
    same_street = comparisons.street_name(one.street, other.street)
    both = bool(one.house and other.house)
    if same_street:
        if one.house == other.house and both:
            level = 0 if one.street == other.street else 1
        else:
            level = 1 if not both or comparisons.word(one.house, other.house) < 2 else 2
    else:
        level = 3
    shown, shown_ = f"{one.house} {one.street}".strip(), f"{other.house} {other.street}".strip()
    return [_finding("street", level, shown, shown_, weights)]


def _place(one: Address, other: Address, weights: Weights) -> list[Finding]:
    """Postal code and, because the two repeat each other, the city only where postal codes do not agree."""
    found: list[Finding] = []
    if one.postal_code and other.postal_code:
        level = comparisons.number(one.postal_code, other.postal_code)
        found.append(_finding("postal_code", level, one.postal_code, other.postal_code, weights))
        if level == 0:
            return found
    if one.city and other.city:
        found.append(_finding("city", comparisons.word(one.city, other.city), one.city, other.city, weights))
    return found


def _official(
    ones: dict[str, tuple[str, ...]], others: dict[str, tuple[str, ...]], weights: Weights
) -> list[Finding]:
    """The best of all official numbers that both have of one type and issuer."""
    found = [
        Finding(
            "official_number", comparisons.number(value, value_), 0, f"{kind}|{value}", f"{kind}|{value_}"
        )
        for kind in ones.keys() & others.keys()
        for value in ones[kind]
        for value_ in others[kind]
    ]
    return [min(found, key=lambda finding: (finding.level, finding.one, finding.other))] if found else []
