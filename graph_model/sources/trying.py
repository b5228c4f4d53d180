"""Trying a mapping on sample rows: what they become and everything that is wrong, with nothing stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from graph_model.ingestion.preparing import Prepared, prepare
from graph_model.metadata.catalogue import Catalogue
from graph_model.records.model import Mode, Problem, Record
from graph_model.sources.model import FieldMapping, Source, SourceObject


@dataclass(frozen=True, slots=True)
class Tried:
    """What a row becomes, or what is wrong with it; `unmapped` are the fields that no mapping looks at,
    which are kept in the payload alone."""

    records: tuple[Record, ...]
    problems: tuple[Problem, ...]
    unmapped: tuple[str, ...]


def try_rows(
    rows: Sequence[Any],
    source: Source,
    object_name: str,
    catalogue: Catalogue,
    *,
    mode: Mode = Mode.UPSERT,
    now: datetime,
    default_country: str | None = None,
) -> list[Tried]:
    """What the rows become by the mapping of this source, whether it is registered or not. Raises BadInput
    if it has no such object."""
    here = replace(catalogue, sources={**catalogue.sources, source.name: source})
    tried = []
    for row in rows:
        made = prepare(
            row,
            source.name,
            object_name,
            here,
            mode=mode,
            received_at=now,
            default_country=default_country,
        )
        unmapped = tuple(_unmapped(row, source.objects[object_name]))
        if isinstance(made, Prepared):
            tried.append(Tried(made.records, (), unmapped))
        else:
            tried.append(Tried((), tuple(made), unmapped))
    return tried


def _unmapped(row: Any, item: SourceObject) -> Iterator[str]:
    if not isinstance(row, dict) or not item.targets:
        return
    used = set(_used(item))
    heads = {path.partition(".")[0] for path in used}
    yield from (name for name in row if name not in used and name not in heads)


def _used(item: SourceObject) -> Iterator[str]:
    yield from filter(None, (item.primary_key, *item.modified_field, item.deleted_field))
    for target in item.targets:
        if target.when is not None:
            yield target.when.path
        yield from _paths(target.fields)


def _paths(mappings: Iterable[FieldMapping]) -> Iterator[str]:
    for mapping in mappings:
        if mapping.when is not None:
            yield mapping.when.path
        if mapping.each is not None:
            yield mapping.each
        else:
            yield from mapping.paths
            yield from _paths(mapping.parts)
