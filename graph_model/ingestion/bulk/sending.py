"""Loads as they go from the process that reads them to the one that stores them.

Pickle sets the fields of frozen dataclasses one by one, in Python, which costs as much as to prepare a row;
here they are made anew by their constructors. Objects of the canonical model go by their names.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from graph_model.identity.matching.features import Address, Features, Name
from graph_model.ingestion.bulk.reading import Item, Load, Reader, Wanted
from graph_model.ingestion.deciding import Submission
from graph_model.ingestion.formats.bounding import bound_memory
from graph_model.ingestion.requests import Row
from graph_model.metadata.objects import ObjectType
from graph_model.metadata.registry import Registry
from graph_model.records.model import Identifier, Problem, Record, RecordKey


def sending_reader(*args: Any, **options: Any) -> Callable[[Wanted], bytes]:
    """The reader of a process that does nothing else: what it answers is for `received`."""
    bound_memory()
    reader = Reader(*args, **options)
    return lambda wanted: sent(reader(wanted))


def sent(load: Load) -> bytes:
    """A load as it goes to another process."""
    written = io.BytesIO()
    _Pickler(written).dump(load)
    return written.getvalue()


def received(content: bytes, registry: Registry) -> Load:
    """The load that was sent, whose rows were prepared by this registry."""
    load: Load = _Unpickler(content, registry).load()
    return load


def _by_constructor(kind: Any) -> Callable[[Any], tuple[Callable[..., Any], tuple[Any, ...]]]:
    names = tuple(field.name for field in fields(kind))
    return lambda value: (kind, tuple([getattr(value, name) for name in names]))


_DISPATCH: dict[type, Callable[[Any], tuple[Callable[..., Any], tuple[Any, ...]]]] = {
    kind: _by_constructor(kind)
    for kind in (Address, Features, Identifier, Item, Name, Problem, Record, RecordKey, Row, Submission)
}


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=5)
        self.dispatch_table = _DISPATCH

    def persistent_id(self, value: Any) -> str | None:
        return value.name if isinstance(value, ObjectType) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, content: bytes, registry: Registry) -> None:
        super().__init__(io.BytesIO(content))
        self._registry = registry

    def persistent_load(self, name: str) -> ObjectType | None:
        return self._registry.find(name)
