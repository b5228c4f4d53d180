"""How good the ruleset is, as far as stewards' decisions on pairs tell.

Pairs are put in strata of one bit of weight, beside the threshold to link. Of a stratum with n pairs in the
graph, m of which were decided and k of these linked, the share of pairs that are one party is estimated as

    p = (k + 2 q) / (m + 2)

where q = 1 / (1 + 2^-w) is what the ruleset itself says of the weight w (log2 odds) in the stratum's middle:
as if two more pairs had been decided, as the ruleset would. With N the sum of n over the strata that link,

    precision = sum of n p over the strata that link / N
    recall    = sum of n p over the strata that link / sum of n p over all strata

Pairs below the ruleset's floor are not stored, so recall is among those above it. What the threshold leaves
out weighs as much as it occurs, however few of it were decided (a stratified estimate; Cochran, Sampling
Techniques, 1977, chapter 5, with a prior for strata of which nothing is known).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import LiteralString

from graph_model.graph import Graph, Transaction
from graph_model.identity.rulesets.active import active
from graph_model.identity.rulesets.model import BIT

PRIOR = 2
"""Decided pairs that the ruleset's own opinion counts as much as."""

_LABELS: LiteralString = """
MATCH (i:ReviewItem)
WHERE i.state = 'DECIDED' AND i.kind = 'PAIR' AND i.decision IN ['LINK', 'NO_LINK']
MATCH (a:SourceRecord {key: i.records[0]})-[m:MATCH]->(b:SourceRecord {key: i.records[1]})
RETURN collect([m.weight, i.decision = 'LINK'])
"""

_PAIRS: LiteralString = """
MATCH (:SourceRecord)-[m:MATCH]->(:SourceRecord)
WITH toInteger(floor((m.weight - $link) / $bit)) AS stratum, count(m) AS pairs
RETURN collect([stratum, pairs])
"""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Pairs of like weight: from `weight` (thousandths of a bit) up to a bit more. `share` is the estimated
    share of those that are one party."""

    weight: int
    pairs: int
    decided: int
    linked: int
    share: float


@dataclass(frozen=True, slots=True)
class Quality:
    """The estimates; None where there is nothing to estimate from. The strata are those with pairs or
    decisions, by weight."""

    decided: int
    precision: float | None
    recall: float | None
    strata: tuple[Stratum, ...]


def estimate(pairs: Mapping[int, int], labels: Iterable[tuple[int, bool]], *, link: int) -> Quality:
    """The quality of a ruleset that links from the weight `link` on, as the module says. `pairs` are the
    pairs in the graph by stratum, which is numbered from the threshold; `labels` the decided ones: weight,
    and whether they were linked."""
    decided: Counter[int] = Counter()
    linked: Counter[int] = Counter()
    for weight, is_link in labels:
        stratum = (weight - link) // BIT
        decided[stratum] += 1
        linked[stratum] += is_link
    strata = {
        number: Stratum(
            link + number * BIT,
            # A decision on a pair that was counted a moment too early is a pair all the same.
            max(pairs.get(number, 0), decided[number]),
            decided[number],
            linked[number],
            (linked[number] + PRIOR * _opinion(link + number * BIT + BIT // 2)) / (decided[number] + PRIOR),
        )
        for number in sorted({*pairs, *decided})
    }
    over = [item for number, item in strata.items() if number >= 0]
    right, all_right = (sum(item.pairs * item.share for item in items) for items in (over, strata.values()))
    said = sum(item.pairs for item in over)
    return Quality(
        decided.total(),
        right / said if said else None,
        right / all_right if all_right else None,
        tuple(strata.values()),
    )


async def quality(graph: Graph) -> Quality:
    """The quality of the ruleset that decides now."""

    async def work(transaction: Transaction) -> Quality:
        link = (await active(transaction)).current.ruleset.link
        pairs = dict(await transaction.run(_PAIRS, link=link, bit=float(BIT)))
        labels = [(weight, is_link) for weight, is_link in await transaction.run(_LABELS)]
        return estimate(pairs, labels, link=link)

    return await graph.inspect(work)


def _opinion(weight: int) -> float:
    """The probability that the ruleset gives a pair of this weight, in thousandths of a bit."""
    bits = max(min(weight / BIT, 60.0), -60.0)
    return float(1 / (1 + 2**-bits))
