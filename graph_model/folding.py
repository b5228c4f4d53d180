"""The case-folded form of texts, which case-insensitive conditions and the order of texts go by.

It is stored beside the text, in a property of its own: neither engine folds as Unicode says (`ß` is `ss`),
and an index can be made of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any


def fold(text: str) -> str:
    """Texts that differ in case, or in how their accents are encoded, have the same folded form.

    Unicode, section 3.13, definition D145 (canonical caseless matching), in normalisation form C.
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFC", folded)


def folded_name(name: str) -> str:
    """The property that holds the folded form of a property."""
    return f"{name}Folded"


def folded(properties: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The folded properties that go with these; a list is folded value by value, null stays null."""
    return {folded_name(name): _fold_value(properties.get(name)) for name in names}


def _fold_value(value: Any) -> Any:
    if isinstance(value, list):
        return [fold(item) for item in value]
    return fold(value) if isinstance(value, str) else None
