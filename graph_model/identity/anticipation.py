"""Reading and weighing ahead: what a batch will be compared with, while another batch is being committed.

Nothing is decided and nothing stored. The scorer remembers what pairs weigh, a function of the two records
and the ruleset alone; what was read is kept for the transaction that follows, as far as it still holds then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from graph_model.graph import Graph, Transaction
from graph_model.identity import foresight, keysets, store
from graph_model.identity.evidence import counted_candidate, read_candidates
from graph_model.identity.matching.features import Features, pack, unpack
from graph_model.identity.rulesets.active import active
from graph_model.identity.subjects import caps, matching_features, record_findable
from graph_model.records.model import Record

_AT_ONCE = 32
"""Pairs weighed before others have their turn in this process: some milliseconds."""


async def anticipate(graph: Graph, records: Iterable[tuple[Record, Features]]) -> None:
    """Read the stored records that share a mark with these, which are to be stored, and weigh them against
    each other."""
    coming = list(records)

    async def work(transaction: Transaction) -> None:
        # Before anything else: what others commit from now on is not in what is read, or only in part.
        turn = await store.last_turn(transaction)
        is_over = foresight.is_over(turn)
        loaded = (await active(transaction)).deciding
        # As the transaction will have them: unpacked of the same text, hence the same objects.
        said = {str(record.key): unpack(pack(features)) for record, features in coming}
        found = {
            str(record.key): record_findable(record, said[str(record.key)], loaded) for record, _ in coming
        }
        marks = {mark for each in found.values() for mark in each.holds}
        held = await keysets.holders(transaction, marks, caps(loaded))
        partners = {
            key: {other for mark in each.sought for other in held[mark] or ()} - said.keys()
            for key, each in found.items()
        }
        rows = await read_candidates(transaction, {other for others in partners.values() for other in others})
        if is_over:
            foresight.keep(turn, foresight.Read(held, {row[0]: row for row in rows}))
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
