"""The words of streets in one long spelling, by country, and house numbers and units apart from them."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

_TYPES = """
alley aly allee ally; annex anx; arcade arc; avenue ave aven avenu avn avnue av;
boulevard blvd boul boulv bvd; bridge brg;
 bypass byp; causeway cswy; circle cir circ crcl; circuit cct crct; close cl clos; common cmn;
corner cnr cor; court ct crt; cove cv; crescent cres cresent crsent cresc; crossing xing crssng;
drive dr driv drv; driveway dvwy; esplanade esp; estate est; expressway expy expwy; forest; freeway fwy;
garden gdn gdns gardens; gate; glade; glen gln; green grn; grove grv gr; heights hts; highway hwy hiway;
hill hl; island; junction jct; lane ln; loop; mall; manor mnr; mews; mount mt; parade pde; park;
parkway pkwy pky parkwy; pass; path; pike; place pl; plaza plz; point pt; promenade prom; quay qy; ramp;
ridge rdg; rise ri; road rd; row; route rte; square sq sqr; street str strt stret; terrace ter terr tce;
track trk; trail trl; turnpike tpke; view vw; vista vis; walk wlk; way wy;
strasse; gasse; weg; platz; ring; ufer; chaussee; damm;
rue; chemin; impasse; cours; quai; faubourg fbg; via; viale vle; corso cso; piazza pza; vicolo; largo;
calle; avenida avda avd; paseo pso; camino; carretera ctra; rua; travessa; praca; rodovia rod;
straat; laan; plein; gracht; kade; ulitsa ulica ul; prospekt pr; gata; vej; vei; jalan jln jl
"""
_BY_COUNTRY = {
    ("DE", "AT", "CH", "LI"): {"str": "strasse", "pl": "platz", "g": "gasse"},
    ("FR", "BE", "LU", "MC"): {
        "r": "rue",
        "bd": "boulevard",
        "ch": "chemin",
        "imp": "impasse",
        "all": "allee",
        "st": "saint",
    },
    ("IT",): {"v": "via", "c": "corso", "p": "piazza", "pl": "piazzale", "str": "strada"},
    ("ES", "MX", "AR", "CO", "CL", "PE"): {
        "c": "calle",
        "cl": "calle",
        "av": "avenida",
        "pl": "plaza",
        "po": "paseo",
    },
    ("PT", "BR"): {"r": "rua", "av": "avenida", "tv": "travessa", "pc": "praca"},
    ("NL",): {"str": "straat", "pl": "plein"},
}
_DIRECTIONS = {
    "n": "north",
    "e": "east",
    "s": "south",
    "w": "west",
    "ne": "northeast",
    "nw": "northwest",
    "se": "southeast",
    "sw": "southwest",
}
_UNITS = """apartment apt appt appartement apartamento apto unit suite ste flat floor fl room rm wohnung whg
etage penthouse ph lot"""
_UNIT_WORDS = frozenset(_UNITS.split())
_BUILDING_WORDS = frozenset({"bld", "bldg", "building", "block", "blk", "tower"})
_NUMBER_WORDS = frozenset({"no", "nr", "num", "number", "numero", "house", "haus"})
_OFTEN = ("street", "avenue", "crescent", "circuit", "terrace", "highway", "boulevard", "parade", "square")
_OFTEN_SHORT = ("place", "drive", "close", "court", "grove")
_ENDINGS = ("strasse", "str", "gasse", "straat", "weg", "platz", "allee")
_LEAST_NAME, _LEAST_TYPE = 3, 5
_HOUSE = re.compile(r"\d{1,6}[a-z]?(?:[-/]\d{1,6}[a-z]?)?")
_UNIT_OF_HOUSE = re.compile(r"(\d+[a-z]?)/(\d+[a-z]?)")
_UNIT_VALUE = re.compile(r"[a-z]?-?\d+[a-z]?(?:-\d+)?|[a-z]")


@cache
def _long() -> dict[str, str]:
    found = {}
    for group in _TYPES.replace("\n", " ").split(";"):
        long, *short = group.split()
        found.update(dict.fromkeys((long, *short), long))
    return found


@cache
def _long_in(country: str) -> dict[str, str]:
    more = next((words for countries, words in _BY_COUNTRY.items() if country in countries), {})
    return _long() | more


def is_type(word: str) -> bool:
    """Whether the word says what kind of street it is."""
    return word == "st" or word in _long() or (len(word) > 6 and word.endswith(_ENDINGS))


def is_direction(word: str) -> bool:
    """Whether the word is a point of the compass."""
    return word in _DIRECTIONS or word in _DIRECTIONS.values()


def is_house(word: str) -> bool:
    """Whether the word can be a house number: `12`, `12a`, `5/12`, not `12th`."""
    return _HOUSE.fullmatch(word) is not None


def take_unit(words: list[str]) -> tuple[str, list[str]]:
    """The unit that the words name (`apt 5` is `5`), and the words without it."""
    for at, word in enumerate(words):
        if word == "#" or word in _UNIT_WORDS:
            end = at + 1
            while end < len(words) and words[end] in _UNIT_WORDS:
                end += 1
            if end < len(words) and (shared := _UNIT_OF_HOUSE.fullmatch(words[end])):
                return shared[1], [*words[:at], shared[2], *words[end + 1 :]]
            if end < len(words) and _UNIT_VALUE.fullmatch(words[end]):
                return words[end], words[:at] + words[end + 1 :]
            if word in ("penthouse", "ph"):
                return "penthouse", words[:at] + words[end:]
    return "", words


def take_house(words: list[str]) -> tuple[str, list[str], list[str]]:
    """The house number, the words of the street without it, and what stands behind both.

    The number stands before the street or behind it: `12 main st`, `hauptstr 12 berlin`. The number of a
    numbered street (`street 128`, `calle 13`, `highway 61`) is not one.
    """
    while len(words) > 1 and words[0] in _NUMBER_WORDS and is_house(words[1]):
        words = words[1:]
    if words and is_house(words[0]):
        return words[0], words[1:], []
    for at in range(1, len(words)):
        ends = at == len(words) - 1
        if not is_house(words[at]) or (at == 1 and words[0] in _long()):
            continue
        if not ends and not is_type(words[at - 1]) and not (at == len(words) - 2 and len(words[-1]) == 1):
            continue
        street, rest = words[:at], words[at + 1 :]
        if len(street) > 1 and street[-1] in _NUMBER_WORDS:
            street = street[:-1]
        if rest and len(rest[0]) == 1 and rest[0].isalpha():
            return words[at] + rest[0], street, rest[1:]
        return words[at], street, rest
    return "", words, []


def split_city(words: list[str], country: str) -> tuple[list[str], list[str]]:
    """A street, and what follows its type: `e main st henderson` → `e main st`, `henderson`."""
    if len(words) > 1 and words[0] in _long_in(country):
        # A street that begins with its type ends where its number does, or nobody knows where.
        return (words[:2], words[2:]) if is_house(words[1]) else (words, [])
    end = next((at + 1 for at in range(1, len(words)) if is_type(words[at])), 0)
    if not end:
        return words, []
    while end < len(words) and words[end] != "st" and is_type(words[end]):
        end += 1
    if end < len(words) and words[end] in _DIRECTIONS:
        end += 1
    return words[:end], words[end:]


def is_building(words: list[str]) -> bool:
    """Whether the words are the number of a building, which stands for the house: `bld 8`."""
    return len(words) > 1 and words[0] in _BUILDING_WORDS and is_house(words[1])


def long_words(words: list[str], country: str) -> str:
    """The words of a street in one long spelling: `e main st` → `east main street`. A type that is written
    in one with its name, or with a letter amiss, is one all the same: `mainstreet`, `main stret`."""
    table = _long_in(country)
    found = []
    words = _with_type(words, table)
    for at, word in enumerate(words):
        first, last = at == 0, at == len(words) - 1
        if word == "st" and table.get("st") is None:
            before_name = not last and not is_type(words[at + 1]) and not is_direction(words[at + 1])
            word = "saint" if before_name or (first and not last) else "street"
        elif word in _DIRECTIONS and (first or last) and len(words) > 1:
            word = _DIRECTIONS[word]
        elif word in table and (not last or len(words) > 1):
            word = table[word]
        elif word.endswith("str") and len(word) > 5:
            word = word[:-3] + table.get("str", "strasse").replace("street", "strasse")
        found.append(word)
    return " ".join(found)


def _with_type(words: list[str], table: dict[str, str]) -> list[str]:
    if not words or words[-1] in table or words[-1] in _DIRECTIONS:
        return words
    last = words[-1]
    for type_ in (*_OFTEN, *_OFTEN_SHORT):
        if last.endswith(type_) and len(last) - len(type_) >= _LEAST_NAME:
            return [*words[:-1], last.removesuffix(type_), type_]
    near = _near_type(last) if len(words) > 1 else ""
    return [*words[:-1], near] if near else words


@lru_cache(maxsize=1 << 14)
def _near_type(word: str) -> str:
    """The type that the word is but for one letter: left out, put in, another one or two of them swapped."""
    if len(word) < _LEAST_TYPE:
        return ""
    return next((type_ for type_ in _OFTEN if OSA.distance(word, type_, score_cutoff=1) <= 1), "")
