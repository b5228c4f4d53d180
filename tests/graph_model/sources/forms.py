"""Mappings for tests, in the form that a client writes them in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from graph_model.ingestion.preparing import Prepared, prepare
from graph_model.metadata.catalogue import Catalogue
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Mode, Problem, Record
from graph_model.sources.form import read_objects
from graph_model.sources.model import Source

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def source(*objects: dict[str, Any], name: str = "crm", version: int = 1) -> Source:
    """A source with these objects."""
    read = read_objects(objects)
    return Source(
        name=name,
        version=version,
        objects={item.name: item for item in read},
        created_at="2026-11-25T12:00:00.000000Z",
        created_by="test",
    )


def catalogue(*sources: Source) -> Catalogue:
    """The catalogue of these sources and the shipped model."""
    return Catalogue(1, SHIPPED, {item.name: item for item in sources})


def individual(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An object `person` whose rows become individuals by these mappings."""
    return {"name": "person", "targets": [{"object": "Individual", "fields": list(fields)}], **more}


def mapped(
    of: Source, row: Any, *, object_name: str = "person", mode: Mode = Mode.UPSERT, country: str | None = None
) -> tuple[Record, ...]:
    """The records that a row becomes; it must be right."""
    made = prepare(
        row, of.name, object_name, catalogue(of), mode=mode, received_at=NOW, default_country=country
    )
    assert isinstance(made, Prepared), made
    return made.records


def refused(
    of: Source, row: Any, *, object_name: str = "person", mode: Mode = Mode.UPSERT
) -> list[tuple[str, tuple[str | int, ...]]]:
    """The codes and paths of what is wrong with a row; something must be."""
    made = prepare(row, of.name, object_name, catalogue(of), mode=mode, received_at=NOW)
    assert isinstance(made, list), made
    assert all(isinstance(problem, Problem) for problem in made)
    return [(problem.code, problem.path) for problem in made]
