"""Reading what explanations are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity import components, keysets
from graph_model.identity.components import Neighbourhood, connected
from graph_model.identity.explanations.explaining import (
    Known,
    explain_individual,
    explain_pair,
    shared_keys,
    strongest_pair,
)
from graph_model.identity.explanations.model import History, PairTold, SharedKey
from graph_model.identity.judging import judge_one
from graph_model.identity.matching.component import Part
from graph_model.identity.matching.features import unpack
from graph_model.identity.resolve import constraints_of
from graph_model.identity.rulesets.active import active
from graph_model.identity.subjects import caps, matching_features, member_findable

_REFERENCES: LiteralString = """
RETURN [
  COLLECT { UNWIND $ids AS id MATCH (r:SourceRecord {id: id}) WHERE r.deletedAt IS NULL RETURN [id, r.key] },
  COLLECT { UNWIND $ids AS id
            MATCH (i:Individual {id: id})
            OPTIONAL MATCH (i)-[:MERGED_INTO]->(w:Individual)
            WITH id, coalesce(w, i) AS n
            MATCH (n)<-[:UNIFIED]-(r:SourceRecord)
            RETURN [id, r.key, n.id] }
]
"""


async def explain(graph: Graph, one: str, other: str) -> PairTold:
    """Why two records are one individual, or are not. Each is named by its id, or by the id of an individual,
    of whose records then the one counts that speaks most for it. Raises BadInput for an id that nobody has,
    and where both are the same."""

    async def work(transaction: Transaction) -> PairTold:
        records, _ = await _referred(transaction, [one, other])
        known = await _known(transaction, records[one] | records[other])
        if records[one] == records[other]:
            raise BadInput("These two are the same: name two records, or two individuals.")
        # Of an individual and one of its records it is another record of it that has to be explained.
        first, second = (records[one] - records[other], records[other] - records[one])
        a, b = strongest_pair(known, first or records[one], second or records[other])
        return explain_pair(known, a, b, await _shared(transaction, known, a, b))

    return await graph.inspect(work)


async def history(graph: Graph, individual: str) -> History:
    """How an individual came about. Raises BadInput for an id that nobody has."""

    async def work(transaction: Transaction) -> History:
        records, individuals = await _referred(transaction, [individual])
        if individual not in individuals:
            raise BadInput(f"{individual} is not the id of an individual.")
        return explain_individual(await _known(transaction, records[individual]), individuals[individual])

    return await graph.inspect(work)


async def _referred(transaction: Transaction, ids: Sequence[str]) -> tuple[dict[str, Part], dict[str, str]]:
    """The keys of the records that each id names, and of ids of individuals the id that they have now."""
    by_record, by_individual = await transaction.run(_REFERENCES, ids=list(dict.fromkeys(ids)))
    found: dict[str, set[str]] = {}
    for id_, key, *_ in (*by_record, *by_individual):
        found.setdefault(id_, set()).add(key)
    for id_ in ids:
        if id_ not in found:
            raise BadInput(f"Nothing has the id {id_}.", code="NOT_FOUND")
    return (
        {id_: frozenset(keys) for id_, keys in found.items()},
        {id_: individual for id_, _, individual in by_individual},
    )


async def _known(transaction: Transaction, records: Part) -> Known:
    """Everything around the records: their components, constraints and all, as they are judged."""
    now = await active(transaction)
    here = Neighbourhood()
    await components.load(transaction, here, (), list(records))
    # While a ruleset is activated it has decided some components, and the one before it the others.
    decided = {here.members[key].ruleset for key in records}
    loaded = now.next if now.next is not None and now.next.version in decided else now.current
    bound = await constraints_of(transaction, here)
    live = {key for key, member in here.members.items() if not member.deleted}
    judged = []
    for part in connected(live, (*here.evidence, *bound.always)):
        if len(part) > 1:
            weights = {pair: item.weight for pair, item in here.evidence.items() if part.issuperset(pair)}
            judged.append(judge_one(loaded, here, part, weights, bound))
    features = {
        key: matching_features(unpack(here.members[key].features), loaded, here.members[key].generics)
        for key in live
    }
    return Known(loaded, here.members, features, here.evidence, sorted(bound.always), judged)


async def _shared(transaction: Transaction, known: Known, one: str, other: str) -> list[SharedKey]:
    """The keys by which two records could be compared, with how many records hold each now."""
    mine, theirs = (member_findable(known.members[key], known.loaded).sought for key in (one, other))
    limits = caps(known.loaded)
    held = await keysets.holders(transaction, mine & theirs, limits)
    return shared_keys(mine, theirs, held, limits, known.loaded.ruleset.key_kinds)
