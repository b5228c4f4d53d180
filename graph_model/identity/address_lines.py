"""What an address of one line ends with: city, state, postal code and country, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph_model.identity import places, streets


@dataclass(slots=True)
class Tail:
    """What is known of an address besides its street, each empty where it is not."""

    city: str = ""
    postal: str = ""
    state: str = ""
    country: str = ""


_MOST_WORDS = 4
_DIGITS = re.compile(r"\d{4,6}(?:-\d{4})?|\d{9}")
_SIGNED = re.compile(r"[A-Z]{1,3}-\d{4,6}")
_LETTERED = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}")
_HYPHENED = re.compile(r"\d{5}-\d{3}|\d{4}-\d{3}|\d{3}-\d{4}|\d{2}-\d{3}")
_CITIES_TOO = frozenset({"new york", "washington", "quebec"})
"""States whose name is that of a city, which it is more often where no other city is named."""
_SHORT_COUNTRIES = frozenset({"UK", "US", "USA", "UAE", "U.S.", "U.S.A.", "U.K."})


def take_tail(segments: list[list[str]], tail: Tail) -> None:
    """Take off the segments (of words as they were written) what they end with, and note in `tail` what is
    not known yet."""
    reading = _Reading(segments, tail)
    while segments and (count := reading.take_last()):
        words = segments[-1]
        del words[len(words) - count :]
        if not words:
            segments.pop()
    _take_postal_before_city(segments, tail)


class _Reading:
    """The end of the segments, read from behind: each kind of thing is taken once."""

    def __init__(self, segments: list[list[str]], tail: Tail) -> None:
        self._segments = segments
        self._tail = tail
        self.seen: set[str] = set()

    def take_last(self) -> int:
        """Note what the last segment ends with; how many words that is, none if it is nothing known."""
        words, tail = self._segments[-1], self._tail
        for count in range(min(_MOST_WORDS, len(words)), 0, -1):
            # Something of a street has to be left.
            if len(self._segments) == 1 and len(words) - count < 2:
                continue
            whole = count == len(words)
            text = " ".join(words[-count:])
            if count <= 2 and "postal" not in self.seen and self._is_postal(text, words[:-count], whole):
                self.seen.add("postal")
                _note_postal(text, tail)
                return count
            if "state" not in self.seen and (state := self._state(text, whole)):
                self.seen.add("state")
                tail.state = tail.state or state
                return count
            if "country" not in self.seen and (country := _country(text)):
                self.seen.add("country")
                tail.country = tail.country or country
                return count
        return 0

    def _is_postal(self, text: str, before: list[str], whole: bool) -> bool:
        upper = text.upper()
        if _LETTERED.fullmatch(upper) or _SIGNED.fullmatch(upper) or _HYPHENED.fullmatch(text):
            return bool(before) or whole
        if not _DIGITS.fullmatch(text):
            return False
        if (
            self.seen
            or (whole and self._numbered(text))
            or (before and before[-1].isupper() and places.state(before[-1]))
        ):
            return True
        # A number that ends a line alone is that of the house, unless there is another one.
        several = len(self._segments) > 1 or any(word.strip(".#").isdigit() for word in before)
        return several and len(text) >= 5

    def _numbered(self, text: str) -> bool:
        """Whether a number that is a segment of its own cannot be that of the house."""
        return len(text) >= 5 or any(_has_digit(word) for segment in self._segments[:-1] for word in segment)

    def _state(self, text: str, whole: bool) -> str:
        """The state, by its name, or by a code that is written as one and is no word of a street, unless a
        postal code follows. Elsewhere than where states are always written a city may have the same name."""
        lower = text.lower()
        if lower in _CITIES_TOO and not self._tail.city:
            return ""
        if not whole and (len(text) > 3 or "postal" not in self.seen):
            is_code = len(text) <= 3
            if (is_code and not text.isupper()) or streets.is_direction(lower):
                return ""
            if is_code and streets.is_type(lower):
                return ""
        country = self._tail.country
        if country and country not in places.STATES_WITHOUT_COUNTRY:
            behind_city = whole and len(self._segments) > 2 and not any(map(_has_digit, self._segments[-2]))
            return places.state(text, country) if behind_city else ""
        return places.state(text, country) or places.state(text)


def _country(text: str) -> str:
    """The country of that name or three letters; two letters are a state more often."""
    if len(text) > 3 or text in _SHORT_COUNTRIES or (len(text) == 3 and text.isupper()):
        return places.country(text)
    return ""


def _note_postal(text: str, tail: Tail) -> None:
    postal, told = places.postal_code(text, tail.country)
    if not tail.postal:
        tail.postal = postal
        tail.country = tail.country or told


def _take_postal_before_city(segments: list[list[str]], tail: Tail) -> None:
    """`Hauptstr. 12, 10115 Berlin`: a postal code with the city behind it."""
    for place in range(len(segments) - 1, -1, -1):
        words = segments[place]
        for at, word in enumerate(words[:-1]):
            # In the segment of the street only behind the house number.
            may_be = place > 0 or (len(word) > 4 and any(map(_has_digit, words[:at])))
            surely = _SIGNED.fullmatch(word.upper()) or (may_be and _HYPHENED.fullmatch(word))
            if not (surely or (may_be and _DIGITS.fullmatch(word))):
                continue
            # In the Netherlands two letters belong to the code.
            lettered = at + 2 < len(words) and _LETTERED.fullmatch(f"{word} {words[at + 1]}")
            city = words[at + (2 if lettered else 1) :]
            if all(_is_of_city(text) for text in city):
                _note_postal(f"{word} {words[at + 1]}" if lettered else word, tail)
                del words[at:]
                if not tail.city:
                    tail.city = " ".join(city)
                if not words:
                    segments.pop(place)
                return


def _is_of_city(word: str) -> bool:
    return not _has_digit(word) and not streets.is_type(word.lower().strip("."))


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))
