"""Watching whether the ruleset that counts still fits the records, and saying so once for each version."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString

from graph_model import times
from graph_model.events import store as events
from graph_model.events.model import EventKind, NewEvent
from graph_model.graph import Graph, Transaction
from graph_model.identity.matching.counting import count
from graph_model.identity.matching.features import Features, unpack
from graph_model.identity.matching.frequencies import shipped
from graph_model.identity.rulesets import store
from graph_model.identity.rulesets.model import FrequencyTable
from graph_model.identity.rulesets.population import Sampled, read_population
from graph_model.identity.rulesets.staleness import Staleness, compare
from graph_model.jobs.paging import count as count_nodes

EVERY = timedelta(days=1)
"""Time after which records are looked at again; sooner if there are `SOONER` times as many."""
SOONER = 1.25
SAMPLE = 20_000
"""Records that are looked at, at most."""

# Writing first takes the node's lock, so that of several gateways one looks.
_CLAIM: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
SET s.watchAskedAt = $now
WITH s
MATCH (r:Ruleset {version: s.active})
WHERE s.next IS NULL AND r.staleAt IS NULL
  AND (s.watchedVersion IS NULL OR s.watchedVersion <> s.active
       OR s.watchedAt <= $before OR s.watchedRecords * $sooner <= $records)
SET s.watchedAt = $now, s.watchedRecords = $records, s.watchedVersion = s.active
RETURN r.version
"""

_NOTE: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets', active: $version})
MATCH (r:Ruleset {version: $version})
SET r.askedAt = $now
WITH r WHERE r.staleAt IS NULL
SET r.staleAt = $now
RETURN r.version
"""


async def watch(graph: Graph, *, now: datetime, least: int = 1_000) -> bool:
    """Look at the records if it is time to; whether this wrote the event RULESET_STALE. A graph of fewer than
    `least` records says nothing."""
    records = await count_nodes(graph, "SourceRecord")
    if records < least:
        return False
    claim = {
        "now": times.to_text(now),
        "before": times.to_text(now - EVERY),
        "records": records,
        "sooner": SOONER,
    }
    version = await graph.write(lambda transaction: transaction.run(_CLAIM, **claim))
    if version is None:
        return False
    stored = await store.find(graph, version)
    if stored is None:
        return False
    sampled, _ = await read_population(graph, SAMPLE, _ignore)
    live = await asyncio.to_thread(live_tables, sampled)
    found = compare(stored.ruleset.frequencies, live, records=records, trained_on=stored.trained_on)
    return found.is_stale and await _tell(graph, version, records, stored.trained_on, found, now=now)


def live_tables(sampled: Sequence[Sampled]) -> dict[str, FrequencyTable]:
    """The frequencies of these records, counted as training counts them."""
    people: defaultdict[str, list[Features]] = defaultdict(list)
    for each in sampled:
        people[each.individual or each.key].append(unpack(each.features))
    return count(people.values(), shipped())


async def _tell(
    graph: Graph,
    version: int,
    records: int,
    trained_on: int | None,
    found: Staleness,
    *,
    now: datetime,
) -> bool:
    data: dict[str, Any] = {
        "version": version,
        "records": records,
        "trainedOn": trained_on,
        "tables": [
            {"table": change.table, "divergence": round(change.divergence, 3), "risen": change.risen}
            for change in found.changes
        ],
    }
    time = times.to_text(now)

    async def work(transaction: Transaction) -> bool:
        if await transaction.run(_NOTE, version=version, now=time) is None:
            return False
        await events.append(transaction, [NewEvent(EventKind.RULESET_STALE, None, data)], time=time)
        return True

    return await graph.write(work)


async def _ignore(_: int, __: int) -> None:
    """Nobody watches how far the look is."""
