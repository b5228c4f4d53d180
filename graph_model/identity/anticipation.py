"""Weighing ahead: what a batch will be compared with is weighed while another batch is being committed.

Nothing is decided and nothing stored. The scorer remembers what pairs weigh, a function of the two records
and the ruleset alone; the transaction that follows looks for its candidates itself, and finds most weights
there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from graph_model.graph import Graph, Transaction
from graph_model.identity import keysets
from graph_model.identity.evidence import counted_candidate, read_candidates
from graph_model.identity.matching.features import Features, pack, unpack
from graph_model.identity.rulesets.active import active
from graph_model.identity.subjects import caps, matching_features, record_findable
from graph_model.records.model import Record

_AT_ONCE = 32
"""Pairs weighed before others have their turn in this process: some milliseconds."""


async def anticipate(graph: Graph, records: Iterable[tuple[Record, Features]]) -> None:
    """Weigh these records, which are not stored yet, against the stored ones that share a mark with them."""
    coming = list(records)

    async def work(transaction: Transaction) -> None:
        loaded = (await active(transaction)).deciding
        # As the transaction will have them: unpacked of the same text, hence the same objects.
        said = {str(record.key): unpack(pack(features)) for record, features in coming}
        sought = {
            str(record.key): record_findable(record, said[str(record.key)], loaded).sought
            for record, _ in coming
        }
        marks = frozenset[tuple[int, int | str]]().union(*sought.values())
        held = await keysets.holders(transaction, marks, caps(loaded))
        partners = {
            key: {other for mark in own for other in held[mark] or ()} - said.keys()
            for key, own in sought.items()
        }
        rows = await read_candidates(transaction, {other for others in partners.values() for other in others})
        candidates = {row[0]: one for row in rows if (one := counted_candidate(row, loaded)) is not None}
        weighed = 0
        for key, others in partners.items():
            features = matching_features(said[key], loaded)
            for other in others & candidates.keys():
                loaded.scorer.weigh(features, candidates[other].features)
                weighed += 1
                if weighed % _AT_ONCE == 0:
                    await asyncio.sleep(0)

    if coming:
        await graph.inspect(work)
