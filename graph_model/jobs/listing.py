"""Jobs page by page, the newest first, each page read from an index in its order, however many there are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import product
from typing import LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.jobs.model import Job, JobKind, JobState
from graph_model.jobs.rows import LISTED, ROW, job_of, listed

_END = "~"
"""Behind everything that a place in a list consists of."""

_ANY: LiteralString = "MATCH (j:Job) WHERE j.listed > $after AND j.listed < $end WITH j"
_IN: LiteralString = "MATCH (j:Job) WHERE j.listedIn > $after AND j.listedIn < $end WITH j"
_OF: LiteralString = "MATCH (j:Job) WHERE j.listedOf > $after AND j.listedOf < $end WITH j"
_OF_IN: LiteralString = "MATCH (j:Job) WHERE j.listedOfIn > $after AND j.listedOfIn < $end WITH j"
# Within one kind and state the order is the same by any of the keys, but only by its own it is the index's.
_ORDER: dict[LiteralString, LiteralString] = {
    _ANY: " ORDER BY j.listed",
    _IN: " ORDER BY j.listedIn",
    _OF: " ORDER BY j.listedOf",
    _OF_IN: " ORDER BY j.listedOfIn",
}
_ROWS: LiteralString = " LIMIT $limit RETURN collect(" + ROW + ")"

_UNLISTED: LiteralString = """
MATCH (j:Job) WHERE j.listed IS NULL
WITH j LIMIT $limit
RETURN collect(j.id)
"""
_LIST: LiteralString = (
    """
UNWIND $rows AS row
MATCH (j:Job {id: row[0]})
SET j.listed = row[1]
WITH j
"""
    + LISTED
)
_BATCH = 1_000


async def newest(
    graph: Graph,
    *,
    limit: int,
    kinds: Sequence[JobKind] | None = None,
    states: Sequence[JobState] | None = None,
    source: str | None = None,
    after: str | None = None,
) -> list[Job]:
    """Up to `limit` jobs of these kinds, states and source, the newest first, behind the one with the id
    `after`."""
    behind = "" if after is None else listed(after)
    of = "" if source is None else f"{source}/"
    if kinds is None and states is None:
        pages = [await _page(graph, _ANY if source is None else _OF, of, behind, limit)]
    else:
        pages = await asyncio.gather(
            *(
                _page(graph, _IN if source is None else _OF_IN, f"{of}{kind}/{state}/", behind, limit)
                for kind, state in product(
                    kinds or () if kinds is not None else JobKind,
                    states or () if states is not None else JobState,
                )
            )
        )
    return sorted((job for page in pages for job in page), key=lambda job: listed(job.id))[:limit]


async def _page(graph: Graph, match: LiteralString, prefix: str, behind: str, limit: int) -> list[Job]:
    order = "" if graph.scans_in_order else _ORDER[match]
    rows = await graph.read(match + order + _ROWS, after=prefix + behind, end=prefix + _END, limit=limit)
    return [job_of(row) for row in rows]


async def list_jobs(graph: Graph) -> None:
    """Give jobs of before their places in lists."""
    while ids := await graph.read(_UNLISTED, limit=_BATCH):

        async def work(transaction: Transaction, ids: list[str] = ids) -> None:
            await transaction.run(_LIST, rows=[[id_, listed(id_)] for id_ in ids])

        await graph.write(work)
