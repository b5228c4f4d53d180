"""Rulesets for tests: letting another one count, and what it is once it does."""

from __future__ import annotations

from typing import LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.identity import store as identity
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.rulesets import store
from graph_model.identity.rulesets.active import Loaded, active
from graph_model.identity.rulesets.model import Ruleset
from graph_model.identity.rulesets.seed import FIRST
from graph_model.identity.rulesets.stored import write

SMALL_CAPS = DEFAULT.model_copy(update={"name": "small caps", "key_cap": 3, "generic_cap": 2})
"""The default, but few records make an identifier generic, and a blocking key one that finds nobody."""

_DIGEST: LiteralString = "MATCH (s:RulesetState {name: 'rulesets'}) SET s.digest = $digest"


async def use(graph: Graph, ruleset: Ruleset) -> None:
    """Let this ruleset count, in a graph without records, as the first version."""

    async def work(transaction: Transaction) -> None:
        # As everybody does who changes what counts.
        await identity.lock(transaction)
        await store.save_content(transaction, FIRST, ruleset)
        await transaction.run(_DIGEST, digest=write(ruleset).digest)

    await graph.write(work)


async def loaded(graph: Graph) -> Loaded:
    """The ruleset that counts."""

    async def work(transaction: Transaction) -> Loaded:
        return (await active(transaction)).current

    return await graph.write(work)
