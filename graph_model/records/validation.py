"""From what a source sent to a valid record, or to every problem that it has."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeGuard

from graph_model import times
from graph_model.errors import BadInput
from graph_model.identity import addresses, identifiers, normalise
from graph_model.metadata.objects import MAX_KEY, Field, FieldType, ObjectType
from graph_model.metadata.registry import SHIPPED, Registry
from graph_model.records import cim
from graph_model.records.model import (
    STEWARD,
    TOMBSTONE,
    FieldValue,
    Identifier,
    Mode,
    Parts,
    Problem,
    Record,
    RecordKey,
    Scalar,
    hash_of,
)
from graph_model.records.values import NOT_TEXT, Invalid, doubt, parse

MAX_VALUES = 100
"""Values that a field with several values may hold."""
_COLUMNS = frozenset({"id", "modifiedAt"})
"""What a record has besides fields."""
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_INVALID_ID = Problem("INVALID_ID", f"A record's id is a text of 1 to {MAX_KEY} characters.", ())


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is found while a record is read. `country` is what its national phone numbers have to be of."""

    country: str | None
    problems: list[Problem] = dataclasses.field(default_factory=list)
    warnings: list[Problem] = dataclasses.field(default_factory=list)


def check_target(source: str, object_name: str, registry: Registry = SHIPPED) -> ObjectType:
    """The object type that records of `source` are to be, or BadInput if either name is wrong."""
    check_source(source)
    object_type = registry.find(object_name)
    if object_type is None:
        raise BadInput(
            f"There is no object of that name; there are {', '.join(registry.objects)}.",
            code="UNKNOWN_OBJECT",
        )
    return object_type


def check_source(source: str) -> None:
    """BadInput if no source may have that name."""
    if not _SOURCE.fullmatch(source):
        raise BadInput(
            "A source's name has 1 to 64 letters, digits, dots, hyphens and underscores.",
            code="INVALID_SOURCE",
        )
    if source.casefold() == STEWARD:
        raise BadInput(
            f"The source {STEWARD!r} is for corrections: use correctIndividual.", code="RESERVED_SOURCE"
        )


def validate(
    raw: Any,
    source: str,
    object_type: ObjectType,
    *,
    received_at: datetime,
    default_country: str | None = None,
    mode: Mode = Mode.UPSERT,
) -> Record | list[Problem]:
    """The record that `raw` describes, or its problems with paths relative to the record.

    `raw` is an object with the record's `id`, optionally its `modifiedAt` (else the time of receipt
    counts), and the object's fields. A blank text is the same as no value. So is a null, but where the record
    says who somebody is: there it says that there is no value (`withdrawn`). A phone number
    without a country (in the number, in the record, or `default_country`) is kept but identifies nobody;
    so is a malformed one, or a malformed e-mail address, of which the record warns. A PATCH need not be
    complete, and a null or an empty list in it withdraws the field of whatever object.
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
    modified = "modifiedAt" if "modifiedAt" in raw else cim.MODIFIED
    if raw.get(modified) is not None:
        try:
            modified_at = times.parse_moment(raw[modified])
        except (ValueError, OverflowError) as error:
            problems.append(Problem("INVALID_DATETIME", f"{modified}: {_reason(error)}", (modified,)))
    given = _given(raw, object_type, problems)
    said = {name: value for name, (_, _, value) in given.items()}
    country, inferred = countries_of(said, default_country)
    reading = _Reading(country, problems)
    fields: dict[str, FieldValue] = {}
    withdrawn: list[str] = []
    for field, name, value in given.values():
        if (value is None and object_type.is_party) or (mode is Mode.PATCH and value in (None, [])):
            withdrawn.append(field.name)
        elif not _is_blank(value):
            _read_field(field, name, value, fields, reading)
    if mode is not Mode.PATCH:
        problems += missing(object_type, fields)
    if problems:
        return problems
    return Record(
        key=RecordKey(source, object_type.name, record_id),
        object_type=object_type,
        modified_at=times.to_text(modified_at),
        content_hash=hash_of(fields | dict.fromkeys(withdrawn)),
        fields=fields,
        identifiers=identifiers.of_record(object_type, fields, source, country or inferred),
        withdrawn=tuple(sorted(withdrawn)),
        warnings=tuple(reading.warnings),
        mode=mode,
    )


def _given(
    raw: dict[str, Any], object_type: ObjectType, problems: list[Problem]
) -> dict[str, tuple[Field, str, Any]]:
    """The fields that a record names, by their canonical names: each with the name that stands there and the
    value as the field takes it."""
    given: dict[str, tuple[Field, str, Any]] = {}
    for name, value in raw.items():
        if name in _COLUMNS:
            continue
        field = object_type.field(name)
        if field is None:
            if not cim.is_no_field(object_type, name):
                shown = name if len(name) <= 64 else name[:64] + "…"
                problems.append(
                    Problem("UNKNOWN_FIELD", f"{object_type.name} has no field named {shown!r}.", (shown,))
                )
        elif field.name in given:
            message = f"{field.name} and {given[field.name][1]} are one field; name it once."
            problems.append(Problem("DUPLICATE_FIELD", message, (name,)))
        else:
            value = value if name == field.name else cim.canonical(field, value)
            given[field.name] = (field, name, value)
    return given


def identified(
    object_type: ObjectType, fields: dict[str, FieldValue], source: str, default_country: str | None
) -> tuple[Identifier, ...]:
    """The identifiers of valid fields, the strongest first."""
    country, looks = countries_of(fields, default_country)
    return identifiers.of_record(object_type, fields, source, country or looks)


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
        content_hash=TOMBSTONE,
        fields={},
        identifiers=(),
        mode=Mode.DELETE,
    )


def _is_record_id(record_id: Any) -> TypeGuard[str]:
    return isinstance(record_id, str) and 0 < len(record_id) <= MAX_KEY and not NOT_TEXT.search(record_id)


def countries_of(raw: dict[str, Any], default: str | None) -> tuple[str | None, str | None]:
    """The country that national phone numbers have to be of, and, without one, the country that they may
    be of: the record's own, that of an address, the one that an address looks like, the default."""
    places = [raw, *(item for item in _items(raw.get("addresses")) if isinstance(item, dict))]
    for place in places:
        code = place.get("country")
        if isinstance(code, str) and normalise.is_country(code.strip().upper()):
            return code.strip().upper(), None
    if not _is_blank(raw.get("phone")):
        for place in places:
            if looks := addresses.of_parts(place).country:
                return None, looks
    return default, None


def missing(object_type: ObjectType, fields: Mapping[str, FieldValue]) -> list[Problem]:
    """What a whole record of the object cannot do without, and these fields lack: its moment and what else is
    required, a currency for an amount, and the other coordinate."""
    problems = [
        Problem("MISSING_FIELD", f"{object_type.name} needs {required}.", (required,))
        for required in object_type.needs
        if required not in fields
    ]
    wanted = dict.fromkeys(currency for amount, currency in object_type.amounts if amount in fields)
    problems += [
        Problem("MISSING_FIELD", "An amount needs a currency.", (currency,))
        for currency in wanted
        if currency not in fields
    ]
    for one, other in (("latitude", "longitude"), ("longitude", "latitude")):
        if one in fields and other not in fields:
            problems.append(Problem("MISSING_FIELD", f"A {one} needs a {other}.", (other,)))
    return problems


def _read_field(
    field: Field, name: str, value: Any, fields: dict[str, FieldValue], reading: _Reading
) -> None:
    """Read the value that stands under this name."""
    if not field.many:
        if isinstance(read := _read_value(field, value, (name,), reading), Scalar):
            fields[field.name] = read
        return
    values = _items(value)
    if len(values) > MAX_VALUES:
        message = f"{field.name} takes at most {MAX_VALUES} values."
        reading.problems.append(Problem("TOO_MANY_VALUES", message, (name,)))
        return
    kept: list[Any] = []
    for index, item in enumerate(values):
        if _is_blank(item):
            continue
        path = (name, index) if isinstance(value, list) else (name,)
        read = _read_value(field, item, path, reading)
        if read is not None and read not in kept:
            kept.append(read)
    if kept:
        fields[field.name] = kept


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_blank(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _read_value(
    field: Field, value: Any, path: tuple[str | int, ...], reading: _Reading
) -> Scalar | Parts | None:
    if field.type is FieldType.OBJECT:
        return _read_parts(field, value, path, reading)
    try:
        read = parse(field, value)
    except Invalid as error:
        reading.problems.append(Problem(error.code, f"{field.name}: {error.message}", path))
        return None
    except (ValueError, OverflowError) as error:
        reading.problems.append(Problem(f"INVALID_{field.type}", f"{field.name}: {_reason(error)}", path))
        return None
    if reason := doubt(field, read, reading.country):
        reading.warnings.append(Problem(f"INVALID_{field.type}", f"{field.name}: {reason}", path))
    return read


def _read_parts(field: Field, value: Any, path: tuple[str | int, ...], reading: _Reading) -> Parts | None:
    if not isinstance(value, dict) or any(field.part(name) is None for name in value):
        names = ", ".join(part.name for part in field.parts)
        message = f"{field.name}: expected an object of no more than {names}"
        reading.problems.append(Problem("INVALID_OBJECT", message, path))
        return None
    found_before = len(reading.problems)
    parts: Parts = {}
    for part in field.parts:
        given = value.get(part.name)
        if not _is_blank(given):
            read = _read_value(part, given, (*path, part.name), reading)
            if isinstance(read, Scalar):
                parts[part.name] = read
    if parts and len(reading.problems) == found_before:
        reading.problems.extend(
            Problem("MISSING_FIELD", f"{field.name} needs {part.name}.", (*path, part.name))
            for part in field.parts
            if part.required and part.name not in parts
        )
    return parts or None


def _reason(error: Exception) -> str:
    """The parser's reason, unless it would echo the value, which may be personal data."""
    text = str(error)
    return text if text.startswith("expected") else "not a date or time that exists in ISO 8601"
