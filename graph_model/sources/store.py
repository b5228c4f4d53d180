"""Keeping sources: the version that counts of each, and all versions that there were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import orjson

from graph_model.graph import Graph, Transaction
from graph_model.sources.model import Source

_CURRENT: LiteralString = """
RETURN COLLECT {
  MATCH (s:Source)
  MATCH (v:SourceVersion {key: s.key})
  RETURN v.definition ORDER BY s.name
}
"""

_VERSION: LiteralString = "MATCH (v:SourceVersion {key: $key}) RETURN v.definition"

_VERSIONS: LiteralString = """
RETURN COLLECT {
  MATCH (v:SourceVersion {source: $source})
  RETURN v.definition ORDER BY v.version DESC
}
"""

_SAVE: LiteralString = """
MERGE (s:Source {name: $source})
SET s.key = $key, s.version = $version
MERGE (v:SourceVersion {key: $key})
SET v.source = $source, v.version = $version, v.definition = $definition
RETURN true
"""

_REMOVE: LiteralString = """
MATCH (s:Source {name: $source})
DELETE s
WITH count(s) AS removed
MATCH (v:SourceVersion {source: $source})
DELETE v
RETURN count(v)
"""


async def load_sources(transaction: Transaction) -> dict[str, Source]:
    """The registered sources by name, each in the version that counts."""
    return {source.name: source for source in map(_source, await transaction.run(_CURRENT))}


async def versions(graph: Graph, name: str) -> list[Source]:
    """Every version of a source, the newest first; none if it is not registered."""
    return _sources(await graph.read(_VERSIONS, source=name))


async def versions_within(transaction: Transaction, name: str) -> list[Source]:
    """Every version of a source as the transaction sees it, the newest first."""
    return _sources(await transaction.run(_VERSIONS, source=name))


async def find(graph: Graph, name: str, version: int) -> Source | None:
    """A version of a source."""
    definition = await graph.read(_VERSION, key=_key(name, version))
    return None if definition is None else _source(definition)


async def save(transaction: Transaction, source: Source) -> None:
    """Store a version of a source, which counts from now on."""
    await transaction.run(
        _SAVE,
        source=source.name,
        key=_key(source.name, source.version),
        version=source.version,
        definition=orjson.dumps(source.model_dump(mode="json")).decode(),
    )


async def remove(transaction: Transaction, name: str) -> None:
    """Forget a source and its versions."""
    await transaction.run(_REMOVE, source=name)


def _key(name: str, version: int) -> str:
    return f"{name}/{version}"


def _sources(definitions: Sequence[Any]) -> list[Source]:
    return [_source(definition) for definition in definitions]


def _source(definition: str) -> Source:
    return Source.model_validate(orjson.loads(definition))
