"""The first version of the ruleset, made with the graph's schema: the default of the software, active."""

from __future__ import annotations

from typing import LiteralString

from graph_model import times
from graph_model.graph import Graph, Transaction
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.normalise import NORMALISER_VERSION
from graph_model.identity.rulesets import store
from graph_model.identity.rulesets.stored import RulesetState, write
from graph_model.ids import new_id

FIRST = 1
SYSTEM = "system"

_STATE: LiteralString = """
WITH CASE WHEN EXISTS { MATCH (:SourceRecord) } THEN 0 ELSE $normaliser END AS normaliser
MERGE (s:RulesetState {name: 'rulesets'})
ON CREATE SET s.last = $version, s.active = $version, s.digest = $digest, s.generation = $version,
              s.normaliser = normaliser
RETURN s.active
"""

_FIRST: LiteralString = """
MERGE (r:Ruleset {version: $version})
ON CREATE SET r += $properties
RETURN r.id
"""


async def seed_rulesets(graph: Graph) -> None:
    """Make version 1 and let it count, unless there is one already."""
    now = times.to_text(times.utc_now())
    properties = {
        "id": new_id("rul"),
        "state": str(RulesetState.ACTIVE),
        "createdAt": now,
        "createdBy": SYSTEM,
        "activatedAt": now,
    }

    async def work(transaction: Transaction) -> None:
        id_ = await transaction.run(_FIRST, version=FIRST, properties=properties)
        if id_ == properties["id"]:
            await store.save_content(transaction, FIRST, DEFAULT)
        digest = write(DEFAULT).digest
        await transaction.run(_STATE, version=FIRST, digest=digest, normaliser=NORMALISER_VERSION)

    await graph.write(work)
