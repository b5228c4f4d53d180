"""The ruleset that a graph starts with: it serves without tuning and without training.

Its probabilities are what such data shows on the whole, rounded; training (`training.py`) begins at them
and stays near them. Name frequencies are those of a census, see `frequencies.py`.
"""

from __future__ import annotations

from graph_model.identity.matching.comparisons import LEVELS
from graph_model.identity.matching.frequencies import shipped
from graph_model.identity.rulesets.model import (
    BIT,
    Comparison,
    Criterion,
    Guards,
    Level,
    Method,
    Rule,
    Ruleset,
)

_Row = tuple[float, float, float]

_PROBABILITIES: dict[str, tuple[_Row, ...]] = {
    "first_name": (
        (0.754, 0.050, 0.006),
        (0.04, 0.006, 0.003),
        (0.09, 0.006, 0.004),
        (0.03, 0.030, 0.008),
        (0.04, 0.015, 0.012),
        (0.006, 0.060, 0.010),
        (0.02, 0.002, 0.001),
        (0.02, 0.831, 0.956),
    ),
    "last_name": (
        (0.72, 0.700, 0.002),
        (0.12, 0.125, 0.002),
        (0.02, 0.022, 0.001),
        (0.04, 0.043, 0.006),
        (0.01, 0.011, 0.003),
        (0.02, 0.022, 0.0005),
        (0.07, 0.077, 0.9855),
    ),
    "name_order": ((0.95, 0.9, 0.9), (0.05, 0.1, 0.1)),
    "middle_name": ((0.60, 0.05, 0.02), (0.30, 0.10, 0.08), (0.10, 0.85, 0.90)),
    "suffix": ((0.99, 0.30, 0.40), (0.01, 0.70, 0.60)),
    "birth_date": (
        (0.74, 0.030, 0.00006),
        (0.09, 0.002, 0.0015),
        (0.03, 0.005, 0.0040),
        (0.04, 0.004, 0.0030),
        (0.02, 0.020, 0.0130),
        (0.08, 0.939, 0.97844),
    ),
    "birth_place": ((0.80, 0.50, 0.02), (0.10, 0.05, 0.01), (0.10, 0.45, 0.97)),
    "gender": ((0.97, 0.45, 0.50), (0.03, 0.55, 0.50)),
    "email": (
        (0.60, 0.040, 0.00002),
        (0.14, 0.002, 0.00005),
        (0.03, 0.004, 0.00020),
        (0.03, 0.004, 0.00050),
        (0.05, 0.050, 0.00200),
        (0.15, 0.900, 0.99723),
    ),
    "email_given_name": (
        (0.60, 0.040, 0.00005),
        (0.14, 0.002, 0.0010),
        (0.03, 0.004, 0.0200),
        (0.03, 0.004, 0.0200),
        (0.05, 0.050, 0.0500),
        (0.15, 0.900, 0.90895),
    ),
    "phone": ((0.50, 0.60, 0.00002), (0.04, 0.03, 0.00002), (0.06, 0.03, 0.002), (0.40, 0.34, 0.99796)),
    "street": ((0.55, 0.75, 0.00005), (0.15, 0.12, 0.0002), (0.05, 0.02, 0.001), (0.25, 0.11, 0.99875)),
    "postal_code": ((0.75, 0.85, 0.002), (0.07, 0.04, 0.002), (0.18, 0.11, 0.996)),
    "city": ((0.65, 0.80, 0.06), (0.15, 0.10, 0.02), (0.20, 0.10, 0.92)),
    "official_number": ((0.91, 0.003, 0.00001), (0.07, 0.003, 0.0002), (0.02, 0.994, 0.99979)),
    "account": ((0.50, 0.05, 0.00001), (0.50, 0.95, 0.99999)),
    "organization": (
        (0.60, 0.10, 0.0005),
        (0.15, 0.05, 0.0005),
        (0.12, 0.10, 0.0020),
        (0.08, 0.15, 0.0100),
        (0.05, 0.60, 0.9870),
    ),
    "employer": (
        (0.40, 0.10, 0.0050),
        (0.10, 0.03, 0.0020),
        (0.10, 0.03, 0.0050),
        (0.05, 0.04, 0.0200),
        (0.35, 0.80, 0.9680),
    ),
}
"""Of each level: its probability in a match, in a household, among unrelated."""

_SHARES: dict[str, tuple[float, ...]] = {
    "first_name": (1, 0.5, 0.5, 0, 0, 0, 1, 0),
    "last_name": (1, 0.5, 0.5, 0, 0, 1, 0),
    "birth_place": (1, 0.5, 0),
    "birth_date": (1, 0, 0, 0, 0, 0),
    "email": (1, 0.5, 0.3, 0, 0.3, 0),
    "email_given_name": (1, 0.5, 0.3, 0, 0.2, 0),
    "phone": (1, 0, 0, 0),
    "street": (1, 0, 0, 0),
    "postal_code": (1, 0, 0),
    "city": (1, 0.5, 0),
    "organization": (1, 0, 0, 0, 0),
}
"""How much of what a rare value adds counts at each level, where frequencies are known."""

_NAMES = (
    Criterion(attribute="first_name", method=Method.FUZZY, level="CLOSE"),
    Criterion(attribute="last_name", method=Method.FUZZY, level="CLOSE"),
)
_RULES = (
    Rule(
        name="EMAIL",
        criteria=(Criterion(attribute="email"),),
        unless=("first_name", "suffix", "birth_date", "official_number"),
    ),
    Rule(
        name="PHONE_AND_NAME",
        criteria=(Criterion(attribute="phone"), *_NAMES),
        unless=("birth_date", "suffix", "official_number"),
    ),
    Rule(
        name="NAME_BIRTH_DATE_POSTCODE",
        criteria=(Criterion(attribute="birth_date"), Criterion(attribute="postal_code"), *_NAMES),
        unless=("suffix", "official_number"),
    ),
    Rule(name="ACCOUNT", criteria=(Criterion(attribute="account"),)),
)


def _comparison(attribute: str) -> Comparison:
    shares = _SHARES.get(attribute, (0.0,) * len(LEVELS[attribute]))
    return Comparison(
        attribute=attribute,
        levels=tuple(
            Level(name=name, match=row[0], household=row[1], unrelated=row[2], frequency_share=share)
            for name, row, share in zip(LEVELS[attribute], _PROBABILITIES[attribute], shares, strict=True)
        ),
        frequencies=FREQUENCY_TABLES.get(attribute),
        partial_frequencies="email_domain" if attribute.startswith("email") else None,
    )


FREQUENCY_TABLES = {
    attribute: "email" if attribute == "email_given_name" else attribute for attribute in _SHARES
}
"""The table that each attribute goes by, of those that go by one."""

BLOCKED = (r"no-?reply@.*", r"no-?e?mail@.*", r"(null|none|unknown|anonymous)@.*", r"(.)\1{5,}")
"""What stands where somebody had to write something. Other placeholders no record keeps (`normalise`)."""

DEFAULT = Ruleset(
    key_kinds=(
        "birth", "names", "initials", "email", "number_start", "phone_end", "name1_year", "name2_year",
        "name1_place", "name2_place", "name2_birth_place",
    ),
    key_cap=10,
    prior=-12_700,
    # A component is what is judged at once, and whatever weighs more than the floor joins one: with a floor
    # of -1 bit as many as 1,000 records of few values do (`fake_20000`, untrained), with this one 200.
    review=-BIT // 4,
    floor=-BIT // 4,
    household_prior=1 * BIT,
    comparisons=tuple(_comparison(attribute) for attribute in LEVELS),
    rules=_RULES,
    frequencies=shipped(),
    guards=Guards(blocked=BLOCKED),
)  # fmt: skip
"""The default ruleset."""
