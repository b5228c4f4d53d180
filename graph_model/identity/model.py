"""What identity resolution reasons about beside features: evidence between records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MatchRule(StrEnum):
    """What linked two records: a match rule of the default ruleset, or the sum of all they agree on."""

    EMAIL = "EMAIL"
    """The same normalised e-mail address."""
    PHONE_AND_NAME = "PHONE_AND_NAME"
    """The same phone number (E.164) and a similar name."""
    NAME_BIRTH_DATE_POSTCODE = "NAME_BIRTH_DATE_POSTCODE"
    """A similar name, the same date of birth and the same postal code."""
    DEVICE = "DEVICE"
    """The same device or cookie, one of the two records being the device itself."""
    WEIGHT = "WEIGHT"
    """No single rule: all that they agree and disagree on, weighed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two records weigh as evidence that they are one person, in thousandths of a bit (log2 odds), and
    the match rule that decided, or WEIGHT."""

    weight: int
    rule: str
