"""Drawing from distributions, and the slips of people who type."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Value = TypeVar("Value")

_NEIGHBOURS = {
    letter: row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for place, letter in enumerate(row)
}


class Table(Generic[Value]):
    """Values with their weights, drawn in a time that hardly depends on how many there are."""

    def __init__(self, weighted: Iterable[tuple[Value, float]]) -> None:
        pairs = list(weighted)
        self._values = [value for value, _ in pairs]
        self._sums = list(accumulate(weight for _, weight in pairs))

    def draw(self, rng: Random) -> Value:
        """One value, by its weight."""
        return self._values[bisect(self._sums, rng.random() * self._sums[-1])]


class Names:
    """Names as often as a census counted them. What its list gives as 0.000 % shares the rest up to 100 %."""

    def __init__(self, rows: Sequence[tuple[str, float]]) -> None:
        self._common = Table((name, share) for name, share in rows if share)
        self._rare = [name for name, share in rows if not share] or [name for name, _ in rows[-1_000:]]
        self._covered = sum(share for _, share in rows) / 100

    def draw(self, rng: Random) -> str:
        """One name, by its frequency."""
        return self._common.draw(rng) if rng.random() < self._covered else rng.choice(self._rare)


@cache
def census_names(list_: str) -> Names:
    """A list of the package `names`: `all.last`, `female.first` or `male.first`."""
    lines = (files("names") / f"dist.{list_}").read_text(encoding="ascii").splitlines()
    rows = [(name.capitalize(), float(share)) for name, share, *_ in map(str.split, lines)]
    return Names(rows)


def zipf(values: Sequence[Value], exponent: float = 1.0) -> Table[Value]:
    """The values, the first the most frequent, the n-th n**exponent times as rare."""
    return Table((value, (rank + 1) ** -exponent) for rank, value in enumerate(values))


def mistyped(rng: Random, text: str) -> str:
    """The text with one slip: a letter left out, doubled, swapped with the next or hit beside its key."""
    places = [place for place, character in enumerate(text) if character.isalnum()]
    if len(places) < 3:
        return text
    place = rng.choice(places)
    character = text[place]
    slip = rng.random()
    if slip < 0.3:
        return text[:place] + text[place + 1 :]
    if slip < 0.45:
        return text[:place] + character + text[place:]
    if slip < 0.65 and place + 1 < len(text):
        return text[:place] + text[place + 1] + character + text[place + 2 :]
    return text[:place] + _beside(rng, character) + text[place + 1 :]


def mistyped_email(rng: Random, email: str) -> str:
    """The address with a slip in one of its longer words, so that it stays an address."""
    words = re.split(r"([.@_])", email)
    places = [place for place, word in enumerate(words[:-2]) if len(word) > 2]
    if not places:
        return email
    place = rng.choice(places)
    return "".join((*words[:place], mistyped(rng, words[place]), *words[place + 1 :]))


def misread(rng: Random, digits: str) -> str:
    """The digits with one of them another, or two neighbours swapped; what is no digit stays."""
    places = [place for place, character in enumerate(digits) if character.isdigit()]
    if len(places) < 2:
        return digits
    place = rng.choice(places)
    if rng.random() < 0.3 and place + 1 < len(digits) and digits[place + 1].isdigit():
        return digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    return digits[:place] + str((int(digits[place]) + rng.randrange(1, 10)) % 10) + digits[place + 1 :]


def _beside(rng: Random, character: str) -> str:
    if character.isdigit():
        return str((int(character) + rng.choice((1, 9))) % 10)
    found = rng.choice(_NEIGHBOURS.get(character.lower(), "e") or "e")
    return found.upper() if character.isupper() else found
