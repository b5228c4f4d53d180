"""Names of persons: whole names parted, and parts brought to one form.

Particles (`van der`, `de la`) stay with the family name. What tells generations apart is found wherever a
source wrote it: `Dobbins Jr` as a family name is `dobbins`, `jr`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii
from nameparser import HumanName

from graph_model.identity import normalise


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a person: normalised words parted by single spaces, empty where unknown.

    `suffix` is what tells generations apart (`jr`, `sr`, `ii`), in one spelling.
    """

    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""


class NameParts(NamedTuple):
    """A whole name in its parts, as they were written, empty where there is none."""

    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""


_LONGEST = 100
_GENERATIONS = {
    **dict.fromkeys(("jr", "jnr", "junior", "jun", "filho"), "jr"),
    **dict.fromkeys(("sr", "snr", "senior", "sen"), "sr"),
    **dict.fromkeys(("i", "1st"), "i"),
    **dict.fromkeys(("ii", "2nd"), "ii"),
    **dict.fromkeys(("iii", "3rd"), "iii"),
    **dict.fromkeys(("iv", "4th"), "iv"),
    **dict.fromkeys(("v", "5th"), "v"),
}
_INITIALS = frozenset({"i", "v"})
"""Numerals that are initials as well."""
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u02b9\u0060\u00b4]")
_HAN = "\u3400-\u9fff\uf900-\ufaff"
_HANGUL = "\uac00-\ud7af"
_SURNAME_FIRST = re.compile(f"[{_HAN}]{{2,4}}|[{_HANGUL}]{{2,4}}")
_SYLLABLE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONG_SURNAMES = """
欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 夏侯 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 宇文 长孙 長孫 司徒 司空
남궁 황보 제갈 사공 선우 서문 독고
"""
_TWO_CHARACTER_SURNAMES = frozenset(_LONG_SURNAMES.split())


@lru_cache(maxsize=1 << 14)
def normal_name(first: str, middle: str, last: str, suffix: str, full: str) -> Name:
    """The name in one form. The whole name fills the parts that are missing."""
    if full and not (first and last):
        parted = split_full_name(full)
        first, last = first or parted.first, last or parted.last
        middle, suffix = middle or parted.middle, suffix or parted.suffix
    generation = _GENERATIONS.get(_form(suffix), "")
    last_words, found = _without_generation(_form(last).split())
    generation = generation or found
    first_words, found = _without_generation(_form(first).split())
    generation = generation or found
    middle_words, found = _without_generation(_form(middle).split())
    generation = generation or found
    # `Mary A` in the field of the given name is a given name with an initial.
    if not middle_words and len(first_words) > 1 and len(first_words[-1]) == 1:
        middle_words = [first_words.pop()]
        # `Morris I` may be either, and a blank on the other side says nothing: it counts as both.
        generation = generation or (middle_words[0] if middle_words[0] in _INITIALS else "")
    return Name(" ".join(first_words), " ".join(middle_words), " ".join(last_words), generation)


def split_full_name(full: str) -> NameParts:
    """A whole name in its parts, titles left out: `Dr. Juan de la Vega Jr.` → Juan, de la Vega, Jr.; a
    comma says that the family name stands first, as it does in Chinese and Korean script."""
    text = " ".join(full.split())
    # What is longer is no name, and would take the parser its time.
    return _split(text) if len(text) <= _LONGEST else NameParts(first=text)


@lru_cache(maxsize=20_000)
def _split(text: str) -> NameParts:
    if _SURNAME_FIRST.fullmatch(text):
        at = 2 if len(text) > 2 and text[:2] in _TWO_CHARACTER_SURNAMES else 1
        return NameParts(first=text[at:], last=text[:at])
    parsed = HumanName(text)
    if not (parsed.first or parsed.middle or parsed.last):
        # A title alone is the name: Prince.
        return NameParts(first=text)
    return NameParts(parsed.first, parsed.middle, parsed.last, parsed.suffix)


def _form(value: str) -> str:
    """The words of a part: an apostrophe joins (`O'Hare` is `ohare`), syllables of a script without spaces
    are words (`秀英` is `xiu ying`)."""
    if not value:
        return ""
    latin = _APOSTROPHES.sub("", anyascii(_APOSTROPHES.sub("", value)))
    if not value.isascii() and latin != value:
        latin = _SYLLABLE.sub(" ", latin) if _is_syllabic(value) else latin
    return normalise.name(latin)


def _is_syllabic(value: str) -> bool:
    return any("\u3400" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" for character in value)


def _without_generation(words: list[str]) -> tuple[list[str], str]:
    """The words without the generation that ends them, and the generation; a word alone is the name."""
    if len(words) > 1 and words[-1] in _GENERATIONS and words[-1] not in _INITIALS:
        return words[:-1], _GENERATIONS[words[-1]]
    return words, ""
