"""Comparing two values of one attribute by levels, the best first.

Each function answers with the index of a level in `LEVELS`; none looks at frequencies or weights.
Strings are compared by Jaro-Winkler similarity (Winkler 1990) and by optimal string alignment, the edit
distance that counts a transposition of neighbours as one edit (Damerau 1964). All are symmetric.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from jellyfish import metaphone
from nicknames import NickNamer
from rapidfuzz.distance import OSA, JaroWinkler

LEVELS: Final[dict[str, tuple[str, ...]]] = {
    "first_name": ("EQUAL", "NICKNAME", "CLOSE", "PART", "SIMILAR", "KNOWN", "IN_EMAIL", "ELSE"),
    "last_name": ("EQUAL", "CLOSE", "PART", "SIMILAR", "KNOWN", "IN_EMAIL", "ELSE"),
    "name_order": ("STRAIGHT", "SWAPPED"),
    "middle_name": ("EQUAL", "PART", "ELSE"),
    "suffix": ("EQUAL", "ELSE"),
    "birth_date": ("EQUAL", "CLOSE", "PARTS", "DAYS", "YEAR", "ELSE"),
    "birth_place": ("EQUAL", "CLOSE", "ELSE"),
    "gender": ("EQUAL", "ELSE"),
    "email": ("EQUAL", "CLOSE", "DIGITS", "LOCAL", "SIMILAR", "ELSE"),
    "email_given_name": ("EQUAL", "CLOSE", "DIGITS", "LOCAL", "SIMILAR", "ELSE"),
    "phone": ("EQUAL", "TAIL", "CLOSE", "ELSE"),
    "street": ("EQUAL", "CLOSE", "STREET", "ELSE"),
    "postal_code": ("EQUAL", "CLOSE", "ELSE"),
    "city": ("EQUAL", "CLOSE", "ELSE"),
    "official_number": ("EQUAL", "CLOSE", "ELSE"),
    "account": ("EQUAL", "ELSE"),
    "organization": ("EQUAL", "CLOSE", "PART", "SIMILAR", "ELSE"),
    "employer": ("EQUAL", "CLOSE", "PART", "SIMILAR", "ELSE"),
}
"""The levels of every attribute, in order; the last is what is none of the others."""

CLOSE_SIMILARITY: Final = 0.92
SIMILAR: Final = 0.8
LONG_SOUND: Final = 3
"""Sounds in a name that are enough for it to be taken for another that sounds alike."""
_MEMO = 1 << 15
_nicknames = NickNamer()


@lru_cache(maxsize=_MEMO)
def phonetic(word: str) -> str:
    """How the first word sounds in English (metaphone, Philips 1990), or else the word itself."""
    first = word.partition(" ")[0]
    return metaphone(first) or first


@lru_cache(maxsize=1 << 15)
def full_forms(name: str) -> frozenset[str]:
    """Names that a given name may be short for, itself included, however `-ie` is spelt."""
    spelt = f"{name[:-2]}y" if name.endswith("ie") else name
    return frozenset({name, *_nicknames.canonicals_of(name), *_nicknames.canonicals_of(spelt)})


@lru_cache(maxsize=1 << 15)
def _full_sounds(name: str) -> frozenset[str]:
    return frozenset(sound for sound in map(phonetic, full_forms(name)) if len(sound) >= LONG_SOUND)


def _short(one: str, other: str) -> bool:
    """Whether two given names are forms of one: one is short for the other or for what sounds like it, or
    both are short for the same."""
    if not full_forms(one).isdisjoint(full_forms(other)):
        return True
    sounds, sounds_ = _full_sounds(one), _full_sounds(other)
    return phonetic(one) in sounds_ or phonetic(other) in sounds


def _close(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter >= 3 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return True
    return shorter >= 4 and JaroWinkler.similarity(one, other, score_cutoff=CLOSE_SIMILARITY) > 0


def _similar(one: str, other: str) -> bool:
    if JaroWinkler.similarity(one, other, score_cutoff=SIMILAR) > 0:
        return True
    return min(len(one), len(other)) >= 4 and OSA.distance(one, other, score_cutoff=2) <= 2


@lru_cache(maxsize=_MEMO)
def first_name(one: str, other: str) -> int:
    """Given names: equal; short forms of each other; a typo apart; an initial, a beginning or one of several
    words; somewhat similar; else. That two similar ones are both common names is for `evidence` to see."""
    if one == other:
        return 0
    if _close(one, other):
        return 1 if not full_forms(one).isdisjoint(full_forms(other)) else 2
    if _short(one, other):
        return 1
    shorter, longer = sorted((one, other), key=len)
    words, others = shorter.split(), longer.split()
    if (
        longer.startswith(shorter)
        or set(words) & set(others)
        or shorter.replace(" ", "") == longer.replace(" ", "")
    ):
        return 3
    sounds = phonetic(one)
    if len(sounds) > 1 and sounds == phonetic(other):
        return 4
    return 4 if _similar(one, other) else len(LEVELS["first_name"]) - 1


@lru_cache(maxsize=_MEMO)
def last_name(one: str, other: str) -> int:
    """Family names: equal; a typo apart; part of a double name; of one sound or somewhat similar; else."""
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return 0
    if _close(one, other):
        return 1
    words, others = one.split(), other.split()
    if (len(words) > 1 or len(others) > 1) and any(len(word) > 1 for word in set(words) & set(others)):
        return 2
    return 3 if phonetic(one) == phonetic(other) or _similar(one, other) else len(LEVELS["last_name"]) - 1


@lru_cache(maxsize=_MEMO)
def middle_name(one: str, other: str) -> int:
    """Middle names: equal; a typo, an initial or one of several apart; else."""
    if one == other:
        return 0
    if one.startswith(other) or other.startswith(one) or set(one.split()) & set(other.split()):
        return 1
    return 1 if _close(one, other) else 2


@lru_cache(maxsize=_MEMO)
def birth_date(one: str, other: str) -> int:
    """ISO dates: equal; one digit or neighbouring digits apart, or day and month swapped; two of three parts
    equal; at most 40 days apart; the same year; else."""
    if one == other:
        return 0
    year, month, day = one[:4], one[5:7], one[8:]
    year_, month_, day_ = other[:4], other[5:7], other[8:]
    same_year = year == year_
    if same_year and month == day_ and day == month_:
        return 1
    if OSA.distance(one, other, score_cutoff=1) <= 1:
        return 1
    if same_year + (month == month_) + (day == day_) == 2:
        return 2
    if abs(_day_number(one) - _day_number(other)) <= 40:
        return 3
    return 4 if same_year else 5


@lru_cache(maxsize=_MEMO)
def _day_number(date: str) -> int:
    """Days by months of 31: near enough to tell 40 days."""
    try:
        return int(date[:4]) * 372 + int(date[5:7]) * 31 + int(date[8:10])
    except ValueError:
        return -1_000_000


@lru_cache(maxsize=_MEMO)
def word(one: str, other: str) -> int:
    """Places and the like: equal; a typo apart; else."""
    if one == other:
        return 0
    return 1 if _close(one, other) else 2


@lru_cache(maxsize=_MEMO)
def email(one: str, other: str) -> int:
    """E-mail addresses: equal; at most two edits apart, with the same digits; so with other digits; the same
    local part elsewhere; similar at the same domain; else."""
    if one == other:
        return 0
    local, _, domain = one.partition("@")
    local_, _, domain_ = other.partition("@")
    if local == local_ and len(local) > 2:
        return 1 if _close(domain, domain_) else 3
    if OSA.distance(one, other, score_cutoff=2) <= (2 if min(len(one), len(other)) > 8 else 1):
        return 1 if _digits(local) == _digits(local_) else 2
    if (domain == domain_ or _close(domain, domain_)) and JaroWinkler.similarity(local, local_) >= SIMILAR:
        return 4
    return 5


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


@lru_cache(maxsize=_MEMO)
def phone(one: str, other: str) -> int:
    """Phone numbers: equal; the last seven digits equal; one edit apart; else."""
    if one == other:
        return 0
    if one[-7:] == other[-7:]:
        return 1
    return 2 if OSA.distance(one, other, score_cutoff=1) <= 1 else 3


@lru_cache(maxsize=_MEMO)
def number(one: str, other: str) -> int:
    """Numbers that an office or a shop gives: equal; one edit apart (of five characters or more); else."""
    if one == other:
        return 0
    if min(len(one), len(other)) >= 5 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return 1
    return 2


@lru_cache(maxsize=_MEMO)
def street_name(one: str, other: str) -> bool:
    """Whether two streets without their numbers are one, typos allowed for."""
    return one == other or _close(one.replace(" ", ""), other.replace(" ", ""))


@lru_cache(maxsize=_MEMO)
def organization(one: str, other: str) -> int:
    """Organisations: equal; a typo apart, in whatever order of words; the words of one are among those of
    the other; half of the words alike; else."""
    if one == other:
        return 0
    words, others = sorted(one.split()), sorted(other.split())
    if words == others or _close("".join(words), "".join(others)):
        return 1
    fewer, more = (words, others) if len(words) <= len(others) else (others, words)
    alike = sum(1 for a in fewer if any(a == b or (len(a) > 3 and _close(a, b)) for b in more))
    if alike == len(fewer):
        return 2
    return 3 if 2 * alike >= len(more) else 4
