"""Countries and their subdivisions by code and by name (ISO 3166, from pycountry), and postal codes."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import pycountry
from anyascii import anyascii

from graph_model.identity import normalise

_MORE_COUNTRIES = {
    "america": "US",
    "bolivia": "BO",
    "brasil": "BR",
    "czech republic": "CZ",
    "deutschland": "DE",
    "england": "GB",
    "espana": "ES",
    "great britain": "GB",
    "holland": "NL",
    "iran": "IR",
    "italia": "IT",
    "ivory coast": "CI",
    "kosovo": "XK",
    "laos": "LA",
    "lichtenstein": "LI",
    "macedonia": "MK",
    "moldova": "MD",
    "nederland": "NL",
    "north korea": "KP",
    "northern ireland": "GB",
    "oesterreich": "AT",
    "osterreich": "AT",
    "palestine": "PS",
    "polska": "PL",
    "russia": "RU",
    "schweiz": "CH",
    "scotland": "GB",
    "south korea": "KR",
    "suisse": "CH",
    "svizzera": "CH",
    "syria": "SY",
    "taiwan": "TW",
    "tanzania": "TZ",
    "the netherlands": "NL",
    "turkey": "TR",
    "turkiye": "TR",
    "u s": "US",
    "u s a": "US",
    "uae": "AE",
    "uk": "GB",
    "united states of america": "US",
    "venezuela": "VE",
    "vietnam": "VN",
    "wales": "GB",
}
STATES_WITHOUT_COUNTRY = ("US", "CA", "AU")
"""Whose subdivisions are known where no country is named; of equal names or codes the first counts."""
_SIGNS = """A:AT B:BE CH:CH CZ:CZ D:DE DK:DK E:ES F:FR FIN:FI FL:LI H:HU I:IT L:LU LV:LV N:NO NL:NL P:PT PL:PL
S:SE SK:SK"""
_COUNTRY_OF_PREFIX = {sign: code for sign, _, code in (pair.partition(":") for pair in _SIGNS.split())}
"""Signs that stand before a postal code: those of vehicles (`D-10115`, `FL-9495`)."""
_PREFIXED_POSTAL = re.compile(r"([A-Z]{1,3})[- ]?(\d{4,6})")
_CANADIAN = re.compile(r"[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d")
_BRITISH = re.compile(r"(?:[A-Z]{1,2}\d[A-Z\d]?|GIR) ?\d[ABD-HJLNP-UW-Z]{2}")


@cache
def _countries() -> dict[str, str]:
    found = dict(_MORE_COUNTRIES)
    for country in pycountry.countries:
        for name in ("name", "official_name", "common_name", "alpha_3", "alpha_2"):
            if text := getattr(country, name, None):
                found.setdefault(normalise.words(text), country.alpha_2)
    return found


@cache
def _subdivisions() -> dict[str, dict[str, str]]:
    """The codes (without their country) by name and by code, by country."""
    found: dict[str, dict[str, str]] = {}
    for subdivision in pycountry.subdivisions:
        country, code = subdivision.country_code, subdivision.code.partition("-")[2]
        known = found.setdefault(country, {})
        known[normalise.words(code)] = code
        for name in re.split(r"[\[\](/,;]", subdivision.name):
            if text := normalise.words(name):
                known.setdefault(text, code)
    return found


@lru_cache(maxsize=10_000)
def country(value: str) -> str:
    """The code of a country (ISO 3166-1 alpha-2) by its code or name, empty if it is none."""
    return _countries().get(normalise.words(value), "")


@lru_cache(maxsize=10_000)
def state(value: str, country_code: str = "") -> str:
    """The code of a subdivision by its code or name, in this country or, without one, in the United States,
    Canada and Australia; empty if it is none."""
    name = normalise.words(value)
    for code in (country_code,) if country_code else STATES_WITHOUT_COUNTRY:
        if found := _subdivisions().get(code, {}).get(name):
            return found
    return ""


def is_state_of(code: str, country_code: str) -> bool:
    """Whether the country has a subdivision of that code."""
    return _subdivisions().get(country_code, {}).get(code.lower()) == code


@lru_cache(maxsize=1 << 14)
def postal_code(value: str, country_code: str) -> tuple[str, str]:
    """A postal code in one form, and the country that its form tells, if any.

    Without spaces, hyphens and the sign of a country before it; in the United States the five digits of the
    area, with the zeros that a spreadsheet takes away.
    """
    text = " ".join(anyascii(value).upper().split())
    told = country_code
    if prefixed := _PREFIXED_POSTAL.fullmatch(text):
        sign, digits = prefixed.groups()
        if told in ("", _COUNTRY_OF_PREFIX.get(sign)) and sign in _COUNTRY_OF_PREFIX:
            return digits, _COUNTRY_OF_PREFIX[sign]
    if not told and _CANADIAN.fullmatch(text):
        told = "CA"
    elif not told and _BRITISH.fullmatch(text):
        told = "GB"
    normal = normalise.postal_code(text)
    if normal.isdigit() and told in ("", "US"):
        if len(normal) == 9:
            return normal[:5], "US" if "-" in text else told
        if told == "US" and len(normal) in (3, 4):
            return normal.zfill(5), told
    return normal, told


@lru_cache(maxsize=10_000)
def issuer(value: str) -> str:
    """Who issued a document: a country by its code, anything else by its words."""
    return country(value) or normalise.words(value)
