"""Postal addresses in parts that compare: house number, street, city, postal code, state and country.

A source may keep the parts apart, write house and street in one, or the whole address in one line. What
it keeps apart counts; what it does not is read from the line as far as rules allow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from anyascii import anyascii

from graph_model.identity import normalise, places, streets
from graph_model.identity.address_lines import Tail, take_tail


@dataclass(frozen=True, slots=True)
class Address:
    """One address in parts, each normalised, empty where unknown.

    `house` is the house number, `unit` the apartment or suite, `street` the street in long words without
    both, `locality` what stands beside them (a farm, a district, a building), `state` a code where the
    country has codes, `country` ISO 3166-1 alpha-2.
    """

    house: str = ""
    street: str = ""
    locality: str = ""
    city: str = ""
    postal_code: str = ""
    state: str = ""
    country: str = ""
    unit: str = ""


NOWHERE = Address()

_PARTS = ("street", "houseNumber", "addressLine2", "locality", "city", "postalCode", "state", "country")
_WORD = re.compile(r"#|[a-z0-9]+(?:[/-][0-9]+[a-z]?)*")
_CITY_WORDS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_CITY_STATES = {"SG": "singapore", "HK": "hong kong", "MC": "monaco"}
_POST_BOX = re.compile(r"(?:p ?o ?box|post office box|postfach|apartado|casilla|boite postale) (\w+)")


def of_parts(parts: Mapping[str, Any]) -> Address:
    """The address in the fields of a record, or in one of its `addresses`; what is no text is no value."""
    values = [parts.get(name) for name in _PARTS]
    if not any(values):
        return NOWHERE
    return normal_address(*(value[: normalise.MOST] if isinstance(value, str) else "" for value in values))


@lru_cache(maxsize=1 << 14)
def normal_address(
    street: str, house: str, line2: str, locality: str, city: str, postal_code: str, state: str, country: str
) -> Address:
    """The address in one form; what is missing is read from the end of `street`, if it is there."""
    country = places.country(country)
    postal, told = places.postal_code(postal_code, country)
    tail = Tail(
        city=_city(city), postal=postal, state=_state(state, country or told), country=country or told
    )
    segments = [words for part in re.split(r"[,;\n|]", street) if (words := part.split())]
    if len(segments) > 1 or not (city and (postal or state)) or _holds(segments, tail.city):
        take_tail(segments, tail)
    read = _Line([_words(" ".join(segment)) for segment in segments], tail)
    read.find_street()
    beside = [*read.beside, _words(line2), _words(locality)]
    unit, number = read.unit, read.house
    if house:
        own_unit, own = streets.take_unit(_words(house))
        unit, number = own_unit or unit, " ".join(own)
    for at, words in enumerate(beside):
        found, beside[at] = streets.take_unit(words)
        unit = unit or found
    if unit and not number and "#" in street:
        unit, number = "", unit
    country = tail.country or _country_of(tail.state, tail.postal)
    return Address(
        house=number,
        street=streets.long_words(read.street, country),
        locality=" ".join(word for words in beside for word in words),
        city=_city(tail.city) or _CITY_STATES.get(country, ""),
        postal_code=places.postal_code(tail.postal, country)[0],
        state=tail.state,
        country=country,
        unit=unit,
    )


class _Line:
    """The segments of a line, as words, while street, house, unit and city are found in them."""

    def __init__(self, segments: list[list[str]], tail: Tail) -> None:
        self.segments = segments
        self.tail = tail
        self.house = ""
        self.unit = ""
        self.street: list[str] = []
        self.beside: list[list[str]] = []

    def find_street(self) -> None:
        """Take units and buildings off, then part the segment that is most like a street."""
        for at, words in enumerate(self.segments):
            unit, words = streets.take_unit(words)
            self.unit = self.unit or unit
            if streets.is_building(words) and len(self.segments) > 1:
                self.house, words = self.house or words[1], words[2:]
            self.segments[at] = words
        self.segments = [words for words in self.segments if words]
        if not self.segments:
            return
        self._join_houses()
        at = max(range(len(self.segments)), key=lambda place: (_likeness(self.segments[place]), -place))
        self.beside = self.segments[:at]
        self._take_city(self.segments[at + 1 :])
        self._part(self.segments[at])

    def _join_houses(self) -> None:
        """A house number may have a comma between it and its street: `No 5, Main St`, `Via Roma, 5`."""
        if len(self.segments) < 2:
            return
        first, second = self.segments[:2]
        if len(first) <= 2 and streets.is_house(first[-1]):
            self.segments[:2] = [first + second]
        elif len(second) == 1 and streets.is_house(second[0]) and not any(map(streets.is_house, first)):
            self.segments[:2] = [second + first]

    def _take_city(self, behind: list[list[str]]) -> None:
        city = self.tail.city.split()
        if not city and behind:
            self.tail.city = " ".join(behind[-1])
            behind = behind[:-1]
        self.beside += [words for words in behind if words != city]

    def _part(self, words: list[str]) -> None:
        city = self.tail.city.split()
        if city and len(words) > len(city) + 1 and words[-len(city) :] == city:
            words = words[: -len(city)]
        before = _words_before_house(words)
        if before:
            self.beside.append(words[:before])
            words = words[before:]
        if box := _POST_BOX.match(" ".join(words)):
            house, street, behind = box[1], ["po", "box"], " ".join(words)[box.end() :].split()
        else:
            house, street, behind = streets.take_house(words)
        self.house = house or self.house
        if not city and not behind:
            street, behind = streets.split_city(street, self.tail.country)
        self.street = street
        if not city and behind:
            self.tail.city = " ".join(behind)
        elif behind:
            self.beside.append(behind)


def _holds(segments: list[list[str]], city: str) -> bool:
    """Whether the one segment has the city in it."""
    return bool(segments) and f" {city}" in " " + normalise.words(" ".join(segments[0]))


def _words_before_house(words: list[str]) -> int:
    """How many words stand before a house number that has its street behind it: the name of a building."""
    for at, word in enumerate(words[:-2]):
        if streets.is_type(word):
            return 0
        if streets.is_house(word):
            return at if any(streets.is_type(after) for after in words[at + 2 :]) else 0
    return 0


def _likeness(words: list[str]) -> int:
    """How much a segment looks like a street with its house number."""
    has_house = any(streets.is_house(word) for word in words) and len(words) > 1
    has_type = any(streets.is_type(word) for word in words)
    return 2 * has_house + has_type


def _words(text: str) -> list[str]:
    return _WORD.findall(anyascii(text).lower().replace("'", ""))


def _city(text: str) -> str:
    words = normalise.words(text).split()
    if len(words) > 1:
        words[0] = _CITY_WORDS.get(words[0], words[0])
    return " ".join(words)


def _state(text: str, country: str) -> str:
    """The code, else the words; letters that could be a mistyped code as if they were one."""
    words = normalise.words(text)
    return places.state(text, country) or (words.upper() if len(words) <= 3 else words)


def _country_of(state: str, postal: str) -> str:
    """The country that a state and a postal code tell together."""
    if postal.isdigit():
        if len(postal) in (5, 9) and places.is_state_of(state, "US"):
            return "US"
        if len(postal) == 4 and places.is_state_of(state, "AU"):
            return "AU"
    return ""
