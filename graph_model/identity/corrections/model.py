"""A correction: a steward's word on fields of an individual, as a record of the source `steward`.

It is tied to the individual's oldest record and goes where that goes, but takes no part in matching. Like any
record it is never edited: a further correction is a record of its own, and of two the newer counts for what
both name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from graph_model.errors import BadInput
from graph_model.identity.golden import ADDRESS, ADDRESS_FIELDS, CONTACT_POINTS, RECORD_FIELDS
from graph_model.metadata.objects import ObjectType
from graph_model.records.model import STEWARD, Problem, Record
from graph_model.records.validation import validate

_RECORD_FIELDS = CONTACT_POINTS | RECORD_FIELDS
_SHOWN_AS = {field: name for name, field in _RECORD_FIELDS.items()}


@dataclass(frozen=True, slots=True)
class Corrected:
    """An individual that a correction is about or was; `correction` is its id, None if it was refused."""

    correction: str | None
    individual_id: str | None
    problems: tuple[Problem, ...] = ()


def correction_record(
    object_type: ObjectType,
    fields: Mapping[str, Any],
    *,
    id_: str,
    now: datetime,
    default_country: str | None = None,
) -> Record | list[Problem]:
    """The record that says so, or what is wrong, with paths from `fields` on.

    `fields` go by the names of golden values: a value, or None, that there is none. An address holds its
    parts, and is replaced as a whole; contact points are lists, and are all that there are. Raises BadInput
    if no field is named.
    """
    if not fields:
        raise BadInput("Name at least one field.", code="EMPTY_CORRECTION")
    checked = validate(
        {"id": id_} | _raw(fields), STEWARD, object_type, received_at=now, default_country=default_country
    )
    # What a source is forgiven is refused here: somebody is there to mend it.
    problems = checked.warnings if isinstance(checked, Record) else checked
    if isinstance(checked, Record) and not problems:
        return checked
    return [replace(problem, path=("fields", *_path(problem.path))) for problem in problems]


def _raw(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as a source would send them; what is blank says that there is no value."""
    raw: dict[str, Any] = {}
    for name, value in fields.items():
        if name == ADDRESS:
            parts = {part: text for part, text in (value or {}).items() if not _is_blank(text)}
            raw |= parts or dict.fromkeys(ADDRESS_FIELDS)
        else:
            raw[_RECORD_FIELDS.get(name, name)] = None if _is_blank(value) else value
    return raw


def _is_blank(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_blank, value))
    return value is None or (isinstance(value, str) and not value.strip())


def _path(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Where the client said it."""
    name, *rest = path
    if name in ADDRESS_FIELDS:
        return (ADDRESS, name, *rest)
    return (_SHOWN_AS.get(str(name), name), *rest)
