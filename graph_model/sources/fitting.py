"""Whether the mappings of a canonical object's fields can give these their values: the paths, the chains of
transforms, and what comes out at their ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from graph_model.metadata.fields import Field, FieldType, ObjectType
from graph_model.records.model import Problem
from graph_model.records.values import Invalid, parse
from graph_model.sources import transforms as declared
from graph_model.sources.applying import EPOCHS, ISO, PLACES
from graph_model.sources.model import FieldMapping
from graph_model.sources.paths import EVERY, MAX_STEPS
from graph_model.sources.transforms import Kind

Path: TypeAlias = tuple[str | int, ...]
Declared: TypeAlias = Mapping[str, Kind]
"""The fields that a source's object declares; empty where it declares none."""

_FITS: dict[FieldType, frozenset[Kind]] = {
    FieldType.DATE: frozenset({Kind.TEXT, Kind.DATE, Kind.DATETIME}),
    FieldType.DATETIME: frozenset({Kind.TEXT, Kind.DATE, Kind.DATETIME}),
    FieldType.INTEGER: frozenset({Kind.TEXT, Kind.NUMBER}),
    FieldType.DECIMAL: frozenset({Kind.TEXT, Kind.NUMBER}),
    FieldType.MONEY: frozenset({Kind.TEXT, Kind.NUMBER}),
    FieldType.LATITUDE: frozenset({Kind.TEXT, Kind.NUMBER}),
    FieldType.LONGITUDE: frozenset({Kind.TEXT, Kind.NUMBER}),
    FieldType.BOOLEAN: frozenset({Kind.TEXT, Kind.BOOLEAN}),
    FieldType.COUNTRY: frozenset({Kind.TEXT}),
    FieldType.CURRENCY: frozenset({Kind.TEXT}),
    FieldType.EMAIL: frozenset({Kind.TEXT}),
}
"""What a field can hold of what a mapping makes; any other field holds everything as a text."""
_LEFT_OPEN = re.compile(r"[{}]")


def check_fields(
    mappings: Iterable[FieldMapping], object_type: ObjectType, known: Declared, path: Path
) -> Iterator[Problem]:
    """What is wrong with the mappings of an object's fields."""
    counts: Counter[str] = Counter()
    for place, mapping in enumerate(mappings):
        here = (*path, "fields", place)
        if mapping.when is not None:
            yield from check_path(mapping.when.path, known, (*here, "when", "path"))
        field = object_type.field(mapping.field)
        if field is None:
            message = f"{object_type.name} has no field named {mapping.field!r}."
            yield Problem("UNKNOWN_FIELD", message, (*here, "field"))
            continue
        counts[field.name] += 1
        if counts[field.name] > 1 and not field.many:
            message = f"{field.name} takes one value; map several with one mapping and FIRST."
            yield Problem("DUPLICATE_FIELD", message, (*here, "field"))
        if field.type is FieldType.OBJECT:
            yield from _parts(field, mapping, known, here)
        else:
            yield from _simple(field, mapping, known, here)


def _parts(field: Field, mapping: FieldMapping, known: Declared, path: Path) -> Iterator[Problem]:
    if not mapping.parts:
        parts = ", ".join(part.name for part in field.parts)
        yield Problem("MISSING_PARTS", f"{field.name} is made of parts: {parts}.", (*path, "parts"))
    if mapping.paths or mapping.constant is not None or mapping.transforms:
        message = f"{field.name} is made of its parts alone; map these."
        yield Problem("UNEXPECTED_VALUE", message, path)
    if mapping.each is not None:
        yield from check_path(mapping.each, known, (*path, "each"))
    seen: set[str] = set()
    for place, part_mapping in enumerate(mapping.parts):
        here = (*path, "parts", place)
        part = field.part(part_mapping.field)
        if part is None:
            message = f"{field.name} has no part named {part_mapping.field!r}."
            yield Problem("UNKNOWN_FIELD", message, (*here, "field"))
            continue
        if part.name in seen:
            yield Problem("DUPLICATE_FIELD", f"{part.name} takes one value.", (*here, "field"))
        seen.add(part.name)
        # The fields of a list's items are not declared.
        yield from _simple(part, part_mapping, {} if mapping.each else known, here)
    for part in field.parts:
        if part.required and mapping.parts and part.name not in seen:
            yield Problem("MISSING_FIELD", f"{field.name} needs {part.name}.", (*path, "parts"))


def _simple(field: Field, mapping: FieldMapping, known: Declared, path: Path) -> Iterator[Problem]:
    if mapping.parts or mapping.each is not None:
        yield Problem("UNEXPECTED_PARTS", f"{field.name} has no parts.", (*path, "parts"))
        return
    if mapping.constant is not None:
        if mapping.paths or mapping.transforms:
            yield Problem("UNEXPECTED_VALUE", "A constant stands by itself.", path)
        yield from _literal(field, mapping.constant, (*path, "constant"))
        return
    if not mapping.paths:
        yield Problem("MISSING_VALUE", f"{field.name} needs paths or a constant.", (*path, "from"))
        return
    kinds = set()
    for place, value in enumerate(mapping.paths):
        yield from check_path(value, known, (*path, "from", place))
        kinds.add(known.get(value, Kind.ANY))
    kind = kinds.pop() if len(kinds) == 1 else Kind.ANY
    several = len(mapping.paths) > 1 or any(EVERY in value.split(".") for value in mapping.paths)
    for place, transform in enumerate(mapping.transforms):
        here = (*path, "transforms", place, camel(transform.kind.lower()))
        yield from _transform(field, transform, kind, len(mapping.paths), here)
        gives = type(transform).gives
        kind = kind if gives is None else gives
        if isinstance(transform, declared.SplitList):
            several = True
        elif isinstance(transform, declared.First | declared.Concatenate | declared.Template):
            several = False
    if several and not field.many:
        message = f"{field.name} takes one value: add FIRST, CONCATENATE or TEMPLATE."
        yield Problem("SEVERAL_VALUES", message, (*path, "transforms"))
    fits = _FITS.get(field.type)
    if kind is not Kind.ANY and fits is not None and kind not in fits:
        needed = " or ".join(sorted(fits))
        message = (
            f"{field.name} holds {field.type.lower()}, but its mapping makes {kind.lower()} ({needed} fits)."
        )
        yield Problem("WRONG_TYPE", message, (*path, "transforms"))


def _transform(
    field: Field, transform: declared.Transform, kind: Kind, paths: int, path: Path
) -> Iterator[Problem]:
    takes = type(transform).takes
    if kind is not Kind.ANY and kind not in takes:
        message = f"{transform.kind} takes {' or '.join(sorted(takes)).lower()}, not {kind.lower()}."
        yield Problem("WRONG_TYPE", message, path)
    match transform:
        case declared.ParseDate(format=format_):
            yield from check_format(format_, "UTC", (*path, "format"))
        case declared.ParseDateTime(format=format_, time_zone=zone):
            yield from check_format(format_, zone, (*path, "format"))
        case declared.Template(text=text):
            named = [int(place) for place in PLACES.findall(text)]
            if not named or max(named) >= paths or _LEFT_OPEN.search(PLACES.sub("", text)):
                message = f"A template writes values by {{0}} to {{{paths - 1}}}, one for each path."
                yield Problem("INVALID_TEMPLATE", message, path)
        case declared.MapValues(values=values, otherwise=otherwise):
            if field.type is FieldType.ENUM:
                for to in filter(None, dict.fromkeys(values.values())):
                    yield from _literal(field, to, (*path, "values"))
                if otherwise:
                    yield from _literal(field, otherwise, (*path, "otherwise"))
            folded = Counter(key.strip().casefold() for key in values)
            for key, count in folded.items():
                if count > 1:
                    yield Problem("DUPLICATE", f"{key!r} is mapped {count} times.", (*path, "values"))
        case declared.Country(default=str(code)):
            country = Field("country", FieldType.COUNTRY, "", field.classification)
            yield from _literal(country, code, (*path, "default"))
        case declared.Default(value=literal) if field.type in (FieldType.ENUM, FieldType.CURRENCY):
            yield from _literal(field, literal, path)


def _literal(field: Field, value: str, path: Path) -> Iterator[Problem]:
    """A text that a mapping gives to a field must be what the field holds."""
    if field.type in (FieldType.BOOLEAN, FieldType.INTEGER, FieldType.OBJECT):
        message = f"{field.name} holds {field.type.lower()}, which cannot be given as a text."
        yield Problem("WRONG_TYPE", message, path)
    elif wrong := _wrong(field, value):
        yield Problem(f"INVALID_{field.type}", f"{field.name}: {wrong}.", path)


def _wrong(field: Field, value: str) -> str | None:
    try:
        parse(field, value)
    except Invalid as error:
        return error.message
    except (ValueError, OverflowError):
        return f"not a {field.type.lower()} in ISO 8601"
    return None


def check_path(path: str, known: Declared, where: Path) -> Iterator[Problem]:
    """What is wrong with a path in the rows of an object."""
    steps = path.split(".")
    if len(steps) > MAX_STEPS or not all(step.strip() for step in steps):
        message = f"A path is a field's name, or up to {MAX_STEPS} names and places parted by dots."
        yield Problem("INVALID_PATH", message, where)
    elif known and not any(".".join(steps[:end]) in known for end in range(1, len(steps) + 1)):
        yield Problem("UNDECLARED_FIELD", f"The source's object declares no field {path!r}.", where)


def check_format(format_: str, zone: str, path: Path) -> Iterator[Problem]:
    """What is wrong with the format of moments, whose own path is given, and their zone."""
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        message = "Expected a time zone of the IANA database, such as Europe/Berlin."
        yield Problem("INVALID_TIME_ZONE", message, (*path[:-1], "timeZone"))
    if format_ == ISO or format_ in EPOCHS:
        return
    moment = datetime(2001, 2, 3, 4, 5, 6)
    try:
        if "%" not in format_:
            raise ValueError
        datetime.strptime(moment.strftime(format_), format_)
    except (ValueError, re.error):
        message = f"Expected directives of strptime, such as %d.%m.%Y, or ISO, {', '.join(EPOCHS)}."
        yield Problem("INVALID_FORMAT", message, path)


def camel(name: str) -> str:
    """A name as a client writes it: `modified_field` is `modifiedField`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
