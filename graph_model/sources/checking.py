"""What a mapping must be beyond its form, so that rows can be mapped by it: each problem with its path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from graph_model.metadata.objects import DEVICE_OBJECT
from graph_model.metadata.registry import Registry
from graph_model.records.model import Problem
from graph_model.sources.fitting import Declared, Path, check_fields, check_format, check_path
from graph_model.sources.model import MAX_OBJECTS, SourceObject, Target


def problems(objects: Iterable[SourceObject], registry: Registry) -> list[Problem]:
    """Everything that is wrong with the objects of a source; empty if nothing is."""
    listed = list(objects)
    found = [*_names(listed)]
    for place, item in enumerate(listed):
        found.extend(_object(item, registry, ("objects", place)))
        found.extend(_reserved(item, registry, ("objects", place)))
    return found


def _names(objects: list[SourceObject]) -> Iterator[Problem]:
    if not 1 <= len(objects) <= MAX_OBJECTS:
        yield Problem("MISSING_OBJECTS", f"A source has 1 to {MAX_OBJECTS} objects.", ("objects",))
    names = Counter(
        name for item in objects for name in (item.name, *(target.name for target in item.targets[1:]))
    )
    for place, item in enumerate(objects):
        if names[item.name] > 1:
            yield _twice(item.name, ("objects", place, "name"))
        for number, target in enumerate(item.targets[1:], 1):
            if names[target.name] > 1:
                yield _twice(target.name, ("objects", place, "targets", number, "name"))


def _twice(name: str, path: Path) -> Problem:
    return Problem("DUPLICATE_NAME", f"Of {name!r} there must be one: it is in the keys of records.", path)


def _reserved(item: SourceObject, registry: Registry, path: Path) -> Iterator[Problem]:
    """The gateway derives parties of browsers and apps, under this name."""
    for place, target in enumerate(item.targets):
        object_type = registry.find(target.object)
        name = target.name if place else item.name
        if name == DEVICE_OBJECT and object_type is not None and object_type.is_party:
            message = f"{name!r} is for parties that are made here."
            yield Problem("RESERVED_NAME", message, (*path, "targets", place))


def _object(item: SourceObject, registry: Registry, path: Path) -> Iterator[Problem]:
    if not item.targets and registry.find(item.name) is None:
        message = f"{item.name} is no object of the canonical model, so it needs a target."
        yield Problem("MISSING_TARGETS", message, (*path, "targets"))
    known = {field.name: field.type for field in item.fields}
    for name, count in Counter(field.name for field in item.fields).items():
        if count > 1:
            yield Problem("DUPLICATE_FIELD", f"{name!r} is declared {count} times.", (*path, "fields"))
    for name, value in (
        ("primaryKey", item.primary_key),
        *(("modifiedField", path_) for path_ in item.modified_field),
        ("deletedField", item.deleted_field),
    ):
        if value is not None:
            yield from check_path(value, known, (*path, name))
    yield from check_format(item.modified_format, item.modified_time_zone, (*path, "modifiedFormat"))
    for place, target in enumerate(item.targets):
        yield from _target(target, known, registry, (*path, "targets", place))


def _target(target: Target, known: Declared, registry: Registry, path: Path) -> Iterator[Problem]:
    if target.when is not None:
        yield from check_path(target.when.path, known, (*path, "when", "path"))
    object_type = registry.find(target.object)
    if object_type is None:
        message = f"There is no object {target.object!r}; there are {', '.join(registry.objects)}."
        yield Problem("UNKNOWN_OBJECT", message, (*path, "object"))
        return
    yield from check_fields(target.fields, object_type, known, path)
    mapped = {field.name for mapping in target.fields if (field := object_type.field(mapping.field))}
    for name in sorted(set(object_type.needs) - mapped):
        message = f"{object_type.name} needs {name}, which nothing is mapped to."
        yield Problem("MISSING_FIELD", message, (*path, "fields"))
