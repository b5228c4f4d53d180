"""From what a source sent to a valid record, or to every problem that it has."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from graph_model import times
from graph_model.errors import BadInput
from graph_model.identity import normalise
from graph_model.metadata.objects import (
    ISSUED_BY_SOURCE,
    MAX_KEY,
    OBJECTS,
    Category,
    Field,
    FieldType,
    IdentifierType,
    ObjectType,
)
from graph_model.records.model import STEWARD, FieldValue, Identifier, Problem, Record, RecordKey, Scalar

MAX_VALUES = 100
"""Values that a field with several values may hold."""
MONEY_DECIMALS = 6
MONEY_DIGITS = 12
"""Digits that an amount may have before the decimal point."""

_STRENGTH = {type_: rank for rank, type_ in enumerate(IdentifierType)}
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


_INVALID_ID = Problem("INVALID_ID", f"A record's id is a text of 1 to {MAX_KEY} characters.", ())
# Greater than any other hash: of two versions with one modified time the one that deletes wins.
_TOMBSTONE = "g"


class _Invalid(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check_target(source: str, object_name: str) -> ObjectType:
    """The object type that records of `source` are to be, or BadInput if either name is wrong."""
    if not _SOURCE.fullmatch(source):
        raise BadInput(
            "A source's name has 1 to 64 letters, digits, dots, hyphens and underscores.",
            code="INVALID_SOURCE",
        )
    if source.casefold() == STEWARD:
        raise BadInput(
            f"The source {STEWARD!r} is for corrections: use correctIndividual.", code="RESERVED_SOURCE"
        )
    object_type = OBJECTS.get(object_name)
    if object_type is None:
        raise BadInput(
            f"There is no object of that name; there are {', '.join(OBJECTS)}.", code="UNKNOWN_OBJECT"
        )
    return object_type


def validate(
    raw: Any,
    source: str,
    object_type: ObjectType,
    *,
    received_at: datetime,
    default_country: str | None = None,
) -> Record | list[Problem]:
    """The record that `raw` describes, or its problems with paths relative to the record.

    `raw` is an object with the record's `id`, optionally its `modifiedAt` (else the time of receipt
    counts), and the object's fields. A blank text is the same as no value. So is a null, but where the record
    says who somebody is: there it says that there is no value (`withdrawn`). A phone number
    without a country (in the number, in the record, or `default_country`) is kept but identifies nobody.
    """
    if not isinstance(raw, dict):
        return [Problem("INVALID_RECORD", "A record is an object with an id and fields.", ())]
    problems: list[Problem] = []
    record_id = raw.get("id")
    if isinstance(record_id, int) and not isinstance(record_id, bool):
        record_id = str(record_id)
    if not _is_record_id(record_id):
        problems.append(replace(_INVALID_ID, path=("id",)))
        record_id = ""
    modified_at = received_at
    if raw.get("modifiedAt") is not None:
        try:
            modified_at = times.parse_moment(raw["modifiedAt"])
        except (ValueError, OverflowError) as error:
            problems.append(Problem("INVALID_DATETIME", f"modifiedAt: {_reason(error)}", ("modifiedAt",)))
    country = raw.get("country")
    if not isinstance(country, str) or not normalise.is_country(country.strip().upper()):
        country = default_country
    else:
        country = country.strip().upper()
    fields: dict[str, FieldValue] = {}
    withdrawn: list[str] = []
    for name, value in raw.items():
        if name in ("id", "modifiedAt"):
            continue
        field = object_type.field(name)
        if field is None:
            shown = name if len(name) <= 64 else name[:64] + "…"
            problems.append(
                Problem("UNKNOWN_FIELD", f"{object_type.name} has no field named {shown!r}.", (shown,))
            )
        elif value is None and object_type.category is Category.PROFILE:
            withdrawn.append(name)
        elif not _is_blank(value):
            _read_field(field, value, country, fields, problems)
    problems += _missing(object_type, fields)
    if problems:
        return problems
    content = orjson.dumps(fields | dict.fromkeys(withdrawn), option=orjson.OPT_SORT_KEYS)
    return Record(
        key=RecordKey(source, object_type.name, record_id),
        object_type=object_type,
        modified_at=times.to_text(modified_at),
        content_hash=hashlib.sha256(content).hexdigest(),
        fields=fields,
        identifiers=_identifiers(object_type, fields, source, country),
        withdrawn=tuple(sorted(withdrawn)),
    )


def tombstone(
    source: str, object_type: ObjectType, record_id: str, *, deleted_at: datetime
) -> Record | Problem:
    """The version of a record that says it was deleted, or what is wrong with the id."""
    if not _is_record_id(record_id):
        return _INVALID_ID
    return Record(
        key=RecordKey(source, object_type.name, record_id),
        object_type=object_type,
        modified_at=times.to_text(deleted_at),
        content_hash=_TOMBSTONE,
        fields={},
        identifiers=(),
        deleted=True,
    )


def _is_record_id(record_id: Any) -> bool:
    return (
        isinstance(record_id, str) and 0 < len(record_id) <= MAX_KEY and not _NOT_TEXT.search(record_id)
    )


def _missing(object_type: ObjectType, fields: dict[str, FieldValue]) -> list[Problem]:
    """What the object cannot do without: its moment, a currency for an amount, and the other coordinate."""
    problems = []
    required = object_type.time_field
    if required is not None and required not in fields:
        problems.append(Problem("MISSING_FIELD", f"{object_type.name} needs {required}.", (required,)))
    if "total" in fields and "currency" not in fields:
        problems.append(Problem("MISSING_FIELD", "An amount needs a currency.", ("currency",)))
    for one, other in (("latitude", "longitude"), ("longitude", "latitude")):
        if one in fields and other not in fields:
            problems.append(Problem("MISSING_FIELD", f"A {one} needs a {other}.", (other,)))
    return problems


def _read_field(
    field: Field,
    value: Any,
    country: str | None,
    fields: dict[str, FieldValue],
    problems: list[Problem],
) -> None:
    if not field.many:
        if (read := _read_value(field, value, country, (field.name,), problems)) is not None:
            fields[field.name] = read
        return
    values = value if isinstance(value, list) else [value]
    if len(values) > MAX_VALUES:
        problems.append(
            Problem("TOO_MANY_VALUES", f"{field.name} takes at most {MAX_VALUES} values.", (field.name,))
        )
        return
    kept: list[str] = []
    for index, item in enumerate(values):
        if _is_blank(item):
            continue
        path = (field.name, index) if isinstance(value, list) else (field.name,)
        read = _read_value(field, item, country, path, problems)
        if isinstance(read, str) and read not in kept:
            kept.append(read)
    if kept:
        fields[field.name] = kept


def _is_blank(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _read_value(
    field: Field, value: Any, country: str | None, path: tuple[str | int, ...], problems: list[Problem]
) -> Scalar | None:
    try:
        return _parse(field, value, country)
    except _Invalid as error:
        problems.append(Problem(error.code, f"{field.name}: {error.message}", path))
    except normalise.Malformed as error:
        problems.append(Problem(f"INVALID_{field.type}", f"{field.name}: {error}", path))
    except (ValueError, OverflowError) as error:
        problems.append(Problem(f"INVALID_{field.type}", f"{field.name}: {_reason(error)}", path))
    return None


def _reason(error: Exception) -> str:
    """The parser's reason, unless it would echo the value, which may be personal data."""
    text = str(error)
    return text if text.startswith("expected") else "not a date or time that exists in ISO 8601"


def _parse(field: Field, value: Any, country: str | None) -> Scalar:
    match field.type:
        case FieldType.INTEGER:
            if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**53:
                raise _Invalid("INVALID_INTEGER", "expected a whole number")
            return value
        case FieldType.DATE:
            return times.parse_date(value).isoformat()
        case FieldType.DATETIME:
            return times.to_text(times.parse_moment(value))
        case FieldType.MONEY:
            return _money(value)
        case FieldType.LATITUDE:
            return _degrees(value, "INVALID_LATITUDE", 90)
        case FieldType.LONGITUDE:
            return _degrees(value, "INVALID_LONGITUDE", 180)
    text = _text(value, field.max_length)
    match field.type:
        case FieldType.ENUM if text not in field.values:
            raise _Invalid("INVALID_ENUM", f"expected one of {', '.join(field.values)}")
        case FieldType.COUNTRY:
            text = text.upper()
            if not normalise.is_country(text):
                raise _Invalid("INVALID_COUNTRY", "expected a country code of ISO 3166-1 alpha-2, such as DE")
        case FieldType.CURRENCY:
            text = text.upper()
            if not re.fullmatch("[A-Z]{3}", text):
                raise _Invalid("INVALID_CURRENCY", "expected a currency code of ISO 4217, such as EUR")
        case FieldType.EMAIL if normalise.email(text) is None:
            raise _Invalid("INVALID_EMAIL", "not a valid e-mail address")
        case FieldType.PHONE:
            normalise.phone(text, country)
    return text


def _text(value: Any, max_length: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise _Invalid("INVALID_TEXT", "expected a text")
    text = value.strip()
    if not text or len(text) > max_length:
        raise _Invalid("INVALID_TEXT", f"expected 1 to {max_length} characters")
    if _NOT_TEXT.search(text):
        raise _Invalid("INVALID_TEXT", "control characters and lone surrogates are not allowed")
    return text


def _degrees(value: Any, code: str, most: int) -> float:
    expected = f"expected degrees from -{most} to {most}, as a number"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Invalid(code, expected)
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        raise _Invalid(code, expected) from None
    if not -most <= degrees <= most:
        raise _Invalid(code, expected)
    return degrees


def _money(value: Any) -> str:
    """The amount as a plain decimal string with at least two decimals."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _Invalid("INVALID_MONEY", 'expected a decimal string such as "49.90"')
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise _Invalid("INVALID_MONEY", 'expected a decimal string such as "49.90"') from None
    # Before any arithmetic, which would round a long amount and overflow on a huge one.
    if not amount.is_finite() or amount.adjusted() >= MONEY_DIGITS:
        raise _Invalid("INVALID_MONEY", "expected an amount below a trillion")
    exact = round(amount, MONEY_DECIMALS)
    if exact != amount:
        raise _Invalid("INVALID_MONEY", f"expected at most {MONEY_DECIMALS} decimals")
    text = f"{exact:f}".rstrip("0")
    return text + "0" * (2 - len(text.partition(".")[2]))


def _identifiers(
    object_type: ObjectType,
    fields: dict[str, FieldValue],
    source: str,
    country: str | None,
) -> tuple[Identifier, ...]:
    found: dict[str, Identifier] = {}
    for field in object_type.fields:
        if field.identifier is None or field.name not in fields:
            continue
        stored = fields[field.name]
        for value in stored if isinstance(stored, list) else [str(stored)]:
            normal = normalise.identifier(field.identifier, value, country)
            if normal is not None:
                issuer = source if field.identifier in ISSUED_BY_SOURCE else ""
                identifier = Identifier(field.identifier, issuer, normal)
                found[identifier.key] = identifier
    return tuple(sorted(found.values(), key=lambda item: (_STRENGTH[item.type], item.value)))
