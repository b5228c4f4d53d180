"""The records of the graph as matching sees them, page by page: all, or a sample that is always the same.

A sample takes whole individuals, chosen by the hash of their id: what is linked now stays together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import LiteralString

from graph_model.graph import Graph
from graph_model.jobs.paging import count, keys_after

PAGE = 2_000
MOST = 200_000
"""Records that a training or a preview looks at, at most."""

_MEMBERS: LiteralString = """
UNWIND $keys AS key
MATCH (r:SourceRecord {key: key})
OPTIONAL MATCH (r)-[:UNIFIED]->(i:Individual)
RETURN collect([r.key, r.features, r.deletedAt, r.id, r.identifiers, r.modifiedAt, i.id])
"""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A record: its features as text, its id, the keys of its identifiers, its modified time, and the
    individual that it belongs to."""

    key: str
    features: str
    id: str
    identifiers: tuple[str, ...]
    modified: str
    individual: str | None


async def read_population(
    graph: Graph, most: int, report: Callable[[int, int], Awaitable[None]]
) -> tuple[list[Sampled], int]:
    """The live records, or those of a sample of the individuals if there are more than `most`, and how many
    there are in all. What was read is reported as (done, total)."""
    everything = await count(graph, "SourceRecord")
    found: list[Sampled] = []
    after, read, live = "", 0, 0
    while keys := await keys_after(graph, "SourceRecord", after, PAGE):
        after = keys[-1]
        for row in await graph.read(_MEMBERS, keys=keys):
            key, features, deleted_at, id_, identifiers, modified, individual = row
            if not features or deleted_at is not None:
                continue
            live += 1
            if everything <= most or is_sampled(individual or key, most / everything):
                found.append(Sampled(key, features, id_, tuple(identifiers or ()), modified, individual))
        read += len(keys)
        await report(read, max(read, everything))
    return found, live


def is_sampled(chosen_by: str, share: float) -> bool:
    """Whether a sample of this share has what is chosen by that text: always the same answer."""
    return int.from_bytes(blake2b(chosen_by.encode(), digest_size=8).digest(), "big") < share * 2**64


def packed(sampled: Sequence[Sampled]) -> list[str]:
    """Their features, as text."""
    return [each.features for each in sampled]
