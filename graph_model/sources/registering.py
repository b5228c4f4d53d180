"""Registering sources and changing their mappings: what is stored, and what may not be changed any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.metadata.catalogue import Catalogue, Catalogues
from graph_model.metadata.registry import Registry
from graph_model.records.model import Problem
from graph_model.records.validation import check_source
from graph_model.sources import store
from graph_model.sources.checking import problems
from graph_model.sources.form import InvalidMapping
from graph_model.sources.model import Source, SourceObject

MAX_TITLE = 200
MAX_NOTE = 2_000

_OUTDATED: LiteralString = """
RETURN
  COUNT { MATCH (n:SourceRecord) WHERE n.key STARTS WITH $prefix AND n.mapping < $version } +
  COUNT { MATCH (n:BusinessObject) WHERE n.key STARTS WITH $prefix AND n.mapping < $version }
"""

_STORED: LiteralString = """
RETURN EXISTS { MATCH (n:SourceRecord) WHERE n.key STARTS WITH $prefix }
    OR EXISTS { MATCH (n:BusinessObject) WHERE n.key STARTS WITH $prefix }
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed of a source: None stays as it is."""

    title: str | None = None
    note: str | None = None
    objects: tuple[SourceObject, ...] | None = None


async def register(
    catalogues: Catalogues,
    name: str,
    objects: Sequence[SourceObject],
    *,
    title: str = "",
    note: str = "",
    template: str | None = None,
    actor: str,
    now: datetime,
) -> Source:
    """A new source, in version 1. Raises BadInput, and InvalidMapping for what its objects are wrong in."""
    check_source(name)
    source = Source(
        name=name,
        title=_text(title, "title", MAX_TITLE),
        note=_text(note, "note", MAX_NOTE),
        version=1,
        template=template,
        objects={item.name: item for item in objects},
        created_at=times.to_text(now),
        created_by=actor,
    )

    async def work(transaction: Transaction, catalogue: Catalogue) -> None:
        known = catalogue.sources.get(name)
        # Where the answer to a commit was lost, the work is run again.
        if known is not None and known != source:
            raise BadInput("There is a source of that name; change its mapping.", code="SOURCE_EXISTS")
        check(objects, catalogue.registry)
        await store.save(transaction, source)

    await catalogues.change(work)
    return source


async def update(
    catalogues: Catalogues,
    name: str,
    change: Change,
    *,
    expected_version: int,
    actor: str,
    now: datetime,
) -> Source:
    """The next version of a source, which counts from now on. Raises BadInput: a source that is not of the
    expected version any more was changed by somebody else; InvalidMapping."""

    async def work(transaction: Transaction, catalogue: Catalogue) -> Source:
        current = catalogue.sources.get(name)
        if current is None:
            raise unknown(name)
        objects = current.objects
        if change.objects is not None:
            objects = {item.name: item for item in change.objects}
            check(change.objects, catalogue.registry)
        made = Source(
            name=name,
            title=current.title if change.title is None else _text(change.title, "title", MAX_TITLE),
            note=_text(change.note or "", "note", MAX_NOTE),
            version=expected_version + 1,
            template=current.template,
            objects=objects,
            created_at=times.to_text(now),
            created_by=actor,
        )
        if current == made:
            return made
        if current.version != expected_version:
            message = f"The source is of version {current.version} by now: look at it, and change that."
            raise BadInput(message, code="VERSION_CONFLICT")
        await _check_kept(transaction, name, made)
        await store.save(transaction, made)
        return made

    return await catalogues.change(work)


async def remove(catalogues: Catalogues, name: str) -> None:
    """Forget a source of which nothing is stored. Raises BadInput."""

    async def work(transaction: Transaction, catalogue: Catalogue) -> None:
        if name not in catalogue.sources:
            raise unknown(name)
        if await _is_stored(transaction, f"{name}/"):
            message = "There are records of this source, deleted ones among them; it cannot be removed."
            raise BadInput(message, code="SOURCE_IN_USE")
        await store.remove(transaction, name)

    await catalogues.change(work)


async def outdated(graph: Graph, source: Source) -> int:
    """How many records of a source are stored by an older version of its mapping than this."""
    return int(await graph.read(_OUTDATED, prefix=f"{source.name}/", version=source.version))


def check(objects: Sequence[SourceObject], registry: Registry) -> None:
    """Raise InvalidMapping if these cannot be the objects of a source."""
    if found := problems(objects, registry):
        raise InvalidMapping(found)


def unknown(name: str) -> BadInput:
    """That no such source is registered."""
    return BadInput(f"There is no source of the name {name[:64]!r}.", code="NOT_FOUND")


async def _check_kept(transaction: Transaction, name: str, made: Source) -> None:
    """What records are stored under has to stay what it was, or their kept payloads could not be mapped
    anew."""
    earlier = await store.versions_within(transaction, name)
    was: dict[str, str] = {}
    for version in earlier:
        was |= _objects_of_names(version.objects.values())
    found = [
        Problem(
            "TARGET_CHANGED",
            f"The records of {target!r} were of the object {was[target]}; name another target for {becomes}.",
            ("objects", place, "targets"),
        )
        for place, item in enumerate(made.objects.values())
        for target, becomes in _objects_of_names([item]).items()
        if was.get(target, becomes) != becomes
    ]
    for dropped in sorted({key for version in earlier for key in version.objects} - made.objects.keys()):
        if await _is_stored(transaction, f"{name}/{dropped}/"):
            message = f"There are records of the object {dropped!r}; it has to stay."
            found.append(Problem("OBJECT_IN_USE", message, ("objects",)))
    if found:
        raise InvalidMapping(found)


def _objects_of_names(objects: Iterable[SourceObject]) -> dict[str, str]:
    """Which canonical object the records are of that have these names in their keys."""
    return {
        target.name if place else item.name: target.object
        for item in objects
        for place, target in enumerate(item.targets)
    } | {item.name: "its own canonical form" for item in objects if not item.targets}


async def _is_stored(transaction: Transaction, prefix: str) -> bool:
    return bool(await transaction.run(_STORED, prefix=prefix))


def _text(text: str, name: str, most: int) -> str:
    if len(text) > most:
        raise BadInput(f"A {name} has at most {most:,} characters.", code=f"INVALID_{name.upper()}")
    return text.strip()
