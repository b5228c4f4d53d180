"""The records of the graph as matching sees them, read page by page: all, or a sample that is always the same.

A sample takes whole individuals, chosen by the hash of their id: what is linked now stays together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import LiteralString

from graph_model.graph import Graph

PAGE = 2_000
MOST = 200_000
"""Records that a training or a preview looks at, at most."""

_COUNT: LiteralString = "MATCH (r:SourceRecord) RETURN count(r)"

# The embedded engine never sorts by an index, but reads one in its order.
_PAGE: LiteralString = """
MATCH (r:SourceRecord) WHERE r.key > $after
WITH r ORDER BY r.key LIMIT $limit
"""
_PAGE_AS_SCANNED: LiteralString = """
MATCH (r:SourceRecord) WHERE r.key > $after
WITH r LIMIT $limit
"""

_MEMBERS: LiteralString = """
OPTIONAL MATCH (r)-[:UNIFIED]->(i:Individual)
RETURN collect([r.key, r.features, i.id, r.id, r.modifiedAt])
"""

_KEYS: LiteralString = """
RETURN collect(r.key)
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A record: its features as text, the individual that it belongs to, its id, its modified time."""

    key: str
    features: str
    individual: str | None
    id: str
    modified: str


async def count_records(graph: Graph) -> int:
    """How many records of profiles there are."""
    return int(await graph.read(_COUNT))


async def keys_after(graph: Graph, after: str, limit: int) -> list[str]:
    """The keys of the records that follow that key, in order."""
    statement = (_PAGE_AS_SCANNED if graph.scans_in_order else _PAGE) + _KEYS
    return sorted(await graph.read(statement, after=after, limit=limit))


async def read_population(
    graph: Graph, most: int, report: Callable[[int, int], Awaitable[None]]
) -> tuple[list[Member], int]:
    """The records with features, or those of a sample of the individuals if there are more than `most`, and
    how many there are in all. What was read is reported as (done, total)."""
    total = await count_records(graph)
    statement = (_PAGE_AS_SCANNED if graph.scans_in_order else _PAGE) + _MEMBERS
    found: list[Member] = []
    after, read = "", 0
    while rows := await graph.read(statement, after=after, limit=PAGE):
        members = [Member(*row) for row in rows if row[1]]
        found += [item for item in members if total <= most or is_sampled(item, most / total)]
        after = max(row[0] for row in rows)
        read += len(rows)
        await report(read, max(read, total))
    return found, total


def is_sampled(member: Member, share: float) -> bool:
    """Whether a sample of this share has the record: the same answer for all records of one individual."""
    chosen_by = member.individual or member.key
    return int.from_bytes(blake2b(chosen_by.encode(), digest_size=8).digest(), "big") < share * 2**64


def packed(members: Sequence[Member]) -> list[str]:
    """Their features, as text."""
    return [member.features for member in members]
