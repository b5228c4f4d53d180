"""The catalogue: the canonical model with what integrators added to it, and the sources that send in a form
of their own. A process keeps one snapshot of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import LiteralString, TypeVar

from graph_model.graph import Graph, Transaction
from graph_model.metadata.custom import read_registry
from graph_model.metadata.registry import SHIPPED, Registry
from graph_model.sources.model import Source
from graph_model.sources.store import load_sources

T = TypeVar("T")

FRESH = 1.0
"""Seconds that a snapshot counts without a look at the graph."""

_VERSION: LiteralString = "MATCH (c:Catalogue {name: 'catalogue'}) RETURN c.version"
_NEXT: LiteralString = "MATCH (c:Catalogue {name: 'catalogue'}) SET c.version = c.version + 1"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is at one moment. Every change has a `version` of its own."""

    version: int
    registry: Registry
    sources: Mapping[str, Source]


class Catalogues:
    """The catalogue of a graph, as this process knows it: at most a second old, its own changes at once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known = Catalogue(0, SHIPPED, {})
        self._looked_at = -FRESH
        self._looking: asyncio.Task[None] | None = None

    async def current(self) -> Catalogue:
        """The catalogue; there is a look at the graph only once a second, which all share. Where requests
        keep coming, none waits for it."""
        age = monotonic() - self._looked_at
        if age >= FRESH:
            await asyncio.shield(self._look())
        elif age >= FRESH / 2:
            self._look()
        return self._known

    async def renew(self) -> Catalogue:
        """The catalogue as it is now: for whoever would say that something is not in it."""
        if self._looking is not None:
            # It may have begun before what the caller has to see was there.
            await asyncio.shield(self._looking)
        await asyncio.shield(self._look())
        return self._known

    async def change(self, work: Callable[[Transaction, Catalogue], Awaitable[T]]) -> T:
        """What `work` returns, which changes the catalogue that it is given, once that is on disk. Changes
        take turns."""

        async def attempt(transaction: Transaction) -> T:
            await transaction.run(_NEXT)
            return await work(transaction, await read_catalogue(transaction))

        result = await self._graph.write(attempt)
        await self.renew()
        return result

    def _look(self) -> asyncio.Task[None]:
        if self._looking is None:
            self._looking = asyncio.create_task(self._read(), name="catalogue")
            self._looking.add_done_callback(self._looked)
        return self._looking

    def _looked(self, task: asyncio.Task[None]) -> None:
        self._looking = None
        if not task.cancelled():
            # Who waits is told; a look that nobody waits for is taken again before long.
            task.exception()

    async def _read(self) -> None:
        began = monotonic()
        if await self._graph.read(_VERSION) != self._known.version:
            self._known = await self._graph.inspect(read_catalogue)
        self._looked_at = began


async def read_catalogue(transaction: Transaction) -> Catalogue:
    """The catalogue as the transaction sees it."""
    while True:
        version = await transaction.run(_VERSION)
        registry = await read_registry(transaction)
        sources = await load_sources(transaction)
        # What reads commits between its statements must see that all of them saw one version.
        if await transaction.run(_VERSION) == version:
            return Catalogue(version, registry, sources)
