"""The match rules: whether two records are the same person, and by which rule.

Each verdict is a function of the two records alone, so the links between a set of records do not
depend on the order in which they came.
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from graph_model.identity.model import Match, MatchRecord, MatchRule
from graph_model.metadata.objects import ANONYMOUS_TYPES, IdentifierType

NAME_THRESHOLD = 880
"""Least similarity of two names, in thousandths, for them to count as similar."""
CERTAIN = 1_000


def match(one: MatchRecord, other: MatchRecord) -> Match | None:
    """The strongest rule that links the two records, or None."""
    if one.key == other.key:
        return None
    verdict = _device_verdict(one, other) if one.anonymous or other.anonymous else _person_verdict(one, other)
    if verdict is None:
        return None
    a, b = sorted((one.key, other.key))
    return Match(a, b, *verdict)


def _device_verdict(one: MatchRecord, other: MatchRecord) -> tuple[MatchRule, int] | None:
    if one.of_type(*ANONYMOUS_TYPES) & other.of_type(*ANONYMOUS_TYPES):
        return MatchRule.DEVICE, CERTAIN
    return None


def _person_verdict(one: MatchRecord, other: MatchRecord) -> tuple[MatchRule, int] | None:
    if one.of_type(IdentifierType.EMAIL) & other.of_type(IdentifierType.EMAIL):
        return MatchRule.EMAIL, CERTAIN
    same_phone = bool(one.of_type(IdentifierType.PHONE) & other.of_type(IdentifierType.PHONE))
    same_birth = one.birth_key is not None and one.birth_key == other.birth_key
    if not (same_phone or same_birth):
        return None
    similarity = name_similarity((one.first_name, one.last_name), (other.first_name, other.last_name))
    if similarity < NAME_THRESHOLD:
        return None
    return (MatchRule.PHONE_AND_NAME if same_phone else MatchRule.NAME_BIRTH_DATE_POSTCODE), similarity


@lru_cache(maxsize=50_000)
def name_similarity(one: tuple[str, str], other: tuple[str, str]) -> int:
    """How alike two (first name, last name) pairs are, in thousandths: the less alike of their two
    parts by Jaro-Winkler (Winkler 1990). 0 where either lacks a part, because a blank never links."""
    if not all((*one, *other)):
        return 0
    return round(1_000 * min(JaroWinkler.similarity(a, b) for a, b in zip(one, other, strict=True)))
