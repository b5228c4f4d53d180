"""Single values of a record: from what a source wrote to what is stored, or why it is wrong."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from graph_model import times
from graph_model.identity import normalise
from graph_model.metadata.objects import Field, FieldType
from graph_model.records.model import Scalar

MONEY_DECIMALS = 6
MONEY_DIGITS = 12
"""Digits that an amount may have before the decimal point."""

NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What no text may have in it: control characters and lone surrogates."""


_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Invalid(Exception):
    """A value that is not what its field holds. The message never echoes it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def parse(field: Field, value: Any) -> Scalar:
    """The value as it is stored. Raises Invalid, or what the parsers of times raise."""
    match field.type:
        case FieldType.INTEGER:
            if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**53:
                raise Invalid("INVALID_INTEGER", "expected a whole number")
            return value
        case FieldType.DATE:
            return times.parse_date(value).isoformat()
        case FieldType.DATETIME:
            return times.to_text(times.parse_moment(value))
        case FieldType.BOOLEAN:
            return _boolean(value)
        case FieldType.DECIMAL:
            return _decimal(value)
        case FieldType.MONEY:
            return _money(value)
        case FieldType.LATITUDE:
            return _degrees(value, "INVALID_LATITUDE", 90)
        case FieldType.LONGITUDE:
            return _degrees(value, "INVALID_LONGITUDE", 180)
    text = _text(value, field.max_length)
    match field.type:
        case FieldType.ENUM if text not in field.values:
            raise Invalid("INVALID_ENUM", f"expected one of {', '.join(field.values)}")
        case FieldType.COUNTRY:
            text = text.upper()
            if not normalise.is_country(text):
                raise Invalid("INVALID_COUNTRY", "expected a country code of ISO 3166-1 alpha-2, such as DE")
        case FieldType.CURRENCY:
            text = text.upper()
            if not re.fullmatch("[A-Z]{3}", text):
                raise Invalid("INVALID_CURRENCY", "expected a currency code of ISO 4217, such as EUR")
    return text


def doubt(field: Field, value: Scalar, country: str | None) -> str | None:
    """Why a stored value cannot be what its field says, although it is kept: sources hold many addresses and
    numbers with slips, which identify nobody but are still like what was meant. `country` is what a national
    phone number has to be of."""
    match field.type:
        case FieldType.EMAIL if normalise.email(str(value)) is None:
            return "not a valid e-mail address"
        case FieldType.PHONE:
            try:
                normalise.phone(str(value), country)
            except normalise.Malformed as error:
                return str(error)
    return None


def _text(value: Any, max_length: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Invalid("INVALID_TEXT", "expected a text")
    text = value.strip()
    if not text or len(text) > max_length:
        raise Invalid("INVALID_TEXT", f"expected 1 to {max_length} characters")
    if NOT_TEXT.search(text):
        raise Invalid("INVALID_TEXT", "control characters and lone surrogates are not allowed")
    return text


def _degrees(value: Any, code: str, most: int) -> float:
    expected = f"expected degrees from -{most} to {most}, as a number"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid(code, expected)
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        raise Invalid(code, expected) from None
    if not -most <= degrees <= most:
        raise Invalid(code, expected)
    return degrees


def _boolean(value: Any) -> bool:
    """True or false, also as the text that files hold."""
    if isinstance(value, bool):
        return value
    known = _BOOLEANS.get(value.strip().casefold()) if isinstance(value, str) else None
    if known is None:
        raise Invalid("INVALID_BOOLEAN", "expected true or false")
    return known


def _money(value: Any) -> str:
    """The amount as a plain decimal string with at least two decimals."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Invalid("INVALID_MONEY", 'expected a decimal string such as "49.90"')
    text = _exact(value, "INVALID_MONEY", 'a decimal string such as "49.90"')
    return text + "0" * (2 - len(text.partition(".")[2]))


def _decimal(value: Any) -> str:
    """The number as a plain decimal string without needless zeros. A number of JSON is what it was written
    as: at most 15 digits, which a float keeps."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid("INVALID_DECIMAL", "expected a number, or one as a text")
    written = repr(value) if isinstance(value, float) else value
    return _exact(written, "INVALID_DECIMAL", "a number such as 2.5").rstrip(".")


def _exact(value: str | int, code: str, expected: str) -> str:
    """The number with a decimal point and without zeros at its end."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise Invalid(code, f"expected {expected}") from None
    # Before any arithmetic, which would round a long amount and overflow on a huge one.
    if not amount.is_finite() or amount.adjusted() >= MONEY_DIGITS:
        raise Invalid(code, "expected an amount below a trillion")
    exact = round(amount, MONEY_DECIMALS)
    if exact != amount:
        raise Invalid(code, f"expected at most {MONEY_DECIMALS} decimals")
    return f"{exact:f}".rstrip("0")
