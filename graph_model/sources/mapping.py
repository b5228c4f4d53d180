"""From a row, as a source sends it, to records in canonical form, by the source's mapping.

In a row, null, an empty text and a field that is missing are the same: no value. So a file, which cannot tell
them apart, ends as a stream does. A patch says nothing but of the fields that it names: a null deletes,
an empty text, which a file has for whatever it leaves out, says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from graph_model import times
from graph_model.metadata.fields import Field, FieldType, ObjectType
from graph_model.metadata.registry import Registry
from graph_model.records.model import Mode, Problem
from graph_model.sources.applying import Unfit, chain, to_text
from graph_model.sources.model import Condition, FieldMapping, SourceObject, Target
from graph_model.sources.paths import Reader, is_blank, is_there, reader, steps_of
from graph_model.sources.transforms import ParseDateTime

Row: TypeAlias = Mapping[str, Any]
Path: TypeAlias = tuple[str | int, ...]

_MISSING = object()
_TRUE = frozenset({"true", "t", "yes", "y", "1"})


@dataclass(frozen=True, slots=True)
class Mapped:
    """A row as one of its targets takes it: in canonical form, or as deleted; not `valid` where it is wrong,
    so that only its problems count. `sources` are the places in the row that its fields are from."""

    object_type: ObjectType
    name: str
    mode: Mode
    raw: dict[str, Any]
    sources: Mapping[str, Path]


class Mapper:
    """What maps the rows of an object, made once for many."""

    def __init__(self, source_object: SourceObject, registry: Registry) -> None:
        self._object = source_object
        self._id = reader(source_object.primary_key)
        self._modified = [(path, reader(path)) for path in source_object.modified_field]
        format_ = ParseDateTime(
            format=source_object.modified_format, time_zone=source_object.modified_time_zone
        )
        self._moment = chain([format_])
        self._deleted = reader(source_object.deleted_field) if source_object.deleted_field else None
        self._targets = [
            _TargetMapper(target, target.name if place else source_object.name, object_type)
            for place, target in enumerate(source_object.targets)
            if (object_type := registry.find(target.object)) is not None
        ]

    def map(self, row: Row, mode: Mode) -> list[Mapped] | list[Problem]:
        """The row as its targets take it, at least one, or everything that is wrong with it."""
        problems: list[Problem] = []
        head: dict[str, Any] = {}
        if (id_ := _single(self._id, row, self._object.primary_key, problems)) is not None:
            head["id"] = id_
        elif not problems:
            message = f"A row of {self._object.name} needs {self._object.primary_key}."
            problems.append(Problem("MISSING_PRIMARY_KEY", message, steps_of(self._object.primary_key)))
        sources: dict[str, Path] = {"id": steps_of(self._object.primary_key)}
        for path, read in self._modified:
            if (modified_at := _single(read, row, path, problems)) is not None:
                self._read_modified(path, modified_at, head, problems)
                sources["modifiedAt"] = steps_of(path)
                break
        if self._deleted is not None and any(_is_true(value) for value in self._deleted(row)):
            mode = Mode.DELETE
        made = [
            mapped
            for target in self._targets
            if (mapped := target.map(row, head, sources, mode, problems, self._object.immutable)) is not None
        ]
        if not made and not problems:
            problems.append(Problem("NO_TARGET", "By the mapping this row becomes no record.", ()))
        return problems or made

    def _read_modified(self, path: str, text: str, head: dict[str, Any], problems: list[Problem]) -> None:
        try:
            (moment,) = self._moment([text])
            head["modifiedAt"] = times.to_text(moment)
        except Unfit as error:
            problems.append(Problem(error.code, f"{path}: {error.message}", steps_of(path)))


class _TargetMapper:
    def __init__(self, target: Target, name: str, object_type: ObjectType) -> None:
        self._name = name
        self._object_type = object_type
        self._holds = _condition(target.when) if target.when else None
        self._condition_path = target.when.path if target.when else ""
        self._fields = _field_mappers(target.fields, object_type.field)

    def map(
        self,
        row: Row,
        head: Mapping[str, Any],
        sources: Mapping[str, Path],
        mode: Mode,
        problems: list[Problem],
        immutable: bool,
    ) -> Mapped | None:
        if mode is not Mode.DELETE and self._holds is not None and not (holds := self._holds(row, mode)):
            if holds is None:
                problems.append(
                    _incomplete(self._name, [self._condition_path], steps_of(self._condition_path))
                )
            if immutable or holds is None:
                return None
            mode = Mode.DELETE
        raw, found = dict(head), dict(sources)
        if mode is not Mode.DELETE:
            for field in self._fields:
                value = field.value(row, mode, problems)
                if value is not _MISSING:
                    raw[field.name] = value
                found[field.name] = field.source
        return Mapped(self._object_type, self._name, mode, raw, found)


class _FieldMapper:
    """What gives one field its value: of several mappings of one field, all of their values."""

    def __init__(self, field: Field, mappings: Sequence[FieldMapping]) -> None:
        self.name = field.name
        self._makers = [_maker(field, mapping) for mapping in mappings]
        self._inputs = [path for mapping in mappings for path in _inputs(mapping)]
        self._many = field.many
        self.source: Path = steps_of(self._inputs[0]) if len(self._inputs) == 1 else (field.name,)

    def value(self, row: Row, mode: Mode, problems: list[Problem]) -> Any:
        """Its value, or _MISSING if the row says nothing of it. Problems are added to those."""
        if mode is Mode.PATCH and not self._is_patched(row, problems):
            return _MISSING
        values = [value for make in self._makers for value in make(row, problems)]
        if not values:
            return None if mode is Mode.PATCH else _MISSING
        if self._many:
            return values
        if len(values) > 1:
            message = f"{self.name} takes one value; the transform FIRST takes one of several."
            problems.append(Problem("TOO_MANY_VALUES", message, self.source))
        return values[0]

    def _is_patched(self, row: Row, problems: list[Problem]) -> bool:
        named = [path for path in self._inputs if is_there(row, path)]
        if not named or len(named) == len(self._inputs):
            return bool(named)
        missing = [path for path in self._inputs if path not in named]
        problems.append(_incomplete(self.name, missing, steps_of(named[0])))
        return False


def _incomplete(name: str, missing: Sequence[str], path: Path) -> Problem:
    message = f"{name} depends on several fields; a patch of it needs {', '.join(missing)}, too."
    return Problem("INCOMPLETE_PATCH", message, path)


_Maker: TypeAlias = Callable[[Row, list[Problem]], list[Any]]


def _field_mappers(
    mappings: Iterable[FieldMapping], find: Callable[[str], Field | None]
) -> list[_FieldMapper]:
    by_field: dict[str, tuple[Field, list[FieldMapping]]] = {}
    for mapping in mappings:
        if (field := find(mapping.field)) is not None:
            by_field.setdefault(field.name, (field, []))[1].append(mapping)
    return [_FieldMapper(field, of_field) for field, of_field in by_field.values()]


def _inputs(mapping: FieldMapping) -> list[str]:
    needed = [mapping.when.path] if mapping.when else []
    if mapping.each is not None:
        return [mapping.each, *needed]
    return [*mapping.paths, *(path for part in mapping.parts for path in _inputs(part)), *needed]


def _maker(field: Field, mapping: FieldMapping) -> _Maker:
    if mapping.when is not None:
        holds, make_it = _condition(mapping.when), _maker(field, mapping.model_copy(update={"when": None}))
        return lambda row, problems: make_it(row, problems) if holds(row, Mode.UPSERT) else []
    if mapping.parts:
        return _parts_maker(field, mapping)
    if mapping.constant is not None:
        constant = [mapping.constant]
        return lambda row, problems: constant
    readers = [(reader(path), steps_of(path)) for path in mapping.paths]
    change = chain(mapping.transforms)

    def make(row: Row, problems: list[Problem]) -> list[Any]:
        values: list[Any] = []
        for read, _ in readers:
            # A place for each path, so that a template can count on them.
            values.extend(read(row) or [None])
        try:
            return [_fitted(field, value) for value in change(values) if not is_blank(value)]
        except Unfit as error:
            path = readers[0][1] if readers else (field.name,)
            problems.append(Problem(error.code, f"{field.name}: {error.message}", path))
            return []

    return make


def _parts_maker(field: Field, mapping: FieldMapping) -> _Maker:
    parts = _field_mappers(mapping.parts, field.part)
    each = reader(mapping.each) if mapping.each else None
    # Of a constant alone nobody would know what it is of.
    constants = {part.field for part in mapping.parts if part.constant is not None}

    def make(row: Row, problems: list[Problem]) -> list[Any]:
        made = []
        for item in each(row) if each else (row,):
            if isinstance(item, dict):
                value = {part.name: found for part in parts if (found := _part(part, item, problems))}
                if value.keys() - constants:
                    made.append(value)
        return made

    return make


def _part(part: _FieldMapper, item: Row, problems: list[Problem]) -> Any:
    value = part.value(item, Mode.UPSERT, problems)
    return None if value is _MISSING else value


def _fitted(field: Field, value: Any) -> Any:
    """The value in the form that records in canonical form have it in."""
    match field.type, value:
        case FieldType.BOOLEAN, bool():
            return value
        case FieldType.BOOLEAN, str() if (word := value.strip().casefold()) in ("true", "false"):
            return word == "true"
        case FieldType.INTEGER, str() if len(value) < 17 and value.strip().removeprefix("-").isdecimal():
            return int(value)
        case FieldType.INTEGER | FieldType.DECIMAL, Decimal():
            whole = value == value.to_integral_value()
            if field.type is FieldType.DECIMAL:
                return f"{value.normalize():f}"
            # One with decimals is left as it is, for the validation to say so.
            return int(value) if whole and abs(value) < 2**53 else f"{value:f}"
        case FieldType.INTEGER, float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case FieldType.INTEGER | FieldType.LATITUDE | FieldType.LONGITUDE, int() | float():
            return value
        case FieldType.DATE, datetime():
            return value.date().isoformat()
        case FieldType.DATETIME, datetime():
            return times.to_text(value)
        case FieldType.DATETIME, date():
            return times.to_text(datetime(value.year, value.month, value.day, tzinfo=UTC))
        case FieldType.MONEY, float():
            return f"{Decimal(repr(value)):f}"
    return to_text(value)


def _single(read: Reader, row: Row, path: str, problems: list[Problem]) -> str | None:
    values = [value for value in read(row) if not is_blank(value)]
    if not values:
        return None
    try:
        if len(values) > 1:
            raise Unfit("TOO_MANY_VALUES", "expected a single value")
        return to_text(values[0]).strip()
    except Unfit as error:
        problems.append(Problem(error.code, f"{path}: {error.message}", steps_of(path)))
        return None


def _is_true(value: Any) -> bool:
    return value is True or (isinstance(value, str | int) and str(value).strip().casefold() in _TRUE)


def _condition(condition: Condition) -> Callable[[Row, Mode], bool | None]:
    """Whether a row is as the condition has it; None where a patch does not say."""
    read = reader(condition.path)
    wanted = frozenset(value.strip().casefold() for value in condition.values)

    def holds(row: Row, mode: Mode) -> bool | None:
        if mode is Mode.PATCH and not is_there(row, condition.path):
            return None
        values = [value for value in read(row) if not is_blank(value)]
        if not wanted:
            return bool(values) is not condition.negated
        try:
            met = any(to_text(value).strip().casefold() in wanted for value in values)
        except Unfit:
            met = False
        return met is not condition.negated

    return holds
