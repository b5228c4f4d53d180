"""What the transforms do: pure functions of plain values, none of which runs what a mapping says.

Values are as JSON has them; a transform may make a `Decimal`, a `date` or a `datetime` of them. What there
is no value of is None, so that a template knows which of its values are missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import reduce
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from graph_model import times
from graph_model.identity import places
from graph_model.identity.names import split_full_name
from graph_model.sources import transforms as declared
from graph_model.sources.paths import is_blank

MAX_LENGTH = 65_536
"""Characters of a text that transforms take, and may make."""
MAX_VALUES = 1_000

Values: TypeAlias = list[Any]
Step: TypeAlias = Callable[[Values], Values]

PLACES = re.compile(r"\{(\d)\}")
_TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "off", "0"})
_SIGNS = {declared.DecimalSign.POINT: ".", declared.DecimalSign.COMMA: ","}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCHS = {"EPOCH_SECONDS": 1, "EPOCH_MILLIS": 1_000, "EPOCH_MICROS": 1_000_000}
ISO = "ISO"
# Groups are of three digits at the end, so that a decimal comma is not taken for one of thousands.
_NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,30})(\.\d{1,30})?([eE][+-]?\d{1,2})?")


class Unfit(Exception):
    """A value that a transform cannot take. The message never echoes it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def chain(transforms: Iterable[declared.Transform]) -> Step:
    """The transforms one after the other. What it returns raises Unfit."""
    steps = [_step(transform) for transform in transforms]
    return lambda values: reduce(_next, steps, [None if is_blank(value) else value for value in values])


def _next(values: Values, step: Step) -> Values:
    made = step(values)
    if len(made) > MAX_VALUES:
        raise Unfit("TOO_MANY_VALUES", f"more than {MAX_VALUES:,} values")
    return made


def to_text(value: Any) -> str:
    """A value as text: numbers as JSON writes them, `true`, an ISO date. Raises Unfit for lists and objects,
    and for texts that are too long."""
    match value:
        case str():
            text = value
        case bool():
            text = "true" if value else "false"
        case Decimal():
            text = f"{value:f}"
        case int() | float():
            text = repr(value)
        case datetime():
            text = times.to_text(value)
        case date():
            text = value.isoformat()
        case _:
            raise Unfit("INVALID_VALUE", "expected a single value, not a list or an object")
    if len(text) > MAX_LENGTH:
        raise Unfit("VALUE_TOO_LONG", f"expected at most {MAX_LENGTH:,} characters")
    return text


def _step(transform: declared.Transform) -> Step:
    match transform:
        case declared.Default(value=default):
            return lambda values: values if any(value is not None for value in values) else [default]
        case declared.First():
            return lambda values: next(([value] for value in values if value is not None), [])
        case declared.Concatenate(separator=separator):
            return lambda values: _text_of(
                separator.join(to_text(value).strip() for value in values if value is not None)
            )
        case declared.Template(text=text):
            return lambda values: _written(text, values)
        case declared.SplitList(separator=separator):
            return lambda values: [
                part.strip() or None
                for value in values
                if value is not None
                for part in to_text(value).split(separator, MAX_VALUES)
            ]
        case declared.Country(default=default, strict=strict):
            return lambda values: [_country(value, default, strict) for value in values or [None]]
    each = _function(transform)
    return lambda values: [None if value is None else _blank_or(each(value)) for value in values]


def _function(transform: declared.Transform) -> Callable[[Any], Any]:
    """What changes one value that is there."""
    match transform:
        case declared.Trim():
            return lambda value: " ".join(to_text(value).split())
        case declared.ChangeCase(to=case):
            write = {"UPPER": str.upper, "LOWER": str.lower, "TITLE": str.title}[case]
            return lambda value: write(to_text(value))
        case declared.SplitName(part=part):
            name = part.lower()
            return lambda value: getattr(split_full_name(to_text(value)), name)
        case declared.ParseDate(format=format_):
            return lambda value: _date(value, format_)
        case declared.ParseDateTime(format=format_, time_zone=zone):
            here = ZoneInfo(zone)
            return lambda value: _moment(value, format_, here)
        case declared.MapValues(values=values, otherwise=otherwise):
            known = {key.strip().casefold(): to for key, to in values.items()}
            return lambda value: _mapped(value, known, otherwise)
        case declared.Part(separator=separator, place=place):
            return lambda value: _part(to_text(value).split(separator), place)
        case declared.Replace(find=find, by=by):
            return lambda value: to_text(to_text(value).replace(find, by))
        case declared.Number(decimal=sign):
            character = _SIGNS[sign]
            return lambda value: _number(value, character)
        case declared.Boolean(true=true, false=false):
            yes = frozenset(word.strip().casefold() for word in true) or _TRUE
            no = frozenset(word.strip().casefold() for word in false) or _FALSE
            return lambda value: _boolean(value, yes, no)
    raise TypeError(f"no transform: {transform!r}")


def _blank_or(value: Any) -> Any:
    return None if is_blank(value) else value


def _text_of(text: str) -> Values:
    return [to_text(text)] if text else []


def _written(template: str, values: Values) -> Values:
    places_ = {int(place) for place in PLACES.findall(template)}
    if any(place >= len(values) or values[place] is None for place in places_):
        return []
    return [to_text(PLACES.sub(lambda found: to_text(values[int(found[1])]), template))]


def _country(value: Any, default: str | None, strict: bool) -> str | None:
    if value is None:
        return default
    code = places.country(to_text(value)[:200])
    if not code and not strict:
        return default
    if not code:
        raise Unfit("INVALID_COUNTRY", "expected a country's name or its code of ISO 3166-1")
    return code


def _date(value: Any, format_: str) -> date:
    if format_ in EPOCHS:
        return _since_epoch(value, format_).date()
    try:
        if format_ == ISO:
            text = to_text(value).strip()
            return datetime.fromisoformat(text).date()
        return datetime.strptime(to_text(value).strip(), format_).date()
    except (ValueError, OverflowError):
        raise Unfit("INVALID_DATE", f"expected a date of the form {format_}") from None


def _moment(value: Any, format_: str, zone: ZoneInfo) -> datetime:
    if format_ in EPOCHS:
        return _since_epoch(value, format_)
    text = to_text(value).strip()
    try:
        moment = datetime.fromisoformat(text) if format_ == ISO else datetime.strptime(text, format_)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit("INVALID_DATETIME", f"expected a moment of the form {format_}") from None


def _since_epoch(value: Any, unit: str) -> datetime:
    micros = _number(value, ".") * (1_000_000 // EPOCHS[unit])
    try:
        return _EPOCH + timedelta(microseconds=int(micros))
    except (OverflowError, ValueError):
        raise Unfit("INVALID_DATETIME", f"expected a moment of the form {unit}") from None


def _mapped(value: Any, known: dict[str, str], otherwise: str | None) -> str:
    found = known.get(to_text(value).strip().casefold(), otherwise)
    if found is None:
        raise Unfit("UNMAPPED_VALUE", "the mapping has no such value")
    return found


def _part(parts: list[str], place: int) -> str | None:
    return parts[place].strip() if -len(parts) <= place < len(parts) else None


def _number(value: Any, sign: str) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = to_text(value)[:100]
    if isinstance(value, str):
        text = "".join(
            character
            for character in text
            if not character.isspace() and character != "'" and unicodedata.category(character) != "Sc"
        )
        if sign == ",":
            text = text.translate({ord("."): ",", ord(","): "."})
    found = _NUMBER.fullmatch(text)
    if found is None or isinstance(value, bool):
        raise Unfit("INVALID_NUMBER", f"expected a number with {sign!r} before its decimals")
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise Unfit("INVALID_NUMBER", "expected a number") from None


def _boolean(value: Any, yes: frozenset[str], no: frozenset[str]) -> bool:
    text = to_text(value).strip().casefold()
    if text in yes:
        return True
    if text in no:
        return False
    raise Unfit("INVALID_BOOLEAN", "expected a word for yes or no, such as true or false")
