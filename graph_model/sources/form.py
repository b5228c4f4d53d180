"""The form in which a client writes the objects of a source, and in which templates are kept: plain JSON,
names in camel case, a transform as one name with its options, such as `{"case": "UPPER"}`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from graph_model.errors import BadInput
from graph_model.records.model import Problem
from graph_model.sources.fitting import camel
from graph_model.sources.model import SourceObject
from graph_model.sources.transforms import KINDS

_OBJECTS = TypeAdapter(tuple[SourceObject, ...])
LONE = {
    "CASE": "to",
    "SPLIT_NAME": "part",
    "DEFAULT": "value",
    "CONCATENATE": "separator",
    "TEMPLATE": "text",
    "SPLIT_LIST": "separator",
    "NUMBER": "decimal",
}
"""The option of a transform that has but one: it is written without its name."""
BARE = ("TRIM", "FIRST")
"""Transforms without options: they are written as true."""
_KIND_OF = {camel(kind.lower()): kind for kind in KINDS}


class InvalidMapping(BadInput):
    """A mapping cannot be as it is; `problems` say why, with paths that begin at the objects."""

    def __init__(self, found: Iterable[Problem]) -> None:
        self.problems = tuple(found)
        super().__init__(self.problems[0].message, code=self.problems[0].code)


def read_objects(form: Iterable[Mapping[str, Any]]) -> tuple[SourceObject, ...]:
    """The objects that the form describes. Raises InvalidMapping."""
    try:
        return _OBJECTS.validate_python([_object(item) for item in form])
    except ValidationError as error:
        raise InvalidMapping(
            Problem(
                "INVALID_VALUE",
                f"{item['msg'].removeprefix('Value error, ').rstrip('.')}.",
                ("objects", *(_step(step) for step in item["loc"])),
            )
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ) from None


def write_objects(objects: Iterable[SourceObject]) -> list[dict[str, Any]]:
    """The form of the objects; `read_objects` reads it."""
    return [_written(item.model_dump(mode="json", exclude_none=True)) for item in objects]


def _step(step: str | int) -> str | int:
    if isinstance(step, int):
        return step
    return "from" if step == "paths" else camel(step.lower() if step in KINDS else step)


def _object(form: Mapping[str, Any]) -> dict[str, Any]:
    read = _read(form, {"targets": _each(_target), "fields": _each(_read)})
    modified = read.get("modified_field", ())
    return read | {"modified_field": [modified] if isinstance(modified, str) else modified}


def _target(form: Mapping[str, Any]) -> dict[str, Any]:
    read = _read(form, {"fields": _each(_mapping), "when": _read})
    # The first target needs none: in its key stands the source's own object.
    return {"name": read.get("object"), **read}


def _mapping(form: Mapping[str, Any]) -> dict[str, Any]:
    read = _read(form, {"transforms": _each(_transform), "parts": _each(_mapping), "when": _read})
    paths = read.pop("from", ())
    return read | {"paths": [paths] if isinstance(paths, str) else paths}


def _transform(form: Mapping[str, Any]) -> dict[str, Any]:
    if len(form) != 1:
        return {"kind": ""}
    ((name, options),) = form.items()
    kind = _KIND_OF.get(name, name)
    if kind in BARE:
        return {"kind": kind}
    if kind in LONE:
        return {"kind": kind, LONE[kind]: options}
    if not isinstance(options, Mapping):
        return {"kind": kind, "options": options}
    read = _read(options)
    if kind == "MAP" and not isinstance(values := read.get("values"), dict):
        read["values"] = {item["from"]: item["to"] for item in values or ()}
    return {"kind": kind, **read}


def _read(form: Mapping[str, Any], inner: Mapping[str, Callable[[Any], Any]] | None = None) -> dict[str, Any]:
    read = {}
    for name, value in form.items():
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        read[snake] = inner[snake](value) if inner and snake in inner else value
    return read


def _each(read: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda items: [read(item) for item in (items if isinstance(items, list | tuple) else [items])]


def _written(dumped: Mapping[str, Any]) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for name, value in dumped.items():
        if value in ("", [], False):
            continue
        if name == "transforms":
            form[name] = [_written_transform(item) for item in value]
        elif name == "paths":
            form["from"] = value
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            form[camel(name)] = [_written(item) for item in value]
        else:
            form[camel(name)] = _written(value) if isinstance(value, dict) else value
    return form


def _written_transform(dumped: Mapping[str, Any]) -> dict[str, Any]:
    options = dict(dumped)
    kind = options.pop("kind")
    name = camel(kind.lower())
    if kind in BARE:
        return {name: True}
    if kind in LONE:
        return {name: options[LONE[kind]]}
    if kind == "MAP":
        options["values"] = [{"from": key, "to": to} for key, to in options["values"].items()]
    return {name: {camel(option): value for option, value in options.items() if value is not None}}
