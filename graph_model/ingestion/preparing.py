"""From a row, as a source sends it, to the records that it becomes, or to everything that is wrong with it.

Whoever takes rows calls this: streams, files, jobs that read kept payloads again, and who only tries a
mapping. A source that was never registered sends records in canonical form.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from graph_model import times
from graph_model.errors import BadInput
from graph_model.metadata.catalogue import Catalogue, Catalogues
from graph_model.metadata.objects import ObjectType
from graph_model.metadata.registry import Registry
from graph_model.records.model import Mode, Problem, Record
from graph_model.records.validation import check_source, tombstone, validate
from graph_model.records.validation import check_target as check_canonical
from graph_model.sources.mapping import Mapped, Mapper
from graph_model.sources.model import Source


@dataclass(frozen=True, slots=True)
class Prepared:
    """The records of one row, at least one; the first keeps the row's payload."""

    records: tuple[Record, ...]


def check_target(source: str, object_name: str, catalogue: Catalogue) -> None:
    """Raise BadInput unless this source may send rows of this object."""
    registered = catalogue.sources.get(source)
    if registered is None:
        check_canonical(source, object_name, catalogue.registry)
    elif object_name not in registered.objects:
        check_source(source)
        raise BadInput(
            f"The source has no object of that name; it has {', '.join(registered.objects)}.",
            code="UNKNOWN_OBJECT",
        )


async def catalogue_for(catalogues: Catalogues, source: str, object_name: str) -> Catalogue:
    """The catalogue to prepare rows of an object by. One that does not know the object is read anew first.
    Raises BadInput as `check_target` does."""
    known = await catalogues.current()
    try:
        check_target(source, object_name, known)
    except BadInput:
        known = await catalogues.renew()
        check_target(source, object_name, known)
    return known


def prepare(
    raw: Any,
    source: str,
    object_name: str,
    catalogue: Catalogue,
    *,
    mode: Mode = Mode.UPSERT,
    received_at: datetime,
    default_country: str | None = None,
) -> Prepared | list[Problem]:
    """The records that a row becomes, or its problems, with paths that begin at the row. Raises BadInput as
    `check_target` does."""
    check_target(source, object_name, catalogue)
    registered = catalogue.sources.get(source)
    if not isinstance(raw, dict):
        return [Problem("INVALID_RECORD", "A record is an object with an id and fields.", ())]
    if registered is None or not registered.objects[object_name].targets:
        object_type = check_canonical(source, object_name, catalogue.registry)
        record = _record(raw, source, object_type, mode, received_at, default_country)
        return record if isinstance(record, list) else Prepared((replace(record, payload=to_payload(raw)),))
    mapped = mapper_of(registered, object_name, catalogue.registry).map(raw, mode)
    names = known_as(registered, catalogue.registry)
    records: list[Record] = []
    problems: list[Problem] = []
    for item in mapped:
        if isinstance(item, Problem):
            problems.append(item)
            continue
        made = _record(item.raw, source, item.object_type, item.mode, received_at, default_country)
        if isinstance(made, list):
            problems.extend(problem for problem in _in_row(made, item) if problem not in problems)
            continue
        records.append(
            replace(
                made,
                key=replace(made.key, object=item.name),
                warnings=tuple(_in_row(made.warnings, item)),
                payload=None if records else to_payload(raw),
                mapping=registered.version,
                known_as=names,
                sent=mode,
            )
        )
    return problems or Prepared(tuple(records))


def prepare_deletion(
    record_id: Any, source: str, object_name: str, catalogue: Catalogue, *, deleted_at: datetime
) -> Prepared | list[Problem]:
    """The tombstones of all records that rows of this id became. Raises BadInput as `check_target` does."""
    check_target(source, object_name, catalogue)
    registered = catalogue.sources.get(source)
    if registered is None or not registered.objects[object_name].targets:
        targets: list[tuple[str, str | None]] = [(object_name, None)]
    else:
        targets = [
            (target.object, target.name if place else object_name)
            for place, target in enumerate(registered.objects[object_name].targets)
        ]
    records = []
    for canonical, name in targets:
        object_type = check_canonical(source, canonical, catalogue.registry)
        made = tombstone(source, object_type, record_id, deleted_at=deleted_at)
        if isinstance(made, Problem):
            return [made]
        mapping = registered.version if registered and name else None
        key = replace(made.key, object=name or object_type.name)
        records.append(replace(made, key=key, mapping=mapping))
    return Prepared(tuple(records))


def to_payload(raw: Mapping[str, Any]) -> str:
    """A row as the text that is kept of it."""
    try:
        return orjson.dumps(raw).decode()
    except TypeError:
        # What orjson does not write: numbers beyond 64 bits, and halves of surrogate pairs.
        return json.dumps(raw)


def from_payload(text: str) -> Any:
    """The row of which `to_payload` made a text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def mapper_of(source: Source, object_name: str, registry: Registry) -> Mapper:
    """What maps the rows of an object; it is made once for each version of a source."""
    return _mapper(_ById(source), _ById(registry), object_name)


@dataclass(frozen=True, slots=True)
class _ById:
    """A key of a cache: that very object, which is kept alive with it."""

    item: Any

    def __hash__(self) -> int:
        return id(self.item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.item is self.item


@lru_cache(maxsize=256)
def _mapper(source: _ById, registry: _ById, object_name: str) -> Mapper:
    return Mapper(source.item.objects[object_name], registry.item)


def known_as(source: Source, registry: Registry) -> Mapping[str, tuple[str, ...]]:
    """Under which objects the source has records of a canonical one, by the canonical name."""
    return _names(_ById(source), _ById(registry))


@lru_cache(maxsize=256)
def _names(source: _ById, registry: _ById) -> Mapping[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for item in source.item.objects.values():
        for place, target in enumerate(item.targets):
            if (object_type := registry.item.find(target.object)) is not None:
                name = target.name if place else item.name
                names[object_type.name] = (*names.get(object_type.name, ()), name)
    return names


def _record(
    raw: dict[str, Any],
    source: str,
    object_type: ObjectType,
    mode: Mode,
    received_at: datetime,
    default_country: str | None,
) -> Record | list[Problem]:
    if mode is Mode.DELETE:
        return _tombstone(raw, source, object_type, received_at)
    return validate(
        raw, source, object_type, received_at=received_at, default_country=default_country, mode=mode
    )


def _tombstone(
    raw: dict[str, Any], source: str, object_type: ObjectType, received_at: datetime
) -> Record | list[Problem]:
    record_id: Any = raw.get("id")
    said = raw.get("modifiedAt")
    if isinstance(record_id, int) and not isinstance(record_id, bool):
        record_id = str(record_id)
    problems: list[Problem] = []
    deleted_at = received_at
    if said is not None:
        try:
            deleted_at = times.parse_moment(said)
        except (ValueError, OverflowError):
            message = "modifiedAt: expected an ISO 8601 date-time such as 2026-11-01T09:30:00Z"
            problems.append(Problem("INVALID_DATETIME", message, ("modifiedAt",)))
    made = tombstone(source, object_type, record_id, deleted_at=deleted_at)
    if isinstance(made, Problem):
        return [replace(made, path=("id",)), *problems]
    return problems or made


def _in_row(problems: Iterable[Problem], mapped: Mapped) -> list[Problem]:
    """The problems of a record in canonical form with the places in the row that they are from."""
    return [
        replace(problem, path=mapped.sources.get(str(problem.path[0]), problem.path[:1]))
        if problem.path
        else problem
        for problem in problems
    ]
